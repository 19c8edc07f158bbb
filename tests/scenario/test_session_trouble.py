"""Somebody is in trouble, or may be; sides; what people say to each other; nothing longer than it needs."""

from __future__ import annotations

import pytest
from driver import CHIN, HUG, KNEES, MIXED, PACK, SHORT, TURN, Driver, in_state, stretch

from assistant.core.actions import RecordPainScore, StopSpeaking
from assistant.core.adapting import StretchPast
from assistant.core.course import Course
from assistant.core.events import Source
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.prompts import Line
from assistant.core.routine import Equipment, Routine, Side
from assistant.core.states import STRETCHING, UNDER_WAY, State

LINES = PACK.lines
STUCK = "i can't get out of this"


@pytest.mark.parametrize("state", [*UNDER_WAY, State.PAUSED, State.ASLEEP, State.SCORING, State.CHOOSING])
def test_who_is_stuck_is_asked_what_is_wrong_and_told_how_to_get_help(state: State) -> None:
    driver = in_state(state)
    driver.clear()
    actions = driver.say(STUCK)
    assert actions.index(StopSpeaking()) < 3
    assert driver.state is State.HELPING
    assert driver.spoken == [LINES[Line.WHAT_IS_WRONG], LINES[Line.GET_HELP]]
    driver.advance(60)
    assert driver.state is State.PAUSED, "nothing goes on by itself"
    assert driver.spoken.count(LINES[Line.GET_HELP]) == 2


@pytest.mark.parametrize("cry", ["help", "help me", "i need help"])
@pytest.mark.parametrize("state", [*STRETCHING, State.PAUSED])
def test_a_cry_for_help_while_stretching_is_trouble_and_no_question(cry: str, state: State) -> None:
    driver = in_state(state)
    driver.answer(cry)
    assert driver.state is State.HELPING
    question = in_state(State.CHOOSING)
    question.answer(cry)
    assert question.state is State.CHOOSING
    assert question.spoken[-1] == LINES[Line.HELP_CHOOSING]


def test_what_is_wrong_may_be_pain_an_emergency_or_nothing() -> None:
    for answer, state in (
        ("my back hurts", State.EASING),
        ("i can't feel my legs", State.EMERGENCY),
        ("no", State.PAUSED),
        ("i'm ready", State.PAUSED),
        ("stop", State.PAUSED),
        ("finish", State.FINISHING),
    ):
        driver = in_state(State.HELPING)
        driver.answer(answer)
        assert driver.state is state, answer


def test_out_of_trouble_only_a_pause_leads_on() -> None:
    driver = in_state(State.HELPING)
    driver.answer("finish")
    driver.answer("no")
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    driver.answer("continue")
    assert driver.state is not State.PAUSED


def wondering() -> Driver:
    driver = in_state(State.HOLDING)
    driver.advance(3.0)
    driver.say("?")
    assert driver.state is State.HOLDING
    driver.say("?")
    return driver


def test_what_is_not_understood_twice_in_a_hold_is_asked_about_quietly_and_the_hold_stands_still() -> None:
    driver = wondering()
    assert driver.state is State.HELPING
    assert driver.spoken[-1] == LINES[Line.WONDER]
    driver.advance(6.0)
    driver.answer("no")
    driver.until(State.HOLDING)
    driver.until(State.RELEASING)
    held = driver.session._context.held_seconds
    assert held == pytest.approx(20.0, abs=0.01), "what passed meanwhile was not held"
    for _ in range(4):
        driver.say("?")
    assert driver.state is not State.HELPING, "it is asked once"


@pytest.mark.parametrize(
    ("answer", "state"), [("yes", State.HELPING), ("", State.PAUSED), ("?", State.HELPING)]
)
def test_a_yes_or_silence_ends_the_hold(answer: str, state: State) -> None:
    driver = wondering()
    if answer:
        driver.answer(answer)
    else:
        driver.advance(20)
    assert driver.state is state
    driver.advance(60)
    assert driver.state is State.PAUSED


def test_trouble_after_the_end_leads_to_the_end() -> None:
    for then in ("ready", "finish", "continue"):
        driver = in_state(State.CLOSING)
        driver.say(STUCK)
        driver.answer(then)
        driver.until(State.FINISHED)


def test_who_is_dizzy_is_asked_for_no_number() -> None:
    driver = in_state(State.HOLDING)
    driver.answer("i feel dizzy")
    assert LINES[Line.STAY_DOWN] in driver.spoken
    driver.until(State.DECIDING)
    assert LINES[Line.SUGGEST_ENDING] in driver.spoken
    assert LINES[Line.SCORE] not in driver.spoken
    left_out = set(driver.session._context.left_out_today)
    driver.until_silent()
    driver.answer("yes")
    assert driver.state is State.INSTRUCTING
    assert driver.session._context.left_out_today == left_out, "no part of the body is to blame"
    silent = in_state(State.HOLDING)
    silent.answer("i feel dizzy")
    silent.until(State.FINISHED)
    assert silent.end_reasons == ["pain"]


