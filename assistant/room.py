"""One room: what it hears by, a voice, front ends, and the session that somebody has there.

Whoever calls `guide` or `rest` is the sole owner of what is run, until it returns; other threads only put
events. A room guides one session after the other with the same devices, rests between them, and knows nothing
of other rooms.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from assistant.conducting import conduct
from assistant.core.actions import Action
from assistant.core.events import Event, Said, Started
from assistant.core.faults import Standing
from assistant.core.intents import Intent
from assistant.core.liveness import Gauges
from assistant.core.resting import Resting
from assistant.core.session import Session
from assistant.core.view import View, without_health
from assistant.errors import AssistantError, HearingError
from assistant.event_queue import EventQueue
from assistant.frontends.registry import FrontEnds
from assistant.keyboard import Keyboard
from assistant.nightfall import Nightfall
from assistant.performer import Performer, Sounding, Speaking
from assistant.reminder import Reminder


class Hearing(Protocol):
    """What a room hears by: a hearing thread, or nothing at all."""

    has_sound: bool
    """Whether there is a microphone and a loudspeaker."""

    def open(self, events: EventQueue) -> None:
        """Begin to hear: what is meant, and faults, go to the queue. Raises AudioError."""

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Listen for these from now on; from the session's thread."""

    def watch(self, action: Action) -> None:
        """Know what the session does; on its thread."""

    def happened(self) -> Iterable[Event]:
        """What waits to be asked for, one thing at a time; on the session's thread."""

    @property
    def failure(self) -> AssistantError | None:
        """Why nothing can ever be heard again."""

    def gauges(self) -> Gauges:
        """What has been counted so far; from any thread."""

    @property
    def devices(self) -> tuple[str, str]:
        """The names of the microphone and of the speaker in use, "" for none; from any thread."""

    def must_end(self) -> bool:
        """Whether that is so, and the session has had the time to say it."""

    def close(self) -> None:
        """Hear nothing more."""


class Voice(Speaking, Sounding, Protocol):
    """What a room speaks with: a loudspeaker with a voice, or captions."""

    def ended(self) -> Iterable[Event]:
        """The sentences and prompts that have ended since this was last asked."""

    def hush(self) -> int:
        """Silence at once, from any thread; what is begun before the session knows why stays silent."""

    def acknowledge(self, hush_number: int) -> None:
        """The session knows why it was silenced; what it says from now on may sound."""

    def close(self) -> None:
        """Silence, for good."""


class Keeper(Protocol):
    """Keeps history and journal, without making anybody wait."""

    def keep(self, now: float, event: Event, actions: Iterable[Action]) -> None:
        """Keep what the session was told, and what is to be kept of what it did."""

    def happened(self) -> Iterable[Event]:
        """Whether what happens can be kept, when that has changed; on the session's thread."""

    @property
    def is_written(self) -> bool:
        """Whether it is being written just now; from any thread."""

    def close(self) -> None:
        """Write what is left."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a room is at a moment: what was counted, what its session shows to everybody, if there is one.

    `view_age_seconds` ago the session made the view, which is without what concerns health. A room that
    `is_resting` has no session, and its view tells of faults.
    """

    gauges: Gauges
    view: View | None
    view_age_seconds: float
    microphone: str
    speaker: str
    is_history_written: bool
    is_resting: bool = False


