"""Tells a rest when night begins and ends, by the clock on the wall.

Owned by the thread that runs a room's sessions and rests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assistant.core.events import NightChanged
from assistant.core.night import Night


class Nightfall:
    """Night, or none at all. `wall` tells the local time, without a zone: clocks are put on and back."""

    def __init__(self, night: Night | None = None, wall: Callable[[], datetime] = datetime.now) -> None:
        self._night = night
        self._wall = wall
        self._told = False

    def begin_rest(self) -> None:
        """A rest begins, which takes it for day until it is told."""
        self._told = False

    def happened(self) -> tuple[NightChanged, ...]:
        """Whether it is night, when that has changed."""
        now = self._wall()
        if self._night is None or self._night.covers(now.hour * 60 + now.minute) is self._told:
            return ()
        self._told = not self._told
        return (NightChanged(self._told),)
