"""What the core asks about English: where sentences end, which words a text has, how names are read out.

Pure functions on any thread. Every language has a file with these functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def sentences(text: str) -> list[str]:
    """Cut a text after . ! ? and …"""
    return _SENTENCE_END.split(text)


def words(text: str) -> tuple[str, ...]:
    """The words of a text as a recognizer would give them: lower case, no punctuation."""
    return tuple(word.lower().replace("\u2019", "'") for word in _WORD.findall(text))


def listed(names: Sequence[str]) -> str:
    """Names as they are read out, one after the other, with a pause between them."""
    return ". ".join(names)
