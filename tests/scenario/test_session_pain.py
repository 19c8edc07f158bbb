"""The pain dialogue: the number, what it means, spreading, going on or ending; every unexpected answer."""

from __future__ import annotations

import pytest
from driver import CATALOGUE, CHIN, HUG, MIXED, PACK, TURN, Driver, in_state, stretch

from assistant.core.actions import RecordPain, RecordPainScore, ReportHoldStarted
from assistant.core.prompts import Line
from assistant.core.routine import Region, Routine
from assistant.core.states import State

NECKS = Routine("necks", "two necks", "Two.", (CHIN, stretch("chin tuck"), HUG))


def hurts(routine: Routine = MIXED, *, start: str = "", **settings: object) -> Driver:
    """A session in which the first stretch hurts; `start` is the number that was told before."""
    catalogue = (routine, *CATALOGUE[1:])
    driver = Driver(routine, catalogue=catalogue, asks_how_it_is=bool(start), **settings)
    if start:
        driver.answer(start)
        driver.answer("no")
    driver.until(State.HOLDING).advance(4.0)
    driver.say("that hurts")
    driver.clear()
    return driver.until(State.SCORING)


def lines(driver: Driver) -> list[Line]:
    """The names of what was said, where it has one."""
    names = {text: line for line, text in PACK.lines.items()}
    return [names[text] for text in driver.spoken if text in names]


def test_mild_pain_eases_and_the_next_stretch_follows_on_a_yes() -> None:
    driver = hurts()
    driver.rate("three")
    assert lines(driver) == [Line.SCORE, Line.SPREADING, Line.DECIDE]
    assert driver.of(RecordPainScore) == [RecordPainScore("during", 3)]
    driver.say("yes")
    assert driver.state is State.INSTRUCTING
    assert driver.session.step == 2
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]


@pytest.mark.parametrize("score", ["six", "seven out of ten", "ten"])
def test_six_or_more_ends(score: str) -> None:
    driver = hurts()
    driver.answer(score)
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert lines(driver) == [Line.SCORE, Line.CLOSE_STRONG]
    assert driver.end_reasons == ["pain"]


@pytest.mark.parametrize(
    ("start", "score", "asked"),
    [
        ("", "four", [Line.SUGGEST_ENDING, Line.DECIDE_REGION]),
        ("", "five", [Line.SUGGEST_ENDING, Line.DECIDE_REGION]),
        ("one", "three", [Line.SUGGEST_ENDING, Line.DECIDE_REGION]),
        ("zero", "two", [Line.SUGGEST_ENDING, Line.DECIDE_REGION]),
        ("two", "three", [Line.DECIDE]),
        ("five", "three", [Line.DECIDE]),
        ("", "two", [Line.DECIDE]),
        ("", "one", [Line.DECIDE_EASIER]),
        ("", "none", [Line.DECIDE_EASIER]),
        ("none", "one", [Line.DECIDE_EASIER]),
    ],
)
def test_what_the_number_means(start: str, score: str, asked: list[Line]) -> None:
    driver = hurts(start=start)
    driver.rate(score)
    assert lines(driver)[2:] == asked


@pytest.mark.parametrize("answer", ["no", "silence", "i don't know"])
def test_four_or_five_ends_without_a_clear_yes(answer: str) -> None:
    driver = hurts()
    driver.rate("four")
    for _ in range(2 if answer.startswith("i") else 1):
        if answer != "silence":
            driver.answer(answer)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]
    assert driver.of(ReportHoldStarted) == []


def test_going_on_at_four_leaves_the_region_out() -> None:
    driver = hurts(NECKS)
    driver.rate("four")
    driver.say("yes")
    assert lines(driver)[-1] is Line.LEAVE_REGION_AFTER_PAIN
    assert driver.session._context.course.step.stretch is HUG
    driver.say("go back")
    assert driver.session._context.course.step.stretch is HUG, "there is nothing to go back to"
    driver.until(State.FINISHED)
    assert {step[0] for step in driver.steps} == {HUG.id}


def test_when_the_region_was_all_the_session_is_over_on_a_yes() -> None:
    driver = hurts(Routine("necks", "two necks", "Two.", (CHIN, stretch("chin tuck"))))
    driver.rate("five")
    driver.say("yes")
    assert driver.state is State.CLOSING


def test_another_routine_leaves_out_what_hurt_and_its_region_too() -> None:
    driver = hurts(NECKS)
    driver.rate("four")
    driver.say("yes")
    driver.say("pause")
    driver.answer("short one")
    assert driver.state is State.CHOOSING, "nothing of it is left"
    assert "short one" not in driver.spoken[-1]


@pytest.mark.parametrize("answer", ["yes", "yes i do"])
def test_what_spreads_ends_with_advice(answer: str) -> None:
    driver = hurts()
    driver.rate("two", answer)
    driver.until(State.FINISHED)
    assert lines(driver) == [Line.SCORE, Line.SPREADING, Line.CLOSE_SPREADING]
    assert driver.end_reasons == ["pain"]


@pytest.mark.parametrize("answer", ["silence", "i'm not sure"])
def test_whether_it_spreads_must_be_answered(answer: str) -> None:
    driver = hurts()
    driver.answer("two")
    for _ in range(2):
        if answer == "silence":
            driver.until_silent().advance(15.0)
        else:
            driver.answer(answer)
    driver.until(State.FINISHED)
    assert lines(driver) == [Line.SCORE, Line.SPREADING, Line.SPREADING_AGAIN, Line.CLOSE_UNRATED]


