"""A connection to PostgreSQL that does what one to SQLite does, and waits for no answer for long.

A connection belongs to one thread at a time; a thread of its own cuts it where the server does not answer.
What psycopg raises leaves here as StoreError, and its text without what could be secret.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from assistant.errors import StoreError
from assistant.store.history_connection import InDoubtError, RefusedError, Rows

if TYPE_CHECKING:
    import psycopg

MOST_ENTRIES = 20_000
"""Of a run of the journal: hours of stretching."""
_BEFORE_THE_REASON = " failed: "


class _Found:
    """The rows that a statement gave, all of them here already; of an insertion the id of its row."""

    def __init__(self, cursor: psycopg.Cursor[Any], lastrowid: int | None = None) -> None:
        self.lastrowid = lastrowid
        self._rows = iter(cursor.fetchall() if cursor.description and lastrowid is None else ())

    def fetchone(self) -> Any:
        """The next row, None after the last one."""
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        """All that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class ServerConnection:
    """See `history_connection.Connection`. Everything raises StoreError."""

    def __init__(self, raw: psycopg.Connection, answer_seconds: float) -> None:
        self._raw = raw
        self._cutter = _Cutter(raw, answer_seconds)

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Carry out a statement of SQLite's as far as it is PostgreSQL's as well."""
        with self._answered():
            if statement == "COMMIT":
                return self._commit()
            if statement.startswith("INSERT"):
                return self._insert(statement, values)
            wanted = "BEGIN" if statement == "BEGIN IMMEDIATE" else statement.replace("?", "%s")
            return _Found(self._raw.execute(wanted.encode(), values or None))

    def _insert(self, statement: str, values: Sequence[Any]) -> Rows:
        """A row; within a savepoint, so that one that is refused does not end the transaction."""
        wanted = f"{statement} RETURNING id".replace("?", "%s").encode()
        try:
            with self._raw.pipeline():
                self._raw.execute("SAVEPOINT one")
                cursor = self._raw.execute(wanted, values)
                self._raw.execute("RELEASE SAVEPOINT one")
            (row_id,) = cursor.fetchone() or (None,)
        except Exception as error:
            if not _is_refusal(error):
                raise
            self._raw.execute("ROLLBACK TO SAVEPOINT one")
            raise RefusedError("history_refused", reason_of(error)) from None
        return _Found(cursor, row_id)

    def _commit(self) -> Rows:
        """End the transaction. Where the line is cut just then, the server can tell later what came of it."""
        row = self._raw.execute("SELECT pg_current_xact_id_if_assigned()::text").fetchone()
        transaction = row[0] if row else None
        try:
            return _Found(self._raw.execute("COMMIT"))
        except Exception as error:
            if transaction is None or not _is_cut(error):
                raise
            raise InDoubtError(transaction) from error

    def new_run(self, room: str) -> int:
        """A number that nobody else gets; the journal of the room's earlier sessions makes room for it."""
        with self._answered():
            self._raw.execute("DELETE FROM journal WHERE room = %s AND run > 0", (room,))
            row = self._raw.execute("SELECT nextval('runs')").fetchone()
        return int(row[0]) if row else 0

    def tidy_journal(self, last_id: int, run: int) -> None:
        """Of this run, and of the marks, the oldest rows make room."""
        statement = """DELETE FROM journal WHERE run = ? AND id <= (
            SELECT id FROM journal WHERE run = ? ORDER BY id DESC OFFSET ? LIMIT 1)"""
        for one in (run, 0):
            self.execute(statement, (one, one, MOST_ENTRIES))

    def has_written(self, transaction: str) -> bool:
        """Whether it was written; one that is so old that nobody knows was not."""
        row = self.execute("SELECT pg_xact_status(?::xid8)", (transaction,)).fetchone()
        if row[0] == "in progress":
            raise StoreError("history_in_doubt", "it does not answer")
        return bool(row[0] == "committed")

    def close(self) -> None:
        """Let go of the line, without a word that somebody would have to wait for."""
        self._cutter.close()
        self._raw.close()

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """What is asked within is answered in time, or fails. Raises StoreError."""
        try:
            with self._cutter:
                yield
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - psycopg's own, which need not be there to be named
            reason = "it does not answer" if self._cutter.has_cut else reason_of(error)
            raise StoreError("history_gone", reason) from None


class WhatIf:
    """A connection in a transaction that is to be undone: what would be written is written into that."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.new_run, self.tidy_journal = connection.new_run, connection.tidy_journal
        self.has_written, self.close = connection.has_written, connection.close

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """The same, with a savepoint for a transaction."""
        within = {
            "BEGIN IMMEDIATE": "SAVEPOINT what_if",
            "COMMIT": "RELEASE SAVEPOINT what_if",
            "ROLLBACK": "ROLLBACK TO SAVEPOINT what_if",
        }
        return self._connection.execute(within.get(statement, statement), values)


class _Cutter:
    """Cuts a connection whose server has not answered in time: whoever waits for it is told at once."""

    def __init__(self, raw: psycopg.Connection, seconds: float) -> None:
        self._raw = raw
        self._seconds = seconds
        self._changed = threading.Condition()
        self._until: float | None = None
        self._is_closed = False
        self.has_cut = False
        threading.Thread(target=self._run, name="history answers", daemon=True).start()

    def __enter__(self) -> None:
        with self._changed:
            self._until = time.monotonic() + self._seconds
            self._changed.notify()

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._until = None

    def close(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._is_closed:
                if self._until is None:
                    self._changed.wait()
                elif (left := self._until - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._cut()
                    return

    def _cut(self) -> None:
        self.has_cut = True
        with suppress(Exception), socket.socket(fileno=os.dup(self._raw.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


def reason_of(error: Exception) -> str:
    """What went wrong, in a line that holds no password and no URL.

    psycopg tells of a server by address and user; of a URL that it does not understand it may tell all of it.
    """
    import psycopg

    if isinstance(error, psycopg.ProgrammingError) and getattr(error, "sqlstate", None) is None:
        return "its URL cannot be understood"
    told = str(error).strip().splitlines() or [type(error).__name__]
    return told[0].rpartition(_BEFORE_THE_REASON)[2].strip().rstrip(".")


def _is_refusal(error: Exception) -> bool:
    import psycopg

    return isinstance(error, psycopg.IntegrityError | psycopg.DataError)


def _is_cut(error: Exception) -> bool:
    """Whether the line went, and not the server said no."""
    import psycopg

    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
