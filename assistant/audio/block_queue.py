"""Blocks of sound on their way from the one thread that brings them to the one that hears them.

No lock is taken and nobody waits but the reader: a sound callback may put. What is older than a second is not
heard late: the oldest blocks make room, so that the newest stay.
"""

from __future__ import annotations

from queue import Empty, SimpleQueue

from assistant.core.liveness import STALE
from assistant.core.ports import BLOCK_SECONDS

FRESH_BLOCKS = round(STALE.limit / BLOCK_SECONDS)
QUEUE_BLOCKS = FRESH_BLOCKS + 10


class BlockQueue:
    """A bounded queue. `dropped_count` counts the blocks that were never read."""

    def __init__(self) -> None:
        self._blocks: SimpleQueue[bytes] = SimpleQueue()
        self.dropped_count = 0

    @property
    def waiting_count(self) -> int:
        """How many blocks wait to be read."""
        return self._blocks.qsize()

    def put(self, block: bytes) -> None:
        """Add a block. One writer, so the size cannot grow between the look and the put."""
        if self._blocks.qsize() >= QUEUE_BLOCKS:
            self._drop_oldest()
        self._blocks.put(block)

    def get(self, timeout_seconds: float) -> bytes | None:
        """Wait for a block, which has waited for a second at most; None when nothing came in time."""
        while self._blocks.qsize() > FRESH_BLOCKS:
            self._drop_oldest()
        try:
            return self._blocks.get(timeout=timeout_seconds)
        except Empty:
            return None

    def _drop_oldest(self) -> None:
        try:
            self._blocks.get_nowait()
        except Empty:
            return
        self.dropped_count += 1
