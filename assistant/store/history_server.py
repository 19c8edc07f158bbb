"""The history on a PostgreSQL server: which one it is, and how it is asked, never for long.

Any thread may ask; a connection belongs to one at a time. A server that does not answer is left alone for a
moment, by everybody here, so that nobody waits for it twice. Must never tell a password.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.deadline import begun
from assistant.errors import StoreError
from assistant.private_files import make_folder
from assistant.store.history_server_connection import ServerConnection, WhatIf, reason_of
from assistant.store.history_server_schema import migrate
from assistant.store.history_writer import Place
from assistant.store.pending import apply, pending_files, take_over

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 1.0
"""So long somebody waits for a connection; the whole program has two seconds to end."""
ANSWER_SECONDS = 1.0
"""So long a statement may take. Then the line is cut, and what there is to write waits."""
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.5, 5.0
"""A server that did not answer is left alone for so long, at first, and at most."""
_NO_LIBRARY = 'psycopg, which talks to PostgreSQL, is not installed: pip install "limber[clinic]"'


class HistoryServer:
    """A database on a server, by its URL, and the place beside which waits what it cannot take."""

    def __init__(self, database: str, beside: Path) -> None:
        self._database = database
        self.beside = beside
        self._changed = threading.Lock()
        self._rest_seconds = FIRST_REST_SECONDS
        self._not_before = 0.0
        self._reason = ""

    def __str__(self) -> str:
        """The URL without what is nobody's business."""
        url = urlsplit(self._database)
        return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"

    def connect(self, answer_seconds: float | None = None) -> ServerConnection:
        """A connection to tables that are up to date, without waiting for long. Raises StoreError."""
        with self._changed:
            if time.monotonic() < self._not_before:
                raise StoreError("history_gone", self._reason)
        library = _psycopg()  # which takes its time on a busy machine, and is no server that does not answer
        coming = begun(partial(self._connect, library), "connecting")
        try:
            raw = coming.result(CONNECT_SECONDS)
        except TimeoutError as error:
            coming.add_done_callback(_close_late)
            self._leave_alone("it does not answer")
            raise StoreError("history_gone", "it does not answer") from error
        except StoreError as error:
            self._leave_alone(error.message)
            raise
        except Exception as error:  # noqa: BLE001 - psycopg's own, which need not be there to be named
            reason = reason_of(error)
            self._leave_alone(reason)
            raise StoreError("history_gone", reason) from None  # whose text may name what is secret
        with self._changed:
            self._rest_seconds = FIRST_REST_SECONDS
        return ServerConnection(raw, answer_seconds or ANSWER_SECONDS)

    def _connect(self, library: ModuleType) -> psycopg.Connection:
        raw: psycopg.Connection = library.connect(
            self._database,
            autocommit=True,
            connect_timeout=2,
            prepare_threshold=None,  # what is prepared while a row is refused is gone again
            application_name="limber",
            tcp_user_timeout=5000,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        try:
            migrate(raw)
        except BaseException:
            raw.close()
            raise
        return raw

    def _leave_alone(self, reason: str) -> None:
        with self._changed:
            self._reason = reason
            self._not_before = time.monotonic() + self._rest_seconds
            self._rest_seconds = min(2 * self._rest_seconds, LONGEST_REST_SECONDS)

    @contextmanager
    def reading(self) -> Iterator[ServerConnection]:
        """A connection to one state of the history, with what waits here in it; nothing of it stays there.

        Raises StoreError, within as well.
        """
        try:
            with closing(self.connect()) as connection:
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                apply(WhatIf(connection), pending_files(self.beside))
                yield connection
                with suppress(StoreError):
                    connection.execute("ROLLBACK")
        except StoreError as error:
            raise StoreError(error.code, f"The history {self} cannot be read: {error.message}.") from error


class ServerLine:
    """The connection of one who writes: opened when it is wanted, and again after it failed."""

    def __init__(self, server: HistoryServer) -> None:
        self._server = server
        self._connection: ServerConnection | None = None

    def __str__(self) -> str:
        return str(self._server)

    def connected(self, place: Place, begin_anew: object) -> ServerConnection:
        """The connection. Raises StoreError, OSError. What was written stays there: nothing begins anew."""
        if self._connection is None:
            make_folder(self._server.beside.parent)  # for what may have to wait
            connection = self._server.connect()
            try:
                take_over(self._server.beside, connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def failed(self, error: Exception) -> None:
        """Whatever failed: the next one is asked on a new line."""
        self.disconnect()

    def disconnect(self) -> None:
        """Let go of the line."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


Where = Path | HistoryServer
"""Where a history is kept: a file of its own, or a server."""


def history_place(database: str, file: Path) -> Where:
    """Where the history is: on the server of this URL, or in the file where there is none."""
    return HistoryServer(database, file.with_name("history.server")) if database else file


def _psycopg() -> ModuleType:
    try:
        import psycopg
    except ImportError as error:
        raise StoreError("no_psycopg", _NO_LIBRARY) from error
    return psycopg


def _close_late(coming: Future[psycopg.Connection]) -> None:
    """A connection that came when nobody waited any more."""
    if coming.exception() is None:
        coming.result().close()
