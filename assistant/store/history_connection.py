"""What every database that can keep the history does: SQLite's own way, as far as the history needs it.

Types and errors only. A connection belongs to one thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from assistant.errors import StoreError


class Rows(Protocol):
    """What a statement gave."""

    @property
    def lastrowid(self) -> int | None:
        """The id of the row that was inserted."""

    def fetchone(self) -> Any:
        """The next row, a tuple; None after the last one."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection in autocommit; a transaction goes from "BEGIN IMMEDIATE" to "COMMIT" or "ROLLBACK".

    Statements are those that SQLite and PostgreSQL both understand, with ? for a value. They raise
    sqlite3.Error or StoreError; RefusedError where the tables do not take a row, and the transaction goes on.
    """

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Carry out a statement."""

    def new_run(self, room: str) -> int:
        """A number for what one session is told from its start to its end."""

    def tidy_journal(self, last_id: int, run: int) -> None:
        """Let the oldest rows of the journal make room, once in a while, after the row `last_id` of a run."""

    def has_written(self, transaction: str) -> bool:
        """Whether a transaction that was in doubt was written. Raises StoreError while it goes on."""

    def close(self) -> None:
        """Let go of it."""


class RefusedError(StoreError):
    """A row that the tables do not take."""


class InDoubtError(StoreError):
    """The connection went while a transaction was being ended: nobody knows yet whether it was written.

    The database can tell later, by the `transaction`; `place` is where it would have led, a `Place`.
    """

    def __init__(self, transaction: str, place: Any = None) -> None:
        super().__init__("history_in_doubt", "it does not answer")
        self.transaction = transaction
        self.place = place
