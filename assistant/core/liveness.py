"""What is watched so that no session is deaf, mute or late unnoticed: a table, and its judgements. Pure.

Others count, and pass the time in. Which exact zeros are a fault is in `audio/stream_watch.py`, which takes
its limits from here.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.events import MicrophoneLost, MicrophoneRestored
from assistant.core.shedding import LATE_SECONDS, Shedding, shed

BLOCKS_PER_SECOND = 50.0
START_SECONDS = 2.5
"""A device that was idle may take a block at once and the next 2 s later."""


class Means(StrEnum):
    """What a fault means for the session."""

    DEAF = "deaf"  # the hold ends, and is recorded as far as it was held; it is said; then a pause
    MUTE = "mute"  # an earcon, the screen; then a pause
    SLOW = "slow"  # something is left out, and it is said
    UNKEPT = "unkept"  # it is shown; nothing of the session changes


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that is watched: the name of its fault, when it is one, and what that means.

    `limit` is in seconds, but for "losing" and "moved", where it is a share, and "disk nearly full", where it
    is in megabytes.
    """

    fault: str
    watched: str
    limit: float
    means: Means


STALLED = Limit("lost", "seconds without a block of the microphone", 1.0, Means.DEAF)
ZEROS = Limit("silent", "seconds of exact zeros with nothing between", 2.8, Means.DEAF)
GATED_ZEROS = Limit("silent", "seconds of them behind a noise gate", 60.0, Means.DEAF)
LOSSES = Limit("losing", "share of its blocks that the microphone delivers", 0.95, Means.DEAF)
MOVED = Limit("moved", "share of the stream on the device that was opened", 1.0, Means.DEAF)
STUCK = Limit("stuck", "seconds without a block heard while some wait", 0.7, Means.DEAF)
BEHIND = Limit("behind", "seconds that wait to be heard", 1.0, Means.DEAF)
LATE = Limit("late", "seconds that wait to be heard before less is done for each", LATE_SECONDS, Means.SLOW)
PLAYBACK = Limit("speaker lost", "seconds without a block taken by the speaker", 1.0, Means.MUTE)
VOICE_SPARE = Limit("voice late", "seconds without speech until another voice speaks", 1.5, Means.SLOW)
VOICE = Limit("voice lost", "seconds without speech while something is to be said", 2.0, Means.MUTE)
SESSION = Limit("session late", "seconds without a look of the session at its events", 1.0, Means.SLOW)
STALE = Limit("stale", "seconds after which what was said is no command any more", 1.0, Means.SLOW)
UNWRITTEN = Limit("history held", "seconds that something waits to be written", 1.0, Means.UNKEPT)
ROOM = Limit("disk nearly full", "megabytes free on the disk of the history", 50.0, Means.UNKEPT)

TABLE = (
    *(STALLED, ZEROS, GATED_ZEROS, LOSSES, MOVED, STUCK, BEHIND, LATE),
    *(PLAYBACK, VOICE_SPARE, VOICE, SESSION, STALE),
    *(UNWRITTEN, ROOM),
)
"""All of it. ARCHITECTURE.md has what is said, and how each is recovered from."""

WORST_FIRST = ("lost", "silent", "moved", "stuck", "behind", "losing")
"""Of several reasons for not hearing, the one that is told."""


_CAUGHT_UP_SECONDS = 0.2


class Losses:
    """Whether a microphone loses blocks: more than the limit allows in two seconds, and in three half-seconds
    of these four. By chance one may bring nearly all.

    A callback that comes late is made up for by the next, and a gap alone is one half-second's: neither is
    taken for a device that goes on losing. Nor is one that gives nothing at all: that is gone. It is well
    when they have all come in two seconds.
    """

    def __init__(self) -> None:
        self._shares: deque[float] = deque(maxlen=4)
        self._is_losing = False
        self._began_at: float | None = None
        self._began_with = 0

    def restart(self) -> None:
        """The stream was opened anew, or nobody looked: count from the next block on."""
        self._began_at = None
        self._shares.clear()
        self._is_losing = False

    def look(self, now: float, delivered: int) -> bool:
        """Take the count of blocks so far; whether the microphone loses them now."""
        if self._began_at is None:
            self._began_at, self._began_with = now, delivered
        elif now - self._began_at >= 0.5:
            expected = (now - self._began_at) * BLOCKS_PER_SECOND
            self._shares.append((delivered - self._began_with) / expected)
            self._began_at, self._began_with = now, delivered
            if len(self._shares) == self._shares.maxlen:
                share, best_but_one = sum(self._shares) / len(self._shares), sorted(self._shares)[-2]
                judged = share if self._is_losing else max(share, best_but_one)
                self._is_losing = judged < LOSSES.limit and min(self._shares) > 0
        return self._is_losing


class Standstill:
    """For how long a count has not changed."""

    def __init__(self) -> None:
        self._count = -1
        self._since = 0.0

    def look(self, now: float, count: int, may_rest: bool = False) -> float:
        """Take the count; give the seconds that it has stood still, 0 while it `may_rest`."""
        if count != self._count or may_rest:
            self._count, self._since = count, now
        return now - self._since


