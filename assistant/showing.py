"""What a terminal is shown: the one filter for control characters, and the one for what it cannot encode.

Names, texts and reasons come from files, devices and people. On a terminal they are text, whatever is in
them: they cannot move its cursor, color it, or look like a second line of ours. Any thread.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import codecs
import json
import unicodedata
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleDimensions, ConsoleOptions, RenderableType
from rich.segment import Segment

LEAST_COLUMNS = 20
USUAL_COLUMNS = 80
ENCODING_ERRORS = "limber.plain"
"""The name of the codecs' error handler that writes `plain` text; for `reconfigure(errors=…)`."""
_UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}"
_PLAIN = {
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−━─╸╺", "-"),
    **dict.fromkeys("│┃", "|"),
    **dict.fromkeys("•·●", "*"),
    "…": "...",
    "→": "->",
    "←": "<-",
    "×": "x",
}


def one_line(text: str) -> str:
    """The text as one line that a terminal can only show; what it would act on is a replacement character."""
    return text if text.isprintable() else "".join(map(_shown, text))


def plain(text: str) -> str:
    """The text in ASCII, as near as that comes."""
    return "".join(map(_plain, text))


def json_line(value: object, *, is_ascii: bool = False) -> str:
    """A value as one line of JSON; what a terminal would act on is escaped."""
    text = json.dumps(value, ensure_ascii=is_ascii)
    return (
        text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there; nobody does at a stream that is closed."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def speaks_unicode(stream: TextIO | None) -> bool:
    """Whether any text can be written to it as it is."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


class PlainConsole(Console):
    """A rich console for texts that are shown as they are: no markup, and a string is one line.

    Styles come as rich objects, whose line breaks are ours. With `may_fail` it stays silent when nothing can
    be written any more.
    """

    def __init__(self, *, stderr: bool = False, may_fail: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)
        self._may_fail = may_fail

    def print(self, *objects: Any, **options: Any) -> None:
        """Print strings as one line each, and other objects as rich does."""
        try:
            super().print(*(one_line(o) if isinstance(o, str) else o for o in objects), **options)
        except OSError:
            if not self._may_fail:
                raise

    @property  # type: ignore[misc]  # nobody sets it
    def size(self) -> ConsoleDimensions:
        """As rich finds it, unless no line would fit."""
        width, height = super().size
        return ConsoleDimensions(width if width >= LEAST_COLUMNS else USUAL_COLUMNS, height)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is drawn, less what a terminal would act on."""
        for text, style, control in super().render(renderable, options):
            lines = text if control or text.isprintable() else "\n".join(map(one_line, text.split("\n")))
            yield Segment(lines, style, control)


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return " " if character.isspace() else _UNSHOWABLE


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    if unicodedata.category(character) == "Zs":
        return " "
    return "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii()) or "?"


def _encode_plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(ENCODING_ERRORS, _encode_plainly)
