"""What the history could not take yet, in a file beside it: a line for each event, until it can be written.

A process that writes such a file holds a lock on it, so that another one takes over only what was left by
somebody who is gone. Must never raise where a session runs: what finds no room here stays in memory.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.private_files import FILE_MODE
from assistant.store.entries import Entry, as_json, from_line, to_line
from assistant.store.history_connection import Connection
from assistant.store.history_writer import Place, place_from, was_written, write

MOST_FILES = 20
UNUSABLE = (sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError)
"""What SQLite says of values that were never meant for it."""


def pending_files(path: Path) -> list[Path]:
    """The files with what waits for this history, the oldest first."""
    found = [path.with_name(name) for name in _names(path)]
    return [file for file in found if file.exists()]


def _names(path: Path) -> list[str]:
    return [f"{path.name}.pending" + (f"-{n}" if n > 1 else "") for n in range(1, MOST_FILES + 1)]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A transaction of which nobody knows whether it was written: the first `count` entries that wait.

    If it was, what comes after them belongs to `place`.
    """

    transaction: str
    count: int
    place: Place


class Pending:
    """The file of one process; it is there only while something waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Path | None = None
        self._descriptor = -1
        self._size = 0
        self.count = 0
        """How many entries are in the file."""
        self.token = ""

    def append(self, place: Place, entries: Sequence[Entry], doubt: Doubt | None = None) -> bool:
        """Keep these after those that are there; whether that was done. The first follow `place`.

        A doubt is about the first ones of the file.
        """
        lines = [to_line(entry) for entry in entries]
        try:
            if self._descriptor < 0:
                self._open()
                head = {"token": self.token, "place": asdict(place)}
                lines.insert(0, as_json(head | ({"doubt": asdict(doubt)} if doubt else {})))
            data = "".join(f"{line}\n" for line in lines).encode()
            while data:
                data = data[os.write(self._descriptor, data) :]
            os.fsync(self._descriptor)
        except OSError:
            self._take_back()
            return False
        self._size = os.fstat(self._descriptor).st_size
        self.count += len(entries)
        return True

    def discard(self) -> None:
        """All of it is written, or will be kept in another place."""
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()
        self.close()

    def close(self) -> None:
        """Leave the file to whoever comes next."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._file, self._size, self.count, self.token = -1, None, 0, 0, ""

    def _open(self) -> None:
        for name in _names(self._path):
            file = self._path.with_name(name)
            with suppress(FileExistsError):
                self._descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE)
                if _is_mine(self._descriptor, file):
                    self._file, self.token = file, uuid.uuid4().hex
                    return
                self.close()
        raise FileExistsError

    def _take_back(self) -> None:
        """Half a line is none."""
        if self._descriptor < 0:
            return
        if self._size == 0:
            self.discard()
            return
        with suppress(OSError):
            os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, 0, os.SEEK_END)


def _is_mine(descriptor: int, file: Path) -> bool:
    """Whether the file is there and locked by us alone. Raises OSError."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return file.exists() and os.path.samestat(os.fstat(descriptor), file.stat())


def read_pending(file: Path) -> tuple[str, Place, list[Entry], Doubt | None]:
    """Token, place, entries and doubt of a file, without a line that was not finished.

    Raises OSError, ValueError.
    """
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    if not lines:
        raise ValueError("it is empty")
    try:
        head = json.loads(lines[0])
        token, place, doubt = str(head["token"]), place_from(head["place"]), _doubt_from(head.get("doubt"))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{lines[0][:80]!r}: {error}") from error
    entries = []
    for line in lines[1:]:
        with suppress(ValueError):
            entries.append(from_line(line))
    return token, place, entries, doubt


def _doubt_from(values: dict[str, Any] | None) -> Doubt | None:
    if values is None:
        return None
    return Doubt(str(values["transaction"]), int(values["count"]), place_from(values["place"]))


def take_over(path: Path, connection: Connection) -> int:
    """Write what processes that are gone have left, and remove their files; how many entries.

    Raises sqlite3.Error, StoreError; then the files stay.
    """
    count = 0
    for file in pending_files(path):
        with suppress(OSError):  # somebody else takes it over
            descriptor = os.open(file, os.O_RDWR)
            try:
                if _is_mine(descriptor, file):
                    count += _take(path, connection, file)
            finally:
                os.close(descriptor)
    return count


def _take(path: Path, connection: Connection, file: Path) -> int:
    """Write a file's entries and remove it; set one aside that cannot be read.

    Raises sqlite3.Error, StoreError, OSError.
    """
    try:
        count = _apply(connection, file)
    except (ValueError, *UNUSABLE):
        kept = file.stat().st_size and file.with_name(f"{path.name}.broken-{file.name[len(path.name) + 1 :]}")
        file.rename(kept) if kept else file.unlink()
        return 0
    file.unlink()
    return count


def apply(connection: Connection, files: Iterable[Path]) -> None:
    """Write what waits in these files, if it can be read and is not written yet.

    Raises sqlite3.Error, StoreError.
    """
    for file in files:
        with suppress(OSError, ValueError, *UNUSABLE):
            _apply(connection, file)


def _apply(connection: Connection, file: Path) -> int:
    token, place, entries, doubt = read_pending(file)
    if was_written(connection, token):
        return 0
    if doubt and connection.has_written(doubt.transaction):
        place, entries = doubt.place, entries[doubt.count :]
    write(connection, place, entries, token=token)
    return len(entries)
