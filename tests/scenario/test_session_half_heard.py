"""Numbers that were lost on the way: never silence, never a wrong big number, never a smaller score."""

from __future__ import annotations

import pytest
from driver import PACK, Driver, in_state

from assistant.core.actions import RecordPainScore, ReportHoldEnded
from assistant.core.events import Said
from assistant.core.intents import Intent, Slots
from assistant.core.prompts import Line
from assistant.core.states import ASKING_SCORE, State

UNHEARD = PACK.lines[Line.SCORE_UNHEARD]


@pytest.mark.parametrize(
    ("heard", "more_seconds"),
    [
        ("ten more seconds", 10),
        ("? more seconds", 10),
        ("twenty ? seconds", 10),
        ("sixty ? more seconds", 10),
        ("ten more ?", 10),
        ("more seconds", 10),
        ("? a minute more", 10),
        ("fifteen seconds more", 15),
        ("half a minute more", 30),
        ("another half minute", 30),
        ("a minute and a half please", 40),  # 60 s are the most
    ],
)
def test_more_time_while_holding(heard: str, more_seconds: int) -> None:
    driver = in_state(State.HOLDING)
    driver.advance(1.0)
    driver.hear(*heard.split())
    assert driver.spoken[-1].startswith(f"{PACK.number(more_seconds)} seconds longer")
    driver.until(State.RELEASING)
    (held,) = driver.of(ReportHoldEnded)
    assert held.held_seconds == pytest.approx(20 + more_seconds, abs=0.01)


@pytest.mark.parametrize("heard", ["? more seconds", "twenty ? seconds"])
@pytest.mark.parametrize("state", [State.SETTLING, State.RESTING])
def test_more_time_elsewhere(state: State, heard: str) -> None:
    driver = in_state(state)
    driver.hear(*heard.split())
    assert PACK.lines[Line.TIME_GIVEN] in driver.spoken


def in_doubt(driver: Driver, intent: Intent, word: str, slots: Slots) -> None:
    times = {"word_end_seconds": driver.now, "at_seconds": driver.now}
    driver.event(Said(intent, word, slots, is_half_heard=True, words=(word,), **times))


def hears_in_doubt(driver: Driver, number: int) -> None:
    """A number as the recognizer hears it where the sound bears it out only just."""
    driver.until_silent()
    driver.advance(0.5)
    in_doubt(driver, Intent.NUMBER, str(PACK.rules.number(number)), Slots(number=number))


@pytest.mark.parametrize("agreeing", ["yes", "three"])
@pytest.mark.parametrize("state", ASKING_SCORE)
def test_a_score_in_doubt_is_said_back_and_counts_when_somebody_agrees(state: State, agreeing: str) -> None:
    driver = in_state(state)
    hears_in_doubt(driver, 3)
    assert driver.state is state
    assert driver.spoken[-1] == "three?"
    assert driver.of(RecordPainScore) == []
    driver.answer_later(agreeing)
    assert [record.score for record in driver.of(RecordPainScore)] == [3]


@pytest.mark.parametrize("state", ASKING_SCORE)
def test_another_score_counts_instead_of_the_one_that_was_said_back(state: State) -> None:
    driver = in_state(state)
    hears_in_doubt(driver, 3)
    driver.answer_later("two")
    assert [record.score for record in driver.of(RecordPainScore)] == [2]


@pytest.mark.parametrize("state", ASKING_SCORE)
def test_a_no_to_the_score_that_was_said_back_asks_for_it_again(state: State) -> None:
    driver = in_state(state)
    hears_in_doubt(driver, 3)
    driver.answer_later("no")
    assert driver.spoken[-1] == UNHEARD
    assert driver.of(RecordPainScore) == []
    driver.answer_later("two")
    assert [record.score for record in driver.of(RecordPainScore)] == [2]


def test_a_yes_in_doubt_agrees_to_nothing() -> None:
    driver = in_state(State.SCORING)
    hears_in_doubt(driver, 3)
    driver.until_silent()
    driver.advance(0.5)
    in_doubt(driver, Intent.YES, "yes", Slots())
    assert driver.state is State.SCORING
    assert driver.of(RecordPainScore) == []


def test_only_one_score_is_said_back() -> None:
    driver = in_state(State.SCORING)
    hears_in_doubt(driver, 3)
    hears_in_doubt(driver, 4)
    assert driver.spoken[-1] == UNHEARD


LOST = ["seven out of ?", "? out of ten", "out of ten", "four ? six", "six two", "four ?"]


@pytest.mark.parametrize("heard", LOST)
@pytest.mark.parametrize("state", ASKING_SCORE)
def test_half_a_score_is_asked_for_again(state: State, heard: str) -> None:
    driver = in_state(state)
    driver.advance(0.5)  # what comes sooner may be our own question
    driver.hear(*heard.split())
    assert driver.state is state
    assert driver.spoken == [UNHEARD]
    assert driver.of(RecordPainScore) == []
    driver.answer("two")
    assert [record.score for record in driver.of(RecordPainScore)] == [2]


def test_half_a_score_twice_is_no_answer_and_ends_after_pain() -> None:
    driver = in_state(State.SCORING)
    driver.advance(0.5)
    driver.hear("seven", "out", "of")
    driver.until_silent()
    driver.advance(0.5)
    driver.hear("?", "out", "of", "ten")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]


def test_what_comes_back_of_our_own_question_is_no_half_score() -> None:
    driver = in_state(State.SCORING)
    driver.advance(0.5)
    driver.hear("?", "out", "of", "ten")
    while driver.speaking:
        driver.happen()
    driver.advance(0.3)
    driver.hear("?", "zero", "ten")
    assert driver.spoken == [UNHEARD]
    assert driver.state is State.SCORING


@pytest.mark.parametrize(("said", "score"), [("three and a half", 4), ("four or five", 5), ("it's nine", 9)])
def test_of_two_numbers_the_higher_is_the_score(said: str, score: int) -> None:
    driver = in_state(State.SCORING)
    driver.say(said)
    assert [record.score for record in driver.of(RecordPainScore)] == [score]


@pytest.mark.parametrize("state", [State.SPREADING, State.DECIDING])
def test_half_a_number_where_none_was_asked_for_only_repeats_the_question(state: State) -> None:
    driver = in_state(state)
    driver.advance(0.5)
    driver.hear("seven", "out", "of", "?")
    assert driver.state is state
    assert driver.spoken
    assert UNHEARD not in driver.spoken


@pytest.mark.parametrize("state", ASKING_SCORE)
def test_what_was_no_number_at_all_is_asked_about_as_a_number(state: State) -> None:
    driver = in_state(state)
    for _ in range(2):
        driver.hear("?")
        driver.until_silent()
    assert driver.spoken == [UNHEARD]
