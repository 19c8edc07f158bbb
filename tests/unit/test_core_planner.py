"""Composed sessions: whatever is asked for and whatever is left out, what must hold holds."""

from __future__ import annotations

from collections.abc import Set
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.pace import stretch_seconds, with_transfers
from assistant.core.planner import (
    MOST_MINUTES,
    NEIGHBORS,
    PLANNED_ID,
    TOLERANCE,
    USUAL_MINUTES,
    Request,
    compose,
)
from assistant.core.routine import (
    Condition,
    Kind,
    Position,
    Posture,
    Region,
    Routine,
    Side,
    Stretch,
    estimated_seconds,
    placed,
    plan,
)
from assistant.core.transfers import grouped, posture_changes
from assistant.store.library import load_library

LIBRARY = tuple(load_library().values())
ORDER = list(Region)
REQUESTS = st.builds(
    Request,
    st.one_of(st.none(), st.integers(1, 90)),
    st.one_of(st.none(), st.sampled_from(Region)),
    st.one_of(st.none(), st.sampled_from(Position)),
)
LEFT_OUT = st.frozensets(st.sampled_from([stretch.id for stretch in LIBRARY]), max_size=30)
CONDITIONS = st.frozensets(st.sampled_from(Condition), max_size=3)


@settings(max_examples=150)
@given(REQUESTS, LEFT_OUT, CONDITIONS)
def test_any_request(request: Request, left_out: frozenset[str], has: frozenset[Condition]) -> None:
    routine = compose(LIBRARY, request, left_out=left_out, conditions=has)
    assert routine == compose(LIBRARY, request, left_out=left_out, conditions=has), "same request, same plan"
    fitting = [
        stretch
        for stretch in LIBRARY
        if stretch.id not in left_out
        and not stretch.avoid & has
        and request.region in (None, stretch.region)
        and (request.position in (None, stretch.position) or request.position in stretch.also_in)
    ]
    if routine is None:
        assert not fitting
        return
    chosen = routine.stretches
    assert routine.id == PLANNED_ID
    assert len({stretch.id for stretch in chosen}) == len(chosen)
    regions = [ORDER.index(stretch.region) for stretch in chosen]
    assert regions == sorted(regions), "from the neck down"
    assert not left_out & {stretch.id for stretch in chosen}
    assert not any(stretch.avoid & has for stretch in chosen)
    in_common = [p for p in Position if all(p is s.position or p in s.also_in for s in chosen)]
    assert in_common, "all in one position"
    if request.position:
        assert request.position in in_common
    if request.region:
        assert any(stretch.region is request.region for stretch in chosen)
        assert all(abs(at - ORDER.index(request.region)) <= NEIGHBORS for at in regions)
    sides = [step.side for step in plan(routine)]
    assert sides.count(Side.LEFT) == sides.count(Side.RIGHT)
    minutes = min(MOST_MINUTES, request.minutes or 8)
    assert len(chosen) == 1 or takes(routine.stretches) <= minutes * 60 * TOLERANCE
    assert posture_changes(chosen) <= posture_changes(grouped(chosen))


def test_ten_minutes_for_the_lower_back_are_mostly_for_it_and_nearly_ten() -> None:
    routine = compose(LIBRARY, Request(10, Region.LOWER_BACK))
    assert routine is not None
    assert 8 * 60 <= takes(routine.stretches) <= 10.5 * 60
    here = [stretch for stretch in routine.stretches if stretch.region is Region.LOWER_BACK]
    assert len(here) >= len(routine.stretches) / 2


def test_something_for_the_neck_sitting() -> None:
    routine = compose(LIBRARY, Request(None, Region.NECK, Position.SEATED))
    assert routine is not None
    assert routine.stretches[0].region is Region.NECK
    assert all(Position.SEATED in (s.position, *s.also_in) for s in routine.stretches)


@pytest.mark.parametrize("position", Position)
def test_without_a_region_every_region_gets_its_turn(position: Position) -> None:
    routine = compose(LIBRARY, Request(12, None, position))
    assert routine is not None
    assert len({stretch.region for stretch in routine.stretches}) >= 4


