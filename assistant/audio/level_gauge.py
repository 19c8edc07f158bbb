"""How loud the microphone is just now, for whoever shows it.

Fed block by block on the hearing thread; read from any other one, and only then is anything computed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from assistant.core.decibels import dbfs

BLOCKS = 5
FULL_SCALE = 32768.0
STALE_SECONDS = 0.5


class LevelGauge:
    """Keeps the last 0.1 s."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._newest: tuple[tuple[bytes, ...], float] = (), -STALE_SECONDS

    def accept(self, block: bytes) -> None:
        """Take a block: BLOCK_BYTES of mono int16."""
        self._newest = (*self._newest[0][1 - BLOCKS :], block), self._clock()

    def level_dbfs(self) -> float | None:
        """The level of the last 0.1 s in dB of full scale; None when nothing has come for half a second."""
        blocks, at = self._newest
        if not blocks or self._clock() - at > STALE_SECONDS:
            return None
        samples = np.frombuffer(b"".join(blocks), np.int16) / FULL_SCALE
        return dbfs(float(np.mean(samples**2)))
