"""What is run in a room that was taken: a session that goes on or begins, which the history keeps, or a rest.

On the thread that took the room, which is the sole owner of what is run. Must not take or leave a room.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.core.context import Settings
from assistant.core.dialogue.going_on import INTERRUPTED_REASON
from assistant.core.events import Said
from assistant.core.resting import Resting
from assistant.errors import AssistantError, StoreError
from assistant.resuming import Return, clock_facts, find_return, head_of
from assistant.rooms import Rooms, RoomState
from assistant.stock import Stock
from assistant.store.history_server import Where
from assistant.store.history_writer import Origin
from assistant.store.journal import read_run
from assistant.store.recorder import Recorder

ANSWER_SECONDS = 5.0
"""So long a history that does not answer is asked whether somebody was cut short."""


class Guiding:
    """Guides and rests in rooms. `settings` are those of the next session in a room.

    Different people use a room that `is_shared`.
    """

    def __init__(
        self,
        rooms: Rooms,
        stock: Stock,
        history: Where,
        *,
        settings: Callable[[str], Settings],
        is_shared: Callable[[str], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._rooms = rooms
        self._stock = stock
        self._history = history
        self._settings = settings
        self._is_shared = is_shared
        self._tell = tell
        self.recorders: dict[str, Recorder] = {}
        """By room."""
        self._erasing = threading.Lock()

    def new_recorder(self, name: str) -> Recorder:
        """What keeps the sessions of a room from now on."""
        origin = Origin(name, platform.node(), self._is_shared(name))
        self.recorders[name] = Recorder(self._history, self._tell, origin)
        return self.recorders[name]

    @contextmanager
    def without_history(self, name: str) -> Iterator[None]:
        """No session begins in this room meanwhile, and it has no history open. Raises AssistantError."""
        with self._erasing:
            if self._rooms.state(name) is RoomState.GUIDING:
                raise AssistantError("room", "A session is under way: the history is being written.")
            with self.recorders[name].away():
                yield

    def guide(self, name: str, alarm: Said | None = None) -> str:
        """Go on with the session that was cut short in this room, or begin one.

        With an `alarm` it is about that. Tells why it ended, as a view does. Raises HearingError.
        """
        if alarm is not None:
            self._rooms[name].put(alarm)
        with self._erasing:
            self.recorders[name].wait_until_open()
        return self._go_on(name) or self._begin_anew(name)

    def rest(self, name: str, ended_by: str | None, *, wakes_at_night: bool) -> Resting:
        """Rest in a room, after a session if there was one; how that ended. Raises HearingError."""
        reminds = self._rooms[name].reminds
        resting = Resting(self._stock.content[0], ended_by, reminds=reminds, wakes_at_night=wakes_at_night)
        if not self._rooms.is_over(name):  # which may have come before anybody knew of this rest
            self._rooms[name].rest(resting)
        return resting

    def was_cut_short(self, name: str) -> bool:
        """Whether somebody in this room may wait for a session to go on, which another host ran."""
        self.recorders[name].wait_until_open()
        if not self._rooms.wait_until(name, lambda: self._answers(name), ANSWER_SECONDS):
            return False
        found = self._find_return(name)
        return found is not None and found.session is not None

    def _answers(self, name: str) -> bool:
        try:
            read_run(self._history, room=name)
        except StoreError:
            return False
        return True

    def _find_return(self, name: str) -> Return | None:
        content, made = self._stock.all_content, self._stock.new_session
        return find_return(self._history, name, content, made, is_shared=self._is_shared(name))

    def _begin_anew(self, name: str) -> str:
        if self._rooms.is_over(name):
            return "terminated"
        settings = self._settings(name)
        self.recorders[name].begin(head_of(name, settings, self._stock.all_content))
        session = self._stock.new_session(settings)
        self._rooms[name].guide(session)
        return session.view.end_reason

    def _go_on(self, name: str) -> str:
        """Go on with a session that was cut short in this room; why it ended, "" if it did not."""
        found = self._find_return(name)
        if found is None:
            return ""
        recorder, clock = self.recorders[name], {"clock": clock_facts(found.at)}
        recorder.resume(found.run.number, found.run.session_id, clock)
        if found.session is None:
            recorder.keep(found.at, found.event, found.closing)
            return ""
        self._rooms[name].guide(found.session, found.event, found.at)
        reason = found.session.view.end_reason
        return "" if reason == INTERRUPTED_REASON else reason
