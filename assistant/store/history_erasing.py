"""Erases what the user wants forgotten, so that the files hold nothing of it any more.

Called on the main thread, never during a session. Must not erase anything that it does not name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from assistant.errors import StoreError
from assistant.store.history_connection import Connection
from assistant.store.history_reader import reading
from assistant.store.history_schema import OF_A_SESSION, connect, damaged_copies, older_copies
from assistant.store.history_server import HistoryServer, Where
from assistant.store.history_server_erasing import erase_everything, erase_sessions
from assistant.store.pending import pending_files, take_over

BUSY_SECONDS = 2.0


def kept_rows(path: Where, session_id: int | None = None) -> dict[str, int]:
    """How many rows each table has of a session, or in all. Raises StoreError when they cannot be read."""
    of_nobody_else = ("physician_checks", "conditions", "condition_checks")
    tables = OF_A_SESSION if session_id is not None else ("sessions", *OF_A_SESSION, *of_nobody_else)
    with reading(path) as connection:
        if connection is None:
            return {}
        where = "" if session_id is None else f" WHERE session_id = {session_id:d}"
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}{where}").fetchone()[0]
            for table in tables
        }


def history_files(path: Where) -> list[Path]:
    """The files that hold the history, what waits to be written, and the copies that were made of it."""
    if isinstance(path, HistoryServer):
        return pending_files(path.beside)
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]
    return [
        file
        for file in (*files, *pending_files(path), *older_copies(path), *damaged_copies(path))
        if file.exists()
    ]


def copies_of(path: Where) -> list[Path]:
    """The copies that were made of a file, damaged ones and older ones."""
    return [] if isinstance(path, HistoryServer) else [*damaged_copies(path), *older_copies(path)]


def is_there(path: Where) -> bool:
    """Whether there is anything to erase. Raises StoreError where a server does not tell."""
    if isinstance(path, HistoryServer) and any(kept_rows(path).values()):
        return True
    return bool(history_files(path))


def forget_sessions(path: Where, ids: Iterable[int]) -> None:
    """Erase these sessions and all that belongs to them. Raises StoreError."""
    if isinstance(path, HistoryServer):
        erase_sessions(path, ids, delete_sessions)
        return
    try:
        with closing(connect(path, BUSY_SECONDS)) as connection:
            take_over(path, connection)
            _be_alone(connection)
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            delete_sessions(connection, ids)
            connection.execute("COMMIT")
            connection.execute("VACUUM")  # also what was deleted before secure_delete was on
    except (sqlite3.Error, OSError, StoreError) as error:
        raise _not_erased(path, error) from error


def delete_sessions(connection: Connection, ids: Iterable[int]) -> None:
    """Take the rows of these sessions out of their tables. Raises sqlite3.Error, StoreError."""
    for session_id in ids:
        connection.execute(
            "DELETE FROM journal WHERE run IN (SELECT run FROM journal WHERE session_id = ?)", (session_id,)
        )
        for table in OF_A_SESSION:
            connection.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))
        connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))


def forget_everything(path: Where) -> list[Path]:
    """Erase the history, and the damaged copies of it; returns the files that are gone. Raises StoreError.

    A damaged history is erased too. One that another process uses is not: it would be written again. On a
    server, sessions that go on elsewhere keep nothing any more.
    """
    if isinstance(path, HistoryServer):
        return erase_everything(path)
    try:
        if path.exists():
            _let_nobody_use(path)
        files = history_files(path)
        for file in files:
            file.unlink()
    except (sqlite3.Error, OSError) as error:
        raise _not_erased(path, error) from error
    return files


def _let_nobody_use(path: Path) -> None:
    """Raises sqlite3.OperationalError when another process has the file open; damage does not matter here."""
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        try:
            _be_alone(connection)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            pass


def _be_alone(connection: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file, for which SQLite wants no other connection to be open."""
    connection.execute("PRAGMA journal_mode = DELETE")


def _not_erased(path: Path, error: Exception) -> StoreError:
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
        reason = "a session or another program is using it; end that first"
    else:
        reason = str(error)
    return StoreError("history_not_erased", f"The history {path} could not be erased: {reason}.")
