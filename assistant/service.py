"""The service: rooms, and what they share, loaded once: content, the speech model, the voice and its cache.

It begins sessions in a room and ends them, as often as is wanted, and closes everything in order. Rooms may
be run on the calling thread or each on a thread of its own; what is shared is asked for one at a time.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial

from assistant.conducting import now_seconds
from assistant.config import Config
from assistant.core.context import Settings
from assistant.core.dialogue.going_on import INTERRUPTED_REASON
from assistant.core.events import Event, Said, Source
from assistant.core.intents import Intent
from assistant.core.prompts import LanguagePack
from assistant.core.resting import Resting
from assistant.core.routine import Routine
from assistant.errors import AssistantError
from assistant.frontends.control import Control
from assistant.frontends.registry import FrontEnds, Send, open_front_ends
from assistant.frontends.typing_console import TypingConsole
from assistant.furnishing import live_room, typed_room
from assistant.housing import open_house
from assistant.keyboard import Lines
from assistant.opening import note_missing_routine, settings_now
from assistant.overview import Overview
from assistant.resuming import clock_facts, find_return, head_of
from assistant.room import Room
from assistant.stock import Stock
from assistant.store.history_reader import history_path
from assistant.store.history_server import Where, history_place
from assistant.store.history_writer import Origin
from assistant.store.recorder import Recorder

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]


class RoomState(StrEnum):
    """What a room is at."""

    IDLE = "idle"
    RESTING = "resting"
    GUIDING = "guiding"
    CLOSED = "closed"


class Service:
    """Rooms by name, and what they share. `tell` gets one line about whatever is done without.

    `show` is told the address of a page that a front end has for a browser. One thread opens rooms; `begin`,
    `end` and `close` may come from any.
    """

    def __init__(
        self,
        config: Config,
        tell: Tell,
        history: Where | None = None,
        show: Callable[[str], None] = lambda url: None,
        console: TypingConsole | None = None,
    ) -> None:
        self._config = config
        self._tell = tell
        self._stock = Stock(config, tell)
        self._show, self._console = show, console
        self._history = history or history_place(config.history.database, history_path())
        self._rooms: dict[str, Room] = {}
        self._recorders: dict[str, Recorder] = {}
        self._states: dict[str, RoomState] = {}
        self._wanted: dict[str, str] = {}
        self._threads: list[threading.Thread] = []
        self._changed, self._erasing = threading.Condition(), threading.Lock()
        self._ended = threading.Event()
        self._overview = Overview(lambda: dict(self._rooms))
        commands = {"status": self._overview.report, "stop": self.stop, "wake": self.wake}
        self._control = Control(commands)

    @property
    def content(self) -> tuple[LanguagePack, tuple[Routine, ...]]:
        """The language pack and the routines. Raises ContentError, ConfigError."""
        return self._stock.content

    def open_live(self, name: str, front_ends: Sequence[str], lines: Lines | None = None) -> None:
        """Open a room with the configured microphone and speaker, or those of the satellite of that name.

        With `lines`, one can type there as well. Raises AudioError or VoiceError where this machine has none,
        HearingError without a speech model. A satellite that is not there is waited for.
        """
        opening = partial(self._opening, name, front_ends)
        parts = self._config.of_room(name), self._stock, self._recorder(name), opening
        room = live_room(*parts, lines=lines, tell=self._tell, satellite=self._config.satellite(name))
        self._add(name, room)

    def open_typed(self, name: str, front_ends: Sequence[str], lines: Lines) -> None:
        """Open a room without sound: what is said is read, and lines are typed. Raises ContentError."""
        opening = partial(self._opening, name, front_ends)
        self._add(name, typed_room(self._stock, self._recorder(name), opening, lines=lines, tell=self._tell))

    def guide(self, name: str, alarm: Said | None = None) -> str:
        """Run a session in a room to its end, on the calling thread; why it ended, as a view tells it.

        With an `alarm` it is about that.

        The room is idle afterwards. The last session that was cut short goes on, if that is wanted. Raises
        HearingError, AssistantError for a room that is not idle.
        """
        self._take(name)
        return self._guide(name, alarm)

    def stay(self, name: str, *, at_rest: bool = False) -> None:
        """Guide one session after the other in a room, on the calling thread, until its end is wanted.

        Between them it rests, and first of all with `at_rest`. Raises HearingError.
        """
        ended_by = None if at_rest else self.guide(name)
        while (rest := self._rest(name, ended_by)).is_woken:
            self._take(name, waits=True)
            ended_by = self._guide(name, rest.alarm)

    def begin(self, name: str, routine: str = "") -> None:
        """Begin a session: wake a room that rests, else on a thread of its own. Raises AssistantError for one
        that is not free.

        The session begins with the routine of this id, if one is named.
        """
        if self.state(name) is RoomState.RESTING:
            self._wanted[name] = routine
            phrase = self.content[0].table.phrases[Intent.START][0]
            self._rooms[name].put(Said(Intent.START, phrase, source=Source.TOUCH))
            return
        self._take(name)
        self._wanted[name] = routine
        self._aside(name, self._guide)

    def stay_aside(self, name: str) -> None:
        """Stay in a room on a thread of its own, at rest first. Who wants the end there wants a rest."""
        self._aside(name, self._stay_on)

    def wait(self) -> None:
        """Wait until the end is wanted."""
        self._ended.wait()

    def _aside(self, name: str, run: Callable[[str], object]) -> None:
        thread = threading.Thread(
            target=self._run_and_tell, args=(name, run), name=f"room {name}", daemon=True
        )
        self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]
        thread.start()

    def _stay_on(self, name: str) -> None:
        while not self._ended.is_set():
            self.stay(name, at_rest=True)

    def state(self, name: str) -> RoomState:
        """What a room is at; one that was never opened is closed."""
        return self._states.get(name, RoomState.CLOSED)

    def put(self, name: str, event: Event) -> None:
        """Tell the session in a room something, from any thread."""
        self._rooms[name].put(event)

    def show_outside(self) -> None:
        """Answer `limber status` and `limber stop`, and tell systemd, from now on."""
        self._overview.open()
        self._control.open()

    def stop(self, name: str | None = None) -> dict[str, int]:
        """Do in every session what "stop" does, or in that of a room; how many sessions there are."""
        guided = [room for room in self._names_at(RoomState.GUIDING) if name in (None, room)]
        for room in guided:
            phrase = self.content[0].table.phrases[Intent.STOP][0]
            self.put(room, Said(Intent.STOP, phrase, source=Source.NETWORK))
        return {"stopped": len(guided)}

    def wake(self, name: str | None = None) -> dict[str, int]:
        """Begin a session in every room that rests, or in one of them, from any thread; how many do."""
        resting = [room for room in self._names_at(RoomState.RESTING) if name in (None, room)]
        for room in resting:
            self.begin(room)
        return {"woken": len(resting)}

    def end(self, reason: str = "terminated") -> None:
        """Let every session and every rest end at once, and none begin any more; from any thread.

        The reason is one of those of CutShort.
        """
        self._ended.set()
        for room in (*self._rooms_at(RoomState.GUIDING), *self._rooms_at(RoomState.RESTING)):
            room.end(reason)

    def _rooms_at(self, state: RoomState) -> list[Room]:
        return [self._rooms[name] for name in self._names_at(state)]

    def _names_at(self, state: RoomState) -> list[str]:
        return [name for name, found in list(self._states.items()) if found is state]

    @property
    def is_guiding(self) -> bool:
        """Whether a session or a rest is being run anywhere, which `end` ends."""
        return any(state in (RoomState.GUIDING, RoomState.RESTING) for state in self._states.values())

    def close(self) -> None:
        """Close the rooms, the last one opened first."""
        self._control.close()
        self._overview.close()
        self._stock.ahead.close()
        self.end()
        for thread in self._threads:
            thread.join()
        for name in reversed(self._rooms):
            self._states[name] = RoomState.CLOSED
            self._rooms[name].close()

    def _opening(
        self, name: str, front_ends: Sequence[str], level_dbfs: Callable[[], float | None] | None
    ) -> Callable[[Send], FrontEnds]:
        """Opens a room's front ends, once the room can be told something."""
        house = open_house(
            self._config,
            self.content,
            self._stock.library,
            self._history,
            is_shared=self._is_shared(name),
            tell=self._tell,
            clock=now_seconds,
            level_dbfs=level_dbfs,
            begin=partial(self.begin, name),
            alone=partial(self._without_history, name),
            show=self._show,
            console=self._console,
            room=name,
            moves=level_dbfs is None or self._stock.choice.animation,
        )
        return partial(open_front_ends, front_ends, house)

    def _add(self, name: str, room: Room) -> None:
        room.open()
        self._rooms[name], self._states[name] = room, RoomState.IDLE

    def _take(self, name: str, to: RoomState = RoomState.GUIDING, *, waits: bool = False) -> None:
        """Something is about to be run in this room, and nothing else: nobody was there to be spoken to.

        Who `waits` lets a session end first that somebody began just now.
        """
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: self.state(name) in (RoomState.IDLE, RoomState.CLOSED))
            if (state := self.state(name)) is not RoomState.IDLE:
                raise AssistantError("room", f'The room "{name}" is {state}: it cannot begin now.')
            self._states[name] = to
            self._rooms[name].forget()
        self._render_ahead()

    def _leave(self, name: str, from_: RoomState = RoomState.GUIDING) -> None:
        with self._changed:
            if self._states[name] is from_:
                self._states[name] = RoomState.IDLE
                self._changed.notify_all()
        self._render_ahead()

    def _render_ahead(self) -> None:
        """While a room with a voice rests and nobody is guided, have all made that may be said."""
        rests = any(room.has_sound for room in self._rooms_at(RoomState.RESTING))
        if rests and not self._names_at(RoomState.GUIDING) and self._stock.choice.render_ahead:
            self._stock.ahead.go_on(self._stock.sayings(partial(settings_now, self._config, self._history)))
        else:
            self._stock.ahead.pause()

    @contextmanager
    def _without_history(self, name: str) -> Iterator[None]:
        """No session begins in this room meanwhile, and it has no history open. Raises AssistantError."""
        with self._erasing:
            if self.state(name) is RoomState.GUIDING:
                raise AssistantError("room", "A session is under way: the history is being written.")
            with self._recorders[name].away():
                yield

    def _guide(self, name: str, alarm: Said | None = None) -> str:
        try:
            if alarm is not None:
                self._rooms[name].put(alarm)
            with self._erasing:
                self._recorders[name].wait_until_open()
            return self._go_on(name) or self._begin_anew(name)
        finally:
            self._wanted.pop(name, None)
            self._leave(name)

    def _begin_anew(self, name: str) -> str:
        if self._ended.is_set():
            return "terminated"
        settings = self._settings(name)
        self._recorders[name].begin(head_of(name, settings, self._stock.all_content))
        session = self._stock.new_session(settings)
        self._rooms[name].guide(session)
        return session.view.end_reason

    def _go_on(self, name: str) -> str:
        """Go on with a session that was cut short in this room; why it ended, "" if it did not."""
        content, made = self._stock.all_content, self._stock.new_session
        found = find_return(self._history, name, content, made, is_shared=self._is_shared(name))
        if found is None:
            return ""
        recorder, clock = self._recorders[name], {"clock": clock_facts(found.at)}
        recorder.resume(found.run.number, found.run.session_id, clock)
        if found.session is None:
            recorder.keep(found.at, found.event, found.closing)
            return ""
        self._rooms[name].guide(found.session, found.event, found.at)
        reason = found.session.view.end_reason
        return "" if reason == INTERRUPTED_REASON else reason

    def _rest(self, name: str, ended_by: str | None) -> Resting:
        """Rest in a room, after a session if there was one; how that ended."""
        reminds, wakes = self._rooms[name].reminds, self._config.night.wake
        resting = Resting(self.content[0], ended_by, reminds=reminds, wakes_at_night=wakes)
        self._take(name, RoomState.RESTING, waits=True)
        try:
            if not self._ended.is_set():  # which may have come before anybody knew of this rest
                self._rooms[name].rest(resting)
        finally:
            self._leave(name, RoomState.RESTING)
        return resting

    def _recorder(self, name: str) -> Recorder:
        origin = Origin(name, platform.node(), self._is_shared(name))
        self._recorders[name] = Recorder(self._history, self._tell, origin)
        return self._recorders[name]

    def _is_shared(self, name: str) -> bool:
        """Whether different people use this room."""
        return self._config.history.shared

    def _settings(self, name: str) -> Settings:
        """As configured; where there is no sound there is nothing to check."""
        config = self._config.of_room(name)
        if not self._rooms[name].has_sound:
            config = config.with_session(sound_check=False)
        if wanted := self._wanted.get(name):
            config = config.with_session(routine=wanted)
        note_missing_routine(config, self.content[1], self._tell)
        return settings_now(config, self._history, self._tell, is_shared=self._is_shared(name))

    def _run_and_tell(self, name: str, run: Callable[[str], object]) -> None:
        try:
            run(name)
        except AssistantError as error:
            self._tell(error.message)
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; other rooms go on
            _log.exception("the room %s stopped", name)
            self._tell(f'The session in the room "{name}" failed; the log says why.')
