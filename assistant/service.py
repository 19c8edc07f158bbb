"""The service: rooms, and what they share, loaded once: content, the speech model, the voice and its cache.

It begins sessions in a room and ends them, as often as is wanted, and closes everything in order. Rooms may
be run on the calling thread or each on a thread of its own; what is shared is asked for one at a time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TextIO

from assistant.audio.echo import choose_canceller
from assistant.audio.live import LiveSound
from assistant.audio.microphone import Microphone
from assistant.audio.mixer import Mixer
from assistant.audio.speaker_stream import SpeakerStream
from assistant.config import Config
from assistant.core.context import Settings
from assistant.core.dialogue.going_on import INTERRUPTED_REASON
from assistant.core.events import Event, Said, Source
from assistant.core.intents import Intent
from assistant.core.prompts import LanguagePack, Line
from assistant.core.routine import Routine
from assistant.errors import AssistantError
from assistant.frontends.control import Control
from assistant.frontends.registry import FrontEnds, Send, open_front_ends
from assistant.hearing_thread import HearingThread, note_sound
from assistant.housing import open_house
from assistant.keyboard import Keyboard
from assistant.opening import (
    note_missing_routine,
    open_hearing,
    settings_now,
)
from assistant.overview import Overview
from assistant.resuming import clock_facts, find_return, head_of
from assistant.room import Room, now_seconds
from assistant.speech.prompting import Prompter
from assistant.speech.silent_prompter import SilentPrompter
from assistant.spoken_voice import SpokenVoice
from assistant.stock import Stock
from assistant.store.history_reader import history_path
from assistant.store.recorder import Recorder

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]
AT_HAND = (Line.DEAF, Line.DEAF_ITSELF, Line.DEAF_LOSING, Line.EASE_OUT, Line.PAUSED, Line.GO_ON_OR_FINISH)
"""What has to be said at once when it has to be said at all."""
GREETINGS = (Line.HELLO, Line.HELLO_AGAIN, Line.SOUND_CHECK, Line.CHOOSE, Line.CHOOSE_KNOWN, Line.SCREENING)
"""What a session begins with, rendered while the devices open."""


class RoomState(StrEnum):
    """What a room is at."""

    IDLE = "idle"
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
        history: Path | None = None,
        show: Callable[[str], None] = lambda url: None,
    ) -> None:
        self._config = config
        self._tell = tell
        self._stock = Stock(config, tell)
        self._show = show
        self._history = history or history_path()
        self._rooms: dict[str, Room] = {}
        self._recorders: dict[str, Recorder] = {}
        self._states: dict[str, RoomState] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._changed = threading.Lock()
        self._overview = Overview(lambda: dict(self._rooms))
        self._control = Control({"status": self._overview.report, "stop": self.stop})

    @property
    def content(self) -> tuple[LanguagePack, tuple[Routine, ...]]:
        """The language pack and the routines. Raises ContentError, ConfigError."""
        return self._stock.content

    def open_live(self, name: str, front_ends: Sequence[str]) -> None:
        """Open a room with the configured microphone and speaker.

        Raises AudioError or VoiceError where this machine has none, HearingError without a speech model.
        """
        config, tell = self._config, self._tell
        pack, _ = self.content
        mixer = Mixer()
        microphone, speaker = config.audio.microphone or None, config.audio.speaker or None
        echo = config.audio.echo
        path = open_hearing(config, pack, self._stock.model, choose_canceller(echo, tell))

        def open_sound(report: Callable[[Event], None]) -> LiveSound:
            return LiveSound(Microphone(microphone), SpeakerStream(mixer, speaker), report)

        anew = partial(choose_canceller, echo, lambda line: None)
        hearing = HearingThread(open_sound, path, mixer, partial(note_sound, echo, tell), anew)
        speaking = SpokenVoice(
            Prompter(self._stock.voice, self._stock.cache, mixer, sentences=pack.sentences, on_trouble=tell),
            mixer,
            on_trouble=tell,
            at_hand=[pack.render(line) for line in (*GREETINGS, *AT_HAND)],
        )
        hearing.is_late = speaking.rest
        opening = self._opening(name, front_ends, hearing.level_dbfs)
        self._add(name, Room(hearing, speaking, self._recorder(name), opening))

    def open_typed(self, name: str, front_ends: Sequence[str], lines: TextIO) -> None:
        """Open a room without sound: what is said is read, and lines are typed. Raises ContentError."""
        pack, _ = self.content
        hearing, prompter = Keyboard(lines, pack, self._tell), SilentPrompter(time.monotonic)
        self._add(name, Room(hearing, prompter, self._recorder(name), self._opening(name, front_ends)))

    def guide(self, name: str, *, sound_check: bool | None = None) -> None:
        """Run a session in a room to its end, on the calling thread; the room is idle afterwards.

        The last one that was cut short goes on, if that is wanted. `sound_check` None is as configured.
        Raises HearingError, AssistantError for a room that is not idle.
        """
        self._take(name)
        self._guide(name, sound_check)

    def begin(self, name: str) -> None:
        """Run a session in a room on a thread of its own. Raises AssistantError for one that is not idle."""
        self._take(name)
        thread = threading.Thread(target=self._guide_and_tell, args=(name,), name=f"room {name}", daemon=True)
        self._threads[name] = thread
        thread.start()

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

    def stop(self) -> dict[str, int]:
        """Do in every session what "stop" does, from any thread; how many sessions there are."""
        guided = self._guided()
        for room in guided:
            phrase = self.content[0].table.phrases[Intent.STOP][0]
            room.put(Said(Intent.STOP, phrase, source=Source.NETWORK))
        return {"stopped": len(guided)}

    def end(self, reason: str = "terminated") -> None:
        """Let every session end at once, for a reason of CutShort, from any thread or a signal's handler."""
        for room in self._guided():
            room.end(reason)

    def _guided(self) -> list[Room]:
        return [room for name, room in list(self._rooms.items()) if self._states[name] is RoomState.GUIDING]

    @property
    def is_guiding(self) -> bool:
        """Whether a session is being run anywhere."""
        return RoomState.GUIDING in self._states.values()

    def close(self) -> None:
        """Close the rooms, the last one opened first."""
        self._control.close()
        self._overview.close()
        self.end()
        for thread in self._threads.values():
            thread.join()
        for name in reversed(self._rooms):
            self._states[name] = RoomState.CLOSED
            self._rooms[name].close()

    def _opening(
        self, name: str, front_ends: Sequence[str], level_dbfs: Callable[[], float | None] | None = None
    ) -> Callable[[Send], FrontEnds]:
        """Opens a room's front ends, once the room can be told something."""
        house = open_house(
            self._config,
            self.content,
            self._stock.library,
            self._history,
            tell=self._tell,
            clock=now_seconds,
            level_dbfs=level_dbfs,
            begin=partial(self.begin, name),
            alone=partial(self._without_history, name),
            show=self._show,
        )
        return partial(open_front_ends, front_ends, house)

    def _add(self, name: str, room: Room) -> None:
        room.open()
        self._rooms[name], self._states[name] = room, RoomState.IDLE

    def _take(self, name: str) -> None:
        """A session is about to begin in this room, and in no other way."""
        with self._changed:
            if self._states.get(name) is not RoomState.IDLE:
                raise AssistantError("room", f'The room "{name}" is {self.state(name)}: it cannot begin now.')
            self._states[name] = RoomState.GUIDING

    def _leave(self, name: str) -> None:
        with self._changed:
            if self._states[name] is RoomState.GUIDING:
                self._states[name] = RoomState.IDLE

    @contextmanager
    def _without_history(self, name: str) -> Iterator[None]:
        """No session begins in this room meanwhile, and it has no history open. Raises AssistantError."""
        self._take(name)
        try:
            with self._recorders[name].away():
                yield
        finally:
            self._leave(name)

    def _guide(self, name: str, sound_check: bool | None = None) -> None:
        try:
            self._recorders[name].wait_until_open()
            if not self._go_on(name):
                settings = self._settings(sound_check)
                self._recorders[name].begin(head_of(name, settings, self._stock.all_content))
                self._rooms[name].guide(self._stock.new_session(settings))
        finally:
            self._leave(name)

    def _go_on(self, name: str) -> bool:
        """Go on with a session that was cut short in this room; whether it went on, to an end of its own."""
        found = find_return(self._history, name, self._stock.all_content, self._stock.new_session)
        if found is None:
            return False
        recorder, clock = self._recorders[name], {"clock": clock_facts(found.at)}
        recorder.resume(found.run.number, found.run.session_id, clock)
        if found.session is None:
            recorder.keep(found.at, found.event, found.closing)
            return False
        self._rooms[name].guide(found.session, found.event, found.at)
        return found.session.view.end_reason != INTERRUPTED_REASON

    def _recorder(self, name: str) -> Recorder:
        self._recorders[name] = Recorder(self._history, self._tell)
        return self._recorders[name]

    def _settings(self, sound_check: bool | None) -> Settings:
        config = self._config
        if sound_check is not None:
            session = config.session.model_copy(update={"sound_check": sound_check})
            config = config.model_copy(update={"session": session})
        note_missing_routine(config, self.content[1], self._tell)
        return settings_now(config, self._history, self._tell)

    def _guide_and_tell(self, name: str) -> None:
        try:
            self._guide(name)
        except AssistantError as error:
            self._tell(error.message)
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; other rooms go on
            _log.exception("the room %s stopped", name)
            self._tell(f'The session in the room "{name}" failed; the log says why.')
