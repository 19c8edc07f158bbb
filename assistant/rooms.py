"""The rooms of one service by name: what each is at, and the threads that run something there.

Whoever runs something in a room takes it first and leaves it afterwards, on any thread. Must not know what
is run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import StrEnum

from assistant.errors import AssistantError
from assistant.room import Room

_log = logging.getLogger(__name__)


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
        self._changed = threading.Condition()
        self._ended = threading.Event()

    def __getitem__(self, name: str) -> Room:
        """The room of that name. Raises KeyError."""
        return self._rooms[name]

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
        return [self._rooms[name] for name in self.names_at(*states)]

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
            self._states[name] = to
            self._rooms[name].forget()
        self._on_change()

    def leave(self, name: str, from_: RoomState = RoomState.GUIDING) -> None:
        """What was run there has ended."""
        with self._changed:
            if self._states[name] is from_:
                self._states[name] = RoomState.IDLE
                self._changed.notify_all()
        self._on_change()

    def run_aside(self, name: str, run: Callable[[str], object]) -> None:
        """Run something in a room on a thread of its own."""
        thread = threading.Thread(
            target=self._run_and_tell, args=(name, run), name=f"room {name}", daemon=True
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

    @property
    def has_ended(self) -> bool:
        """Whether the end is wanted everywhere."""
        return self._ended.is_set()

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
        for name in reversed(self._rooms):
            self._states[name] = RoomState.CLOSED
            self._rooms[name].close()
