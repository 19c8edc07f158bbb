"""The hearing thread: blocks of sound in, what somebody means and faults on the event queue.

It owns the sound source and the hearing path, and hushes or lowers the loudspeaker by what it hears. Must not
wait for the session.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable

from assistant.audio.level_gauge import LevelGauge
from assistant.audio.sound_measuring import SoundMeter
from assistant.core.actions import Action, Earcon, ReportSound
from assistant.core.dialogue.sound_check import has_strong_echo
from assistant.core.events import Event, MicrophoneLost, MicrophoneRestored, SpeakerRestored
from assistant.core.intents import Intent
from assistant.core.liveness import Gauges
from assistant.core.ports import BLOCK_SECONDS, EchoCanceller, SoundSource, Speaker
from assistant.core.shedding import Shed
from assistant.errors import AssistantError
from assistant.event_queue import EventQueue
from assistant.speech.barge_in import BargeIn, Reaction
from assistant.speech.hearing import HearingPath
from assistant.watch import Watch

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]
OpenSound = Callable[[Callable[[Event], None]], SoundSource]
"""Makes a sound source, not yet open, that reports its faults by this function."""
FAREWELL_SECONDS = 8.0
"""So long a session that can never hear again goes on, to say so and to let the user ease out."""


class HearingThread:
    """What a room with sound hears by. `note` is called with what the session does, on its thread."""

    has_sound = True

    def __init__(
        self,
        open_sound: OpenSound,
        hearing: HearingPath,
        speaker: Speaker,
        note: Callable[[Action], None] = lambda action: None,
        new_canceller: Callable[[], EchoCanceller | None] = lambda: None,
    ) -> None:
        self._sound_meter = SoundMeter()
        self._gauge = LevelGauge()
        self.level_dbfs = self._gauge.level_dbfs
        self._sound = open_sound(self._report)
        self._hearing = hearing
        self._barge_in = BargeIn(hearing, speaker)
        self._note = note
        self._new_canceller = new_canceller
        self._events = EventQueue()
        self._heard_count = 0
        self._watch = Watch(self.gauges, self._put, self._shed, lambda: speaker.earcon(Earcon.TROUBLE))
        self.is_late: Callable[[bool], None] = lambda is_late: None
        self._wanted: frozenset[Intent] = frozenset(Intent)
        self.failure: AssistantError | None = None
        self._failed_at = math.inf
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)

    def open(self, events: EventQueue) -> None:
        """Open the sound and begin to listen. Raises AudioError."""
        self._events = events
        self._hearing.listen_for(self._wanted)  # that takes a moment, which no block has to wait for
        self._sound.open()
        self._thread.start()
        self._watch.open()

    def watch(self, action: Action) -> None:
        """Know when the sound check asks, and what it found; on the session's thread."""
        self._sound_meter.watch(action)
        self._note(action)

    def _shed(self, shed: Shed) -> None:
        """Hearing leaves something out while it is late, and who can wait rests; on the watch's thread."""
        self._hearing.leave_out(shed)
        self.is_late(shed >= Shed.PREPARING)

    def happened(self) -> Iterable[Event]:
        """All that is heard comes by the queue."""
        return ()

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Listen for these from the next utterance on. Any thread: the hearing thread takes the latest."""
        self._wanted = intents

    def close(self) -> None:
        """Stop listening; the devices are closed when this returns, unless they hang."""
        self._watch.close()
        self._sound.close()
        self._thread.join(3.0)

    def gauges(self) -> Gauges:
        """What has been counted so far; from any thread."""
        openings, delivered, waiting, played = self._sound.counts
        beats, is_guided = self._events.get_count, self._events.is_attended
        return Gauges(openings, delivered, waiting, self._heard_count, beats, is_guided, played)

    @property
    def devices(self) -> tuple[str, str]:
        """The names of the microphone and of the speaker in use; from any thread."""
        return self._sound.devices

    def must_end(self) -> bool:
        """Whether listening failed for good, and the session has had the time to say so."""
        return time.monotonic() > self._failed_at + FAREWELL_SECONDS

    def _report(self, event: Event) -> None:
        """A fault or its end. What was being said when the microphone went is not waited for any longer.

        What comes back may be another device: on PipeWire a canceller that had learned the speaker's monitor
        left a false alarm of the microphone.
        """
        if isinstance(event, MicrophoneLost):
            self._put_all(self._barge_in.finish())
        if isinstance(event, MicrophoneRestored | SpeakerRestored):
            self._hearing.hear_anew(self._new_canceller())
        self._watch.report(event)

    def _put(self, event: Event) -> None:
        self._events.put(event)

    def _put_all(self, reaction: Reaction) -> None:
        """The loudspeaker has obeyed already: now the session may know, of a safety phrase first."""
        if reaction.hush_number:
            self._events.put_reflex(reaction.meanings, reaction.hush_number)
            return
        waited_seconds = self._sound.counts.waiting * BLOCK_SECONDS
        for meaning in reaction.meanings:
            self._events.put(meaning, waited_seconds)

    def _run(self) -> None:
        try:
            for near, far, _ in self._sound.blocks():
                self._gauge.accept(near)
                self._hearing.listen_for(self._wanted)
                if measured := self._sound_meter.accept(near, far):
                    self._events.put(measured)
                self._put_all(self._barge_in.accept(near, far))
                self._heard_count += 1
        except AssistantError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 - the thread's top: reports and stops
            _log.exception("the hearing thread stopped")
            self.failure = AssistantError("hearing", f"Listening failed: {error}.")
        if self.failure is not None:
            self._failed_at = time.monotonic()
            self._watch.report(MicrophoneLost("lost"))


def note_sound(echo: str, tell: Tell, action: Action) -> None:
    """What the sound check found goes to the log; what can be done about a loud echo, to the screen."""
    if not isinstance(action, ReportSound):
        return
    _log.info("sound check: %s", action.measured)
    if echo == "none" and has_strong_echo(action.measured):
        tell("My own voice comes back loudly. `limber doctor --sound` finds what cancels it.")
