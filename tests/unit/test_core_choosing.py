"""Which routine was meant."""

from __future__ import annotations

import pytest
from driver import CHIN, HUG, KNEES, TURN, stretch

from assistant.core.choosing import choose_routine, routine_minutes
from assistant.core.intents import Slots
from assistant.core.routine import Region, Routine


def routine(name: str, *stretches: object) -> Routine:
    return Routine(name, name, name, "", tuple(stretches))  # type: ignore[arg-type]


HIPS = stretch("hips", Region.HIPS)
NECK = routine("neck", CHIN)
LONG = routine("long", *(CHIN, TURN, HUG, KNEES) * 3)
BACK = routine("back", KNEES, KNEES, HIPS)
CATALOGUE = (NECK, LONG, BACK)


def test_the_test_routines_differ_in_length() -> None:
    assert routine_minutes(NECK) == 1
    assert routine_minutes(BACK) == 2
    assert routine_minutes(LONG) > 10


@pytest.mark.parametrize(
    ("slots", "meant"),
    [
        (Slots(routine="long"), LONG),
        (Slots(routine="long", region="neck"), LONG),
        (Slots(region="neck"), NECK),
        (Slots(region="lower_back"), BACK),  # two of its three stretches, a quarter of the long one's
        (Slots(region="shoulders"), LONG),
        (Slots(number=1), NECK),
        (Slots(number=2), BACK),
        (Slots(number=60), LONG),
        (Slots(number=10, region="lower_back"), LONG),
        (Slots(number=2, region="lower_back"), BACK),
        (Slots(number=0), NECK),
    ],
)
def test_by_name_by_region_and_by_minutes(slots: Slots, meant: Routine) -> None:
    assert choose_routine(CATALOGUE, slots) is meant


@pytest.mark.parametrize("slots", [Slots(), Slots(routine="gone"), Slots(region="calves")])
def test_nothing_meant_or_nothing_there(slots: Slots) -> None:
    assert choose_routine(CATALOGUE, slots) is None


def test_among_equals_the_nearer_length_then_the_greater_share() -> None:
    twice = routine("twice", *(CHIN,) * 3)
    assert choose_routine((NECK, twice), Slots(region="neck", number=2)) is twice
    pure, mixed = routine("pure", HIPS, HIPS), routine("mixed", HIPS, CHIN)
    assert choose_routine((mixed, pure), Slots(region="hips", number=1)) is pure
