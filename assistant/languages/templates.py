"""Templates of phrases: `[words]` may be left out, `(one|another)` are alternatives. Pure functions.

The syntax is a part of hassil's, whose parser takes longer to import than all of Limber's phrases take to
load (docs/decisions/0028-phrase-templates.md); a test holds the phrases against those that hassil gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product

_TOKEN = re.compile(r"[\[\]()|]|[^\[\]()|]+")
_CLOSING = {"[": "]", "(": ")"}
_MEANS_NOTHING_ALONE = ("]", ")", "|")


def expand(template: str) -> tuple[str, ...]:
    """Every phrase of a template, each once: without what may be left out first, then as it is written.

    Raises ValueError where brackets do not match, or nothing may be all that is left.
    """
    tokens = iter(_TOKEN.findall(template))
    phrases = [" ".join(text.split()) for text in _alternatives(tokens, "")]
    if not all(phrases):
        raise ValueError(f'"{template}" may be empty')
    return tuple(dict.fromkeys(phrases))


def expand_all(templates: Iterable[str]) -> tuple[str, ...]:
    """The phrases of all templates in their order, each once."""
    return tuple(dict.fromkeys(phrase for template in templates for phrase in expand(template)))


def _alternatives(tokens: Iterator[str], closing: str) -> list[str]:
    """The texts up to the closing bracket, or to the end."""
    texts: list[str] = []
    parts: list[list[str]] = []
    for token in tokens:
        if token == closing:
            return texts + _joined(parts)
        if token == "|" and closing:
            texts, parts = texts + _joined(parts), []
        elif token in _CLOSING:
            inner = _alternatives(tokens, _CLOSING[token])
            parts.append(["", *inner] if token == "[" else inner)
        elif token in _MEANS_NOTHING_ALONE:
            raise ValueError(f'"{token}" stands where it means nothing')
        else:
            parts.append([token])
    if closing:
        raise ValueError(f'"{closing}" is missing')
    return _joined(parts)


def _joined(parts: list[list[str]]) -> list[str]:
    """Every way through the parts, the last one varying first."""
    return ["".join(way) for way in product(*parts)]
