"""The safety rules of a routine or library file as a whole, and of each of its sentences in its place.

Pure functions on any thread. Must not judge words itself: the language pack does. Without one, only the rules
that need no words are kept. Callers pass the library that a routine may draw on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.core.prompts import LanguagePack
from assistant.core.routine import Condition, Kind, Region, Side, Stretch
from assistant.core.understanding import find_safety
from assistant.store.documents import Document, Loc, Problem, did_you_mean
from assistant.store.stretch_check import (
    TOLD,
    Found,
    bearing_problems,
    fact_problems,
    hold_problems,
    source_problems,
)
from assistant.store.wording import PLACEHOLDER, lint_reading, lint_spoken, without_placeholders

MAX_ENTER_SENTENCES = 4

Library = Mapping[str, Stretch]
"""The stretches that a routine may name, by id."""

_LEG = (Region.HAMSTRINGS, Region.CALVES)
_SPOKEN = ("spoken_name", "starts", *TOLD)
_ROUTINE_SPOKEN = ("spoken_name", "description")


def check_routine(
    document: Document, library: Library, language: LanguagePack | None = None
) -> list[Problem]:
    """Everything in a routine file that breaks a safety rule, whether or not its shape is right."""
    data = _mapping(document.data)
    found = list(_text_problems((), data, _ROUTINE_SPOKEN, language))
    entries = _entries(data, library)
    for entry in entries:
        if entry.names_another:
            found += _use_problems(entry, library)
        else:
            found += fact_problems(entry.loc, entry.data)
            found += _told_problems(entry.loc, entry.data, language)
            if entry.stretch_id in library:
                message = (
                    f"{entry.stretch_id} is a stretch of the library: write only its id, or take another id"
                )
                found.append(((*entry.loc, "id"), message))
    if not data.get("order_reason"):
        found += _order_problems(entries)
    found += _nerve_problems(entries)
    found += _repeated_ids(entries)
    return [document.problem(loc, message) for loc, message in found]


def check_library(document: Document) -> list[Problem]:
    """Everything in a file of the library that breaks a safety rule."""
    entries = _entries(_mapping(document.data), {})
    checks = (fact_problems, source_problems)
    found = [f for entry in entries for check in checks for f in check(entry.loc, entry.data)]
    return [document.problem(loc, message) for loc, message in (*found, *_repeated_ids(entries))]


def check_stretch_texts(
    document: Document, facts: Mapping[str, Mapping[str, Any]], language: LanguagePack | None = None
) -> list[Problem]:
    """Everything wrong in the texts of the stretches with these ids and facts."""
    data = _mapping(document.data)
    found = list(_other_ids(data, facts))
    for stretch_id in data.keys() & facts:
        told = {**facts[stretch_id], **_mapping(data[stretch_id])}
        found += _told_problems((stretch_id,), told, language)
    return [document.problem(loc, message) for loc, message in found]


def check_routine_texts(
    document: Document, ids: Collection[str], language: LanguagePack | None = None
) -> list[Problem]:
    """Everything wrong in the texts of the routines with these ids."""
    data = _mapping(document.data)
    found = list(_other_ids(data, ids))
    for routine_id, texts in data.items():
        found += _text_problems((routine_id,), _mapping(texts), _ROUTINE_SPOKEN, language)
    return [document.problem(loc, message) for loc, message in found]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item of the stretches: written out, or the name of one of the library."""

    loc: Loc
    data: Mapping[str, Any]
    stretch_id: str | None
    names_another: bool
    region: object
    avoid: Collection[object]


def _entries(data: Mapping[str, Any], library: Library) -> list[_Entry]:
    """The stretches, with an empty one for each that is neither id nor mapping, which the model refuses."""
    stretches = data.get("stretches")
    found = []
    for index, item in enumerate(stretches if isinstance(stretches, list) else []):
        loc: Loc = ("stretches", index)
        values = _mapping(item)
        named = item if isinstance(item, str) else values.get("use")
        if isinstance(named, str):
            stretch = library.get(named)
            region = stretch.region.value if stretch else None
            found.append(_Entry(loc, values, named, True, region, stretch.avoid if stretch else ()))
        else:
            own_id = values.get("id")
            stretch_id = own_id if isinstance(own_id, str) else None
            listed = values.get("avoid")
            own_avoid = listed if isinstance(listed, list) else ()
            found.append(_Entry(loc, values, stretch_id, False, values.get("region"), own_avoid))
    return found


def _use_problems(entry: _Entry, library: Library) -> Iterator[Found]:
    place = (*entry.loc, "use") if "use" in entry.data else entry.loc
    named = entry.stretch_id or ""
    stretch = library.get(named)
    if stretch is None:
        yield place, f"{named} is no stretch of the library{did_you_mean(named, library)}"
        return
    yield from hold_problems(entry.loc, entry.data)
    if stretch.kind is Kind.MOVEMENT and "hold_seconds" in entry.data:
        yield (*entry.loc, "hold_seconds"), f"is not for {stretch.id}, a movement that is counted by breath"
    possible = sorted(position.value for position in {stretch.position, *stretch.also_in})
    if (position := entry.data.get("position")) is not None and position not in possible:
        yield (*entry.loc, "position"), f"is {position}, but {stretch.id} is for {' or '.join(possible)}"


