"""Getting from one posture to the next: down to the floor and up, onto the bed, rolling over, turning around.

Pure. A transfer is a step of its own between two holds: the language pack has its words, and nobody is
hurried through it. Which transfers lead from one posture to another is found in a table of single ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise

from assistant.core.routine import Position, Posture, Region, Side, Step, Stretch


class Transfer(StrEnum):
    """The transfers by name. A language pack has the words of exactly these."""

    STAND_TO_SIT = "stand_to_sit"
    SIT_TO_STAND = "sit_to_stand"
    TURN_AROUND = "turn_around"
    STAND_TO_FLOOR = "stand_to_floor"
    CHAIR_TO_FLOOR = "chair_to_floor"
    FLOOR_TO_CHAIR = "floor_to_chair"
    HANDS_TO_KNEES = "hands_to_knees"
    KNEES_TO_HANDS = "knees_to_hands"
    KNEEL_TO_BACK = "kneel_to_back"
    KNEEL_TO_SIDE = "kneel_to_side"
    KNEEL_TO_BELLY = "kneel_to_belly"
    KNEEL_TO_SITTING = "kneel_to_sitting"
    BACK_TO_KNEEL = "back_to_kneel"
    SIDE_TO_KNEEL = "side_to_kneel"
    BELLY_TO_KNEEL = "belly_to_kneel"
    SITTING_TO_KNEEL = "sitting_to_kneel"
    BACK_TO_SIDE = "back_to_side"
    SIDE_TO_BACK = "side_to_back"
    SIDE_TO_OTHER_SIDE = "side_to_other_side"
    SIDE_TO_BELLY = "side_to_belly"
    BELLY_TO_SIDE = "belly_to_side"
    BACK_TO_SITTING = "back_to_sitting"
    SITTING_TO_BACK = "sitting_to_back"
    STAND_TO_EDGE = "stand_to_edge"
    EDGE_TO_STAND = "edge_to_stand"
    INTO_BED = "into_bed"
    EDGE_TO_BACK = "edge_to_back"
    BACK_TO_EDGE = "back_to_edge"
    SIDE_TO_EDGE = "side_to_edge"
    SITTING_TO_EDGE = "sitting_to_edge"
    EDGE_TO_SITTING = "edge_to_sitting"
    TURN_IN_BED = "turn_in_bed"


@dataclass(frozen=True, slots=True)
class TransferTexts:
    """What is said of a transfer: the words, an easier way, and who should not, where that is anybody.

    They may hold `{side}` and `{other_side}`, of the step that comes after it.
    """

    words: str
    easier: str
    who_should_not: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """Where somebody is and how the body is held up; `side` where it matters which way round."""

    place: Position
    posture: Posture
    side: Side = Side.BOTH


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer of a way, and how somebody is after it."""

    transfer: Transfer
    reached: Body


