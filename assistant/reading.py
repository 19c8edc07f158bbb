"""Reads files that others may have written: regular files only, once, and no more of them than was agreed.

Any thread. Every file that a person can put in Limber's way is opened here, so that none of them can make it
wait (a pipe, a terminal), go on for ever (/dev/zero) or fill the memory. What is wrong is an OSError whose
`strerror` completes "cannot be read:", as those of the system do.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

MAX_TOML_BYTES = 256 * 1024
MAX_PASSWORD_BYTES = 4096
_DEEP = 32


class UnfitFileError(OSError):
    """A file that is there, but that is not read; `line` counts from 1."""

    def __init__(self, reason: str, path: Path, line: int = 1) -> None:
        super().__init__(errno.EINVAL, reason, os.fspath(path))
        self.line = line


class NotTextError(UnfitFileError):
    """A file that is not UTF-8."""


def open_regular(path: Path) -> io.BufferedReader:
    """Open a regular file to read its bytes; nothing else is waited for. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnfitFileError("it is not a regular file", path)
    return os.fdopen(descriptor, "rb")


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """The bytes of a regular file. Raises OSError, also when there are more of them."""
    with open_regular(path) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise UnfitFileError(f"it is larger than {_size(most_bytes)}", path)
    return data


def read_text(path: Path, most_bytes: int) -> str:
    """The text of a regular file. Raises OSError, also for what is not UTF-8."""
    return as_text(path, read_bytes(path, most_bytes))


def read_password(path: Path) -> str:
    """The password that is all of a file but its end of line. Raises OSError, also for what is not UTF-8."""
    return read_text(path, MAX_PASSWORD_BYTES).rstrip("\r\n")


def as_text(path: Path, data: bytes) -> str:
    """The text that a file's bytes are. Raises NotTextError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotTextError("it is not UTF-8 text", path, line) from error


def parse_toml(text: str) -> dict[str, Any]:
    """The values of a TOML document. Raises ValueError, also for what `tomllib` gives up in other ways."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"it is nested too deeply (at line {_deep_line(text)})") from None


def _deep_line(text: str) -> int:
    """About where a text is nested too deeply: brackets within strings count as well."""
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        depth += line.count("[") + line.count("{")
        if depth > _DEEP:
            return number
        depth -= line.count("]") + line.count("}")
    return 1


def _size(number: int) -> str:
    return f"{number >> 20} MB" if number >= 1 << 20 else f"{number >> 10} KB"
