"""What is left out while this machine cannot keep up, in which order, and when it comes back. Pure.

A function of how late hearing is. The reflex is not among what is left out: when nothing else helps, hearing
is behind, which `core/liveness.py` knows, and the session pauses and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum


class Shed(IntEnum):
    """How much is left out: this one and all before it. The reflex never is."""

    NOTHING = 0
    ANIMATION = 1  # the page moves in steps
    PREPARING = 2  # nothing is rendered before it is wanted
    SECOND_HEARING = 3  # the recognizer beside the canceller
    SECOND_OPINIONS = 4  # the judge's of commands; safety phrases are judged all the same
    SPOTTING = 5  # what the judge finds by itself; what a recognizer finds is judged all the same


LATE_SECONDS = 0.5
"""So much that waits to be heard is late for whoever speaks."""
AT_SECONDS = {
    Shed.ANIMATION: 0.2,
    Shed.PREPARING: 0.3,
    Shed.SECOND_HEARING: LATE_SECONDS,
    Shed.SECOND_OPINIONS: 0.7,
    Shed.SPOTTING: 0.85,
}
"""From so much that waits on, this is left out. At 1 s hearing is behind."""
SHED_AGAIN_SECONDS = 1.0
"""So long what was left out has time to help: later the next is left out as well, and it is said."""
WELL_SECONDS = 30.0
"""So long without a delay, and one thing is done again."""
LONGEST_WELL_SECONDS = 480.0
"""What has to be left out again soon after it came back comes back after twice the time, up to this."""
_CAUGHT_UP_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Shedding:
    """What is left out, and whether that is to be said; what else is in it is for `shed` alone.

    `late_since` is when hearing became late, or something was last left out for it; `well_since` when it
    became well, or something was last done again for that. `came_back_at` is when that was. What is left out
    comes back after `patience_seconds` of being well.
    """

    left_out: Shed = Shed.NOTHING
    is_told: bool = False
    late_since: float | None = None
    well_since: float | None = None
    came_back_at: float | None = None
    patience_seconds: float = WELL_SECONDS


def shed(before: Shedding, now: float, waiting_seconds: float) -> Shedding:
    """What follows when so much waits to be heard, now."""
    wanted = max((level for level, at in AT_SECONDS.items() if waiting_seconds >= at), default=Shed.NOTHING)
    is_late = waiting_seconds >= LATE_SECONDS
    late_since = (now if before.late_since is None else before.late_since) if is_late else None
    if late_since is not None and now - late_since >= SHED_AGAIN_SECONDS:
        wanted, late_since = max(wanted, _next(before.left_out)), now
        before = replace(before, is_told=True)
    if wanted > before.left_out:
        return replace(
            before,
            left_out=wanted,
            late_since=late_since,
            well_since=None,
            came_back_at=None,
            patience_seconds=_patience(before, now),
        )
    if waiting_seconds >= _CAUGHT_UP_SECONDS or not before.left_out:
        return replace(before, late_since=late_since, well_since=None)
    return _well(replace(before, late_since=None), now)


def _well(before: Shedding, now: float) -> Shedding:
    """Nothing is late: after long enough, the last thing that was left out is done again."""
    if before.well_since is None:
        return replace(before, well_since=now)
    if now - before.well_since < before.patience_seconds:
        return before
    left_out = Shed(before.left_out - 1)
    is_told = before.is_told and left_out >= Shed.SECOND_HEARING
    return replace(before, left_out=left_out, is_told=is_told, well_since=now, came_back_at=now)


def _patience(before: Shedding, now: float) -> float:
    """Longer where something had just come back; as at first where all was long well."""
    if before.came_back_at is not None and now - before.came_back_at < before.patience_seconds:
        return min(2 * before.patience_seconds, LONGEST_WELL_SECONDS)
    return before.patience_seconds if before.left_out else WELL_SECONDS


def _next(level: Shed) -> Shed:
    return Shed(min(level + 1, max(Shed)))
