"""How a room is, as seen from outside: which threads stand still, what is at fault, and since when. Pure.

The session is told by the watch, and does something about it. This is for those who only look: they need
neither the session nor its thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.core.faults import Fault
from assistant.core.liveness import PLAYBACK, SESSION, STALLED, STUCK, Gauges, Standstill

_GAP_SECONDS = 1.0
"""Between two looks: the process itself stood still."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What was counted in the last second or so, for each second: blocks of sound, and looks at events."""

    delivered: float = 0.0
    heard: float = 0.0
    played: float = 0.0
    looks: float = 0.0


class Vitals:
    """Judges the gauges of one room, look by look."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, Gauges]] = deque()
        self._restart()
        self.stopped: frozenset[Fault] = frozenset()
        """What stands still: nobody can be guided like that."""
        self.since: dict[Fault, float] = {}
        """When each fault that there is was first seen."""

    def _restart(self) -> None:
        self._delivered, self._heard = Standstill(), Standstill()
        self._played, self._session = Standstill(), Standstill()
        self._looks.clear()

    def look(self, now: float, gauges: Gauges, told: Iterable[Fault]) -> None:
        """Take the gauges, and the faults that others have told."""
        if self._looks and now - self._looks[-1][0] > _GAP_SECONDS:
            self._restart()
        while len(self._looks) > 1 and now - self._looks[1][0] >= 1.0:
            self._looks.popleft()
        self._looks.append((now, gauges))
        no_sound = not gauges.openings
        stands = {
            Fault.MICROPHONE_LOST: self._delivered.look(now, gauges.delivered, no_sound) > STALLED.limit,
            Fault.HEARING_STUCK: self._heard.look(now, gauges.heard, not gauges.waiting) > STUCK.limit,
            Fault.SPEAKER_LOST: self._played.look(now, gauges.played, no_sound) > PLAYBACK.limit,
            Fault.SESSION_LATE: self._session.look(now, gauges.beats, not gauges.is_guided) > SESSION.limit,
        }
        self.stopped = frozenset(fault for fault, is_so in stands.items() if is_so)
        there = sorted(self.stopped | set(told))
        self.since = {fault: self.since.get(fault, now) for fault in there}

    @property
    def rates(self) -> Rates:
        """Of the last second; nothing before there are two looks."""
        if not self._looks or self._looks[0][0] == self._looks[-1][0]:
            return Rates()
        (began, first), (ended, last) = self._looks[0], self._looks[-1]

        def rate(before: int, after: int) -> float:
            return round((after - before) / (ended - began), 1)

        return Rates(
            delivered=rate(first.delivered, last.delivered),
            heard=rate(first.heard, last.heard),
            played=rate(first.played, last.played),
            looks=rate(first.beats, last.beats),
        )
