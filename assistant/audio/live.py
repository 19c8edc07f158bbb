"""Live sound: the microphone's blocks beside what was played, and both devices watched and brought back.

One thread owns it, the one that iterates `blocks()`: it opens and closes both streams, for PortAudio can look
for devices anew only when neither is open. `open()` and `close()` may be called from another thread, before
and while `blocks()` is iterated. `emit` is called on the owner's thread and must not wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from threading import Event as Flag

from assistant.audio.microphone import Microphone
from assistant.audio.portaudio import SoundHangsError, reinitialize
from assistant.audio.server_routes import ServerRoutes
from assistant.audio.speaker_stream import SpeakerStream
from assistant.audio.stream_watch import MicrophoneWatch, StreamCondition, StreamWatch
from assistant.core.events import (
    Event,
    MicrophoneLost,
    MicrophoneRestored,
    SpeakerLost,
    SpeakerRestored,
)
from assistant.core.ports import SoundBlock, SoundCounts
from assistant.errors import AudioError

_POLL_SECONDS = 0.1

_log = logging.getLogger(__name__)


class LiveSound:
    """A microphone and a speaker that come back by name after a fault."""

    def __init__(
        self,
        microphone: Microphone,
        speaker: SpeakerStream,
        emit: Callable[[Event], None],
    ) -> None:
        """Take both, not yet open; faults and returns go to `emit` as events."""
        self._microphone = microphone
        self._speaker = speaker
        self._emit = emit
        self._closing = Flag()
        self._microphone_watch = MicrophoneWatch(time.monotonic())
        self._speaker_watch = StreamWatch(time.monotonic())
        self._seen_block_count = 0
        self._seen_dropped_count = 0
        self._opened_at = time.monotonic()
        self._routes = ServerRoutes(self._may_ask, accepts_monitor=microphone.is_named)

    @property
    def counts(self) -> SoundCounts:
        """What the microphone has brought, and the speaker taken so far; from any thread."""
        one = self._microphone
        return SoundCounts(one.open_count, one.block_count, one.waiting_count, self._speaker.block_count)

    @property
    def devices(self) -> tuple[str, str]:
        """The names of the microphone and of the speaker, "" while one is not open; from any thread."""
        return self._microphone.name_in_use, self._speaker.name_in_use

    def open(self) -> None:
        """Open both, so that what is wrong at the start is said at once. Raises AudioError."""
        self._speaker.open()
        try:
            self._microphone.open()
        except AudioError:
            self._speaker.close()
            raise
        self._microphone_watch.opened(time.monotonic())
        self._speaker_watch.opened(time.monotonic())
        self._speaker.far_end.restart()
        self._routes.open()

    def blocks(self) -> Iterator[SoundBlock]:
        """Yield each block of 20 ms that is heard, and the one played beside it, until `close()`.

        During a fault it yields nothing. Raises SoundHangsError when the sound system does not answer any
        more, after which only a new process can use sound.
        """
        try:
            while not self._closing.is_set():
                samples = self._microphone.read(_POLL_SECONDS)
                self._look(samples)
                if self._microphone.dropped_count != self._seen_dropped_count:
                    self._seen_dropped_count = self._microphone.dropped_count
                    self._speaker.far_end.restart()
                for block in () if samples is None else self._microphone.to_blocks(samples):
                    far = self._speaker.far_end.beside(self._microphone.waiting_count)
                    yield SoundBlock(block, far, time.monotonic())
        finally:
            self._close_streams()

    def close(self) -> None:
        """End `blocks()` within 0.1 s; its thread then closes both streams. Safe from any thread."""
        self._closing.set()
        self._routes.close()

    def _look(self, samples: bytes | None) -> None:
        """Judge both streams by what has come since the last look; report and repair."""
        now = time.monotonic()
        microphone_was, speaker_was = self._microphone_watch.condition, self._speaker_watch.condition
        if samples is not None:
            zeros = samples.count(0) == len(samples)
            self._microphone_watch.hear(now, zeros, self._speaker.sounding())
        if self._speaker.block_count != self._seen_block_count:
            self._seen_block_count = self._speaker.block_count
            self._speaker_watch.block(now)
        self._microphone_watch.check(now, self._microphone.active)
        self._speaker_watch.check(now, self._speaker.active)
        self._look_where_they_are(now)
        self._report_speaker(speaker_was)
        self._report_microphone(microphone_was)
        microphone_due = self._microphone_watch.retry_due(now)
        speaker_due = self._speaker_watch.retry_due(now)
        if microphone_due or speaker_due:
            self._repair(microphone_due, speaker_due)

    def _may_ask(self) -> bool:
        """Not of a server that is gone: asked, it might be started."""
        return self._microphone.is_open or self._speaker.is_open

    def _look_where_they_are(self, now: float) -> None:
        """A stream that the server has moved is opened anew, by name; then it has to say where that is."""
        answer = self._routes.latest
        if answer is None or answer.asked_at < self._opened_at:
            return
        for watch, is_moved in (
            (self._microphone_watch, answer.microphone_moved),
            (self._speaker_watch, answer.speaker_moved),
        ):
            if is_moved:
                watch.distrust(now)
            elif is_moved is False:
                watch.trust()

    def _report_microphone(self, before: StreamCondition) -> None:
        now = self._microphone_watch.condition
        if before is StreamCondition.WELL and now is not StreamCondition.WELL:
            lost = self._microphone.overflow_count, self._microphone.dropped_count
            _log.warning("the microphone is %s; %d overflows, %d blocks dropped so far", now, *lost)
            self._emit(MicrophoneLost(now.value))
        elif before is not StreamCondition.WELL and now is StreamCondition.WELL:
            _log.info("the microphone is back")
            self._emit(MicrophoneRestored())

    def _report_speaker(self, before: StreamCondition) -> None:
        now = self._speaker_watch.condition
        if (before is StreamCondition.WELL) is not (now is StreamCondition.WELL):
            _log.warning("the speaker is %s; %d underflows so far", now, self._speaker.underflow_count)
            self._emit(SpeakerRestored() if now is StreamCondition.WELL else SpeakerLost())

    def _repair(self, microphone_due: bool, speaker_due: bool) -> None:
        """Open what is faulty again: alone, so that the other is not disturbed, else both anew."""
        try:
            if microphone_due:
                self._open_microphone()
            if speaker_due:
                self._open_speaker()
            return
        except SoundHangsError:
            raise
        except AudioError as error:
            _log.info("not back yet: %s", error.message)
        if self._speaker_watch.condition is StreamCondition.WELL and self._speaker.sounding():
            return  # To look for devices anew would break the sentence that tells of the fault.
        self._close_streams()
        reinitialize()
        for open_one in (self._open_microphone, self._open_speaker):
            try:
                open_one()
            except SoundHangsError:
                raise
            except AudioError as error:
                _log.info("not back yet: %s", error.message)

    def _open_microphone(self) -> None:
        self._microphone.close()
        self._microphone.open()
        self._opened_at = time.monotonic()
        self._microphone_watch.opened(self._opened_at)
        self._speaker.far_end.restart()

    def _open_speaker(self) -> None:
        self._speaker.close()
        self._speaker.open()
        self._opened_at = time.monotonic()
        self._speaker_watch.opened(self._opened_at)
        self._speaker.far_end.restart()

    def _close_streams(self) -> None:
        far_end = self._speaker.far_end
        _log.info(
            "echo reference: %d blocks missed, %d dropped", far_end.missing_count, far_end.dropped_count
        )
        self._microphone.close()
        self._speaker.close()