def test_nothing_fits_nothing() -> None:
    everything = frozenset(stretch.id for stretch in LIBRARY)
    assert compose(LIBRARY, Request(5), left_out=everything) is None


def takes(stretches: tuple[Stretch, ...]) -> float:
    return with_transfers(stretches, [stretch_seconds(stretch) for stretch in stretches])


def plainly(
    request: Request, left_out: Set[str] = frozenset(), has: Set[Condition] = frozenset()
) -> tuple[str, ...] | None:
    """The ids of what is composed, written down plainly: for every candidate the whole is planned anew."""

    def fits(stretch: Stretch, position: Position) -> bool:
        return position is stretch.position or position in stretch.also_in

    def ordered(stretches: list[Stretch]) -> tuple[Stretch, ...]:
        return grouped(sorted(stretches, key=lambda s: (ORDER.index(s.region), s.kind is Kind.HOLD)))

    def off(stretch: Stretch) -> int:
        return abs(ORDER.index(stretch.region) - ORDER.index(request.region)) if request.region else 0

    suitable = [s for s in LIBRARY if s.id not in left_out and not s.avoid & has]
    wanted = [s for s in suitable if request.region in (None, s.region)]
    best = max(Position, key=lambda position: sum(fits(s, position) for s in wanted))
    fitting = [placed(s, request.position or best) for s in suitable if fits(s, request.position or best)]
    postures = [s.posture for s in fitting]
    fitting.sort(key=lambda s: -postures.count(s.posture))
    if request.region:
        ranked = sorted((s for s in fitting if off(s) <= NEIGHBORS), key=off)
    else:
        turn = {s.id: sum(o.region is s.region for o in fitting[:at]) for at, s in enumerate(fitting)}
        ranked = sorted(fitting, key=lambda s: (turn[s.id], ORDER.index(s.region)))
    if not ranked or request.region not in (None, ranked[0].region):
        return None
    chosen = ranked[:1]
    for stretch in ranked[1:]:
        if (
            takes(ordered([*chosen, stretch]))
            <= min(MOST_MINUTES, request.minutes or USUAL_MINUTES) * 60 * TOLERANCE
        ):
            chosen.append(stretch)
    return tuple(s.id for s in ordered(chosen))


def composed(
    request: Request, left_out: Set[str] = frozenset(), has: Set[Condition] = frozenset()
) -> tuple[str, ...] | None:
    routine = compose(LIBRARY, request, left_out=left_out, conditions=has)
    return routine and tuple(stretch.id for stretch in routine.stretches)


@pytest.mark.parametrize("position", [None, *Position])
def test_every_request_gives_what_planning_the_whole_for_each_candidate_gives(
    position: Position | None,
) -> None:
    for minutes, region in product((None, *range(1, MOST_MINUTES + 1, 7)), (None, *Region)):
        request = Request(minutes, region, position)
        assert composed(request) == plainly(request)


@settings(max_examples=150)
@given(REQUESTS, LEFT_OUT, CONDITIONS)
def test_so_it_is_whatever_is_left_out(
    request: Request, left_out: frozenset[str], has: frozenset[Condition]
) -> None:
    assert composed(request, left_out, has) == plainly(request, left_out, has)


@given(st.lists(st.sampled_from(LIBRARY), unique_by=lambda stretch: stretch.id, min_size=1))
def test_a_stretch_takes_as_long_after_one_as_after_another(stretches: list[Stretch]) -> None:
    summed = sum(stretch_seconds(stretch) for stretch in stretches)
    assert summed == pytest.approx(estimated_seconds(plan(Routine("", "", "", tuple(stretches)))))


def test_small_movements_come_first_in_their_region_and_posture() -> None:
    routine = compose(LIBRARY, Request(minutes=20, region=Region.LOWER_BACK, position=Position.FLOOR))
    assert routine is not None
    there = Region.LOWER_BACK, Posture.ON_BACK
    kinds = [stretch.kind for stretch in routine.stretches if (stretch.region, stretch.posture) == there]
    assert {Kind.HOLD, Kind.MOVEMENT} == set(kinds)
    assert kinds == sorted(kinds, key=lambda kind: kind is Kind.HOLD)
