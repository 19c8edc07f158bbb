"""Which routine was meant."""

from __future__ import annotations

import pytest
from driver import CHIN, HUG, KNEES, TURN, Driver, stretch

from assistant.core import selection
from assistant.core.intents import Slots
from assistant.core.routine import Condition, Region, Routine, Stretch
from assistant.core.selection import choose_routine, routine_minutes
from assistant.core.states import State
from assistant.store.library import load_library


def routine(name: str, *stretches: object) -> Routine:
    return Routine(name, name, "", tuple(stretches))  # type: ignore[arg-type]


HIPS = stretch("hips", Region.HIPS)
NECK = routine("neck", CHIN)
LONG = routine("long", *(CHIN, TURN, HUG, KNEES) * 3)
BACK = routine("back", KNEES, KNEES, HIPS)
CATALOGUE = (NECK, LONG, BACK)


def test_the_test_routines_differ_in_length() -> None:
    assert routine_minutes(NECK) == 1
    assert routine_minutes(BACK) == 3
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
        (Slots(number=3), BACK),
        (Slots(number=60), LONG),
        (Slots(number=20, region="lower_back"), LONG),
        (Slots(number=3, region="lower_back"), BACK),
    ],
)
def test_by_name_by_region_and_by_minutes(slots: Slots, meant: Routine) -> None:
    assert choose_routine(CATALOGUE, slots) is meant


@pytest.mark.parametrize("slots", [Slots(), Slots(number=0), Slots(routine="gone"), Slots(region="calves")])
def test_nothing_meant_or_nothing_there(slots: Slots) -> None:
    assert choose_routine(CATALOGUE, slots) is None


def test_among_equals_the_nearer_length_then_the_greater_share() -> None:
    twice = routine("twice", *(CHIN,) * 3)
    assert choose_routine((NECK, twice), Slots(region="neck", number=3)) is twice
    pure, mixed = routine("pure", HIPS, HIPS), routine("mixed", HIPS, CHIN)
    assert choose_routine((mixed, pure), Slots(region="hips", number=1)) is pure


LIBRARY = tuple(load_library().values())


def composed_ids(
    phrase: str, library: tuple[Stretch, ...] = LIBRARY, left_out: str = "", **changes: object
) -> list[str]:
    driver = Driver(None, library=library, **changes)
    driver.session._context.left_out_today.add(left_out)
    driver.answer(phrase)
    course = driver.session._context.course
    assert course is not None
    return [stretch.id for stretch in course.routine.stretches]


@pytest.mark.parametrize(
    ("changes", "leads_to"),
    [
        ({}, State.INTRODUCING),
        ({"physician_check_due": True}, State.SCREENING),
        ({"asks_how_it_is": True}, State.SCORE_NOW),
    ],
)
def test_a_request_is_composed_once_in_its_event(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], leads_to: State
) -> None:
    composed = []

    def compose(*library: object, **out: object) -> Routine | None:
        composed.append(library)
        return original(*library, **out)  # type: ignore[arg-type]

    original = selection.compose
    monkeypatch.setattr(selection, "compose", compose)
    library = (*LIBRARY,)  # of this test alone: nothing is known of it
    driver = Driver(None, library=library, **changes)
    driver.answer("thirty minutes on the floor")
    assert driver.state is leads_to
    assert len(composed) == 1


def test_what_was_composed_is_not_given_to_whoever_asks_for_something_else() -> None:
    usual = composed_ids("six minutes for my neck")
    first = next(stretch for stretch in LIBRARY if stretch.id == usual[0])
    assert len(composed_ids("ten minutes for my neck")) > len(usual), "another number"
    assert composed_ids("six minutes for my neck") == usual
    assert usual[0] not in composed_ids("six minutes for my neck", left_out=usual[0])
    assert composed_ids("six minutes for my neck") == usual
    others = composed_ids("six minutes for my neck", conditions=frozenset({Condition.OSTEOPOROSIS}))
    assert not any(s.id in others and Condition.OSTEOPOROSIS in s.avoid for s in LIBRARY)
    assert others != usual, "somebody else"
    assert composed_ids("six minutes for my neck") == usual
    smaller = tuple(stretch for stretch in LIBRARY if stretch is not first)
    assert usual[0] not in composed_ids("six minutes for my neck", smaller), "another library"
