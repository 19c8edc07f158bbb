"""The ways from posture to posture, how routines are grouped, and what they need."""

from __future__ import annotations

from itertools import product

import pytest
from driver import CHIN, LYING, ROLLING, built_in_routines, stretch

from assistant.core.pace import routine_seconds
from assistant.core.routine import (
    Position,
    Posture,
    Region,
    Routine,
    Side,
    Step,
    placed,
    plan,
)
from assistant.core.transfers import (
    Body,
    Leg,
    Transfer,
    body_after,
    body_in,
    grouped,
    lowest,
    posture_changes,
    way,
    way_to,
    way_up,
)
from assistant.languages.packs import load_language
from assistant.simulate.pace import played_seconds
from assistant.store.library import load_library

STANDS, SITS = Body(Position.STANDING, Posture.STANDING), Body(Position.SEATED, Posture.SITTING)
LIES = Body(Position.FLOOR, Posture.ON_BACK)
IN_BED = Body(Position.BED, Posture.ON_BACK)
LIBRARY = tuple(load_library().values())
USED = {Body(one.position, one.posture) for one in LIBRARY} | {
    Body(placed(one, position).position, placed(one, position).posture)
    for one in LIBRARY
    for position in one.also_in
}


def names(legs: tuple[Leg, ...] | None) -> list[Transfer]:
    assert legs is not None
    return [leg.transfer for leg in legs]


@pytest.mark.parametrize(("start", "goal"), list(product(sorted(USED, key=str), repeat=2)), ids=str)
def test_there_is_a_way_between_all_postures_of_the_library(start: Body, goal: Body) -> None:
    legs = way(start, goal)
    assert legs is not None
    assert (legs == ()) == (start == goal)
    assert not legs or legs[-1].reached == goal


def test_a_chair_or_standing_is_just_told_to_whom_nobody_knows() -> None:
    assert way(None, SITS) == way(None, STANDS) == ()
    assert names(way(None, LIES)) == [Transfer.STAND_TO_FLOOR, Transfer.KNEEL_TO_BACK]
    assert names(way(None, IN_BED)) == [Transfer.INTO_BED]


def test_who_knows_no_way_says_so() -> None:
    on_the_chair = Body(Position.SEATED, Posture.ON_BELLY)
    assert way(SITS, on_the_chair) is None
    step = Step(stretch("odd", posture=Posture.ON_BELLY), Side.BOTH, 1)
    assert way_to(step, SITS) == ()
    left, right = (Body(Position.FLOOR, Posture.ON_BELLY, side) for side in (Side.LEFT, Side.RIGHT))
    assert way(left, right) is None


@pytest.mark.parametrize(
    ("place", "posture", "turn"),
    [
        (Position.STANDING, Posture.STANDING, Transfer.TURN_AROUND),
        (Position.FLOOR, Posture.ON_SIDE, Transfer.SIDE_TO_OTHER_SIDE),
        (Position.BED, Posture.ON_SIDE, Transfer.SIDE_TO_OTHER_SIDE),
        (Position.BED, Posture.BED_EDGE, Transfer.TURN_IN_BED),
    ],
)
def test_the_other_way_round(place: Position, posture: Posture, turn: Transfer) -> None:
    left, right, either = (Body(place, posture, side) for side in (Side.LEFT, Side.RIGHT, Side.BOTH))
    assert way(left, right) == (Leg(turn, right),)
    assert way(left, left) == way(left, either) == way(either, right) == ()


def test_who_arrives_lies_on_the_side_that_is_wanted() -> None:
    first, second = (Step(ROLLING, side, 1) for side in (Side.LEFT, Side.RIGHT))
    assert way_to(first, LIES)[-1] == Leg(Transfer.BACK_TO_SIDE, body_in(first))
    assert names(way_to(second, body_after(first))) == [Transfer.SIDE_TO_OTHER_SIDE]