def _texts(loc: Loc, data: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[Loc, str]]:
    for key in keys:
        value = data.get(key)
        if isinstance(value, str):
            yield (*loc, key), value
        elif isinstance(value, list):
            yield from (((*loc, key, i), item) for i, item in enumerate(value) if isinstance(item, str))
        elif isinstance(value, dict):
            yield from (((*loc, key, k), item) for k, item in value.items() if isinstance(item, str))


def _text_problems(
    loc: Loc, data: Mapping[str, Any], keys: tuple[str, ...], language: LanguagePack | None
) -> Iterator[Found]:
    if not language:
        return
    for place, text in _texts(loc, data, keys):
        yield from ((place, message) for message in lint_spoken(text, language))


def _other_ids(data: Mapping[str, Any], ids: Collection[str]) -> Iterator[Found]:
    """Texts of what is not there, and what has no texts."""
    for one in data.keys() - set(ids):
        yield (one,), f"is not there to be told of{did_you_mean(one, ids)}"
    for one in sorted(set(ids) - data.keys()):
        yield (), f"{one} is missing: write its texts in this language"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _told_problems(loc: Loc, stretch: Mapping[str, Any], language: LanguagePack | None) -> Iterator[Found]:
    """What is wrong in the texts of a stretch; with them are given its facts."""
    yield from _text_problems(loc, stretch, (*_SPOKEN, "avoid_if"), language)
    if language:
        for place, text in _texts(loc, stretch, ("starts", *TOLD)):
            yield from ((place, message) for message in lint_reading(text, language))
    yield from _side_problems(loc, stretch)
    if language:
        yield from _outright_sides(loc, stretch, language)
        yield from _missing_words(loc, stretch, language)
        yield from _entering_problems(loc, stretch, language)
        yield from bearing_problems(loc, stretch, language)


def _entering_problems(loc: Loc, stretch: Mapping[str, Any], language: LanguagePack) -> Iterator[Found]:
    """What is said to get into a stretch: not too much, and no safety phrase where two sentences meet."""
    texts = [text for _, text in _texts(loc, stretch, ("enter",))]
    if (count := sum(len(language.sentences(text)) for text in texts)) > MAX_ENTER_SENTENCES:
        yield (*loc, "enter"), f"has {count} sentences, and {MAX_ENTER_SENTENCES} are the most"
    told = [
        language.rules.words(without_placeholders(text))
        for _, text in _texts(loc, stretch, ("enter", "feel", "breath"))
    ]
    within = any(find_safety(words, language.table) for words in told)
    together = tuple(word for words in told for word in words)
    if not within and (match := find_safety(together, language.table)):
        yield (*loc, "enter"), f'says "{match.phrase}" where two sentences meet'


def _missing_words(loc: Loc, stretch: Mapping[str, Any], language: LanguagePack) -> Iterator[Found]:
    for key in TOLD:
        texts = [text for _, text in _texts(loc, stretch, (key,))]
        messages = language.wording.lint_part(key, " ".join(texts)) if texts else []
        yield from (((*loc, key), message) for message in messages)


def _side_problems(loc: Loc, stretch: Mapping[str, Any]) -> Iterator[Found]:
    has_sides = stretch.get("has_sides")
    if not isinstance(has_sides, bool):
        return
    texts = list(_texts(loc, stretch, (*_SPOKEN, "avoid_if")))
    for place, text in texts:
        for name in PLACEHOLDER.findall(text):
            if name not in ("side", "other_side"):
                yield place, f"has {{{name}}}, but only {{side}} and {{other_side}} are filled in"
            elif not has_sides:
                yield place, f"has {{{name}}}, but has_sides is false"
    if has_sides and not any("side}" in text for place, text in texts if "enter" in place):
        yield (*loc, "enter"), "never says which side: write {side} or {other_side}"


def _outright_sides(loc: Loc, stretch: Mapping[str, Any], language: LanguagePack) -> Iterator[Found]:
    """A side by its name, in what is told for both."""
    if stretch.get("has_sides") is not True:
        return
    sides = {language.words[Side.LEFT], language.words[Side.RIGHT]}
    for place, text in _texts(loc, stretch, (*_SPOKEN, "avoid_if")):
        if outright := sides & set(language.rules.words(text)):
            yield place, f'says "{min(outright)}" on both sides: write {{side}} or {{other_side}}'


def _order_problems(entries: list[_Entry]) -> Iterator[Found]:
    order = [region.value for region in Region]
    lowest = 0
    for entry in entries:
        if entry.region in order:
            at = order.index(str(entry.region))
            if at < lowest:
                message = (
                    f"is {order[at]} after {order[lowest]}: go from the neck down, or give an order_reason"
                )
                yield (entry.loc if entry.names_another else (*entry.loc, "region")), message
            lowest = max(lowest, at)


def _nerve_problems(entries: list[_Entry]) -> Iterator[Found]:
    """Two stretches of the leg in a row that pull on the same nerve."""
    pulling = [entry.region in _LEG and Condition.TINGLING_LEG in entry.avoid for entry in entries]
    for before, pulls, entry in zip(pulling, pulling[1:], entries[1:], strict=False):
        if before and pulls:
            yield entry.loc, "pulls on the nerve of the leg, as the one before: put another between them"


def _repeated_ids(entries: list[_Entry]) -> Iterator[Found]:
    seen: set[str] = set()
    for entry in entries:
        if entry.stretch_id is not None:
            if entry.stretch_id in seen:
                place = entry.loc if entry.names_another else (*entry.loc, "id")
                yield place, f"{entry.stretch_id} is the id of an earlier stretch too"
            seen.add(entry.stretch_id)
