"""How loud it is around us: a television, a visitor, a kitchen. A phrase that is no louder may be theirs.

One `RoomSound` belongs to a hearing path, and all its reflexes ask it. Time is passed in.
"""

from __future__ import annotations

import math
from collections import deque

from assistant.core.ports import BLOCK_SECONDS

_REMEMBERED_SECONDS, _OLDEST_SECONDS = 12.0, 120.0
"""So much of the time in which we did not speak, and how long ago it may have been."""
_LEAST_SECONDS, _SHARE = 4.5, 1 / 3
_PHRASE_BLOCKS = round(0.9 / BLOCK_SECONDS)
_LOUD_SHARE = 0.9
"""Sound and phrases are compared over the same time, by the levels under which nine tenths of it stay."""
_BESIDE_SECONDS = 0.3
_MOST_SAID = 32


class RoomSound:
    """What sounded in the last seconds, and was neither our own voice nor said to us."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, float]] = deque(maxlen=round(_REMEMBERED_SECONDS / BLOCK_SECONDS))
        self._said_to_us: deque[tuple[float, float]] = deque(maxlen=_MOST_SAID)

    def accept(self, now_seconds: float, level_dbfs: float) -> None:
        """Take a block in which our own voice cannot be."""
        self._blocks.append((now_seconds, level_dbfs))

    def leave_out(self, from_seconds: float, until_seconds: float) -> None:
        """What sounded from when to when was said to us."""
        self._said_to_us.append((from_seconds - _BESIDE_SECONDS, until_seconds + _BESIDE_SECONDS))

    def dbfs(self, until_seconds: float) -> float:
        """How loud it was for a third of the time, before then; -inf where too little is known."""
        levels = [
            level
            for at, level in self._blocks
            if until_seconds - _OLDEST_SECONDS < at <= until_seconds
            and not any(begin < at <= end for begin, end in self._said_to_us)
        ]
        if len(levels) * BLOCK_SECONDS < _LEAST_SECONDS:
            return -math.inf
        parts = [
            sorted(levels[first : first + _PHRASE_BLOCKS])[int(_PHRASE_BLOCKS * _LOUD_SHARE)]
            for first in range(0, len(levels) - _PHRASE_BLOCKS + 1, _PHRASE_BLOCKS)
        ]
        return sorted(parts, reverse=True)[int(len(parts) * _SHARE)]
