"""What was played, block by block, beside what the microphone hears: the reference of echo cancellation.

`played` belongs to the speaker's callback: it takes no lock and never waits. All else belongs to the hearing
thread. The two streams have callbacks, and perhaps clocks, of their own, so the blocks wait in a bounded
queue, one more than needed at the moment; the canceller learns the delay that is left. Must not look into the
blocks.
"""

from __future__ import annotations

from collections import deque

from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS

MAX_BLOCKS = 300
"""More than the microphone's own queue; of both, the newest are kept."""
RESERVE_BLOCKS = 1
"""Keeps an uneven callback from leaving a gap. A speaker takes longer than that from call to sound, so
the echo still comes after its reference."""
MOST_SPARE_BLOCKS = 3
WATCH_BLOCKS = round(1.0 / BLOCK_SECONDS)

_SILENCE = bytes(BLOCK_BYTES)


class FarEnd:
    """A queue that lines up blocks that were played with blocks that are heard.

    `dropped_count` and `missing_count` tell how often the two had run apart by a block, by their clocks or
    otherwise. Each such step costs the canceller its hold on the echo for a moment.
    """

    def __init__(self, reserve_blocks: int = RESERVE_BLOCKS) -> None:
        """The echo has to come later than so many blocks after what was played."""
        self._reserve_blocks = reserve_blocks
        self.dropped_count = 0
        self.missing_count = 0
        self._blocks: deque[bytes] = deque(maxlen=MAX_BLOCKS)
        self._lined_up = False
        self._least_spare = MAX_BLOCKS
        self._watched = 0

    def played(self, block: bytes) -> None:
        """Take a block that the loudspeaker was just given."""
        self._blocks.append(block)

    def restart(self) -> None:
        """A stream was opened, or blocks were not heard: line up anew with the next one that is."""
        self._lined_up = False

    def beside(self, waiting_blocks: int) -> bytes:
        """Give the block that belongs to the one now heard, behind which so many wait to be heard."""
        spare = len(self._blocks) - 1 - waiting_blocks
        if not self._lined_up:
            self._lined_up = True
            self._drop(spare - self._reserve_blocks)
            self._least_spare, self._watched = MAX_BLOCKS, 0
        else:
            self._watch(spare)
        try:
            return self._blocks.popleft()
        except IndexError:
            self.missing_count += 1
            return _SILENCE

    def _watch(self, spare: int) -> None:
        """Catch up when in a whole second there were always too many to spare."""
        self._least_spare = min(self._least_spare, spare)
        self._watched += 1
        if self._watched < WATCH_BLOCKS:
            return
        most_spare = MOST_SPARE_BLOCKS + self._reserve_blocks - RESERVE_BLOCKS
        if self._least_spare > most_spare:
            self.dropped_count += self._drop(self._least_spare - self._reserve_blocks)
        self._least_spare, self._watched = MAX_BLOCKS, 0

    def _drop(self, count: int) -> int:
        for _ in range(count):
            self._blocks.popleft()
        return max(count, 0)
