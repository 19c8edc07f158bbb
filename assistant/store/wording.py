"""The wording rules of every sentence that can be spoken: stretches, routines, a language pack's prompts.

Pure functions on any thread. Must not know where a phrase table comes from: callers pass `find_safety`. The
rules are those of the article the product follows; a clinician's sign-off is still needed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.core.dialogue.sound_check import SAYS_STOP
from assistant.core.intents import Intent, Match, Words
from assistant.store.documents import DocumentError, Problem, read_text

FindSafety = Callable[[Words], Match | None]
"""`PhraseTable.find_safety`: the safety phrase in some words, that the recognizer would act on."""

MAX_SENTENCE_WORDS = 20
MAX_GRADE = 8.0
"""Flesch and Kincaid's school grade of a text at most: what somebody of 13 reads with ease."""
MAX_SYLLABLES = 4
_SHORTEST_GRADED = 8  # words; the grade of fewer says more about one word than about the text

_BANNED = re.compile(
    r"\b(?:bounc\w+|puls(?:e|es|ed|ing)|jerk\w*|swing\w*|swung|push\w*|forc(?:e|es|ed|ing|ible|ibly|eful|efully)"
    r"|damag\w+|wear and tear|no pain no gain|hurt (?:isn't|is not) harm|you(?:'re| are) fine)\b"
)
_URGING = re.compile(r"\b(?:deeper|deepen\w*|further|farther|harder)\b")
_COMFORT = re.compile(r"\bonly (?:if|as far as|as long as|while|when)\b.*\bcomfortabl[ey]\b")
_ABBREVIATION = re.compile(
    r"\b(?:(?:[A-Za-z]\.){2,}|[A-Z]{2,}\b|(?:etc|approx|min|mins|sec|secs|rep|reps|vs|deg|cm|kg|lbs?|ft)\b\.?)"
)
_UNSPOKEN = re.compile(r"[^\w\s.,;:?!'\u2019-]|[\d_]")
PLACEHOLDER = re.compile(r"\{(\w*)\}")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.?!]+")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?:(?<=[^aeiouyl])e|(?<=[aeiouy]l)e|(?<=[^td])ed|(?<=[^sczxhg])es)$")
_TOML_TABLE = re.compile(r"\s*\[([^\[\]]+)\]")
_TOML_KEY = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*=")


def lint_spoken(text: str, find_safety: FindSafety | None = None) -> list[str]:
    """What is wrong with a text that is to be spoken, a message each; `{placeholders}` count as a word.

    With `find_safety`, also the phrases that the recognizer would act on if it heard them from the speaker.
    """
    text = PLACEHOLDER.sub("there", text)
    words = spoken_words(text)
    joined = " ".join(words)
    problems = [f'says "{found}", which is never to be said' for found in _BANNED.findall(joined)]
    if (urging := _URGING.search(joined)) and not _COMFORT.search(joined):
        problems.append(f'says "{urging[0]}" without "only as far as is comfortable"')
    for sentence in _sentences(text):
        if (count := len(sentence)) > MAX_SENTENCE_WORDS:
            problems.append(f"has a sentence of {count} words, and {MAX_SENTENCE_WORDS} are the most")
    problems += [f'has the abbreviation "{found}": write it in full' for found in _ABBREVIATION.findall(text)]
    problems += [f'has "{found}", which cannot be spoken: use words' for found in _UNSPOKEN.findall(text)]
    if find_safety and (match := find_safety(words)):
        problems.append(f'says "{match.phrase}", which the recognizer takes for "{match.intent.value}"')
    return problems


def lint_reading(text: str) -> list[str]:
    """What makes a text hard to follow when it is heard once: long words, and many of them."""
    words = spoken_words(PLACEHOLDER.sub("there", text))
    long_words = [word for word in words if syllables(word) > MAX_SYLLABLES]
    problems = [
        f'says "{word}", a word of {syllables(word)} syllables: use a shorter one' for word in long_words
    ]
    grade = reading_grade(text)
    if len(words) >= _SHORTEST_GRADED and grade > MAX_GRADE and not long_words:
        word = max(words, key=syllables)
        problems.append(
            f"reads like school grade {grade:.1f}, and {MAX_GRADE:.0f} is the most:"
            f' shorter sentences, or a shorter word than "{word}"'
        )
    return problems


def reading_grade(text: str) -> float:
    """The school grade of Flesch and Kincaid, 1975: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    sentences = _sentences(PLACEHOLDER.sub("there", text))
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """About how many syllables an English word has: its groups of vowels, a silent e at its end aside."""
    plain = word.lower().replace("'", "")
    if plain == "comfortable":  # the rules' own word, which everybody says in three
        return 3
    return max(1, len(_VOWELS.findall(_SILENT_END.sub("", plain) if len(plain) > 3 else plain)))


def spoken_words(text: str) -> Words:
    """The words of a text as a recognizer would give them: lower case, no punctuation."""
    return tuple(word.lower().replace("\u2019", "'") for word in _WORD.findall(text))


def check_prompts(path: Path, find_safety: FindSafety | None = None) -> tuple[Problem, ...]:
    """All problems of the sentences in a TOML file of prompts, in the order of their lines."""
    try:
        text = read_text(path)
        data = tomllib.loads(text)
    except DocumentError as error:
        return error.problems
    except tomllib.TOMLDecodeError as error:
        return (Problem(path, 1, "", f"is not TOML: {error}"),)
    lines = _toml_lines(text)
    found = [
        Problem(path, lines.get(key, 1), key, message)
        for key, said in _strings("", data)
        for message in (*lint_spoken(said, find_safety and _allowing(key, find_safety)), *lint_reading(said))
    ]
    return tuple(sorted(found, key=lambda problem: problem.line))


def _allowing(key: str, find_safety: FindSafety) -> FindSafety:
    """The one sentence that asks for "stop" may say it; nothing else may, and it may say nothing else."""
    if key != f"lines.{SAYS_STOP}":
        return find_safety

    def find(words: Words) -> Match | None:
        found = find_safety(words)
        return None if found and found.intent is Intent.STOP else found

    return find


def _sentences(text: str) -> list[Words]:
    return [words for part in _SENTENCE_END.split(text) if (words := spoken_words(part))]


def _strings(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Every string in TOML data with its key, "lines.paused"; those of a list have the list's."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(key, item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _strings(f"{key}.{name}".removeprefix("."), item)


def _toml_lines(text: str) -> dict[str, int]:
    """The line of every key; tomllib does not tell."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TOML_TABLE.match(line):
            table = header[1].strip()
        elif key := _TOML_KEY.match(line):
            lines.setdefault(f"{table}.{key[1]}".removeprefix("."), number)
    return lines
