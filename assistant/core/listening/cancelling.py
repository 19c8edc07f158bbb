"""Whether an echo canceller has learned the room: how much it takes away of our own voice. Pure."""

from __future__ import annotations

from collections import deque

from assistant.core.ports import BLOCK_SECONDS

_WATCHED_BLOCKS = round(5.0 / BLOCK_SECONDS)
_FEWEST_BLOCKS = round(1.0 / BLOCK_SECONDS)
_WORKS_DB, _FAILS_DB = 15.0, 9.0
_AUDIBLE_DBFS = -60.0
_BETTER_SHARE = 0.75
"""Somebody who talks over our voice for a while takes nothing from the best quarter of the blocks."""


class Cancelling:
    """Watches the blocks while we speak. Owned by the hearing path."""

    def __init__(self) -> None:
        self._taken_db: deque[float] = deque(maxlen=_WATCHED_BLOCKS)
        self.works = False

    def accept(self, microphone_dbfs: float, heard_dbfs: float) -> None:
        """Take a block in which our own voice may be, before the canceller and after it."""
        if microphone_dbfs < _AUDIBLE_DBFS:
            return
        self._taken_db.append(microphone_dbfs - heard_dbfs)
        if len(self._taken_db) >= _FEWEST_BLOCKS:
            usual_db = sorted(self._taken_db)[int(len(self._taken_db) * _BETTER_SHARE)]
            self.works = usual_db >= (_FAILS_DB if self.works else _WORKS_DB)
