"""Templates of phrases: `[words]` may be left out, `(one|another)` are alternatives. Pure functions.

The syntax is a part of hassil's, whose parser takes longer to import than all of Limber's phrases take to
load (docs/decisions/0028-phrase-templates.md); a test holds the phrases against those that hassil gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

_TOKEN = re.compile(r"[\[\]()|]|[^\[\]()|]+")
_CLOSING = {"[": "]", "(": ")"}
_MEANS_NOTHING_ALONE = ("]", ")", "|")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some sequences; or none of them, if that is optional."""

    of: tuple[Sequence, ...]
    is_optional: bool


Sequence = tuple[str | Choice, ...]
"""Pieces of text and choices, one after the other."""


def parse(template: str) -> Sequence:
    """The parts of a template. Raises ValueError where brackets do not match, or nothing may be all of it."""
    (whole,) = _alternatives(iter(_TOKEN.findall(template)), "") or ((),)
    if _may_be_empty(whole):
        raise ValueError(f'"{template}" may be empty')
    return whole


def expand(template: str) -> tuple[str, ...]:
    """Every phrase of a template, each once: without what may be left out first, then as it is written.

    Raises ValueError as `parse` does.
    """
    return tuple(dict.fromkeys(" ".join(text.split()) for text in _texts(parse(template))))


def expand_all(templates: Iterable[str]) -> tuple[str, ...]:
    """The phrases of all templates in their order, each once."""
    return tuple(dict.fromkeys(phrase for template in templates for phrase in expand(template)))


def _alternatives(tokens: Iterator[str], closing: str) -> list[Sequence]:
    """The sequences up to the closing bracket, or to the end."""
    found: list[Sequence] = []
    parts: list[str | Choice] = []
    for token in tokens:
        if token == closing:
            return [*found, tuple(parts)]
        if token == "|" and closing:
            found, parts = [*found, tuple(parts)], []
        elif token in _CLOSING:
            parts.append(Choice(tuple(_alternatives(tokens, _CLOSING[token])), token == "["))
        elif token in _MEANS_NOTHING_ALONE:
            raise ValueError(f'"{token}" stands where it means nothing')
        else:
            parts.append(token)
    if closing:
        raise ValueError(f'"{closing}" is missing')
    return [tuple(parts)]


def _may_be_empty(sequence: Sequence) -> bool:
    return all(
        not part.split()
        if isinstance(part, str)
        else part.is_optional or any(_may_be_empty(one) for one in part.of)
        for part in sequence
    )


def _texts(sequence: Sequence) -> Iterator[str]:
    """Every way through the parts, the last one varying first."""
    ways = [
        [part] if isinstance(part, str) else [*([""] if part.is_optional else []), *_of(part)]
        for part in sequence
    ]
    yield from ("".join(way) for way in product(*ways))


def _of(choice: Choice) -> list[str]:
    return [text for one in choice.of for text in _texts(one)]
