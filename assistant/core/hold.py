"""The clock of one hold: what has been held, and the breath, half-way and count cues that are due.

All times are seconds of holding: time during which the clock does not run is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BREATH_SECONDS = 10.0  # 4 s in, 6 s out
INHALE_SHARE = 0.4
COUNT_FROM = 3
SHORTEST_HOLD_SECONDS, LONGEST_HOLD_SECONDS = 10.0, 60.0


class CueKind(StrEnum):
    """What is due within a hold."""

    BREATHE_IN = "breathe_in"
    BREATHE_OUT = "breathe_out"
    HALF_WAY = "half_way"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue and when it is due; `count` is what to count, for COUNT."""

    at_seconds: float
    kind: CueKind
    count: int = 0


def breath_cues(start_seconds: float, end_seconds: float) -> list[Cue]:
    """Whole breaths of about BREATH_SECONDS, stretched a little so that the last ends with the hold."""
    span = end_seconds - start_seconds
    if span <= 0:
        return []
    breath = span / max(1, round(span / BREATH_SECONDS))
    cues = []
    for n in range(round(span / breath)):
        start = start_seconds + n * breath
        cues.append(Cue(start, CueKind.BREATHE_IN))
        cues.append(Cue(start + INHALE_SHARE * breath, CueKind.BREATHE_OUT))
    return cues


class Hold:
    """The clock of one hold, running or not. Owned by the session."""

    def __init__(self, target_seconds: float) -> None:
        self.target_seconds = target_seconds
        self._held_before = 0.0
        self._started_at: float | None = None
        self._half_way_told = False
        self._cues: list[Cue] = []

    def start(self, now: float) -> None:
        """Run, or run on after a pause: breathing begins anew and still ends with the hold."""
        self._started_at = now
        self._plan(self._held_before)

    def suspend(self, now: float) -> None:
        """Stand still: what passes from now on is not held."""
        self._held_before = self.held_seconds(now)
        self._started_at = None

    @property
    def running(self) -> bool:
        """Whether time counts as held."""
        return self._started_at is not None

    def held_seconds(self, now: float) -> float:
        """How long the stretch has been held."""
        since = 0.0 if self._started_at is None else now - self._started_at
        return self._held_before + since

    def remaining_seconds(self, now: float) -> float:
        """How long it is still to be held."""
        return max(0.0, self.target_seconds - self.held_seconds(now))

    def change(self, by_seconds: float, now: float) -> float:
        """Lengthen or shorten the hold within its bounds; return what it was really changed by."""
        shortest = min(SHORTEST_HOLD_SECONDS, self.target_seconds)
        bounded = min(LONGEST_HOLD_SECONDS, max(shortest, self.target_seconds + by_seconds))
        target = max(bounded, min(self.target_seconds, self.held_seconds(now)))
        changed, self.target_seconds = target - self.target_seconds, target
        if self.running:
            breath = next((c.at_seconds for c in self._cues if c.kind is CueKind.BREATHE_IN), None)
            out = [c for c in self._cues[:1] if c.kind is CueKind.BREATHE_OUT]
            self._plan(min(breath if breath is not None else target - changed, target))
            self._cues = sorted(out + self._cues, key=lambda cue: cue.at_seconds)
        return changed

    def next_at(self) -> float:
        """When, on the session's clock, the next cue or the end of a running hold is due."""
        assert self._started_at is not None
        held = min([self.target_seconds, *(cue.at_seconds for cue in self._cues[:1])])
        return self._started_at + held - self._held_before

    def due(self, now: float) -> list[Cue]:
        """The cues whose time has come; each is given once."""
        held = self.held_seconds(now) + 1e-6
        due = [cue for cue in self._cues if cue.at_seconds <= held]
        self._cues = [cue for cue in self._cues if cue.at_seconds > held]
        self._half_way_told |= any(cue.kind is CueKind.HALF_WAY for cue in due)
        return due

    def complete(self, now: float) -> bool:
        """Whether the hold has been held to its end."""
        return self.held_seconds(now) + 1e-6 >= self.target_seconds

    def _plan(self, breathe_from: float) -> None:
        end = self.target_seconds
        cues = breath_cues(breathe_from, end)
        if not self._half_way_told and breathe_from <= end / 2:
            cues.append(Cue(end / 2, CueKind.HALF_WAY))
        counts = [Cue(end - n, CueKind.COUNT, n) for n in range(COUNT_FROM, 0, -1)]
        cues += [cue for cue in counts if cue.at_seconds >= breathe_from]
        self._cues = sorted(cues, key=lambda cue: cue.at_seconds)
