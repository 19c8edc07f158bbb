"""The microphone: blocks of 20 ms from PortAudio's thread to the one thread that reads them.

Owned by the reading thread. The callback only copies a block into a bounded queue; it must not log, wait,
resample or take a lock.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import Any

from assistant.audio.channels import MOST_CHANNELS, LouderChannel
from assistant.audio.devices import Kind, find_device
from assistant.audio.portaudio import call, close_stream, open_stream
from assistant.audio.resampling import BlockResampler
from assistant.core.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ

QUEUE_BLOCKS = 250  # 5 s: longer than the slowest pause of a reader that still keeps up


class Microphone:
    """A microphone by name, which can be closed and opened again."""

    def __init__(self, device_name: str | None = None) -> None:
        """Take the device whose name contains `device_name`, or the default one. Nothing is opened yet."""
        self._device_name = device_name
        self._stream: Any = None
        self._queue: SimpleQueue[bytes] = SimpleQueue()
        self._channel: LouderChannel | None = None
        self._resampler: BlockResampler | None = None
        self.overflow_count = 0
        """Blocks lost because the reader was 5 s behind, and times PortAudio reported lost input."""

    def open(self) -> None:
        """Find the device and start. Raises AudioError."""
        device = find_device(Kind.MICROPHONE, self._device_name)
        queue = self._queue = SimpleQueue()  # what a closed stream left behind is never read

        def callback(samples: Any, frame_count: int, times: Any, status: Any) -> None:
            if status.input_overflow:
                self.overflow_count += 1
            # One writer, so the size cannot grow between the look and the put; no lock is taken.
            if queue.qsize() < QUEUE_BLOCKS:
                queue.put(bytes(samples))
            else:
                self.overflow_count += 1

        action = f'open the microphone "{device.name}"'
        channels = min(device.input_channels, MOST_CHANNELS)
        self._stream, rate_hz = call(
            action, lambda: open_stream("RawInputStream", device.index, device.rate_hz, callback, channels)
        )
        self._channel = LouderChannel() if channels == MOST_CHANNELS else None
        same_rate = rate_hz == SAMPLE_RATE_HZ
        self._resampler = None if same_rate else BlockResampler(rate_hz, SAMPLE_RATE_HZ, BLOCK_SAMPLES)
        call(action, self._stream.start)

    def close(self) -> None:
        """Stop at once; harmless when not open. Raises AudioError when the sound system hangs."""
        stream, self._stream = self._stream, None
        if stream is not None:
            close_stream("close the microphone", stream)

    @property
    def active(self) -> bool:
        """False when PortAudio gave the stream up. True does not prove that blocks arrive."""
        return self._stream is not None and bool(self._stream.active)

    @property
    def waiting_count(self) -> int:
        """How many blocks wait to be read."""
        return self._queue.qsize()

    def read(self, timeout_seconds: float) -> bytes | None:
        """Wait for what one callback brought, as the device has it; None when nothing came in time."""
        try:
            return self._queue.get(timeout=timeout_seconds)
        except Empty:
            return None

    def to_blocks(self, samples: bytes) -> list[bytes]:
        """Turn what was read into blocks of 20 ms at 16 kHz: one, or none to two where it is resampled."""
        if self._channel is not None:
            samples = self._channel.of(samples)
        if self._resampler is None:
            return [samples]
        self._resampler.push(samples)
        return list(iter(self._resampler.pop, None))
