"""The history's tables, and the one way to open them for writing: checked and brought up to date.

Used by whichever thread owns the connection. Must lose nothing of an older file, and leave a newer one alone.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from assistant.errors import StoreError

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
    (
        "ALTER TABLE pains ADD COLUMN asked_back_at TEXT",
        """CREATE TABLE scores (
            id INTEGER PRIMARY KEY, session_id INTEGER REFERENCES sessions,
            pain_id INTEGER REFERENCES pains, at TEXT NOT NULL,
            moment TEXT NOT NULL CHECK (moment IN ('before', 'during', 'after')),
            score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10)
        ) STRICT""",
        """CREATE TABLE red_flags (
            id INTEGER PRIMARY KEY, session_id INTEGER REFERENCES sessions, at TEXT NOT NULL,
            kind TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX scores_of_session ON scores (session_id)",
        "CREATE INDEX red_flags_of_session ON red_flags (session_id)",
    ),
    (
        """CREATE TABLE journal (
            id INTEGER PRIMARY KEY, run INTEGER NOT NULL, session_id INTEGER REFERENCES sessions,
            now REAL NOT NULL, event TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX journal_of_run ON journal (run)",
        "CREATE INDEX journal_of_session ON journal (session_id)",
    ),
    (
        """CREATE TABLE conditions (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, condition TEXT NOT NULL, over_at TEXT
        ) STRICT""",
        "CREATE TABLE condition_checks (id INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT",
    ),
)
"""PRAGMA user_version counts how many of these a file has had. Append; never edit one that was released.

Times are ISO 8601 with the local offset, such as 2026-03-01T18:30:00+01:00. What happens outside any session
has no session_id. A score told "during" a session belongs to the pain report before it. A pain whose stretch
was asked back since is over; it does not count against the stretch any more. A condition is told at a time,
and over at another one, if ever; it belongs to no session. The journal holds every event of
each run of the program, as JSON, with the session's own clock.
"""

OF_A_SESSION = ("steps", "pains", "scores", "red_flags")
"""The tables whose rows belong to a session."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Open in autocommit, check, bring up to date. Raises sqlite3.Error, or StoreError when it is newer."""
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        if (found := connection.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            error = sqlite3.DatabaseError(str(found))
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL a killed process loses nothing; a power cut may lose the last seconds, for far fewer
        # waits on an SD card.
        connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, wholly or not at all. Raises sqlite3.Error, StoreError when newer."""
    connection.execute("BEGIN IMMEDIATE")  # two sessions may start at once: the second finds it done
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        raise StoreError("history_newer", "it was written by a newer Limber")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def schema_version(connection: sqlite3.Connection) -> int:
    """How many of the migrations the file has had. Raises sqlite3.Error."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault, and not how it is used."""
    return error.sqlite_errorcode & 0xFF in _DAMAGED


def damaged_copies(path: Path) -> list[Path]:
    """The damaged files that were set aside from this history, with what SQLite kept beside them."""
    return sorted(path.parent.glob(f"{path.name}.broken-*"))
