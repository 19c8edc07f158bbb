"""What a process may find amiss around it, made good before anything else: streams, width, home folder.

Runs on the main thread, once, at the start. Must stay quick: every command pays for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from assistant.showing import ENCODING_ERRORS, LEAST_COLUMNS

NO_HOME = "/dev/null"
"""A home in which nothing can be found, and nobody can write."""


def make_good(tell: Callable[[str], None]) -> None:
    """Make good what can be; `tell` gets a line about what is done without."""
    sys.stdin = _open_stream(sys.stdin, 0)
    sys.stdout = _open_stream(sys.stdout, 1)
    sys.stderr = _open_stream(sys.stderr, 2)
    for stream, errors in (
        (sys.stdin, "replace"),
        (sys.stdout, ENCODING_ERRORS),
        (sys.stderr, ENCODING_ERRORS),
    ):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors=errors)
    if not _is_width(os.environ.get("COLUMNS", "")):
        os.environ.pop("COLUMNS", None)
    if not os.path.isabs(os.path.expanduser("~")):
        os.environ["HOME"] = NO_HOME
        tell("There is no home folder (HOME is not set): your settings are not read, and nothing is kept.")


def finish_output() -> str:
    """Write what is still to be written to stdout; the reason why that is not possible, or nothing."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except ValueError:
        return ""
    except OSError as error:
        _turn_to_nowhere(1)
        return "" if isinstance(error, BrokenPipeError) else error.strerror or str(error)
    return ""


def _is_width(columns: str) -> bool:
    return columns.isdecimal() and len(columns) < 6 and int(columns) >= LEAST_COLUMNS


def _open_stream(stream: TextIO | None, descriptor: int) -> TextIO:
    """The stream; one that was closed leads nowhere, so that no other file gets its number."""
    if stream is not None:
        return stream
    _turn_to_nowhere(descriptor)
    return open(descriptor, "r" if descriptor == 0 else "w", encoding="utf-8", closefd=False)


def _turn_to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        with suppress(OSError):
            os.close(nowhere)