def test_a_number_that_comes_before_its_question_counts() -> None:
    driver = in_state(State.EASING)
    driver.answer("four")
    assert driver.state is State.SPREADING
    assert RecordPainScore("during", 4) in [did.action for did in driver.did]
    strong = in_state(State.EASING)
    strong.answer("seven")
    assert strong.state is State.CLOSING


SIDED = Routine("sided", "Sided", "sided one", "With sides.", (TURN, CHIN))


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


def test_a_greeting_is_answered_and_chooses_nothing() -> None:
    driver = in_state(State.CHOOSING)
    driver.answer("hello")
    assert driver.state is State.CHOOSING
    assert driver.spoken[-1] == LINES[Line.CHOOSE]
    asleep = in_state(State.ASLEEP)
    asleep.answer("hello")
    assert asleep.state is State.ASLEEP
    asleep.answer("wake up")
    assert asleep.state is not State.ASLEEP


def test_who_does_not_choose_gets_the_last_one_or_what_needs_nothing_and_hears_its_name_at_once() -> None:
    wall = Routine(
        "wall",
        "Wall",
        "wall one",
        "At a wall.",
        (stretch("wall lean", equipment=frozenset({Equipment.WALL})),),
    )
    for last, chosen in (("", MIXED), ("short", SHORT), ("gone", MIXED)):
        for wish in ("wake up", "start"):
            driver = Driver(None, catalogue=(wall, MIXED, SHORT), last_routine_id=last, asks_how_it_is=True)
            driver.until(State.CHOOSING).until_silent()
            driver.answer(wish)
            assert driver.session._context.course.routine == chosen
            assert PACK.render(Line.CHOSEN, routine=chosen.spoken_name) in driver.spoken
            assert driver.state is State.SCORE_NOW


def test_a_goodbye_to_somebody_else_ends_nothing() -> None:
    driver = in_state(State.HOLDING)
    driver.answer("goodbye")
    assert driver.state is State.FINISHING
    driver.advance(20)
    assert driver.state is State.PAUSED
    ended = in_state(State.HOLDING)
    ended.answer("goodbye")
    ended.answer("yes")
    assert ended.state is State.CLOSING


def test_a_sore_place_is_chosen_and_its_number_asked_for() -> None:
    driver = Driver(None, catalogue=(MIXED, SHORT)).until(State.CHOOSING).until_silent()
    driver.answer("my neck hurts")
    assert driver.state is State.SCORE_NOW
    assert not driver.session._context.reports


def test_praise_is_for_what_was_done() -> None:
    done = Driver(MIXED)
    done.until(State.FINISHED)
    assert LINES[Line.CLOSE_DONE] in done.spoken
    skipped = Driver(MIXED)
    while skipped.state is not State.FINISHED:
        skipped.until(State.INSTRUCTING, State.FINISHED)
        if skipped.state is State.INSTRUCTING:
            skipped.say("next")
    assert LINES[Line.CLOSE_PARTLY] in skipped.spoken


def test_a_stretch_that_is_known_is_told_shortly_and_in_full_on_request() -> None:
    known = {one.id: StretchPast(0, None, 7) for one in MIXED.stretches}
    regular, newcomer = Driver(MIXED, pasts=known), Driver(MIXED, pasts={})
    for driver in (regular, newcomer):
        driver.until(State.SETTLING)
    assert CHIN.feel in newcomer.spoken
    assert CHIN.feel not in regular.spoken
    assert CHIN.enter[0] in regular.spoken
    assert sum(map(len, regular.spoken)) < 0.8 * sum(map(len, newcomer.spoken))
    regular.answer("tell me in full")
    regular.until_silent()
    assert CHIN.feel in regular.spoken


def test_what_is_not_possible_is_said_with_what_is() -> None:
    driver = in_state(State.HOLDING)
    driver.answer("two minutes more")
    assert driver.spoken[-1] == "forty seconds longer, and no more. A minute is the most."
    settling = in_state(State.SETTLING)
    listened = listened_for(settling.state)
    settling.event(meaning_of(PACK.typed("five more minutes"), PACK.table, listened, Source.KEYBOARD))
    assert settling.spoken[-1] == LINES[Line.TIME_GIVEN_AT_MOST]


def test_sides_turn_for_the_whole_stretch_and_for_no_other() -> None:
    twice = stretch("side bend", has_sides=True, repetitions=2)
    course = Course(Routine("turned", "Turned", "turned one", "Twice.", (twice, CHIN, HUG, KNEES)))
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


@pytest.mark.parametrize("wish", ["the same as yesterday", "same again please", "the usual"])
def test_the_same_as_last_time_is_the_last_routine(wish: str) -> None:
    driver = Driver(None, catalogue=(MIXED, SHORT), last_routine_id="short")
    driver.until(State.CHOOSING).until_silent()
    heard = meaning_of(PACK.typed(wish), PACK.table, listened_for(driver.state), Source.KEYBOARD)
    driver.event(heard)
    assert driver.session._context.course.routine == SHORT
