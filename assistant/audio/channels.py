"""One channel out of the two that a microphone may have: the one that hears more.

They are never added up: where one is dead half of the level would be lost, where one is inverted all of it.
Owned by the thread that reads the microphone.
"""

from __future__ import annotations

import numpy as np

MOST_CHANNELS = 2
CHANGE_DB = 6.0
"""The other one is taken when it is so much louder: two good ones differ by less, and a change is heard."""
_MEMORY_BLOCKS = 50
_FLOOR = 1.0  # a dead channel may have exact zeros


class LouderChannel:
    """Takes blocks of two interleaved channels; the first one is heard until the other is louder."""

    def __init__(self) -> None:
        self._powers = np.full(MOST_CHANNELS, _FLOOR)
        self._chosen = 0

    def of(self, interleaved: bytes) -> bytes:
        """A block of int16 samples of one channel, out of as many of two."""
        pairs = np.frombuffer(interleaved, np.int16).reshape(-1, MOST_CHANNELS)
        powers = np.square(pairs.astype(np.float64)).mean(axis=0) + _FLOOR
        self._powers += (powers - self._powers) / _MEMORY_BLOCKS
        other = 1 - self._chosen
        if self._powers[other] > self._powers[self._chosen] * 10 ** (CHANGE_DB / 10):
            self._chosen = other
        return pairs[:, self._chosen].tobytes()
