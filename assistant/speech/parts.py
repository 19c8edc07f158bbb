"""Cuts what is spoken into the parts that are rendered in one go. Pure; any thread."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_PART = 60
"""Letters, 3.5 s of speech, where there is a comma to cut at. What is wanted at once waits for no more than
one part, and a voice's memory goes by the longest."""

_COMMA = re.compile(r"(?<=[,;:])\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """What is rendered in one go: a sentence, or what is between two commas of a long one."""

    text: str
    ends_sentence: bool = True


def parts_of(sentence: str) -> list[Part]:
    """A sentence in as few parts as its length allows, cut at its commas."""
    pieces = _COMMA.split(sentence) if len(sentence) > LONGEST_PART else [sentence]
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if len(joined[-1]) + len(piece) < LONGEST_PART:
            joined[-1] += f" {piece}"
        else:
            joined.append(piece)
    return [*(Part(text, ends_sentence=False) for text in joined[:-1]), Part(joined[-1])]