class Room:
    """Devices that stay open, and one session at a time."""

    def __init__(
        self,
        hearing: Hearing,
        voice: Voice,
        keeper: Keeper,
        open_front_ends: Callable[[Callable[[Event], None]], FrontEnds],
        keyboard: Keyboard | None = None,
        *,
        nightfall: Nightfall | None = None,
    ) -> None:
        self._events = EventQueue()
        self._hearing = hearing
        self._voice = voice
        self._keeper = keeper
        self._keyboard = keyboard
        self.has_sound = hearing.has_sound
        self._front_ends = open_front_ends(self.put)
        self._ending = ""
        self._is_open = False
        self._standing = Standing()
        self._is_resting = False
        self._reminder, self._nightfall = Reminder(), nightfall or Nightfall()
        self._shown: tuple[View, float] | None = None

    def open(self) -> None:
        """Begin to hear. Raises AudioError; then the room is closed."""
        try:
            self._hearing.open(self._events)
            self._is_open = True
            if self._keyboard is not None:
                self._keyboard.open(self.put)
        except BaseException:
            self.close()
            raise

    def put(self, event: Event) -> None:
        """Tell the session something, from any thread; it waits for nothing.

        A "stop" that is touched or sent silences at once, as a spoken one does, and comes before all else.
        """
        if isinstance(event, Said) and event.is_safety:
            self._events.put_reflex([event], self._voice.hush())
        else:
            self._events.put(event)

    def end(self, reason: str = "terminated") -> None:
        """Let the session end at once, whatever it is at, and `guide` return; from any thread.

        The reason is one of those of CutShort.
        """
        self._ending = self._ending or reason

    def forget(self) -> None:
        """What was said until now was said to nobody: the next session must not hear it; between sessions."""
        self._events.forget()

    def guide(self, session: Session, first: Event | None = None, at: float = 0.0) -> None:
        """Run a session from its start to its end, or until `end`. Raises HearingError.

        It goes on for as long as it takes to say so when nothing can be heard any more. One that was cut
        short is told `first` that it came back, `at` on its own clock.
        """
        self._run(session, self._front_ends.publish, self._keeper.keep, first=first or Started(), at=at)

    @property
    def reminds(self) -> bool:
        """Whether somebody wanted to be reminded; between sessions."""
        return self._reminder.is_set

    def rest(self, resting: Resting) -> None:
        """Rest until somebody wakes it, wants the end, or it has to end. Raises HearingError.

        What is said meanwhile is kept nowhere, but for the time of a reminder.
        """
        self._is_resting = True
        self._nightfall.begin_rest()
        try:
            self._run(resting, self._front_ends.publish_resting)
        finally:
            self._is_resting = False

    def _run(
        self,
        session: Session | Resting,
        publish: Callable[[View], None],
        keep: Callable[[float, Event, Iterable[Action]], None] = lambda now, event, actions: None,
        *,
        first: Event = Started(),  # noqa: B008 - it is frozen
        at: float = 0.0,
    ) -> None:
        def note(now: float, event: Event, actions: Iterable[Action]) -> None:
            self._standing.note(event)
            keep(now, event, actions)

        def show(view: View) -> None:
            self._shown = view, time.monotonic()
            publish(view)

        try:
            conduct(
                session,
                Performer(
                    self._voice, self._voice, self._listen_for, (self._hearing.watch, self._reminder.watch)
                ),
                self._events,
                self._happened,
                must_end=self._must_end,
                acknowledge=self._voice.acknowledge,
                keep=note,
                publish=show,
                first=(first, *self._standing.events),
                at=at,
            )
        finally:
            self._events.leave()
            self._front_ends.rest()
            self._ending = ""
            self._shown = None
        if self._hearing.failure is not None:
            raise HearingError(self._hearing.failure.code, self._hearing.failure.message)

    def _happened(self) -> Iterator[Event]:
        """What does not come by the queue, since this was last asked."""
        yield from (*self._voice.ended(), *self._hearing.happened(), *self._keeper.happened())
        if self._keyboard is not None:
            yield from self._keyboard.happened()
        due = self._reminder.happened()
        if self._is_resting:  # else somebody stretches already
            yield from self._nightfall.happened()
            yield from due

    def _listen_for(self, intents: frozenset[Intent]) -> None:
        self._hearing.listen_for(intents)
        if self._keyboard is not None:
            self._keyboard.listen_for(intents)

    def look(self) -> Look:
        """How it is, for who looks from outside; from any thread, without waiting."""
        shown = self._shown
        microphone, speaker = self._hearing.devices
        return Look(
            gauges=self._hearing.gauges(),
            view=without_health(shown[0]) if shown else None,
            view_age_seconds=time.monotonic() - shown[1] if shown else 0.0,
            is_resting=self._is_resting,
            microphone=microphone,
            speaker=speaker,
            is_history_written=self._keeper.is_written,
        )

    def _must_end(self) -> str:
        """Why it has to end, if it does: nobody can wake what neither hears nor reads."""
        if self._is_resting and not self.has_sound and self._keyboard and self._keyboard.has_ended:
            return "hung_up"
        return self._ending or ("cannot_hear" if self._hearing.must_end() else "")

    def close(self) -> None:
        """Silence first; then write what is left, before a device or a voice that hangs is waited for."""
        self.end()
        self._voice.cut()
        self._keeper.close()
        if self._is_open:
            self._hearing.close()
        self._voice.close()
        self._front_ends.close()
