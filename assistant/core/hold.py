"""The clock of one hold: what has been held, and the breath, half-way and count cues that are due.

A movement lasts for its breaths: it has their cues alone, and is changed by whole ones. All times are seconds
of holding: time during which the clock does not run is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import copysign

from assistant.core.routine import Kind

BREATH_SECONDS = 10.0  # 4 s in, 6 s out
INHALE_SHARE = 0.4
SHORTEST_BREATH_SECONDS = 5.0  # what is left of a hold is paced only if it is a breath that can be followed
COUNT_FROM = 3
SHORTEST_HOLD_SECONDS, LONGEST_HOLD_SECONDS = 10.0, 60.0
BOUNDS_SECONDS = {
    Kind.HOLD: (SHORTEST_HOLD_SECONDS, LONGEST_HOLD_SECONDS),
    Kind.MOVEMENT: (2 * BREATH_SECONDS, 8 * BREATH_SECONDS),
}
"""How short and how long one may be made on request."""


class CueKind(StrEnum):
    """What is due within a hold."""

    BREATHE_IN = "breathe_in"
    BREATHE_OUT = "breathe_out"
    HALF_WAY = "half_way"
    COUNT = "count"


class BreathPhase(StrEnum):
    """What the breath does in a running hold."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Breath:
    """What the breath does now, and until when on the session's clock."""

    phase: BreathPhase
    ends_at: float


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue and when it is due; `count` is what to count, for COUNT."""

    at_seconds: float
    kind: CueKind
    count: int = 0


def bounded_seconds(kind: Kind, seconds: float) -> float:
    """The nearest length that may be."""
    shortest, longest = BOUNDS_SECONDS[kind]
    return min(longest, max(shortest, seconds))


def whole_breaths_seconds(by_seconds: float) -> float:
    """What a movement is changed by: the nearest whole breaths, at least one, if it is to be changed."""
    breaths = max(1, round(abs(by_seconds) / BREATH_SECONDS)) if by_seconds else 0
    return copysign(breaths * BREATH_SECONDS, by_seconds)


def breath_cues(start_seconds: float, end_seconds: float) -> list[Cue]:
    """Whole breaths of about BREATH_SECONDS, stretched a little so that the last ends with the hold."""
    span = end_seconds - start_seconds
    if span < SHORTEST_BREATH_SECONDS:
        return []
    count = max(1, round(span / BREATH_SECONDS))
    breath = span / count
    starts = [start_seconds + n * breath for n in range(count)]
    ins = [Cue(start, CueKind.BREATHE_IN) for start in starts]
    return ins + [Cue(start + INHALE_SHARE * breath, CueKind.BREATHE_OUT) for start in starts]


class Hold:
    """The clock of one hold, running or not. Owned by the session."""

    def __init__(self, target_seconds: float, kind: Kind = Kind.HOLD) -> None:
        self.target_seconds = target_seconds
        self.kind = kind
        self._held_before = 0.0
        self._started_at: float | None = None
        self._half_way_told = False
        self._cues: list[Cue] = []
        self._breaths: list[Cue] = []
        self._paced_until = 0.0

    def start(self, now: float) -> None:
        """Run, or run on after a pause: breathing begins anew and still ends with the hold."""
        self._started_at = now
        self._paced_until = self._held_before
        self._plan(self._held_before, [], self._held_before)

    def suspend(self, now: float) -> None:
        """Stand still: what passes from now on is not held."""
        self._held_before = self.held_seconds(now)
        self._started_at = None

    @property
    def running(self) -> bool:
        """Whether time counts as held."""
        return self._started_at is not None

    def held_seconds(self, now: float) -> float:
        """How long the stretch has been held: never longer than it was to be."""
        since = 0.0 if self._started_at is None else now - self._started_at
        return min(self.target_seconds, self._held_before + since)

    def remaining_seconds(self, now: float) -> float:
        """How long it is still to be held."""
        return max(0.0, self.target_seconds - self.held_seconds(now))

    def change(self, by_seconds: float, now: float) -> float:
        """Lengthen or shorten the hold within its bounds; return what it was really changed by.

        A breath under way is kept to its end, or to the end of the hold; what follows is paced anew.
        """
        before, held = self.target_seconds, self.held_seconds(now)
        shortest, longest = BOUNDS_SECONDS[self.kind]
        bounded = min(longest, max(min(shortest, before), before + by_seconds))
        self.target_seconds = max(bounded, min(before, held))
        if self.running:
            inhales = [cue.at_seconds for cue in self._cues if cue.kind is CueKind.BREATHE_IN]
            anew_from = min([before, *inhales])
            exhales = [
                cue
                for cue in self._cues
                if cue.kind is CueKind.BREATHE_OUT and cue.at_seconds < min(anew_from, self.target_seconds)
            ]
            self._plan(held, exhales, anew_from)
        return self.target_seconds - before

    def next_at(self) -> float:
        """When, on the session's clock, the next cue or the end of a running hold is due."""
        return self._when(min([self.target_seconds, *(cue.at_seconds for cue in self._cues[:1])]))

    @property
    def held_at_change_seconds(self) -> float:
        """What had been held when the clock last began to run or to stand still."""
        return self._held_before

    def ends_at(self) -> float | None:
        """When, on the session's clock, a running hold ends; None while it stands still."""
        return self._when(self.target_seconds) if self.running else None

    def breath(self, now: float) -> Breath | None:
        """What the breath does; None while the hold stands still or its breath is not paced."""
        held = self.held_seconds(now) + 1e-6
        begun = [cue.kind for cue in self._breaths if cue.at_seconds <= held]
        if not self.running or not begun or held >= self._paced_until:
            return None
        ahead = (cue.at_seconds for cue in self._breaths if cue.at_seconds > held)
        phase = BreathPhase.IN if begun[-1] is CueKind.BREATHE_IN else BreathPhase.OUT
        return Breath(phase, self._when(min([self._paced_until, *ahead])))

    def due(self, now: float) -> list[Cue]:
        """The cues whose time has come; each is given once."""
        held = self.held_seconds(now) + 1e-6
        due = [cue for cue in self._cues if cue.at_seconds <= held]
        self._cues = [cue for cue in self._cues if cue.at_seconds > held]
        self._half_way_told |= any(cue.kind is CueKind.HALF_WAY for cue in due)
        return due

    def is_last_breath(self, now: float) -> bool:
        """Whether no breath follows the one that begins now."""
        return self.remaining_seconds(now) < 1.5 * BREATH_SECONDS

    def complete(self, now: float) -> bool:
        """Whether the hold has been held to its end."""
        return self.held_seconds(now) + 1e-6 >= self.target_seconds

    def _when(self, held_seconds: float) -> float:
        """When, on the session's clock, a running hold will have been held so long."""
        assert self._started_at is not None
        return self._started_at + held_seconds - self._held_before

    def _plan(self, held: float, exhales: list[Cue], breathe_from: float) -> None:
        """The cues ahead: what is left of a breath under way, whole breaths from then on, and the counts."""
        end = self.target_seconds
        anew = breath_cues(breathe_from, end)
        breaths = exhales + anew
        begun = [cue for cue in self._breaths if cue.at_seconds <= held]
        under_way = begun[-1:] if held < self._paced_until else []
        self._breaths = sorted(under_way + breaths, key=lambda cue: cue.at_seconds)
        self._paced_until = end if anew else min(breathe_from, end)
        others = [Cue(end - n, CueKind.COUNT, n) for n in range(COUNT_FROM, 0, -1)]
        if not self._half_way_told:
            others.append(Cue(end / 2, CueKind.HALF_WAY))
        is_held = self.kind is Kind.HOLD
        ahead = [cue for cue in others if cue.at_seconds > held and is_held]
        self._cues = sorted(breaths + ahead, key=lambda cue: cue.at_seconds)
