"""The safety rules that a program can check: of spoken sentences, and of a routine file as a whole.

Pure functions on any thread. Must not know where a phrase table comes from: callers pass `find_safety`. The
rules are those of the article the product follows; a clinician's sign-off is still needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assistant.core.intents import Match, Words
from assistant.core.routine import Region
from assistant.store.documents import Document, Loc, Problem

FindSafety = Callable[[Words], Match | None]
"""`PhraseTable.find_safety`: the safety phrase in some words, that the recognizer would act on."""

HOLD_SECONDS = range(20, 31)
MAX_SENTENCE_WORDS = 20

_BANNED = re.compile(
    r"\b(?:bounc\w+|puls(?:e|es|ed|ing)|jerk\w*|swing\w*|swung|push\w*|forc(?:e|es|ed|ing|ible|ibly|eful|efully)"
    r"|damag\w+|wear and tear|no pain no gain|hurt (?:isn't|is not) harm)\b"
)
_URGING = re.compile(r"\b(?:deeper|deepen\w*|further|farther|harder)\b")
_COMFORT = re.compile(r"\bonly (?:if|as far as|as long as|while|when)\b.*\bcomfortabl[ey]\b")
_ABBREVIATION = re.compile(
    r"\b(?:(?:[A-Za-z]\.){2,}|[A-Z]{2,}\b|(?:etc|approx|min|mins|sec|secs|rep|reps|vs|deg|cm|kg|lbs?|ft)\b\.?)"
)
_UNSPOKEN = re.compile(r"[^\w\s.,;:?!'\u2019-]|[\d_]")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def lint_spoken(text: str, find_safety: FindSafety | None = None) -> list[str]:
    """What is wrong with a text that is to be spoken, a message each; `{placeholders}` count as a word.

    With `find_safety`, also the phrases that the recognizer would act on if it heard them from the speaker.
    """
    text = _PLACEHOLDER.sub("there", text)
    words = spoken_words(text)
    joined = " ".join(words)
    problems = [f'says "{found}", which is never to be said' for found in _BANNED.findall(joined)]
    if (urging := _URGING.search(joined)) and not _COMFORT.search(joined):
        problems.append(f'says "{urging[0]}" without "only as far as is comfortable"')
    for sentence in re.split(r"[.?!]+", text):
        if (count := len(_WORD.findall(sentence))) > MAX_SENTENCE_WORDS:
            problems.append(f"has a sentence of {count} words, and {MAX_SENTENCE_WORDS} are the most")
    problems += [f'has the abbreviation "{found}": write it in full' for found in _ABBREVIATION.findall(text)]
    problems += [f'has "{found}", which cannot be spoken: use words' for found in _UNSPOKEN.findall(text)]
    if find_safety and (match := find_safety(words)):
        problems.append(f'says "{match.phrase}", which the recognizer takes for "{match.intent.value}"')
    return problems


def spoken_words(text: str) -> Words:
    """The words of a text as a recognizer would give them: lower case, no punctuation."""
    return tuple(word.lower().replace("\u2019", "'") for word in _WORD.findall(text))


def check_routine(document: Document, find_safety: FindSafety | None = None) -> list[Problem]:
    """Everything in a routine file that breaks a safety rule, whether or not its shape is right."""
    data = document.data if isinstance(document.data, dict) else {}
    found = list(_text_problems((), data, ("spoken_name", "description"), find_safety))
    for index, stretch in enumerate(_stretches(data)):
        found += _stretch_problems(("stretches", index), stretch, find_safety)
    found += _order_problems(data)
    found += _repeated_ids(data)
    return [document.problem(loc, message) for loc, message in found]


_Found = tuple[Loc, str]


def _stretches(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The stretches, with an empty one for each that is no mapping, which the model refuses."""
    stretches = data.get("stretches")
    items = stretches if isinstance(stretches, list) else []
    return [item if isinstance(item, dict) else {} for item in items]


def _texts(loc: Loc, data: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[Loc, str]]:
    for key in keys:
        value = data.get(key)
        if isinstance(value, str):
            yield (*loc, key), value
        elif isinstance(value, list):
            yield from (((*loc, key, i), item) for i, item in enumerate(value) if isinstance(item, str))


def _text_problems(
    loc: Loc, data: Mapping[str, Any], keys: tuple[str, ...], find_safety: FindSafety | None
) -> Iterator[_Found]:
    for place, text in _texts(loc, data, keys):
        yield from ((place, message) for message in lint_spoken(text, find_safety))


def _stretch_problems(
    loc: Loc, stretch: Mapping[str, Any], find_safety: FindSafety | None
) -> Iterator[_Found]:
    spoken = ("spoken_name", "enter", "feel", "leave", "easier", "avoid_if")
    yield from _text_problems(loc, stretch, spoken, find_safety)
    hold = stretch.get("hold_seconds")
    if isinstance(hold, int) and hold not in HOLD_SECONDS:
        yield (*loc, "hold_seconds"), f"is {hold}, but a hold lasts 20 to 30 seconds"
    yield from _side_problems(loc, stretch, list(_texts(loc, stretch, spoken)))
    sentences = [text for _, text in _texts(loc, stretch, ("enter",))]
    within = find_safety and any(find_safety(spoken_words(text)) for text in sentences)
    if find_safety and not within and (match := find_safety(spoken_words(" ".join(sentences)))):
        yield (*loc, "enter"), f'says "{match.phrase}" where two sentences meet'


def _side_problems(loc: Loc, stretch: Mapping[str, Any], texts: list[tuple[Loc, str]]) -> Iterator[_Found]:
    has_sides = stretch.get("has_sides")
    if not isinstance(has_sides, bool):
        return
    for place, text in texts:
        for name in _PLACEHOLDER.findall(text):
            if name not in ("side", "other_side"):
                yield place, f"has {{{name}}}, but only {{side}} and {{other_side}} are filled in"
            elif not has_sides:
                yield place, f"has {{{name}}}, but has_sides is false"
        if has_sides and (outright := {"left", "right"} & set(spoken_words(text))):
            yield place, f'says "{min(outright)}" on both sides: write {{side}} or {{other_side}}'
    if has_sides and not any("side}" in text for place, text in texts if "enter" in place):
        yield (*loc, "enter"), "never says which side: write {side} or {other_side}"


def _order_problems(data: Mapping[str, Any]) -> Iterator[_Found]:
    if data.get("order_reason"):
        return
    order = [region.value for region in Region]
    lowest = 0
    for index, stretch in enumerate(_stretches(data)):
        region = stretch.get("region")
        if region in order:
            if order.index(region) < lowest:
                message = f"is {region} after {order[lowest]}: go from the neck down, or give an order_reason"
                yield ("stretches", index, "region"), message
            lowest = max(lowest, order.index(region))


def _repeated_ids(data: Mapping[str, Any]) -> Iterator[_Found]:
    seen: set[str] = set()
    for index, stretch in enumerate(_stretches(data)):
        stretch_id = stretch.get("id")
        if isinstance(stretch_id, str):
            if stretch_id in seen:
                yield ("stretches", index, "id"), f"{stretch_id} is the id of an earlier stretch too"
            seen.add(stretch_id)
