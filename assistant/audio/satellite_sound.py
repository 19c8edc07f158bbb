"""The two halves of a satellite's sound: what its microphone brings, and what its loudspeaker is sent.

A satellite plays whatever it was sent, and cannot be told to forget it. So it is sent each block when it is
due, and none while too many are on their way: what the mixer cuts is silent soon. Each belongs to the
satellite's thread but for what says otherwise.
"""

from __future__ import annotations

import time

from wyoming.audio import AudioStart, AudioStop
from wyoming.event import Event

from assistant.audio.block_queue import BlockQueue
from assistant.audio.far_end import FarEnd
from assistant.audio.mixer import SILENCE
from assistant.audio.satellite_link import SatelliteLink
from assistant.audio.speaker_stream import BlockSource
from assistant.audio.wyoming_events import WIDTH_BYTES, OddSatelliteError, as_bytes, chunk, sound_of
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ

LEAD_BLOCKS = 3
"""Silence sent at once when something begins to sound: so long may the network take for a block."""
MOST_ON_THE_WAY_BYTES = 8 * len(as_bytes(chunk(SILENCE, 1000.0)))
"""0.16 s. Beyond it the mixer waits, so that what is sent after a hitch of the network is not old."""
QUIET_BLOCKS = round(0.5 / BLOCK_SECONDS)
LONG_QUIET_BLOCKS = round(60.0 / BLOCK_SECONDS)
LONG_BLOCKS = round(600.0 / BLOCK_SECONDS)
"""In ten minutes two clocks run apart by 60 ms at 100 ppm."""
MOST_SURPLUS_SECONDS = 3.0
_CLOCK_SHARE = 1.01
_ECHO_SECONDS = 0.5


class SatelliteMicrophone:
    """Makes blocks of the pieces that come. `read` and the counts are for the hearing thread."""

    def __init__(self) -> None:
        self._queue = BlockQueue()
        self._rest = b""
        self._began_at = self._heard_seconds = 0.0
        self.last_at = 0.0
        """When a piece of sound last came; at first, when the connection began."""
        self.block_count = 0

    def begin(self, now: float) -> None:
        """A connection begins."""
        self._rest = b""
        self._began_at = self.last_at = now
        self._heard_seconds = 0.0

    @property
    def has_heard(self) -> bool:
        """Whether a piece of sound came since the connection began."""
        return self._heard_seconds > 0

    def hear(self, message: Event, now: float) -> None:
        """Take a piece of sound. Raises OddSatelliteError for what no microphone brings."""
        sound = sound_of(message)
        if not sound:
            return
        self.last_at = now
        self._heard_seconds += len(sound) / (SAMPLE_RATE_HZ * WIDTH_BYTES)
        if self._heard_seconds > (now - self._began_at) * _CLOCK_SHARE + MOST_SURPLUS_SECONDS:
            raise OddSatelliteError("sends more sound than there is time for")
        sound = self._rest + sound
        whole = len(sound) - len(sound) % BLOCK_BYTES
        for start in range(0, whole, BLOCK_BYTES):
            self.block_count += 1
            self._queue.put(sound[start : start + BLOCK_BYTES])
        self._rest = sound[whole:]

    def read(self, timeout_seconds: float) -> bytes | None:
        """Wait for a block; None when none came in time."""
        return self._queue.get(timeout_seconds)

    @property
    def waiting_count(self) -> int:
        """How many blocks wait to be read."""
        return self._queue.waiting_count

    @property
    def dropped_count(self) -> int:
        """Blocks that were never read."""
        return self._queue.dropped_count


class SatelliteSpeaker:
    """Sends what the mixer plays. `sounding` and the count are for the hearing thread.

    Its stream begins with a sound and ends after a long silence. When blocks were late, or it has lasted for
    long, it ends in a shorter one, to begin anew: only so the satellite forgets what it is behind by.
    """

    def __init__(self, source: BlockSource, far_end: FarEnd) -> None:
        self._source = source
        self._far_end = far_end
        self._last_sound_at = float("-inf")
        self.block_count = 0
        self.begin()

    def begin(self) -> None:
        """A connection begins."""
        self._is_playing = self._was_late = False
        self._sent_blocks = self._quiet_blocks = 0

    def play(self, link: SatelliteLink) -> None:
        """Send the block that is due, unless too much is on its way. Raises OddSatelliteError, OSError."""
        if link.on_the_way_bytes > MOST_ON_THE_WAY_BYTES:
            self._was_late = True
            link.send()
            return
        block = self._source.next_block()
        self._far_end.played(block)
        self.block_count += 1
        if any(block):
            self._last_sound_at = time.monotonic()
            self._quiet_blocks = 0
            if not self._is_playing:
                self._start(link)
        else:
            self._quiet_blocks += 1
        if self._is_playing:
            self._send(link, block)
            if self._quiet_blocks >= self._allowed_quiet_blocks:
                self.stop(link)

    def stop(self, link: SatelliteLink) -> None:
        """End what is being played. Raises OddSatelliteError, OSError."""
        if self._is_playing:
            link.send(AudioStop(round(self._sent_blocks * BLOCK_SECONDS * 1000)).event())
        self._is_playing = False

    def sounding(self) -> bool:
        """Tell whether the microphone may be hearing what is played, until half a second after its end."""
        return time.monotonic() - self._last_sound_at < _ECHO_SECONDS

    @property
    def _allowed_quiet_blocks(self) -> int:
        is_worn = self._was_late or self._sent_blocks > LONG_BLOCKS
        return QUIET_BLOCKS if is_worn else LONG_QUIET_BLOCKS

    def _start(self, link: SatelliteLink) -> None:
        self._is_playing, self._was_late = True, False
        self._sent_blocks = 0
        link.send(AudioStart(SAMPLE_RATE_HZ, WIDTH_BYTES, 1, 0).event())
        for _ in range(LEAD_BLOCKS):
            self._send(link, SILENCE)

    def _send(self, link: SatelliteLink, block: bytes) -> None:
        link.send(chunk(block, self._sent_blocks * BLOCK_SECONDS))
        self._sent_blocks += 1
