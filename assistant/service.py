"""The service: rooms, and what they share, loaded once: content, the speech model, the voice and its cache.

It begins sessions in a room and ends them, as often as is wanted, and closes everything in order. Rooms may
be run on the calling thread or each on a thread of its own; what is shared is asked for one at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from assistant.conducting import now_seconds
from assistant.config import Config
from assistant.config_rooms import RoomConfig
from assistant.core.context import Settings
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
from assistant.guiding import Guiding
from assistant.housing import open_house
from assistant.keyboard import Lines
from assistant.opening import note_missing_routine, settings_now
from assistant.overview import Overview
from assistant.resuming import SHARED_SECONDS
from assistant.rooms import Rooms, RoomState
from assistant.stock import Stock
from assistant.store.history_reader import history_path
from assistant.store.history_server import Where, history_place

Tell = Callable[[str], None]


class Service:
    """Rooms by name, and what they share. `tell` gets one line about whatever is done without.

    `show` is told the address of a page that a front end has for a browser. Rooms are opened one at a time;
    all of it may be asked for from any thread. It fulfils `hosts.Rooms`.
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
        self._wanted: dict[str, str] = {}
        self._offered: set[str] = set()
        self._opening_one = threading.RLock()
        self._rooms = Rooms(tell, self._render_ahead)
        shared = self._rooms, self._stock, self._history
        self._guiding = Guiding(*shared, settings=self._settings, is_shared=self._is_shared, tell=tell)
        self._overview = Overview(self._rooms.by_name)
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
        self._open_live(self._config, name, front_ends, lines)

    def _open_live(
        self, config: Config, name: str, front_ends: Sequence[str], lines: Lines | None = None
    ) -> None:
        with self._opening_one:
            opening, recorder = partial(self._opening, name, front_ends), self._guiding.new_recorder(name)
            parts = config.of_room(name), self._stock, recorder, opening
            try:
                room = live_room(*parts, lines=lines, tell=self._tell, satellite=config.satellite(name))
            except BaseException:
                recorder.close()
                raise
            self._rooms.add(name, room)

    def open_typed(self, name: str, front_ends: Sequence[str], lines: Lines) -> None:
        """Open a room without sound: what is said is read, and lines are typed. Raises ContentError."""
        with self._opening_one:
            opening, recorder = partial(self._opening, name, front_ends), self._guiding.new_recorder(name)
            self._rooms.add(name, typed_room(self._stock, recorder, opening, lines=lines, tell=self._tell))

    def make_ready(self) -> None:
        """Load what all rooms share: one that is offered later is opened at once. Raises AssistantError."""
        with self._opening_one:
            _ = self.content, self._stock.library, self._stock.model, self._stock.voice, self._stock.cache
            _ = self._stock.choice
        self._overview.needs_no_room()

    def open_room(self, name: str, address: str) -> None:
        """Open a room that a broker offers, which different people use, by its satellite, and stay there.

        Whoever was cut short there just now, on whatever host, is asked whether to go on. Raises
        AssistantError.
        """
        with self._opening_one:
            if self.state(name) is not RoomState.CLOSED or self._config.satellite(name):
                raise AssistantError("room", f'There is a room "{name}" here already: rename one of them.')
            self._offered.add(name)
            self._open_live(self._config.with_room(RoomConfig(name=name, address=address)), name, ())
        self.stay_aside(name)

    def close_room(self, name: str) -> None:
        """End what is run in such a room, and let go of its satellite."""
        self._rooms.remove(name)
        self._offered.discard(name)

    def is_heard(self, name: str) -> bool:
        """Whether the satellite of a room is connected with us."""
        room = self._rooms.by_name().get(name)
        return room is not None and room.look().gauges.openings > 0

    def guide(self, name: str, alarm: Said | None = None) -> str:
        """Run a session in a room to its end, on the calling thread; why it ended, as a view tells it.

        With an `alarm` it is about that. The last session that was cut short goes on, if that is wanted. The
        room is idle afterwards. Raises HearingError, AssistantError for a room that is not idle.
        """
        self._rooms.take(name)
        return self._guide(name, alarm)

    def stay(self, name: str, *, at_rest: bool = False) -> None:
        """Guide one session after the other in a room, on the calling thread, until its end is wanted.

        Between them it rests, and first of all with `at_rest`. Raises HearingError.
        """
        ended_by = None if at_rest else self.guide(name)
        while (rest := self._rest(name, ended_by)).is_woken:
            self._rooms.take(name, waits=True)
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
        self._rooms.take(name)
        self._wanted[name] = routine
        self._rooms.run_aside(name, self._guide)

    def stay_aside(self, name: str) -> None:
        """Stay in a room on a thread of its own, at rest first unless somebody there waits to go on.

        Who wants the end there wants a rest.
        """
        self._rooms.run_aside(name, self._stay_on)

    def wait(self) -> None:
        """Wait until the end is wanted."""
        self._rooms.wait()

    def _stay_on(self, name: str) -> None:
        at_rest = not self._is_waited_for(name)
        while not self._rooms.is_over(name):
            self.stay(name, at_rest=at_rest)
            at_rest = True

    def _is_waited_for(self, name: str) -> bool:
        """Whether a host was lost while it guided somebody here. Nobody is asked before they can hear it."""
        if name not in self._offered or not self._guiding.was_cut_short(name):
            return False
        is_there = self._rooms.wait_until(name, partial(self.is_heard, name), SHARED_SECONDS)
        return is_there and self._guiding.was_cut_short(name)

    def state(self, name: str) -> RoomState:
        """What a room is at; one that was never opened is closed."""
        return self._rooms.state(name)

    def put(self, name: str, event: Event) -> None:
        """Tell the session in a room something, from any thread."""
        self._rooms[name].put(event)

    def show_outside(self) -> None:
        """Answer `limber status` and `limber stop`, and tell systemd, from now on."""
        self._overview.open()
        self._control.open()

    def stop(self, name: str | None = None) -> dict[str, int]:
        """Do in every session what "stop" does, or in that of a room; how many sessions there are."""
        guided = [room for room in self._rooms.names_at(RoomState.GUIDING) if name in (None, room)]
        for room in guided:
            phrase = self.content[0].table.phrases[Intent.STOP][0]
            self.put(room, Said(Intent.STOP, phrase, source=Source.NETWORK))
        return {"stopped": len(guided)}

    def wake(self, name: str | None = None) -> dict[str, int]:
        """Begin a session in every room that rests, or in one of them, from any thread; how many do."""
        resting = [room for room in self._rooms.names_at(RoomState.RESTING) if name in (None, room)]
        for room in resting:
            self.begin(room)
        return {"woken": len(resting)}

    def end(self, reason: str = "terminated") -> None:
        """Let every session and every rest end at once, and none begin any more; from any thread.

        The reason is one of those of CutShort.
        """
        self._rooms.end(reason)

    @property
    def is_guiding(self) -> bool:
        """Whether a session or a rest is being run anywhere, which `end` ends."""
        return bool(self._rooms.names_at(RoomState.GUIDING, RoomState.RESTING))

    def close(self) -> None:
        """Close the rooms, the last one opened first."""
        self._control.close()
        self._overview.close()
        self._stock.ahead.close()
        self.end()
        self._rooms.close()

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
            alone=partial(self._guiding.without_history, name),
            show=self._show,
            console=self._console,
            room=name,
            moves=level_dbfs is None or self._stock.choice.animation,
        )
        return partial(open_front_ends, front_ends, house)

    def _render_ahead(self) -> None:
        """While a room with a voice rests and nobody is guided, have all made that may be said."""
        rests = any(room.has_sound for room in self._rooms.at(RoomState.RESTING))
        if rests and not self._rooms.names_at(RoomState.GUIDING) and self._stock.choice.render_ahead:
            self._stock.ahead.go_on(self._stock.sayings(partial(settings_now, self._config, self._history)))
        else:
            self._stock.ahead.pause()

    def _guide(self, name: str, alarm: Said | None = None) -> str:
        try:
            return self._guiding.guide(name, alarm)
        finally:
            self._wanted.pop(name, None)
            self._rooms.leave(name)

    def _rest(self, name: str, ended_by: str | None) -> Resting:
        self._rooms.take(name, RoomState.RESTING, waits=True)
        try:
            return self._guiding.rest(name, ended_by, wakes_at_night=self._config.night.wake)
        finally:
            self._rooms.leave(name, RoomState.RESTING)

    def _is_shared(self, name: str) -> bool:
        """Whether different people use this room."""
        return self._config.history.shared or name in self._offered

    def _settings(self, name: str) -> Settings:
        """As configured; where there is no sound there is nothing to check."""
        config = self._config.of_room(name)
        if not self._rooms[name].has_sound:
            config = config.with_session(sound_check=False)
        if wanted := self._wanted.get(name):
            config = config.with_session(routine=wanted)
        note_missing_routine(config, self.content[1], self._tell)
        return settings_now(config, self._history, self._tell, is_shared=self._is_shared(name))
