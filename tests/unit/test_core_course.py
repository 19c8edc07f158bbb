"""The way through a routine: order, sides and what each hold lasts."""

from __future__ import annotations

import pytest
from driver import CHIN, HUG, MIXED, TURN, built_in_routines, stretch
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.course import WORTH_EQUALLING_SECONDS, Course
from assistant.core.hold import LONGEST_HOLD_SECONDS, SHORTEST_HOLD_SECONDS
from assistant.core.routine import Routine, Side, estimated_seconds, instruction, plan

BOTH_TWICE = stretch("side bend", has_sides=True, repetitions=2)
SIDES = Routine("sides", "sides", "With sides, twice.", (CHIN, BOTH_TWICE, HUG))


def at(course: Course, index: int) -> Course:
    course.index = index
    return course


def test_the_plan_takes_every_repetition_left_then_right() -> None:
    steps = [(s.stretch.id, s.side, s.repetition) for s in plan(SIDES)]
    assert steps == [
        ("chin-to-chest", Side.BOTH, 1),
        ("side-bend", Side.LEFT, 1),
        ("side-bend", Side.RIGHT, 1),
        ("side-bend", Side.LEFT, 2),
        ("side-bend", Side.RIGHT, 2),
        ("big-hug", Side.BOTH, 1),
        ("big-hug", Side.BOTH, 2),
    ]


def test_a_step_is_instructed_as_far_as_it_is_new() -> None:
    first, left, right, left_again, *_ = plan(SIDES)
    assert instruction(left, first) == (*BOTH_TWICE.enter, BOTH_TWICE.feel)
    assert instruction(left, None) == (*BOTH_TWICE.enter, BOTH_TWICE.feel)
    assert instruction(right, left) == BOTH_TWICE.enter
    assert instruction(left_again, right) == ()


@given(st.floats(WORTH_EQUALLING_SECONDS, LONGEST_HOLD_SECONDS), st.sampled_from([1, 3]))
def test_the_second_side_is_held_as_long_as_the_first_was(held_seconds: float, left: int) -> None:
    course = at(Course(SIDES), left)
    course.completed(held_seconds)
    assert course.after_skip(held_seconds) == left + 1
    course.index += 1
    course.change_holds(5.0)
    assert course.hold_seconds() == held_seconds


@given(st.floats(0, WORTH_EQUALLING_SECONDS, exclude_max=True))
def test_a_first_side_that_was_hardly_held_takes_its_stretch_with_it(held_seconds: float) -> None:
    assert at(Course(SIDES), 1).after_skip(held_seconds) == 5


def test_a_skip_leads_to_the_next_stretch_or_the_end() -> None:
    assert Course(SIDES).after_skip(20.0) == 1
    assert at(Course(SIDES), 2).after_skip(20.0) == 5
    assert at(Course(SIDES), 5).after_skip(20.0) == 7


def test_back_leads_to_the_first_step_of_the_stretch_before() -> None:
    assert [at(Course(SIDES), index).stretch_before() for index in range(7)] == [0, 0, 0, 0, 0, 1, 1]
    assert [at(Course(SIDES), index).stretch_start() for index in range(7)] == [0, 1, 1, 1, 1, 5, 5]


def test_the_last_step_and_the_one_before() -> None:
    course = Course(SIDES)
    assert not course.is_last
    assert course.before is None
    assert at(course, 6).is_last
    assert course.before is course.steps[5]


@given(st.lists(st.sampled_from([-5.0, 5.0]), max_size=30))
def test_changed_holds_stay_within_the_bounds_and_come_back(changes: list[float]) -> None:
    course = Course(MIXED)
    for by_seconds in changes:
        before = course.hold_seconds()
        changed = course.change_holds(by_seconds)
        assert changed == (course.hold_seconds() != before)
        assert SHORTEST_HOLD_SECONDS <= course.hold_seconds() <= LONGEST_HOLD_SECONDS
    at_bound = course.hold_seconds() in (SHORTEST_HOLD_SECONDS, LONGEST_HOLD_SECONDS)
    assert course.change_holds(-5.0) or at_bound


def test_names_and_times_of_what_is_to_come() -> None:
    course = Course(MIXED)
    assert course.next_stretch_name() == TURN.spoken_name
    assert course.remaining_seconds() == pytest.approx(estimated_seconds(plan(MIXED)))
    at(course, 1)
    assert course.next_stretch_name() == HUG.spoken_name
    assert at(course, 4).next_stretch_name() == ""
    assert 0 < course.remaining_seconds() < estimated_seconds(plan(MIXED))


def test_both_sides_of_the_built_in_routines_are_planned() -> None:
    for routine in built_in_routines():
        for before, step in zip(plan(routine), plan(routine)[1:], strict=False):
            if step.side is Side.RIGHT:
                assert (before.stretch, before.side) == (step.stretch, Side.LEFT)
