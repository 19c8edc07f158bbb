"""The rooms of one service by name: what each is at, and the threads that run something there.

Whoever runs something in a room takes it first and leaves it afterwards, on any thread. Must not know what
is run.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import StrEnum

from assistant.errors import AssistantError
from assistant.room import Room

_log = logging.getLogger(__name__)

LEAVING_SECONDS = 2.0
"""A session is over in far less; a thread that hangs is left behind."""
_POLL_SECONDS = 0.1


class RoomState(StrEnum):
    """What a room is at."""

    IDLE = "idle"
    RESTING = "resting"
    GUIDING = "guiding"
    CLOSED = "closed"


class Rooms:
    """Rooms by name. `tell` gets a line where a thread fails; `on_change` follows each taking and leaving."""

    def __init__(self, tell: Callable[[str], None], on_change: Callable[[], None]) -> None:
        self._tell, self._on_change = tell, on_change
        self._rooms: dict[str, Room] = {}
        self._states: dict[str, RoomState] = {}
        self._threads: list[threading.Thread] = []
        self._leaving: set[str] = set()
        self._changed = threading.Condition()
        self._ended = threading.Event()

    def __getitem__(self, name: str) -> Room:
        """The room of that name. Raises AssistantError where there is none."""
        if room := self._rooms.get(name):
            return room
        raise AssistantError("room", f'There is no room "{name}" here.')

    def by_name(self) -> dict[str, Room]:
        """Those that are there now; from any thread."""
        return dict(self._rooms)

    def add(self, name: str, room: Room) -> None:
        """Open a room, which is idle then. Raises AudioError."""
        room.open()
        self._rooms[name], self._states[name] = room, RoomState.IDLE

    def state(self, name: str) -> RoomState:
        """What a room is at; one that was never opened is closed."""
        return self._states.get(name, RoomState.CLOSED)

    def names_at(self, *states: RoomState) -> list[str]:
        """The rooms that are at one of these."""
        return [name for name, found in list(self._states.items()) if found in states]

    def at(self, *states: RoomState) -> list[Room]:
        """The same, as rooms."""
        rooms = self.by_name()
        return [rooms[name] for name in self.names_at(*states) if name in rooms]

    def take(self, name: str, to: RoomState = RoomState.GUIDING, *, waits: bool = False) -> None:
        """Something is about to be run in this room, and nothing else: nobody was there to be spoken to.

        Who `waits` lets a session end first that somebody began just now. Raises AssistantError for a room
        that is not idle.
        """
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: self.state(name) in (RoomState.IDLE, RoomState.CLOSED))
            if (state := self.state(name)) is not RoomState.IDLE:
                raise AssistantError("room", f'The room "{name}" is {state}: it cannot begin now.')
            self._rooms[name].forget()
            self._states[name] = to
        self._on_change()

    def leave(self, name: str, from_: RoomState = RoomState.GUIDING) -> None:
        """What was run there has ended."""
        with self._changed:
            if self.state(name) is from_:
                self._states[name] = RoomState.IDLE
                self._changed.notify_all()
        self._on_change()

    def run_aside(self, name: str, run: Callable[[str], object]) -> None:
        """Run something in a room on a thread of its own."""
        thread = threading.Thread(
            target=self._run_and_tell, args=(name, run), name=_thread_name(name), daemon=True
        )
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        thread.start()

    def _run_and_tell(self, name: str, run: Callable[[str], object]) -> None:
        try:
            run(name)
        except AssistantError as error:
            self._tell(error.message)
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; other rooms go on
            _log.exception("the room %s stopped", name)
            self._tell(f'The session in the room "{name}" failed; the log says why.')

    def remove(self, name: str) -> None:
        """End what is run in a room, and close it for good. One that is not there stays away."""
        with self._changed:
            if name not in self._rooms:
                return
            self._leaving.add(name)
        self._rooms[name].end()
        for thread in self._threads:
            if thread.name == _thread_name(name):
                thread.join(LEAVING_SECONDS)
        self._close(name)
        self._leaving.discard(name)

    def is_over(self, name: str) -> bool:
        """Whether the end is wanted everywhere, or in this room for good: nothing may begin there."""
        return self._ended.is_set() or name in self._leaving

    def wait_until(self, name: str, is_so: Callable[[], bool], seconds: float) -> bool:
        """Whether something in a room is so within this time, which is waited for until the room is over."""
        ends_at = time.monotonic() + seconds
        while not self.is_over(name):
            if is_so():
                return True
            if time.monotonic() >= ends_at:
                return False
            self._ended.wait(_POLL_SECONDS)
        return False

    def wait(self) -> None:
        """Wait until the end is wanted."""
        self._ended.wait()

    def end(self, reason: str) -> None:
        """Let everything that is run end at once, and nothing begin any more; from any thread."""
        self._ended.set()
        for room in (*self.at(RoomState.GUIDING), *self.at(RoomState.RESTING)):
            room.end(reason)

    def close(self) -> None:
        """Wait until all have ended, and close the rooms, the last one opened first."""
        for thread in self._threads:
            thread.join()
        for name in reversed(self.by_name()):
            self._close(name)

    def _close(self, name: str) -> None:
        with self._changed:
            room = self._rooms.pop(name, None)
            self._states.pop(name, None)
            self._changed.notify_all()
        if room is not None:
            room.close()


def _thread_name(name: str) -> str:
    return f"room {name}"
