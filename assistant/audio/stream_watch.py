"""When a microphone or a speaker has failed, judged from what its stream does: PortAudio reports no fault.

A microphone that works is never exactly zero, which is noticed within 3 s with its cause; what a noise gate
leaves between words is exactly zero, too, and is taken for a fault much later.

Pure: times are passed in, in seconds of any one clock. Must not touch a stream.
"""

from __future__ import annotations

from enum import StrEnum

from assistant.core.liveness import GATED_ZEROS, MOVED, PLAYBACK, STALLED, START_SECONDS, ZEROS
from assistant.core.ports import BLOCK_SECONDS

_GATE_SECONDS = 0.1
_GATE_OPENINGS = 3
"""So often sound after so many zeros, and it is a gate; less often it may be a mute switch."""

_FIRST_RETRY_SECONDS = 0.5
_LAST_RETRY_SECONDS = 5.0


class StreamCondition(StrEnum):
    """What is known about a stream."""

    WELL = "well"
    SILENT = ZEROS.fault
    LOST = STALLED.fault
    MOVED = MOVED.fault


class StreamWatch:
    """Judges one stream, and says when to try to open it again: after 0.5 s, 1, 2, 4, then every 5 s.

    `stall_seconds` without a block, and the stream is dead: blocks come every 20 ± 1.4 ms.
    """

    def __init__(self, now: float, stall_seconds: float = PLAYBACK.limit) -> None:
        """Begin with a stream that was opened `now` and is taken to be well."""
        self._stall_seconds = stall_seconds
        self._is_distrusted = False
        self.condition = StreamCondition.WELL
        self._retry_seconds = _FIRST_RETRY_SECONDS
        self._retry_at = now
        self.opened(now)

    def opened(self, now: float) -> None:
        """The stream was opened: its blocks may take a while to come; its next retry waits for that."""
        self._expected_by = now + START_SECONDS
        self._retry_at = max(self._retry_at, self._expected_by)

    def block(self, now: float) -> None:
        """A block passed: the stream lives."""
        self._lives(now)
        self._become(StreamCondition.WELL, now)

    def check(self, now: float, active: bool) -> None:
        """Look at the stream between blocks; `active` is PortAudio's opinion of it."""
        if not active or now >= self._expected_by:
            self._become(StreamCondition.LOST, now)

    def distrust(self, now: float) -> None:
        """The stream is not on its device: what passes proves nothing, until it is trusted again."""
        if not self._is_distrusted:
            self._is_distrusted = True
            self._become(StreamCondition.MOVED, now)

    def trust(self) -> None:
        """The stream is on its device."""
        self._is_distrusted = False

    def retry_due(self, now: float) -> bool:
        """Tell, once for each retry, that it is time to open a faulty stream again."""
        if self.condition is StreamCondition.WELL or now < self._retry_at:
            return False
        self._retry_at = now + self._retry_seconds
        self._retry_seconds = min(2 * self._retry_seconds, _LAST_RETRY_SECONDS)
        return True

    def _lives(self, now: float) -> None:
        self._expected_by = max(self._expected_by, now + self._stall_seconds)

    def _become(self, condition: StreamCondition, now: float) -> None:
        if condition is StreamCondition.WELL and self._is_distrusted:
            return
        if self.condition is StreamCondition.WELL and condition is not StreamCondition.WELL:
            self._retry_at = now + _FIRST_RETRY_SECONDS
            self._retry_seconds = 2 * _FIRST_RETRY_SECONDS
        self.condition = condition


class MicrophoneWatch(StreamWatch):
    """Judges a microphone: exact zeros are a fault too, whether a mute switch or a device that went.

    Behind a noise gate (of a headset, a speakerphone, a noise suppressor) they are what silence is.
    """

    def __init__(self, now: float) -> None:
        """Begin with a microphone that was opened `now` and is taken to be well."""
        super().__init__(now, STALLED.limit)
        self._zeros_seconds = 0.0
        self._openings = 0

    def hear(self, now: float, zeros: bool, speaker_sounds: bool) -> None:
        """A block of 20 ms arrived; `zeros` when each sample of it is exactly 0.

        When the only microphone goes, the sound server may put the speaker's own monitor in its place, so
        sound that arrives while the speaker sounds proves nothing.
        """
        self._lives(now)
        is_gated = self._openings >= _GATE_OPENINGS
        if zeros:
            self._zeros_seconds += BLOCK_SECONDS
            if self._zeros_seconds >= (GATED_ZEROS.limit if is_gated else ZEROS.limit):
                self._become(StreamCondition.SILENT, now)
        elif not speaker_sounds:
            self._openings += self._zeros_seconds >= _GATE_SECONDS
            self._zeros_seconds = 0.0
            self._become(StreamCondition.WELL, now)
        elif is_gated and self.condition is StreamCondition.WELL:
            self._zeros_seconds = 0.0  # our own voice opens it as well
