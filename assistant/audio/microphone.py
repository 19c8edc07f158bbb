"""The microphone: blocks of 20 ms from PortAudio's thread to the one thread that reads them.

Owned by the reading thread. The callback only copies a block into a bounded queue; it must not log, wait,
resample or take a lock.
"""

from __future__ import annotations

from typing import Any

from assistant.audio.block_queue import BlockQueue
from assistant.audio.channels import MOST_CHANNELS, LouderChannel
from assistant.audio.devices import Kind, find_device
from assistant.audio.portaudio import call, close_stream, open_stream
from assistant.audio.resampling import BlockResampler
from assistant.core.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ


class Microphone:
    """A microphone by name, which can be closed and opened again."""

    def __init__(self, device_name: str | None = None) -> None:
        """Take the device whose name contains `device_name`, or the default one. Nothing is opened yet."""
        self._device_name = device_name
        self._name = ""
        self._stream: Any = None
        self._queue = BlockQueue()
        self._channel: LouderChannel | None = None
        self._resampler: BlockResampler | None = None
        self.overflow_count = 0
        """Times PortAudio reported lost input."""
        self._dropped_before = 0
        self.block_count = 0
        """Blocks that came."""
        self.open_count = 0

    def open(self) -> None:
        """Find the device and start. Raises AudioError."""
        device = find_device(Kind.MICROPHONE, self._device_name)
        self._dropped_before = self.dropped_count
        queue = self._queue = BlockQueue()  # what a closed stream left behind is never read

        def callback(samples: Any, frame_count: int, times: Any, status: Any) -> None:
            if status.input_overflow:
                self.overflow_count += 1
            self.block_count += 1
            queue.put(bytes(samples))

        self._name = device.name
        action = f'open the microphone "{device.name}"'
        channels = min(device.input_channels, MOST_CHANNELS)
        self._stream, rate_hz = call(
            action, lambda: open_stream("RawInputStream", device.index, device.rate_hz, callback, channels)
        )
        self._channel = LouderChannel() if channels == MOST_CHANNELS else None
        same_rate = rate_hz == SAMPLE_RATE_HZ
        self._resampler = None if same_rate else BlockResampler(rate_hz, SAMPLE_RATE_HZ, BLOCK_SAMPLES)
        self.open_count += 1
        call(action, self._stream.start)

    def close(self) -> None:
        """Stop at once; harmless when not open. Raises AudioError when the sound system hangs."""
        stream, self._stream = self._stream, None
        if stream is not None:
            close_stream("close the microphone", stream)

    @property
    def is_named(self) -> bool:
        """Whether it was asked for by name."""
        return bool(self._device_name)

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
        """False when PortAudio gave the stream up. True does not prove that blocks arrive."""
        return self._stream is not None and bool(self._stream.active)

    @property
    def waiting_count(self) -> int:
        """How many blocks wait to be read."""
        return self._queue.waiting_count

    @property
    def dropped_count(self) -> int:
        """Blocks that were never read, for the reader was more than a second behind."""
        return self._dropped_before + self._queue.dropped_count

    def read(self, timeout_seconds: float) -> bytes | None:
        """Wait for what one callback brought, as the device has it; None when nothing came in time.

        It has waited for a second at most.
        """
        return self._queue.get(timeout_seconds)

    def to_blocks(self, samples: bytes) -> list[bytes]:
        """Turn what was read into blocks of 20 ms at 16 kHz: one, or none to two where it is resampled."""
        if self._channel is not None:
            samples = self._channel.of(samples)
        if self._resampler is None:
            return [samples]
        self._resampler.push(samples)
        return list(iter(self._resampler.pop, None))
