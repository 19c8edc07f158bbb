"""Blocks between 16 kHz and a device's own rate, needed only where the device refuses 16 kHz.

Owned by one thread: the microphone's reader or the speaker's callback. Must not wait.
"""

from __future__ import annotations

import numpy as np
import soxr


class BlockResampler:
    """Takes mono int16 of any length at one rate and gives blocks of a fixed length at another.

    Quality 'LQ' adds 20 ms of delay and costs about 20 µs a block; 'HQ' would add 40 ms.
    """

    def __init__(self, from_rate_hz: int, to_rate_hz: int, block_samples: int) -> None:
        """Begin with nothing; `block_samples` is the length of the blocks to give."""
        self._stream = soxr.ResampleStream(from_rate_hz, to_rate_hz, 1, dtype="int16", quality="LQ")
        self._pending = bytearray()
        self._block_bytes = block_samples * 2

    def push(self, samples: bytes) -> None:
        """Take mono int16 samples at the rate they come in."""
        self._pending += self._stream.resample_chunk(np.frombuffer(samples, np.int16)).tobytes()

    def pop(self) -> bytes | None:
        """Give the next whole block, None when more input is needed."""
        if len(self._pending) < self._block_bytes:
            return None
        block = bytes(self._pending[: self._block_bytes])
        del self._pending[: self._block_bytes]
        return block
