"""The way out to the loudspeaker: PortAudio's thread pulls each block from a source as it is needed.

Opened and closed by one owner thread. The callback must not wait; nothing lies between the source and the
device but the device's own buffer, so what the source cuts is silent a moment later.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

from assistant.audio.devices import Kind, find_device
from assistant.audio.far_end import FarEnd
from assistant.audio.portaudio import call, close_stream, open_stream
from assistant.audio.resampling import BlockResampler
from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ

_ECHO_SECONDS = 0.5  # until what was pulled has surely left the speaker and the microphone's buffers


class BlockSource(Protocol):
    """What plays: the mixer."""

    def next_block(self) -> bytes:
        """Give the next BLOCK_BYTES of mono int16 at 16 kHz. Called every 20 ms; must not wait or raise."""


class SpeakerStream:
    """A loudspeaker by name, which can be closed and opened again."""

    def __init__(self, source: BlockSource, device_name: str | None = None) -> None:
        """Play `source` on the device whose name contains `device_name`, or on the default one."""
        self._source = source
        self._device_name = device_name
        self._name = ""
        self._stream: Any = None
        self._resampler: BlockResampler | None = None
        self._last_sound_at = float("-inf")
        self.far_end = FarEnd()
        """What was played, for whoever takes its echo out of what is heard."""
        self.block_count = 0
        """Blocks pulled so far; when it stands still the device takes nothing."""
        self.underflow_count = 0
        """Times a block came too late, which is heard as a click."""

    def open(self) -> None:
        """Find the device and start. Raises AudioError."""
        device = find_device(Kind.SPEAKER, self._device_name)
        self._name = device.name
        action = f'open the speaker "{device.name}"'
        self._stream, rate_hz = call(
            action, lambda: open_stream("RawOutputStream", device.index, device.rate_hz, self._fill)
        )
        device_block_samples = round(rate_hz * BLOCK_SECONDS)
        same_rate = rate_hz == SAMPLE_RATE_HZ
        self._resampler = None if same_rate else BlockResampler(SAMPLE_RATE_HZ, rate_hz, device_block_samples)
        call(action, self._stream.start)

    def close(self) -> None:
        """Stop at once; harmless when not open. Raises AudioError when the sound system hangs."""
        stream, self._stream = self._stream, None
        if stream is not None:
            close_stream("close the speaker", stream)

    @property
    def is_open(self) -> bool:
        """Whether there is a stream; from any thread."""
        return self._stream is not None

    @property
    def name_in_use(self) -> str:
        """The name of the device that is open, "" for none; from any thread."""
        return self._name if self.is_open else ""

    @property
    def active(self) -> bool:
        """False when PortAudio gave the stream up. True does not prove that blocks are taken."""
        return self._stream is not None and bool(self._stream.active)

    @property
    def latency_seconds(self) -> float:
        """How long after it is pulled a block has left the speaker, as far as PortAudio knows."""
        return 0.0 if self._stream is None else float(self._stream.latency) + BLOCK_SECONDS

    def sounding(self) -> bool:
        """Tell whether the microphone may be hearing what is played, until half a second after its end."""
        return time.monotonic() - self._last_sound_at < _ECHO_SECONDS

    def _fill(self, output: Any, frame_count: int, times: Any, status: Any) -> None:
        if status.output_underflow:
            self.underflow_count += 1
        self.block_count += 1
        if self._resampler is None:
            output[:] = self._pull()
            return
        while (block := self._resampler.pop()) is None:
            self._resampler.push(self._pull())
        output[:] = block

    def _pull(self) -> bytes:
        block = self._source.next_block()
        self.far_end.played(block)
        if block.count(0) != len(block):
            self._last_sound_at = time.monotonic()
        return block
