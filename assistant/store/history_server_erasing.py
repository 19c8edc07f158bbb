"""Erases from a PostgreSQL server what the user wants forgotten, as far as this can be reached from here.

Called on the main thread, or a page's. The server's log, its backups and its copies are beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from assistant.errors import StoreError
from assistant.store.history_connection import Connection
from assistant.store.history_server import HistoryServer
from assistant.store.history_server_schema import TABLES
from assistant.store.pending import pending_files, take_over

ERASING_SECONDS = 30.0
BUSY_MILLISECONDS = 2000

BEYOND_REACH = (
    "The server's log and backups, its copies on other servers, and what other hosts could not write yet may "
    "hold it still. Whoever runs the server can erase those."
)


def erase_sessions(
    server: HistoryServer, ids: Iterable[int], delete: Callable[[Connection, Iterable[int]], None]
) -> None:
    """Erase the rows, and rewrite the tables so that their files hold nothing of them. Raises StoreError."""
    try:
        with closing(server.connect(ERASING_SECONDS)) as connection:
            take_over(server.beside, connection)
            connection.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
            connection.execute("BEGIN IMMEDIATE")
            delete(connection, ids)
            connection.execute("COMMIT")
            for table in TABLES:
                connection.execute(f"VACUUM FULL {table}")
    except StoreError as error:
        raise _not_erased(server, error) from error


def erase_everything(server: HistoryServer) -> list[Path]:
    """Empty all tables, and remove what waits here; returns the files that are gone. Raises StoreError."""
    try:
        with closing(server.connect(ERASING_SECONDS)) as connection:
            connection.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
            connection.execute(f"TRUNCATE {', '.join(TABLES)}")
        files = pending_files(server.beside)
        for file in files:
            file.unlink()
    except (StoreError, OSError) as error:
        raise _not_erased(server, error) from error
    return files


def _not_erased(server: HistoryServer, error: Exception) -> StoreError:
    return StoreError("history_not_erased", f"The history {server} could not be erased: {error}.")
