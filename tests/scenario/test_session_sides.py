"""The two sides of a stretch: the other one first, or one of them left out."""

from __future__ import annotations

import pytest
from driver import CHIN, HUG, KNEES, PACK, SHORT, TURN, Driver, stretch

from assistant.core.course import Course
from assistant.core.prompts import Line
from assistant.core.routine import Routine, Side
from assistant.core.states import State

LINES = PACK.lines

SIDED = Routine("sided", "sided one", "With sides.", (TURN, CHIN))


def at_side(**settings: object) -> Driver:
    return Driver(SIDED, catalogue=(SIDED,), **settings).until(State.SETTLING).until_silent()


def sides(driver: Driver) -> list[tuple[str, str]]:
    driver.until(State.FINISHED)
    return [
        (side, outcome)
        for _, side, _, held, outcome in driver.steps
        if side and (held or outcome == "skipped")
    ]


@pytest.mark.parametrize("wish", ["other side", "start with the right", "switch sides"])
def test_the_other_side_may_go_first(wish: str) -> None:
    driver = at_side()
    driver.answer(wish)
    assert driver.state is State.INSTRUCTING
    assert driver.session._context.course.step.side is Side.RIGHT
    assert sides(driver) == [("right", "done"), ("left", "done")]


@pytest.mark.parametrize("wish", ["skip this side", "not this side", "skip the left side"])
def test_one_side_may_be_left_out(wish: str) -> None:
    driver = at_side()
    driver.answer(wish)
    assert driver.state is State.INSTRUCTING
    assert sides(driver) == [("left", "skipped"), ("right", "done")]


def test_the_other_side_may_be_left_out_ahead() -> None:
    driver = at_side()
    driver.answer("skip the right side")
    assert driver.state is State.SETTLING
    assert driver.spoken[-1] == LINES[Line.SIDE_LEFT_OUT]
    assert sides(driver) == [("left", "done")]


def test_where_there_are_no_sides_that_is_said() -> None:
    driver = Driver(SHORT).until(State.SETTLING).until_silent()
    driver.answer("other side")
    assert driver.spoken[-1] == LINES[Line.NO_SIDES]


def test_sides_turn_for_the_whole_stretch_and_for_no_other() -> None:
    twice = stretch("side bend", has_sides=True, repetitions=2)
    course = Course(Routine("turned", "turned one", "Twice.", (twice, CHIN, HUG, KNEES)))
    course.swap_sides()
    assert [step.side for step in course.steps[:4]] == [Side.RIGHT, Side.LEFT, Side.RIGHT, Side.LEFT]
    assert [step.stretch.id for step in course.steps[4:]] == [CHIN.id, HUG.id, HUG.id, KNEES.id]


def test_the_other_side_is_what_comes_after_a_rest_and_the_first_one_again_after_the_second() -> None:
    driver = Driver(SIDED, catalogue=(SIDED,)).until(State.RESTING).until_silent()
    driver.answer("other side")
    assert driver.state is State.INSTRUCTING
    assert driver.session._context.course.step.side is Side.RIGHT
    driver.until(State.HOLDING)
    driver.answer("other side")
    assert driver.session._context.course.step.side is Side.LEFT
    named = at_side()
    named.answer("start with the left")
    assert named.session._context.course.step.side is Side.LEFT


def test_a_side_that_was_held_for_long_is_done_when_the_other_is_asked_for() -> None:
    driver = Driver(SIDED, catalogue=(SIDED,)).until(State.HOLDING)
    driver.advance(12.0)
    driver.say("other side")
    assert driver.session._context.course.step.side is Side.RIGHT
    held = [held for _, side, _, held, _ in driver.until(State.FINISHED).steps if side]
    assert held == [pytest.approx(12.0, abs=0.5)] * 2
    left_out = Driver(SIDED, catalogue=(SIDED,)).until(State.HOLDING)
    left_out.advance(12.0)
    left_out.say("not this side")
    held = [held for _, side, _, held, _ in left_out.until(State.FINISHED).steps if side]
    assert held == [pytest.approx(12.0, abs=0.5)] * 2
