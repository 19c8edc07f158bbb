"""What is wrong with a configuration, in words: the line, the key, what was meant. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from assistant.errors import closest

Sections = Mapping[str, type[BaseModel]]
"""The keys that there are, by section."""
_HEADER = re.compile(r"\s*\[\s*([^\[\]\s]+)\s*\]")
_ONE_OF_SEVERAL = re.compile(r"\s*\[\[\s*([^\[\]\s]+)\s*\]\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


def toml_place(path: Path, text: str, error: ValueError) -> str:
    """File and line of what is not TOML."""
    found = re.search(r"at line (\d+)", str(error))
    return f"{path}:{found[1] if found else text.count(chr(10)) + 1}"


def problems_of(
    path: Path, text: str, error: ValidationError, sections: Sections
) -> list[tuple[tuple[str, ...], str]]:
    """Where each problem is, and what it is in a sentence without its end, by line."""
    problems: list[dict[str, Any]] = [dict(problem) for problem in error.errors()]
    found = []
    for problem in problems:
        place = tuple(str(part) for part in problem["loc"])
        line = _line_of(text, list(place))
        key = shortened(".".join(name for name in place if not name.isdigit()))
        found.append((line, place, f"{path}:{line}: {key} {wording(problem, sections)}"))
    return [(place, message) for _, place, message in sorted(found)]


def wording(error: Mapping[str, Any], sections: Sections) -> str:
    """What is wrong with a key, as the end of a sentence that begins with its name."""
    section, *rest = error["loc"]
    if rest == ["password"]:
        return "should be a text in quotes"  # what it is now is nobody's to see
    if error["type"] == "extra_forbidden":
        known = list(sections[section].model_fields if rest else sections)
        return f"is not a known {'key' if rest else 'section'}{did_you_mean(str(error['loc'][-1]), known)}"
    if error["type"] == "string_pattern_mismatch":
        return f'is "{shortened(error["input"])}", but {_PATTERN_WORDS[rest[-1]]}'
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "list_type":
        return f"should have a part that begins with [[{section}]] for each"
    if error["type"] == "value_error":
        return f"has a mistake: {error['msg'].removeprefix('Value error, ')}"
    if error["type"] == "model_type":
        return "should be a section, with its keys under it"
    return f"{error['msg'].replace('Input should', 'should')}, and is {_shortened_repr(error['input'])}"


def _shortened_repr(value: object) -> str:
    try:
        return shortened(repr(value))
    except (RecursionError, ValueError):  # of what is nested deeply, of numbers with thousands of digits
        return "something else"


def shortened(text: str) -> str:
    """What somebody wrote, as far as it can be shown in a line."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


_LONGEST_SHOWN = 60
_PATTERN_WORDS = {
    "voice": "should be auto, the name or path of a Piper voice, flite:VOICE or espeak:VOICE",
    "language": "should be two letters, such as en",
    "broker": "should be a name or an address, such as homeassistant.local",
    "discovery_prefix": "should be letters, digits and _, in parts with / between them",
    "node": "should be at most 40 of a-z, 0-9, _ and -",
    "host": "should be small letters, digits and hyphens, such as host-1",
    "emergency_number": "should be a number to call, such as 112",
    "name": "should be a word or two, such as kitchen",
    "address": "should be a computer and perhaps a port, such as kitchen.local:10700",
}


def did_you_mean(word: str, known: list[str]) -> str:
    """The name that was meant, or all that there are."""
    close = closest(word, known)
    return f" (did you mean {close}?)" if close else f": there are {', '.join(known)}"


def _line_of(text: str, names: list[str]) -> int:
    """The line of a key, or of its section where the key has none of its own, counted from 1."""
    section, line_of_section = "", 1
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if table := _ONE_OF_SEVERAL.match(line):
            place = section = f"{table[1]}.{counts[table[1]]}"
            counts[table[1]] += 1
        elif header := _HEADER.match(line):
            place = section = header[1]
        elif key := _KEY.match(line):
            place = f"{section}.{key[1]}".lstrip(".")
        else:
            continue
        if place == ".".join(names):
            return number
        if place in (names[0], ".".join(names[:2])):
            line_of_section = number
    return line_of_section
