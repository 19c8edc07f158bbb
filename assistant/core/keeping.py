"""Whether what happens is kept: it is written to the history, and the disk has room for more. Pure.

The store measures, holds what it cannot write, and tells the reason in a line. Here is judged what is shown.
"""

from __future__ import annotations

from assistant.core.events import KeepingChanged
from assistant.core.liveness import ROOM, UNWRITTEN

_ROOM_AGAIN = 1.2
"""So many times the limit must be free before a disk that was nearly full is well."""


class Keeping:
    """Judges look by look, for one session; each change is told once."""

    def __init__(self) -> None:
        self._told = KeepingChanged()

    def look(self, waits_seconds: float, free_megabytes: float | None) -> KeepingChanged | None:
        """Take for how long something has waited to be written, and what is free, None where nobody knows."""
        needed = ROOM.limit if self._told.has_room else ROOM.limit * _ROOM_AGAIN
        found = KeepingChanged(
            is_written=waits_seconds <= UNWRITTEN.limit,
            has_room=free_megabytes is None or free_megabytes >= needed,
        )
        if found == self._told:
            return None
        self._told = found
        return found
