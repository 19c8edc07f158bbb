"""A stream of sound given back later, by any fraction of a sample, by a delay that may grow and shrink.

Pure: no device, no clock. Belongs to whoever feeds it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
"""Mono samples at 16 kHz on int16's scale."""

SHORTEST_DELAY_SAMPLES = 16
_KERNEL_SAMPLES = 32


class DelayLine:
    """Between samples it is a windowed sinc, at a block's beginning and end and blended between.

    A delay is at least a millisecond: shorter ones are taken for that.
    """

    def __init__(self, delay_samples: float) -> None:
        self.delay_samples = max(delay_samples, SHORTEST_DELAY_SAMPLES)
        self._past = np.zeros(0, np.float32)

    def next_block(self, sound: Sound, delay_samples: float | None = None) -> Sound:
        """Take a block, give one of the same length; at its end it comes so much later, as before if None."""
        begins_at = self.delay_samples
        if delay_samples is not None:
            self.delay_samples = max(delay_samples, SHORTEST_DELAY_SAMPLES)
        count = len(sound)
        length = count + int(max(begins_at, self.delay_samples)) + _KERNEL_SAMPLES
        past = np.zeros(length, np.float32)
        kept = min(length - count, len(self._past))
        past[length - count - kept : length - count] = self._past[len(self._past) - kept :]
        past[length - count :] = sound
        self._past = past
        block = self._delayed(begins_at, count)
        if self.delay_samples != begins_at:
            part = np.arange(count, dtype=np.float32) / count
            block += (self._delayed(self.delay_samples, count) - block) * part
        return block

    def _delayed(self, delay: float, count: int) -> Sound:
        whole = int(delay)
        first = len(self._past) - count - whole
        if delay == whole:
            return self._past[first : first + count].copy()
        half = _KERNEL_SAMPLES // 2
        places = np.arange(-half, half) + (delay - whole)
        kernel = np.sinc(places) * (0.5 + 0.5 * np.cos(np.pi / half * places))
        around = self._past[first - half : first + count + half - 1]
        return np.asarray(np.correlate(around, kernel.astype(np.float32), "valid"), np.float32)