def test_the_way_up_leads_to_standing_or_to_the_edge_of_the_bed() -> None:
    up = [Transfer.BACK_TO_KNEEL, Transfer.FLOOR_TO_CHAIR, Transfer.SIT_TO_STAND]
    assert names(way_up(LIES, stays_lying=False)) == up
    assert names(way_up(IN_BED, stays_lying=False)) == [Transfer.BACK_TO_EDGE]
    for body in (None, SITS, STANDS, Body(Position.BED, Posture.BED_EDGE)):
        assert way_up(body, stays_lying=False) == ()
    assert way_up(IN_BED, stays_lying=True) == ()


def test_on_the_way_down_somebody_may_be_down() -> None:
    (first, *_) = legs = way(SITS, LIES) or ()
    assert lowest(SITS, legs) == first.reached
    assert lowest(LIES, way(LIES, SITS) or ()) == LIES
    assert lowest(SITS, way(SITS, STANDS) or ()) == SITS
    assert lowest(None, ()) is None


def test_what_ends_elsewhere_is_left_from_there() -> None:
    ends = stretch("ends", position=Position.FLOOR, posture=Posture.ON_BACK, ends_in=Posture.ON_SIDE)
    assert body_after(Step(ends, Side.BOTH, 1)) == Body(Position.FLOOR, Posture.ON_SIDE)
    stands = stretch("stands", ends_in=Posture.STANDING)
    assert body_after(Step(stands, Side.BOTH, 1)) == STANDS


def test_who_sits_on_a_chair_sits_on_the_mat_or_on_the_edge_of_the_bed() -> None:
    assert placed(CHIN, Position.SEATED) is CHIN
    assert body_in(Step(placed(CHIN, Position.STANDING), Side.BOTH, 1)) == STANDS
    assert placed(CHIN, Position.FLOOR).posture is Posture.LONG_SITTING
    assert placed(CHIN, Position.BED).posture is Posture.BED_EDGE
    assert placed(LYING, Position.BED).posture is Posture.ON_BACK


def test_postures_are_grouped_within_their_regions() -> None:
    on_back = [
        stretch(f"back {n}", Region.LOWER_BACK, position=Position.FLOOR, posture=Posture.ON_BACK)
        for n in (1, 2)
    ]
    on_side = stretch("side", Region.LOWER_BACK, position=Position.FLOOR, posture=Posture.ON_SIDE)
    hips = stretch("hips", Region.HIPS, position=Position.FLOOR, posture=Posture.ON_BACK)
    mixed = (on_back[0], on_side, on_back[1], hips)
    assert posture_changes(mixed) == 2
    assert grouped(mixed) == (on_side, *on_back, hips)
    assert posture_changes(grouped(mixed)) == 1
    assert grouped((CHIN, *on_back, on_side)) == (CHIN, *on_back, on_side)
    assert grouped(()) == ()
    upper = stretch("upper", Region.MID_BACK, position=Position.FLOOR, posture=Posture.ON_SIDE)
    both = (
        on_back[0],
        on_side,
        stretch("again", Region.HIPS, position=Position.FLOOR, posture=Posture.ON_SIDE),
    )
    assert posture_changes(grouped((upper, *both))) == 2


ROUTINES = built_in_routines()
PACK = load_language("en", ROUTINES)


@pytest.mark.parametrize("routine", ROUTINES, ids=lambda routine: routine.id)
def test_the_time_that_is_told_is_the_time_that_it_takes(routine: Routine) -> None:
    assert routine_seconds(routine) == pytest.approx(played_seconds(routine, PACK), rel=0.1)


@pytest.mark.parametrize("routine", ROUTINES, ids=lambda routine: routine.id)
def test_built_in_routines_change_posture_no_more_than_they_must(routine: Routine) -> None:
    assert all(way_to(step, None) is not None for step in plan(routine))
    if not routine.order_reason:
        assert posture_changes(routine.stretches) == posture_changes(grouped(routine.stretches))
