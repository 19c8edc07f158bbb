"""The file that a history is in: made, watched, and set aside where it is damaged.

Owned by the thread that writes the history. Must never delete what it cannot read.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from assistant.private_files import FILE_MODE, make_folder, mend
from assistant.store.history_schema import (
    OF_A_SESSION,
    FileConnection,
    connect,
    is_damage,
    older_copies,
    salvage,
)
from assistant.store.history_writer import Place
from assistant.store.pending import take_over


class HistoryFile:
    """One file, and the connection to it; `tell` gets a line when it went or was damaged."""

    def __init__(
        self, path: Path, busy_seconds: float, tell: Callable[[str], None], clock: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._tell = tell
        self._clock = clock
        self.connection: FileConnection | None = None
        self._identity: tuple[int, int] | None = None

    def __str__(self) -> str:
        return str(self._path)

    def connected(self, place: Place, begin_anew: Callable[[], None]) -> FileConnection:
        """The connection to the file that is there; to a new one where it went. Raises what opening does.

        What is written just now belongs to `place`. `begin_anew` is called where that is not in the file any
        more.
        """
        if self.connection is not None and not self.is_where_it_was():
            self.disconnect()
            begin_anew()
            self._tell(f"The history {self._path} was moved or removed: a new one begins, with this session.")
        if self.connection is None:
            self._open(place, begin_anew)
        assert self.connection is not None
        return self.connection

    def failed(self, error: Exception) -> None:
        """What is damaged is let go, so that it is looked at when it is opened next."""
        if isinstance(error, sqlite3.Error) and is_damage(error):
            self.disconnect()

    def disconnect(self) -> None:
        """Let go of the file."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def is_where_it_was(self) -> bool:
        """Whether the file that is open is still the one of its name."""
        try:
            found = self._path.stat()
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self._identity

    def _open(self, place: Place, begin_anew: Callable[[], None]) -> None:
        make_folder(self._path.parent)
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, FILE_MODE))
        connection = self._connect(place, begin_anew)
        try:
            take_over(self._path, connection)
            found = self._path.stat()
        except BaseException:
            connection.close()
            raise
        self.connection, self._identity = connection, (found.st_dev, found.st_ino)
        beside = [self._path.with_name(self._path.name + suffix) for suffix in ("", "-wal", "-shm")]
        mend(*beside, *older_copies(self._path))

    def _connect(self, place: Place, begin_anew: Callable[[], None]) -> FileConnection:
        try:
            return connect(self._path, self._busy_seconds)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
        aside = self._set_aside()
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, FILE_MODE))
        connection = connect(self._path, self._busy_seconds)
        count = salvage(aside, connection)
        if place != Place(origin=place.origin):
            for table in OF_A_SESSION:
                connection.execute(f"DELETE FROM {table} WHERE session_id = ?", (place.session_id,))
            connection.execute("DELETE FROM sessions WHERE id = ?", (place.session_id,))
            begin_anew()
        rows = f"with {count} rows that could be read" if count else "with nothing that could be read"
        self._tell(f"The history was damaged: it is kept as {aside}, and a new one begins, {rows}.")
        return connection

    def _set_aside(self) -> Path:
        """Rename the file, and what SQLite keeps beside it, to a name that is free."""
        base = f"{self._path.name}.broken-{self._clock():%Y-%m-%d}"
        names = (base if n == 1 else f"{base}-{n}" for n in range(1, 1_000))
        aside = next(p for p in map(self._path.with_name, names) if not p.exists())
        for suffix in ("-wal", "-shm", ""):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
                mend(aside.with_name(aside.name + suffix))
        return aside
