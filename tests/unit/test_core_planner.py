"""Composed sessions: whatever is asked for and whatever is left out, what must hold holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.planner import MOST_MINUTES, NEIGHBORS, PLANNED_ID, TOLERANCE, Request, compose
from assistant.core.routine import Condition, Position, Region, Side, estimated_seconds, plan
from assistant.store.library import load_library

LIBRARY = tuple(load_library().values())
ORDER = list(Region)
REQUESTS = st.builds(
    Request,
    st.one_of(st.none(), st.integers(1, 90)),
    st.one_of(st.none(), st.sampled_from(Region)),
    st.one_of(st.none(), st.sampled_from(Position)),
)


@settings(max_examples=150)
@given(
    REQUESTS,
    st.frozensets(st.sampled_from([stretch.id for stretch in LIBRARY]), max_size=30),
    st.frozensets(st.sampled_from(Condition), max_size=3),
)
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
    assert len(chosen) == 1 or estimated_seconds(plan(routine)) <= minutes * 60 * TOLERANCE


def test_ten_minutes_for_the_lower_back_are_mostly_for_it_and_nearly_ten() -> None:
    routine = compose(LIBRARY, Request(10, Region.LOWER_BACK))
    assert routine is not None
    assert 8 * 60 <= estimated_seconds(plan(routine)) <= 10.5 * 60
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
