"""What the core asks about English: where sentences end, which words a text has, how names are joined.

Pure functions on any thread. Every language has a file with these functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SIGNS = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"(\d)\s*/\s*(\d)", r"\1 out of \2"),
        (r"(\d)\s*(?:-|\u2013|~|\.\.+)\s*(\d)", r"\1 to \2"),
        (r"(\d)[.,](\d)", r"\1 point \2"),
        (r"(\d)\s*\+", r"\1 plus"),
        (r"(\d)\s*%", r"\1 percent"),
        (r"[~\u2248]\s*(\d)", r"about \1"),
        (r"(\d)\s*\u00bd|\u00bd", r"\1 and a half"),
        (r"(\d)\s*(?:s|sec|secs)\b", r"\1 seconds"),
        (r"(\d)\s*(?:m|min|mins)\b", r"\1 minutes"),
        (r"(?<=\d)(?=[A-Za-z])", " "),
        (r"\b911\b", "nine one one"),
        (r"\b999\b", "nine nine nine"),
        (r"\b112\b", "one one two"),
    )
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def sentences(text: str) -> list[str]:
    """Cut a text after . ! ? and …"""
    return _SENTENCE_END.split(text)


def words(text: str) -> tuple[str, ...]:
    """The words of a text as a recognizer would give them: lower case, no punctuation."""
    return tuple(word.lower().replace("\u2019", "'") for word in _WORD.findall(text))


def written_out(text: str) -> str:
    """What is typed in signs, in the words that would be said: "7/10", "3-4", "3.5", "2m"."""
    for pattern, said in _SIGNS:
        text = pattern.sub(said, text)
    return text


def all_of(names: Sequence[str]) -> str:
    """Names within a sentence: a chair, a wall and a pillow."""
    return _joined(names, "and")


def any_of(names: Sequence[str]) -> str:
    """Names within a sentence: a chair, a wall or a pillow."""
    return _joined(names, "or")


def _joined(names: Sequence[str], before_the_last: str) -> str:
    *others, last = names
    return f"{', '.join(others)} {before_the_last} {last}" if others else last


def number(number: int) -> str:
    """A number in words without a hyphen, as the recognizer gives them; from a thousand on in digits."""
    if number >= 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    words = [_ONES[hundreds], "hundred"] if hundreds else []
    if rest >= len(_ONES):
        words.append(_TENS[rest // 10])
        rest %= 10
    if rest or not words:
        words.append(_ONES[rest])
    return " ".join(words)


def plural(number: int) -> str:
    """One second, two seconds."""
    return "one" if number == 1 else "other"