def test_the_easier_way_for_whoever_asks_for_it() -> None:
    driver = Driver(MIXED).until(State.RESTING).until(State.HOLDING)
    driver.say("that hurts")
    driver.rate("one")
    driver.clear()
    driver.answer("make it easier")
    assert driver.state is State.SETTLING
    assert driver.spoken[:2] == [PACK.lines[Line.EASIER], TURN.easier]
    driver.until(State.RESTING).until(State.SETTLING)
    assert driver.session.step == 3
    assert TURN.easier in driver.spoken[3:], "its other side is done the same way"
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]
    assert [(s[0], s[1], s[3]) for s in driver.steps][:2] == [(TURN.id, "left", 20), (TURN.id, "right", 20)]


@pytest.mark.parametrize(("score", "state"), [("two", State.HOLDING), ("zero", State.INTRODUCING)])
def test_there_is_no_easier_way_when_it_hurts_more_or_nothing_was_done(score: str, state: State) -> None:
    driver = in_state(state)
    driver.say("ouch")
    driver.rate(score)
    driver.say("easier")
    assert driver.state is State.DECIDING


def test_the_second_report_ends() -> None:
    driver = hurts()
    driver.rate("one")
    driver.say("yes")
    driver.until(State.HOLDING)
    driver.clear()
    driver.say("it hurts")
    driver.until(State.FINISHED)
    assert lines(driver) == [Line.EASE_OUT, Line.CLOSE_REPEATED]
    assert driver.of(RecordPain) == [RecordPain(TURN.id, "it hurts")]


def test_a_second_report_that_is_interrupted_ends_all_the_same() -> None:
    driver = hurts()
    driver.rate("one")
    driver.say("yes")
    driver.say("it hurts")
    driver.say("stop")
    driver.answer("continue")
    assert driver.spoken[-1] == PACK.lines[Line.EASE_OUT]
    driver.until(State.CLOSING)
    assert driver.spoken[-1] == PACK.lines[Line.CLOSE_REPEATED]


def test_of_two_numbers_for_one_report_the_higher_counts() -> None:
    driver = hurts()
    driver.rate("four")
    driver.say("ouch")
    driver.rate("one")
    assert lines(driver)[-2:] == [Line.SUGGEST_ENDING, Line.DECIDE_REGION]


# Unexpected answers to the number


@pytest.mark.parametrize("answer", ["silence", "no idea", "sixty"])
def test_no_number_twice_ends_gently(answer: str) -> None:
    driver = hurts()
    for _ in range(2):
        if answer == "silence":
            driver.until_silent().advance(15.0)
        else:
            driver.answer(answer)
    driver.until(State.FINISHED)
    again = {"silence": Line.SCORE_AGAIN, "no idea": Line.SCORE_ROUGHLY, "sixty": Line.SCORE_RANGE}
    assert lines(driver) == [Line.SCORE, again[answer], Line.CLOSE_UNRATED]
    assert driver.end_reasons == ["pain"]


@pytest.mark.parametrize("answer", ["continue", "ready", "next", "start", "skip the questions"])
def test_what_is_no_number_is_answered_by_the_question(answer: str) -> None:
    driver = hurts()
    driver.answer(answer)
    assert driver.state is State.SCORING
    assert lines(driver)[-1] is Line.SCORE_AGAIN
    driver.rate("two")
    assert driver.state is State.DECIDING


@pytest.mark.parametrize("answer", ["?", "yes", "no"])
def test_what_is_not_understood_is_asked_about(answer: str) -> None:
    driver = hurts()
    driver.answer(answer)
    assert driver.spoken[-1] == PACK.lines[Line.SCORE_UNHEARD]
    driver.answer(answer)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]


@pytest.mark.parametrize("state", [State.EASING, State.SCORING, State.SPREADING, State.DECIDING])
def test_a_red_flag_in_the_middle_gets_its_advice(state: State) -> None:
    driver = in_state(state)
    driver.say("i can't feel my legs")
    driver.until(State.FINISHED)
    assert lines(driver)[-2:] == [Line.EMERGENCY_SPINE] * 2
    assert driver.end_reasons == ["emergency"]


@pytest.mark.parametrize("state", [State.SCORING, State.SPREADING, State.DECIDING])
def test_stop_in_the_middle_is_silent_and_leads_back_to_the_question(state: State) -> None:
    driver = in_state(state)
    assert not driver.say("stop")[1:] or driver.spoken == []
    assert driver.state is State.PAUSED
    driver.answer("continue")
    assert driver.state is state


@pytest.mark.parametrize("state", [State.SCORING, State.SPREADING])
def test_finish_in_the_middle_finishes(state: State) -> None:
    driver = in_state(state)
    driver.say("finish")
    assert driver.state is State.FINISHING
    driver.answer("finish")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]


def test_a_second_reports_easing_region_is_never_offered() -> None:
    """Both sides go, by the id of the stretch, in every region that holds it."""
    driver = Driver(MIXED).until(State.RESTING).until(State.HOLDING)
    driver.say("ouch")
    driver.rate("two")
    driver.say("yes")
    assert driver.session._context.course.step.stretch.region is Region.UPPER_BACK
    driver.answer("go back")
    assert driver.session._context.course.step.stretch is CHIN