class Silence:
    """Whether what is to be said comes too late: told once for each prompt."""

    def __init__(self) -> None:
        self._owed: int | None = None
        self._since = 0.0
        self._told: int | None = None

    def look(self, now: float, owed: int | None) -> int | None:
        """Take the prompt that is owed while nothing sounds; give it when that has lasted for too long."""
        if owed is None or owed != self._owed:
            self._owed, self._since = owed, now
        if owed is None or owed == self._told or now - self._since <= VOICE.limit:
            return None
        self._told = owed
        return owed


@dataclass(frozen=True, slots=True)
class Gauges:
    """What others have counted so far: the microphone's callbacks, the hearing thread, the session's loop.

    `openings` counts how often the microphone was opened, 0 where there is no sound; `is_guided` is whether a
    session runs, and `played` counts the blocks that the speaker took.
    """

    openings: int = 0
    delivered: int = 0
    waiting: int = 0
    heard: int = 0
    beats: int = 0
    is_guided: bool = False
    played: int = 0


_GAP_SECONDS = 0.5
"""Between two looks: the process itself stood still, and nobody hangs for that."""


class Liveness:
    """Judges the gauges, look by look.

    A microphone that gives nothing is told by whoever reads it, and here as well: that one may hang. It is
    taken to be back when something of it is heard, not when it gives something.
    Hearing that hung or was behind is taken to be well a second after it is: what it hears until then may
    lack its beginning, a "do not" perhaps, and must not lead on.
    """

    def __init__(self) -> None:
        self._looked_at: float | None = None
        self._openings = self._opened_with = 0
        self._losses = Losses()
        self._start_anew()
        self._unwell_until = -math.inf
        self._heard_when_lost: int | None = None
        self.lateness = Shedding()
        self.reasons: frozenset[str] = frozenset()
        """Why nothing, or not all, can be heard."""
        self.is_session_late = False

    def _start_anew(self) -> None:
        self._delivery, self._hearing, self._session = Standstill(), Standstill(), Standstill()

    def look(self, now: float, gauges: Gauges) -> None:
        """Take the gauges; what was found is in the attributes."""
        if self._looked_at is None or now - self._looked_at > _GAP_SECONDS:
            self._start_anew()
        self._looked_at = now
        is_new = gauges.openings != self._openings
        if is_new:
            self._openings = gauges.openings
            self._opened_with = gauges.delivered
            self._losses.restart()
        if gauges.delivered == self._opened_with:
            self._losses.restart()  # it may take its time to begin
        nothing_seconds = self._delivery.look(now, gauges.delivered, may_rest=is_new or not gauges.openings)
        allowed_seconds = START_SECONDS if gauges.delivered == self._opened_with else STALLED.limit
        waiting_seconds = gauges.waiting / BLOCKS_PER_SECOND
        stands_seconds = self._hearing.look(now, gauges.heard, may_rest=not gauges.waiting)
        faults = {
            STALLED.fault: self._is_lost(gauges.heard, gives_nothing=nothing_seconds > allowed_seconds),
            LOSSES.fault: self._losses.look(now, gauges.delivered),
            STUCK.fault: stands_seconds > STUCK.limit,
            BEHIND.fault: waiting_seconds > BEHIND.limit,
        }
        found = {fault for fault, is_so in faults.items() if is_so}
        was = self.reasons & {STUCK.fault, BEHIND.fault}
        if found & {STUCK.fault, BEHIND.fault} or (was and waiting_seconds > _CAUGHT_UP_SECONDS):
            self._unwell_until = now + STALE.limit
        if now < self._unwell_until:
            found |= was
        self.reasons = frozenset(found)
        self.lateness = shed(self.lateness, now, waiting_seconds)
        late_seconds = self._session.look(now, gauges.beats, may_rest=not gauges.is_guided)
        self.is_session_late = late_seconds > SESSION.limit

    def _is_lost(self, heard: int, *, gives_nothing: bool) -> bool:
        """Whether the microphone gives nothing, or nothing has been heard since it did."""
        if gives_nothing:
            self._heard_when_lost = heard
        elif heard != self._heard_when_lost:
            self._heard_when_lost = None
        return self._heard_when_lost is not None


class MicrophoneFaults:
    """All reasons for not hearing, from whoever noticed them, as one microphone that is lost and restored."""

    def __init__(self) -> None:
        self._by_origin: dict[str, frozenset[str]] = {}
        self._told = ""

    def note(self, origin: str, reasons: Iterable[str]) -> MicrophoneLost | MicrophoneRestored | None:
        """Take all the reasons of one who watches; give what the session has to know, if anything changed."""
        self._by_origin[origin] = frozenset(reasons)
        there = frozenset().union(*self._by_origin.values())
        worst = min(there, key=WORST_FIRST.index, default="")
        if worst == self._told:
            return None
        self._told = worst
        return MicrophoneLost(worst) if worst else MicrophoneRestored()
