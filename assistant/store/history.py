"""Keeps the history in its database as it happens, an event a transaction; what cannot be written waits.

Owned by one thread at a time. Must never raise while a session runs, and never delete what it cannot read. No
audio is ever written.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from assistant.core.actions import Action, EndSession
from assistant.core.events import Event
from assistant.errors import StoreError
from assistant.store.entries import GAP, HEAD, Entry, as_json, entry_of, kept_of
from assistant.store.history_connection import Connection, InDoubtError
from assistant.store.history_file import HistoryFile
from assistant.store.history_server import HistoryServer, ServerLine, Where
from assistant.store.history_writer import Origin, Place, write
from assistant.store.pending import Doubt, Pending

BUSY_SECONDS = 0.25
"""So long another process is waited for; then what there is to write waits, and nobody for it."""
RETRY_SECONDS = 0.5
MOST_HELD = 20_000
"""So many events wait at most, hours of stretching. Beyond it the journal goes, never the history."""


def local_now() -> datetime:
    """The wall clock with the local offset from UTC."""
    return datetime.now().astimezone()


class History:
    """The history, in one file or on a server, as one room writes it.

    What cannot be written is told once, in a line, to `on_problem`; it is held in memory and in a file beside
    the history, and written when that is possible again. Nothing raises.
    """

    def __init__(
        self,
        where: Where,
        on_problem: Callable[[str], None],
        clock: Callable[[], datetime] = local_now,
        origin: Origin = Origin(),  # noqa: B008 - it is frozen
    ) -> None:
        self._on_problem = on_problem
        self._clock = clock
        self._origin = origin
        self._place = Place(origin=origin)
        if isinstance(where, HistoryServer):
            self._database: HistoryFile | ServerLine = ServerLine(where)
            beside = where.beside
        else:
            self._database, beside = HistoryFile(where, BUSY_SECONDS, on_problem, clock), where
        self._held: deque[Entry] = deque()
        self._session: list[
            Entry
        ] = []  # what is for the history, of the session that goes on, or ends unwritten
        self._pending = Pending(beside)
        self._doubt: Doubt | None = None
        self._has_gap = False
        self._told = ""
        self._retry_at = 0.0
        self._is_closed = False
        self._flush()

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be written: `retry` should be called now and then."""
        return bool(self._held)

    def begin(self, head: Mapping[str, Any]) -> None:
        """A session is about to be run: a new run of the journal, whose head says what it is made of."""
        self._has_gap = False
        self._take(Entry(self._now(), event=as_json({HEAD: head}), begins_run=True))

    def resume(self, run: int, session_id: int | None, head: Mapping[str, Any]) -> None:
        """A run that was cut short goes on, and its session; the head says what of it is new."""
        self._has_gap = False
        self._take(Entry(self._now(), event=as_json({HEAD: head}), resumes=(run, session_id)))

    def keep(self, now: float, event: Event | None, actions: Iterable[Action]) -> None:
        """Keep what the session was told at `now`, its own clock, and what is to be kept of what it did."""
        event, actions = None if self._has_gap else event, kept_of(actions)
        if event is not None or actions:
            self._take(entry_of(self._now(), actions, now, event))

    def leave_gap(self) -> None:
        """Events are missing from here on: nobody can be brought to where this run leads."""
        if not self._has_gap:
            self._has_gap = True
            self._take(Entry(self._now(), event=GAP))

    def record(self, action: Action) -> None:
        """Keep the action if it is for the history; it is on disk when this returns, or waits."""
        self.keep(0.0, None, (action,))

    def note(self, now: float, event: Event) -> None:
        """Keep for the journal what the session was told at `now`, its own clock."""
        self.keep(now, event, ())

    def retry(self) -> None:
        """Write what waits, if that can be done now."""
        if self._held:
            self._flush()

    def close(self) -> None:
        """Let go of the file; records after this are not kept. What still waits is in the file beside it."""
        if self._is_closed:
            return
        if self._held:
            self._retry_at = 0.0
            self._flush()
        if missing := len(self._held) - self._pending.count:
            self._on_problem(f"{missing} events could be written nowhere: the history lacks them.")
        self._pending.close()
        self._database.disconnect()
        self._is_closed = True

    def _take(self, entry: Entry) -> None:
        if self._is_closed:
            return
        if entry.actions:
            self._session.append(entry.without_event)
        self._held.append(entry)
        self._flush()

    def _flush(self) -> None:
        """Write all that waits, or keep it for later."""
        if self._told and time.monotonic() < self._retry_at:
            self._hold()
            return
        try:
            connection = self._database.connected(self._place, self._begin_anew)
            self._settle(connection)
            if self._held:
                self._place = write(connection, self._place, self._held, self._refuse, self._pending.token)
        except (sqlite3.Error, OSError, StoreError) as error:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            self._database.failed(error)
            if isinstance(error, InDoubtError):
                self._doubt = Doubt(error.transaction, len(self._held), error.place)
                self._pending.discard()  # it is to be written with the doubt
            self._tell(error)
            self._hold()
            return
        self._held.clear()
        self._pending.discard()
        # Another one may have begun since an end, while nothing could be written.
        for at in reversed(range(len(self._session))):
            if any(isinstance(action, EndSession) for action in self._session[at].actions):
                del self._session[: at + 1]
                break
        if self._told:
            self._on_problem("The history is written again: nothing of it is lost.")
        self._told = ""

    def _hold(self) -> None:
        """Keep in memory, within bounds, and in the file beside the history what could not be written."""
        if len(self._held) > MOST_HELD and not self._has_gap:
            self._give_up_the_journal()
        if waiting := list(self._held)[self._pending.count :]:
            self._pending.append(self._place, waiting, self._doubt)

    def _settle(self, connection: Connection) -> None:
        """Find out whether what was in doubt is written. Raises StoreError while nobody knows."""
        if self._doubt is None:
            return
        if connection.has_written(self._doubt.transaction):
            for _ in range(self._doubt.count):
                self._held.popleft()
            self._place = self._doubt.place
            self._pending.discard()
        self._doubt = None

    def _give_up_the_journal(self) -> None:
        held, in_doubt = list(self._held), self._doubt.count if self._doubt else 0
        kept = [entry.without_event for entry in held[in_doubt:] if entry.actions]
        self._held = deque([*held[:in_doubt], *kept, Entry(self._now(), event=GAP)])
        self._has_gap = True
        self._pending.discard()

    def _tell(self, error: Exception) -> None:
        if not self._told:
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            self._on_problem(
                f"The history cannot be written to {self._database}: {reason}. What happens is kept, and "
                "written as soon as that can be done; the session goes on."
            )
        self._told = str(error)

    def _refuse(self, action: Action, error: Exception) -> None:
        self._on_problem(f"The history does not take {type(action).__name__}: {error}.")

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _begin_anew(self) -> None:
        """All that is known of the session that goes on is to be written once more, but for the journal."""
        waiting = [entry.without_event for entry in self._held if entry.actions]
        before = [entry for entry in waiting if entry not in self._session]
        self._held = deque([*before, *self._session, Entry(self._now(), event=GAP)])
        self._has_gap = True
        self._place = Place(origin=self._origin)
        self._pending.discard()
