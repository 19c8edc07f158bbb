"""Keeps the history in SQLite as it happens: every action its own transaction.

Owned by one thread at a time: made on the main thread, then used by the session thread. Must never raise
while a session runs, and never delete what it cannot read. No audio is ever written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from assistant.core.actions import (
    Action,
    EndSession,
    RecordPain,
    RecordPhysicianChecked,
    RecordSession,
    RecordStep,
)
from assistant.errors import StoreError
from assistant.store.history_reader import SessionSummary, read_physician_checked_on, read_sessions

MIGRATIONS = (
    (
        """CREATE TABLE sessions (
            id INTEGER PRIMARY KEY, routine_id TEXT NOT NULL, started_at TEXT NOT NULL,
            ended_at TEXT, end_reason TEXT
        ) STRICT""",
        """CREATE TABLE steps (
            id INTEGER PRIMARY KEY, session_id INTEGER REFERENCES sessions, at TEXT NOT NULL,
            stretch_id TEXT NOT NULL, side TEXT NOT NULL, repetition INTEGER NOT NULL,
            held_seconds REAL NOT NULL, outcome TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE pains (
            id INTEGER PRIMARY KEY, session_id INTEGER REFERENCES sessions, at TEXT NOT NULL,
            stretch_id TEXT NOT NULL, phrase TEXT NOT NULL
        ) STRICT""",
        "CREATE TABLE physician_checks (id INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT",
        "CREATE INDEX steps_of_session ON steps (session_id)",
        "CREATE INDEX pains_of_session ON pains (session_id)",
    ),
)
"""PRAGMA user_version counts how many of these a file has had. Append; never edit one that was released.

Times are ISO 8601 with the local offset, such as 2026-03-01T18:30:00+01:00. A step or a pain report outside
any session has no session_id.
"""

BUSY_SECONDS = 0.25  # another session may be writing; the session thread must not wait longer
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def local_now() -> datetime:
    """The wall clock with the local offset from UTC."""
    return datetime.now().astimezone()


class History:
    """The `Store` port over one file. Problems are told once, in a line, to `on_problem`; nothing raises."""

    def __init__(
        self, path: Path, on_problem: Callable[[str], None], clock: Callable[[], datetime] = local_now
    ) -> None:
        self._path = path
        self._on_problem = on_problem
        self._clock = clock
        self._session_id: int | None = None
        self._told = False
        self._connection = self._open()

    def record(self, action: Action) -> None:
        """Keep the action if it is for the history; it is on disk when this returns."""
        match action:
            case RecordSession(routine_id):
                self._session_id = self._write(
                    "INSERT INTO sessions (routine_id, started_at) VALUES (?, ?)", routine_id, self._now()
                )
            case RecordStep(stretch_id, side, repetition, held_seconds, outcome):
                self._write(
                    "INSERT INTO steps (session_id, at, stretch_id, side, repetition, held_seconds, outcome)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    *(
                        self._session_id,
                        self._now(),
                        stretch_id,
                        side,
                        repetition,
                        float(held_seconds),
                        outcome,
                    ),
                )
            case RecordPain(stretch_id, phrase):
                self._write(
                    "INSERT INTO pains (session_id, at, stretch_id, phrase) VALUES (?, ?, ?, ?)",
                    *(self._session_id, self._now(), stretch_id, phrase),
                )
            case RecordPhysicianChecked():
                self._write("INSERT INTO physician_checks (at) VALUES (?)", self._now())
            case EndSession(reason):
                self._write(
                    "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ?",
                    *(self._now(), reason, self._session_id),
                )
                self._session_id = None

    def sessions(self, limit: int | None = None) -> list[SessionSummary]:
        """The sessions, the latest first; none when they cannot be read."""
        try:
            return read_sessions(self._path, limit)
        except StoreError as error:
            self._tell(error.message)
            return []

    def physician_checked_on(self) -> date | None:
        """The day on which the user last said that a physician agreed; None also when it cannot be read."""
        try:
            return read_physician_checked_on(self._path)
        except StoreError as error:
            self._tell(error.message)
            return None

    def close(self) -> None:
        """Let go of the file; records after this are not kept."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _write(self, statement: str, *values: str | float | None) -> int | None:
        if self._connection is None:
            return None
        try:
            return self._connection.execute(statement, values).lastrowid
        except sqlite3.Error as error:
            self._tell(
                f"The history cannot be written to {self._path}: {error}; the session goes on without it."
            )
            return None

    def _tell(self, message: str) -> None:
        if not self._told:
            self._on_problem(message)
        self._told = True

    def _open(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _connect(self._path)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in _DAMAGED:
                    raise
            aside = self._set_aside()
            self._on_problem(f"The history was damaged: it is kept as {aside}, and a new one begins.")
            return _connect(self._path)
        except (sqlite3.Error, OSError, StoreError) as error:
            self._tell(
                f"The history cannot be kept in {self._path}: {error}; the session goes on without it."
            )
            return None

    def _set_aside(self) -> Path:
        """Rename the file, and what SQLite keeps beside it, to a name that is free."""
        base = f"{self._path.name}.broken-{self._clock():%Y-%m-%d}"
        names = (base if n == 1 else f"{base}-{n}" for n in range(1, 1_000))
        aside = next(p for p in map(self._path.with_name, names) if not p.exists())
        for suffix in ("-wal", "-shm", ""):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return aside


def _connect(path: Path) -> sqlite3.Connection:
    """Open in autocommit, check, bring up to date. Raises sqlite3.Error, or StoreError when it is newer."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if (found := connection.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            error = sqlite3.DatabaseError(str(found))
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL a killed process loses nothing; a power cut may lose the last seconds, for far fewer
        # waits on an SD card.
        connection.execute("PRAGMA synchronous = NORMAL")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")  # two sessions may start at once: the second finds it done
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError("history_newer", "it was written by a newer Limber")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")
