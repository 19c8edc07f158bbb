"""Somebody is in trouble, or may be; what people say to each other; nothing longer than it needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import CHIN, MIXED, PACK, SHORT, Driver, in_state, stretch

from assistant.core.actions import RecordPainScore, StopSpeaking
from assistant.core.adapting import StretchPast
from assistant.core.events import Said, Source
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.prompts import Line
from assistant.core.routine import Equipment, Routine
from assistant.core.states import IN_PAIN, STRETCHING, UNDER_WAY, State

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


@pytest.mark.parametrize("state", IN_PAIN)
@pytest.mark.parametrize("is_among_talk", [True, False])
def test_a_warning_sign_no_louder_than_others_is_asked_about_after_a_report_of_pain(
    state: State, is_among_talk: bool
) -> None:
    driver = in_state(state)
    driver.clear()
    words = ("i", "can't", "feel", "my", "legs")
    said = meaning_of(words, PACK.table, listened_for(state), Source.VOICE)
    assert isinstance(said, Said)
    driver.event(replace(said, is_among_talk=is_among_talk))
    if not is_among_talk:
        assert driver.state is State.EMERGENCY
        return
    assert driver.state is State.HELPING
    assert driver.spoken == [LINES[Line.WHAT_IS_WRONG], LINES[Line.GET_HELP]]
    driver.event(said)
    assert driver.state is State.EMERGENCY, "the second time it is louder"
    driver = in_state(state)
    driver.event(replace(said, is_among_talk=True))
    driver.answer("no")
    assert driver.state is State.PAUSED
    driver.answer("continue")
    assert driver.state in (State.SCORING, State.SPREADING, State.DECIDING), "the report is still open"


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


def test_nor_after_an_interruption_while_he_comes_out() -> None:
    driver = in_state(State.HOLDING)
    driver.answer("i feel dizzy")
    driver.answer("go to sleep")
    driver.answer("wake up")
    assert driver.state is State.DECIDING


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
    assert driver.spoken[-1] == "forty seconds longer. A minute is the most."
    settling = in_state(State.SETTLING)
    listened = listened_for(settling.state)
    settling.event(meaning_of(PACK.typed("five more minutes"), PACK.table, listened, Source.KEYBOARD))
    assert settling.spoken[-1] == LINES[Line.TIME_GIVEN_AT_MOST]


@pytest.mark.parametrize("wish", ["the same as yesterday", "same again please", "the usual"])
def test_the_same_as_last_time_is_the_last_routine(wish: str) -> None:
    driver = Driver(None, catalogue=(MIXED, SHORT), last_routine_id="short")
    driver.until(State.CHOOSING).until_silent()
    heard = meaning_of(PACK.typed(wish), PACK.table, listened_for(driver.state), Source.KEYBOARD)
    driver.event(heard)
    assert driver.session._context.course.routine == SHORT


def test_every_hold_counts_anew_what_is_not_understood() -> None:
    driver = in_state(State.HOLDING)
    driver.say("?")
    driver.until(State.RELEASING).until(State.HOLDING)
    driver.say("?")
    assert driver.state is State.HOLDING
    driver.say("?")
    assert driver.state is State.HELPING


@pytest.mark.parametrize("state", STRETCHING)
def test_another_routine_during_a_stretch_is_offered_and_nothing_is_lost(state: State) -> None:
    driver = in_state(state)
    driver.say("another routine")
    assert driver.state is State.PAUSED
    driver.advance(10.0)
    assert driver.spoken[-1] == LINES[Line.CHOOSE_OR_GO_ON]
    step = driver.session.step
    driver.answer("continue")
    assert driver.state in STRETCHING
    assert driver.session.step == step
    driver.say("another routine")
    driver.answer("low one")
    assert driver.state is State.INTRODUCING
    driver.say("pause")
    driver.advance(10.0)
    assert driver.spoken[-1] == LINES[Line.GO_ON_OR_FINISH]


MEANS = {
    State.SCREENING: Line.SCREENING_MEANS,
    State.HISTORY: Line.HISTORY_MEANS,
    State.NEWS: Line.NEWS_MEANS,
    State.SCORE_NOW: Line.SCORE_ROUGHLY,
    State.SCORING: Line.SCORE_ROUGHLY,
    State.SPREADING: Line.SPREADING_MEANS,
}


@pytest.mark.parametrize("state", MEANS)
@pytest.mark.parametrize("asked", ["what do you mean", "I don't understand the question", "why do you ask?"])
def test_who_does_not_understand_a_question_is_told_what_it_means(state: State, asked: str) -> None:
    driver = in_state(state)
    heard = meaning_of(PACK.typed(asked), PACK.table, listened_for(state), Source.KEYBOARD)
    driver.event(heard)
    assert driver.state is state
    driver.advance(12.0)
    assert driver.spoken[-1] == LINES[MEANS[state]]
    driver.answer("repeat")
    assert driver.state is state
    assert driver.spoken[-1] != LINES[MEANS[state]]