_P = Posture
DOWN = (Position.FLOOR, Position.BED)
"""Where one lies or kneels."""
_FLOOR, _BED = DOWN[:1], DOWN[1:]
_PLACES = {_P.STANDING: Position.STANDING, _P.SITTING: Position.SEATED, _P.BED_EDGE: Position.BED}
"""The postures that tell the place as well."""
_KNEELING = (_P.HANDS_AND_KNEES, _P.KNEELING)
_MOVES: tuple[tuple[Transfer, tuple[Posture, ...], Posture, tuple[Position, ...]], ...] = (
    (Transfer.STAND_TO_SIT, (_P.STANDING,), _P.SITTING, _FLOOR),
    (Transfer.SIT_TO_STAND, (_P.SITTING,), _P.STANDING, _FLOOR),
    (Transfer.STAND_TO_FLOOR, (_P.STANDING,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.CHAIR_TO_FLOOR, (_P.SITTING,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.FLOOR_TO_CHAIR, _KNEELING, _P.SITTING, _FLOOR),
    (Transfer.HANDS_TO_KNEES, (_P.HANDS_AND_KNEES,), _P.KNEELING, _FLOOR),
    (Transfer.KNEES_TO_HANDS, (_P.KNEELING,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.KNEEL_TO_BACK, _KNEELING, _P.ON_BACK, _FLOOR),
    (Transfer.KNEEL_TO_SIDE, _KNEELING, _P.ON_SIDE, _FLOOR),
    (Transfer.KNEEL_TO_BELLY, _KNEELING, _P.ON_BELLY, _FLOOR),
    (Transfer.KNEEL_TO_SITTING, _KNEELING, _P.LONG_SITTING, _FLOOR),
    (Transfer.BACK_TO_KNEEL, (_P.ON_BACK,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.SIDE_TO_KNEEL, (_P.ON_SIDE,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.BELLY_TO_KNEEL, (_P.ON_BELLY,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.SITTING_TO_KNEEL, (_P.LONG_SITTING,), _P.HANDS_AND_KNEES, _FLOOR),
    (Transfer.BACK_TO_SIDE, (_P.ON_BACK,), _P.ON_SIDE, DOWN),
    (Transfer.SIDE_TO_BACK, (_P.ON_SIDE,), _P.ON_BACK, DOWN),
    (Transfer.SIDE_TO_BELLY, (_P.ON_SIDE,), _P.ON_BELLY, DOWN),
    (Transfer.BELLY_TO_SIDE, (_P.ON_BELLY,), _P.ON_SIDE, DOWN),
    (Transfer.BACK_TO_SITTING, (_P.ON_BACK,), _P.LONG_SITTING, DOWN),
    (Transfer.SITTING_TO_BACK, (_P.LONG_SITTING,), _P.ON_BACK, DOWN),
    (Transfer.STAND_TO_EDGE, (_P.STANDING,), _P.BED_EDGE, _BED),
    (Transfer.EDGE_TO_STAND, (_P.BED_EDGE,), _P.STANDING, _BED),
    (Transfer.INTO_BED, (_P.STANDING,), _P.ON_BACK, _BED),
    (Transfer.EDGE_TO_BACK, (_P.BED_EDGE,), _P.ON_BACK, _BED),
    (Transfer.BACK_TO_EDGE, (_P.ON_BACK,), _P.BED_EDGE, _BED),
    (Transfer.SIDE_TO_EDGE, (_P.ON_SIDE,), _P.BED_EDGE, _BED),
    (Transfer.SITTING_TO_EDGE, (_P.LONG_SITTING,), _P.BED_EDGE, _BED),
    (Transfer.EDGE_TO_SITTING, (_P.BED_EDGE,), _P.LONG_SITTING, _BED),
)
"""Every single transfer: from which postures to which one, and whether on the floor, in bed, or both."""
_TURNS = {
    (Position.STANDING, _P.STANDING): Transfer.TURN_AROUND,
    **dict.fromkeys(((place, _P.ON_SIDE) for place in DOWN), Transfer.SIDE_TO_OTHER_SIDE),
    **dict.fromkeys(
        ((Position.BED, posture) for posture in (_P.BED_EDGE, _P.LONG_SITTING)), Transfer.TURN_IN_BED
    ),
}
"""What turns the body the other way round."""
_UPRIGHT = Body(Position.STANDING, _P.STANDING)


def body_in(step: Step) -> Body:
    """How somebody is in a step."""
    side = step.side if step.stretch.turns_around else Side.BOTH
    return Body(step.stretch.position, step.stretch.posture, side)


def body_after(step: Step) -> Body:
    """How somebody is after coming out of a step."""
    ends_in = step.stretch.ends_in
    return body_in(step) if ends_in is None else _at(ends_in, step.stretch.position)


def lowest(body: Body | None, ahead: tuple[Leg, ...]) -> Body | None:
    """How somebody is, as far as is known; on the way down to the floor or the bed, there already."""
    is_down = body is not None and body.place in DOWN
    goes_down = bool(ahead) and ahead[0].reached.place in DOWN
    return ahead[0].reached if goes_down and not is_down else body


def way_to(step: Step, start: Body | None) -> tuple[Leg, ...]:
    """The transfers to a step, in their order; none where there is nothing to change or no way is known.

    Where nobody knows how somebody is, the way down begins at standing; a chair, or standing, is just told.
    """
    return way(start, body_in(step)) or ()


def way_up(start: Body | None, *, stays_lying: bool) -> tuple[Leg, ...]:
    """The transfers at the end of a routine: from the floor to standing, in bed to its edge."""
    if start is None or stays_lying or start.place not in DOWN:
        return ()
    goal = _UPRIGHT if start.place is Position.FLOOR else Body(Position.BED, _P.BED_EDGE)
    return way(start, goal) or ()


@cache
def way(start: Body | None, goal: Body) -> tuple[Leg, ...] | None:
    """The fewest transfers from one to the other; None where the table knows no way."""
    if start is None:
        if goal.place not in DOWN:
            return ()
        start = _UPRIGHT
    if (start.place, start.posture) != (goal.place, goal.posture):
        return _fewest(replace(start, side=Side.BOTH), goal)
    if Side.BOTH in (start.side, goal.side) or start.side is goal.side:
        return ()
    turn = _TURNS.get((goal.place, goal.posture))
    return None if turn is None else (Leg(turn, goal),)


def posture_changes(stretches: Iterable[Stretch]) -> int:
    """How often the posture changes from one stretch to the next."""
    bodies = [_place_and_posture(stretch) for stretch in stretches]
    return sum(before != after for before, after in pairwise(bodies))


def grouped(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same stretches, with as few changes of posture as their regions' order allows.

    Within a region, what is done in the posture before it comes first, and what the next region begins with
    comes last. Where that saves nothing, the order stays.
    """
    regions: dict[Region, list[Stretch]] = {}
    for stretch in stretches:
        regions.setdefault(stretch.region, []).append(stretch)
    best: dict[_Kind, _Order] = {}
    for group in regions.values():
        kinds = tuple(dict.fromkeys(_place_and_posture(one) for one in group))
        found: dict[_Kind, _Order] = {}
        for first in kinds:
            changes, moved, before = _before(first, best)
            for last in kinds:
                if (first == last) == (len(kinds) == 1):
                    inner = (kind for kind in kinds if kind not in (first, last))
                    order = tuple(dict.fromkeys((first, *inner, last)))
                    one: _Order = (changes, moved + (order != kinds), (*before, order))
                    if last not in found or one[:2] < found[last][:2]:
                        found[last] = one
        best = found
    orders = min(best.values(), key=lambda order: order[:2])[2] if best else ()
    return tuple(
        stretch
        for group, order in zip(regions.values(), orders, strict=True)
        for stretch in sorted(group, key=lambda one: order.index(_place_and_posture(one)))
    )


_Kind = tuple[Position, Posture]
_Order = tuple[int, int, tuple[tuple[_Kind, ...], ...]]
"""Changes between the regions so far, how many regions are in another order, and the order in each."""


def _before(first: _Kind, best: dict[_Kind, _Order]) -> _Order:
    """The best order of the regions before one that begins with `first`."""
    if not best:
        return 0, 0, ()
    changes, moved, orders = min(best.values(), key=lambda order: order[:2])
    stays = best.get(first)
    return stays if stays and stays[:2] <= (changes + 1, moved) else (changes + 1, moved, orders)


def _place_and_posture(stretch: Stretch) -> _Kind:
    return stretch.position, stretch.posture


def _at(posture: Posture, place: Position) -> Body:
    """A posture at a place; the postures that have one place only are there."""
    return Body(_PLACES.get(posture, place), posture)


@cache
def _legs() -> dict[Body, tuple[Leg, ...]]:
    """The legs that begin at each body."""
    found: dict[Body, tuple[Leg, ...]] = {}
    for transfer, starts, end, places in _MOVES:
        for place in places:
            for posture in starts:
                start = _at(posture, place)
                found[start] = (*found.get(start, ()), Leg(transfer, _at(end, place)))
    return found


def _fewest(start: Body, goal: Body) -> tuple[Leg, ...] | None:
    plain = replace(goal, side=Side.BOTH)
    ways: dict[Body, tuple[Leg, ...]] = {start: ()}
    ahead = deque([start])
    while ahead:
        body = ahead.popleft()
        if body == plain:
            *before, last = ways[body]
            return (*before, replace(last, reached=goal))
        for leg in _legs().get(body, ()):
            if leg.reached not in ways:
                ways[leg.reached] = (*ways[body], leg)
                ahead.append(leg.reached)
    return None
