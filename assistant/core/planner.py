"""Composes a session from the library for a part of the body, a position and the minutes that there are.

Pure and without chance: the same request and the same past give the same session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from assistant.core.pace import stretch_seconds, with_transfers
from assistant.core.routine import Condition, Kind, Position, Region, Routine, Stretch, placed
from assistant.core.transfers import grouped

PLANNED_ID = "planned"
"""The id of every composed routine, in the history too."""
USUAL_MINUTES, MOST_MINUTES = 8, 60
TOLERANCE = 1.05
"""A session may be so much longer than it was asked for."""
NEIGHBORS = 2
"""How many regions away from the one that was asked for a stretch may be, to fill the time."""
_ORDER = tuple(Region)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for; None where nothing was said."""

    minutes: int | None = None
    region: Region | None = None
    position: Position | None = None


def compose(
    library: tuple[Stretch, ...],
    request: Request,
    *,
    left_out: Set[str] = frozenset(),
    conditions: Set[Condition] = frozenset(),
) -> Routine | None:
    """A routine from the neck down, all in one position, of stretches that suit; None when none does.

    Within a region those of one posture stand together.

    The region that was asked for comes first, its neighbors fill the time that is left; without a region each
    gets its turn. `left_out` are ids of stretches that must not be in it, `conditions` what the person has.
    """
    suitable = tuple(s for s in library if s.id not in left_out and not s.avoid & conditions)
    position = request.position or _best_position(suitable, request.region)
    fitting = [placed(stretch, position) for stretch in suitable if _fits(stretch, position)]
    ranked = _ranked(_of_one_posture_first(fitting), request.region)
    if not ranked or request.region not in (None, ranked[0].region):
        return None
    chosen = _fill(ranked, min(MOST_MINUTES, request.minutes or USUAL_MINUTES) * 60 * TOLERANCE)
    return _routine(_neck_down(chosen))


def _best_position(suitable: tuple[Stretch, ...], region: Region | None) -> Position:
    """The position in which most can be done for the region; the first of the list among equals."""
    wanted = [stretch for stretch in suitable if region is None or stretch.region is region]
    return max(Position, key=lambda position: sum(_fits(stretch, position) for stretch in wanted))


def _fits(stretch: Stretch, position: Position) -> bool:
    return position is stretch.position or position in stretch.also_in


def _of_one_posture_first(candidates: list[Stretch]) -> list[Stretch]:
    """The candidates, those of the most frequent posture first: so few transfers come between them."""
    count = Counter(stretch.posture for stretch in candidates)
    return sorted(candidates, key=lambda stretch: -count[stretch.posture])


def _ranked(candidates: list[Stretch], region: Region | None) -> list[Stretch]:
    """The candidates, the most wanted first."""
    if region is None:
        turns = Counter[Region]()
        turn: dict[str, int] = {}
        for stretch in candidates:
            turn[stretch.id] = turns[stretch.region]
            turns[stretch.region] += 1
        return sorted(candidates, key=lambda s: (turn[s.id], _ORDER.index(s.region)))
    near = [stretch for stretch in candidates if _distance(stretch, region) <= NEIGHBORS]
    return sorted(near, key=lambda stretch: _distance(stretch, region))


def _distance(stretch: Stretch, region: Region) -> int:
    return abs(_ORDER.index(stretch.region) - _ORDER.index(region))


def _fill(ranked: list[Stretch], most_seconds: float) -> list[Stretch]:
    """As many as there is time for, in that order, with their transfers; the first, however long it is."""
    seconds = {stretch.id: stretch_seconds(stretch) for stretch in ranked}
    chosen = ranked[:1]
    for stretch in ranked[1:]:
        ordered = _neck_down([*chosen, stretch])
        if with_transfers(ordered, [seconds[one.id] for one in ordered]) <= most_seconds:
            chosen.append(stretch)
    return chosen


def _neck_down(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """In their order, with few changes of posture; in each of these what moves before what is held."""
    return grouped(sorted(stretches, key=lambda s: (_ORDER.index(s.region), s.kind is Kind.HOLD)))


def _routine(stretches: tuple[Stretch, ...]) -> Routine:
    return Routine(PLANNED_ID, spoken_name="", description="", stretches=stretches)
