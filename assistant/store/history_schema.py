"""The history's tables, and the one way to open them for writing: checked and brought up to date.

Used by whichever thread owns the connection. Must lose nothing of an older file, and leave a newer one alone.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any

from assistant.errors import StoreError
from assistant.private_files import FILE_MODE

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
        "ALTER TABLE physician_checks ADD COLUMN withdrawn_at TEXT",
        """UPDATE physician_checks SET withdrawn_at = (SELECT max(at) FROM red_flags)
            WHERE substr(at, 1, 10) <= (SELECT max(substr(at, 1, 10)) FROM red_flags)""",
    ),
    (
        "ALTER TABLE sessions ADD COLUMN room TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sessions ADD COLUMN host TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sessions ADD COLUMN is_shared INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE journal ADD COLUMN room TEXT NOT NULL DEFAULT ''",
    ),
)
"""PRAGMA user_version counts how many of these a file has had. Append; never edit one that was released.

Times are ISO 8601 with the local offset, such as 2026-03-01T18:30:00+01:00. What happens outside any session
has no session_id. A score told "during" a session belongs to the pain report before it. A pain whose stretch
was asked back since is over; it does not count against the stretch any more. A physician's consent is
withdrawn by the next red flag: by the order of what happened, whatever the clock says. A condition is told
at a time, and over at another one, if ever; it belongs to no session. The journal holds
every event of each session that was run, as JSON, with the session's own clock, after a head that says what
it was made of. In run 0 are the marks of what had to wait in a file of its own. A session is held in a room
of a host; of one in a shared room nothing is used for anybody else's.
"""

OF_THE_PERSON = ("physician_checks", "condition_checks", "conditions")
"""The tables of what holds beyond a session."""
OF_A_SESSION = ("steps", "pains", "scores", "red_flags")
"""The tables whose rows belong to a session."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


MOST_ENTRIES = 20_000
"""Of the journal: some hours of stretching, about 4 MB; the oldest make room."""


class FileConnection(sqlite3.Connection):
    """A connection to a file, with what each database does in a way of its own."""

    def new_run(self, room: str) -> int:
        """The next number: one transaction at a time asks for it."""
        (last,) = self.execute("SELECT coalesce(max(run), 0) FROM journal").fetchone()
        return int(last) + 1

    def tidy_journal(self, last_id: int, run: int) -> None:
        """The oldest rows of all runs make room."""
        self.execute("DELETE FROM journal WHERE id <= ?", (last_id - MOST_ENTRIES,))

    def has_written(self, transaction: str) -> bool:
        """Nothing is ever in doubt here."""
        return False


def opened(name: str | Path, **how: Any) -> FileConnection:
    """A connection in autocommit that reads any text, also one in which a bit has flipped."""
    connection: FileConnection = sqlite3.connect(name, isolation_level=None, factory=FileConnection, **how)
    connection.text_factory = lambda data: data.decode(errors="replace")
    return connection


def connect(path: Path, busy_seconds: float) -> FileConnection:
    """Open in autocommit, check, bring up to date; an older file is copied first.

    Raises sqlite3.Error, OSError, or StoreError when it is newer.
    """
    connection = opened(path, timeout=busy_seconds, check_same_thread=False)
    try:
        if (found := connection.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            raise _damage(str(found))
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL a killed process loses nothing; a power cut may lose the last seconds, for far fewer
        # waits on an SD card.
        connection.execute("PRAGMA synchronous = NORMAL")
        _keep_copy(connection, path)
        migrate(connection)
    except UnicodeDecodeError as error:  # SQLite tells a name in its own message: that need be no text
        connection.close()
        raise _damage(f"a name in it is no text: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _keep_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Before tables are changed the file is copied, whole or not at all. Raises sqlite3.Error, OSError."""
    version = schema_version(connection)
    if not 0 < version < len(MIGRATIONS):
        return
    part = path.with_name(f"{path.name}.version-{version}.part")
    with suppress(FileNotFoundError):
        part.unlink()
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    try:
        with closing(sqlite3.connect(part)) as copy:
            connection.backup(copy)
    except BaseException:
        part.unlink()
        raise
    part.replace(part.with_suffix(""))


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, wholly or not at all. Raises sqlite3.Error, StoreError when newer.

    Tables that are not what their version says are damage: such a file is never taken for one that is well.
    """
    connection.execute("BEGIN IMMEDIATE")  # two sessions may start at once: the second finds it done
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        raise StoreError("history_newer", "it was written by a newer Limber")
    if version < 0 or _columns(connection) & _columns_of(len(MIGRATIONS)) != _columns_of(version):
        raise _damage(f"its tables are not those of version {version}")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _columns(connection: sqlite3.Connection) -> frozenset[str]:
    """All columns, as "table.column". Raises sqlite3.Error."""
    query = """SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table'"""
    return frozenset(name for (name,) in connection.execute(query))


@cache
def _columns_of(version: int) -> frozenset[str]:
    """Those of a file that has had so many migrations."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                fresh.execute(statement)
        return _columns(fresh)


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


def older_copies(path: Path) -> list[Path]:
    """The copies that were made before the tables were changed."""
    return sorted(path.parent.glob(f"{path.name}.version-*"))


def salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Copy what can still be read of the history's rows, and of the journal the marks; return how many rows.

    Raises sqlite3.Error. Rows beyond a torn page are reached from the table's other end.
    """
    count = 0
    uri = f"{damaged.resolve().as_uri()}?mode=ro"
    with closing(opened(uri, uri=True)) as file:
        into.execute("BEGIN IMMEDIATE")
        for table in (*OF_THE_PERSON, "sessions", *OF_A_SESSION):
            wanted = [row[1] for row in into.execute(f"PRAGMA table_info({table})")]
            for direction in ("ASC", "DESC"):
                count += _copy_rows(file, into, table, wanted, direction)
        # Without the marks, what a dead process had just written would be written again.
        with suppress(sqlite3.Error, UnicodeDecodeError):
            marks = file.execute("SELECT run, now, event FROM journal WHERE run = 0").fetchall()
            into.executemany("INSERT INTO journal (run, now, event) VALUES (?, ?, ?)", marks)
        into.execute("COMMIT")
    return count


def _copy_rows(
    file: sqlite3.Connection, into: sqlite3.Connection, table: str, wanted: list[str], direction: str
) -> int:
    """Copy the rows from one end up to the first that cannot be read; those that are there already stay."""
    count = 0
    with suppress(sqlite3.Error, UnicodeDecodeError):
        there = {row[1] for row in file.execute(f"PRAGMA table_info({table})")}
        columns = ", ".join(name for name in wanted if name in there)
        insert = f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(columns.split(', ')))})"
        for row in file.execute(f"SELECT {columns} FROM {table} ORDER BY rowid {direction}"):
            with suppress(sqlite3.IntegrityError):  # copied from the other end, or not what the table takes
                into.execute(insert, row)
                count += 1
    return count
