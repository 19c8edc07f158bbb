"""The corners of the safety rules: sequences that once led on where nothing may, and more of each kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import CATALOGUE, CHIN, MIXED, PACK, SHORT, TURN, Driver, in_state, stretch

from assistant.core.actions import (
    RecordAskedBack,
    RecordPain,
    RecordPainScore,
    ReportHoldEnded,
    ReportHoldStarted,
    SetSpeechRate,
    SetVolume,
    Speak,
    StopSpeaking,
)
from assistant.core.adapting import StretchPast
from assistant.core.events import (
    DeadlineReached,
    MicrophoneLost,
    MicrophoneRestored,
    PromptFinished,
    SpeakerRestored,
)
from assistant.core.prompts import Line
from assistant.core.routine import Region, Routine
from assistant.core.states import ADVISING, AWAKE, BEFORE_STRETCHING, IN_PAIN, STRETCHING, UNDER_WAY, State

FINISH = PACK.lines[Line.FINISH]
FINISH_AGAIN = PACK.lines[Line.FINISH_AGAIN]
AWAY = PACK.lines[Line.AWAY]
LEFT_TO_FINISH = [*BEFORE_STRETCHING, *STRETCHING, *IN_PAIN]
OVER = {State.EASING, State.SCORING, State.SPREADING, State.PAUSED, State.DEAF, State.CLOSING, State.FINISHED}
UNCLEAR = sorted(PACK.answers["unclear"])


def ended_for_pain() -> Driver:
    driver = in_state(State.HOLDING)
    driver.say("that hurts")
    driver.until(State.SCORING).answer("eight")
    assert driver.state is State.CLOSING
    return driver


# What ended for pain stays ended


@pytest.mark.parametrize(
    "answers",
    [
        ["two", "no", "yes"],
        ["two", "no", "continue"],
        ["two", "no", "easier"],
        ["two", "no", "no"],
        ["five", "no", "yes"],
        ["no idea", "no idea"],
        ["good night", "yes", "wake up", "continue"],
        ["finish", "no", "continue"],
        ["stop", "continue", "two", "no", "yes"],
        ["pause", "next", "yes"],
        ["stop", "short one", "yes"],
        ["ouch", "two", "no", "yes"],
        [],
    ],
)
@pytest.mark.parametrize("again", ["it's burning", "ouch"])
def test_a_session_that_ended_for_pain_does_not_go_on(again: str, answers: list[str]) -> None:
    driver = ended_for_pain()
    driver.say(again)
    assert len(driver.of(RecordPain)) == 2, "a report of its own"
    for answer in answers:
        driver.answer(answer)
        assert driver.state in OVER
    driver.until(State.FINISHED)
    assert set(driver.states[driver.states.index(State.CLOSING) :]) <= OVER
    assert driver.of(ReportHoldStarted) == []
    assert driver.end_reasons == ["pain"]


@pytest.mark.parametrize(
    "ending",
    [
        ["nothing"],  # not a number, and then none
        ["three", "no", "no"],
        ["three", "yes"],
        ["three", "no idea", "no idea"],
    ],
)
def test_however_it_ended_pain_in_the_closing_words_is_a_second_report(ending: list[str]) -> None:
    driver = in_state(State.HOLDING)
    driver.say("that hurts")
    driver.until(State.SCORING)
    for answer in ending:
        driver.answer(answer)
    driver.until(State.CLOSING)
    driver.say("it's burning")
    driver.answer("one")
    driver.until(State.FINISHED)
    assert driver.spoken[-1] == PACK.lines[Line.CLOSE_REPEATED]
    assert driver.of(ReportHoldStarted) == []


@pytest.mark.parametrize("left_by", ["i'm done", "finish"])
def test_the_first_report_while_closing_is_asked_about_and_advised(left_by: str) -> None:
    driver = in_state(State.HOLDING)
    driver.say(left_by)
    driver.say("yes")
    driver.say("ouch")
    driver.until(State.SCORING).answer("two")
    assert driver.state is State.SPREADING
    driver.answer("no")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.spoken[-1] == PACK.lines[Line.CLOSE_PAIN]
    assert driver.of(RecordPainScore) == [RecordPainScore("during", 2)]
    assert driver.end_reasons == ["pain"]


def test_a_microphone_that_comes_back_does_not_reopen_what_has_ended() -> None:
    driver = in_state(State.CLOSING)
    driver.say("ouch")
    driver.until(State.SCORING)
    driver.event(MicrophoneLost("lost"))
    driver.event(MicrophoneRestored())
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]


def test_a_report_that_was_left_open_is_why_it_ended() -> None:
    for leave in (["stop", "finish"], ["goodbye", "yes"], ["stop"]):
        driver = in_state(State.SPREADING)
        for phrase in leave:
            driver.answer(phrase)
        driver.until(State.FINISHED)
        assert driver.end_reasons == ["pain"]


def test_the_highest_number_of_a_session_counts() -> None:
    driver = in_state(State.HOLDING)
    driver.say("ouch")
    driver.until(State.SCORING).answer("five")
    driver.say("ouch")
    driver.until(State.SCORING).answer("one")
    driver.answer("no")
    driver.until_silent()
    assert driver.spoken[-1] == PACK.lines[Line.DECIDE_REGION], "five, not one"


# A hold is never longer than it was to be


@pytest.mark.parametrize("stall_seconds", [2.1, 5.0, 30.0, 3600.0])
def test_after_a_standstill_it_pauses_and_says_so(stall_seconds: float) -> None:
    driver = Driver(MIXED).until(State.HOLDING).until(State.RESTING).until(State.HOLDING)
    assert driver.session.step == 2
    driver.advance(3.0)
    driver.now += stall_seconds
    driver.event(DeadlineReached())
    assert driver.state is State.PAUSED
    held = driver.of(ReportHoldEnded)[-1].held_seconds
    assert held == pytest.approx(3.0, abs=0.01), "what was done meanwhile is not known"
    driver.until_silent().advance(1.0)
    driver.until_silent()
    assert driver.spoken[-2:] == [AWAY, PACK.lines[Line.GO_ON_OR_FINISH]]
    driver.answer("continue")
    driver.until(State.FINISHED)
    assert [s[3] for s in driver.steps if s[0] == TURN.id] == [20, 20]


@pytest.mark.parametrize("late_seconds", [0.1, 0.9, 1.4])
def test_a_deadline_that_is_a_little_late_pauses_nothing(late_seconds: float) -> None:
    driver = in_state(State.HOLDING)
    for _ in range(8):
        driver.now = driver.session.next_deadline + late_seconds
        driver.event(DeadlineReached())
        assert driver.state in (State.HOLDING, State.RELEASING)
    assert all(ended.held_seconds <= 20 for ended in driver.of(ReportHoldEnded))


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_standstill_anywhere_in_a_stretch_begins_nothing(state: State) -> None:
    driver = in_state(state)
    driver.now += 3600.0
    driver.event(PromptFinished(99_999))
    assert driver.state is State.PAUSED
    driver.until(State.FINISHED)
    assert driver.of(ReportHoldStarted) == []


def test_a_loudspeaker_that_comes_back_after_a_standstill_tells_of_it() -> None:
    driver = in_state(State.INTRODUCING)
    driver.now += 60.0
    driver.event(SpeakerRestored())
    assert AWAY in driver.spoken


@pytest.mark.parametrize("phrase", ["stop", "that hurts", "i can't breathe"])
def test_what_was_said_during_a_standstill_still_acts(phrase: str) -> None:
    driver = in_state(State.HOLDING)
    driver.now += 60.0
    driver.say(phrase)
    expected = {"stop": State.PAUSED, "that hurts": State.EASING}
    assert driver.state is expected.get(phrase, State.EMERGENCY)
    assert driver.of(ReportHoldEnded)[-1].held_seconds < 20


# Bring it back


@pytest.mark.parametrize("score", ["four", "five"])
def test_what_is_left_out_today_is_not_brought_back(score: str) -> None:
    gone = stretch("slow nod", Region.NECK)
    routine = Routine("two", "two of them", "Of the neck.", (CHIN, gone, replace(TURN)))
    pasts = {gone.id: StretchPast(hurt_sessions=2, sessions_since_hurt=9)}
    driver = Driver(routine, catalogue=(routine, *CATALOGUE), pasts=pasts).until(State.HOLDING)
    driver.say("ouch")
    driver.rate(score).say("yes")
    driver.answer("bring it back")
    assert driver.spoken[-1] == PACK.lines[Line.NOTHING_TO_BRING_BACK]
    assert driver.of(RecordAskedBack) == []
    driver.until(State.FINISHED)
    assert gone.id not in [step[0] for step in driver.steps]


# What a yes is belongs to the question


@pytest.mark.parametrize("phrase", UNCLEAR)
@pytest.mark.parametrize(
    "state", [State.SCREENING, State.HISTORY, State.NEWS, State.SPREADING, State.DECIDING]
)
def test_an_unclear_answer_gets_the_question_again(state: State, phrase: str) -> None:
    driver = in_state(state)
    driver.say(phrase)
    assert driver.state is state
    assert driver.spoken, "the question again"
    assert driver.of(RecordPain) == []


@pytest.mark.parametrize("phrase", ["yes", "yes please", "yeah", "go on", "continue", "please continue"])
def test_a_clear_answer_goes_on_after_pain(phrase: str) -> None:
    driver = in_state(State.DECIDING)
    driver.say(phrase)
    assert driver.state is State.INSTRUCTING


@pytest.mark.parametrize("phrase", ["carry on", "keep going", "ready", "okay"])
def test_what_is_said_to_no_question_does_not_go_on_after_pain(phrase: str) -> None:
    driver = in_state(State.DECIDING)
    driver.say(phrase)
    assert driver.state is State.DECIDING


def test_half_a_continue_is_no_clear_yes() -> None:
    driver = in_state(State.DECIDING)
    for words in (("continue", "?"), ("?", "go", "on"), ("go", "on", "?")):
        driver.hear(*words)
        assert driver.state is State.DECIDING


def test_an_unclear_answer_is_no_silence() -> None:
    driver = in_state(State.HOLDING)
    driver.say("end")
    for _ in range(4):
        driver.until_silent().advance(6.0)
        driver.say("okay")
        assert driver.state is State.FINISHING


def test_what_was_held_is_kept_when_it_hurts_elsewhere() -> None:
    driver = Driver(MIXED).until(State.HOLDING)
    driver.advance(7.0)
    for phrase in ("pause", "choose a routine"):
        driver.answer(phrase)
    driver.say("ouch")
    driver.until(State.FINISHED)
    assert driver.steps == [(CHIN.id, "", 1, 7.5, "skipped")]


def test_continue_to_a_pause_is_no_answer_about_pain() -> None:
    driver = in_state(State.DECIDING)
    driver.say("pause")
    driver.answer("continue")
    assert driver.state is State.DECIDING
    assert driver.spoken[-1] == PACK.lines[Line.DECIDE]


# Half an answer


@pytest.mark.parametrize("words", [("no", "?"), ("yes", "?"), ("?", "no"), ("?", "yes", "?")])
@pytest.mark.parametrize(
    "state", [State.SCREENING, State.HISTORY, State.NEWS, State.SPREADING, State.DECIDING]
)
def test_half_an_answer_is_asked_again(state: State, words: tuple[str, ...]) -> None:
    driver = in_state(state)
    driver.hear(*words)
    assert driver.state is state
    assert len(driver.spoken) == 1
    driver.until_silent()
    driver.hear(*words)
    driver.until_silent()
    assert driver.state is state, "twice half is no whole"
    driver.until(State.FINISHED, State.ASLEEP)
    assert driver.of(ReportHoldStarted) == []


@pytest.mark.parametrize("phrase", ["continue", "ready", "go on"])
def test_a_not_may_have_been_lost_before_what_resumes(phrase: str) -> None:
    driver = in_state(State.PAUSED)
    driver.hear("?", *phrase.split())
    assert driver.state is State.PAUSED
    assert driver.spoken == [PACK.lines[Line.GO_ON_OR_FINISH]]
    driver.until_silent()
    driver.hear(*phrase.split(), "?")
    assert driver.state is State.SETTLING


# An emergency is not talked over


@pytest.mark.parametrize("phrase", ["slower", "faster", "louder", "quieter"])
@pytest.mark.parametrize("state", ADVISING)
def test_settings_act_in_silence_while_advice_is_given(state: State, phrase: str) -> None:
    driver = in_state(state)
    actions = driver.say(phrase)
    assert not [action for action in actions if isinstance(action, Speak | StopSpeaking)]
    assert [action for action in actions if isinstance(action, SetSpeechRate | SetVolume)]
    assert driver.state is state


# One misheard "end" ends nothing


@pytest.mark.parametrize("phrase", ["finish", "end", "goodbye", "quit", "cancel", "i'm done"])
@pytest.mark.parametrize("state", [s for s in LEFT_TO_FINISH if s is not State.DECIDING])
def test_a_word_for_the_end_stops_at_once_and_asks(state: State, phrase: str) -> None:
    driver = in_state(state)
    actions = driver.say(phrase)
    assert driver.state is State.FINISHING
    assert StopSpeaking() in actions
    assert not driver.running_hold
    assert driver.spoken == [FINISH]
    driver.answer("no")
    back = {State.HOLDING: State.SETTLING, State.EASING: State.SCORING}
    assert driver.state is back.get(state, state)


@pytest.mark.parametrize("answer", ["yes", "finish", ""])
def test_a_yes_or_silence_ends_it(answer: str) -> None:
    driver = in_state(State.HOLDING)
    driver.say("end")
    if answer:
        driver.answer(answer)
    else:
        driver.until_silent().advance(8.0)
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["ended_by_user"]


def test_while_somebody_talks_silence_ends_nothing() -> None:
    """A television that said something like "end" goes on talking: in the end it is a pause, and no end."""
    driver = in_state(State.HOLDING)
    driver.say("end")
    driver.until_silent()
    for _ in range(10):
        driver.advance(5.0)
        driver.hear("?", final=False, utterance=77)
    assert driver.state is State.FINISHING
    driver.say("?")
    assert driver.spoken[-1] == FINISH_AGAIN
    driver.until_silent().advance(3.0)
    driver.say("?")
    assert driver.state is State.PAUSED
    driver.until_silent().advance(60.0)
    assert driver.state is State.PAUSED
    driver.answer("continue")
    assert driver.state is State.SETTLING


@pytest.mark.parametrize(
    ("phrase", "state"),
    [
        *(("next", State.INSTRUCTING), ("go back", State.INSTRUCTING), ("ready", State.SETTLING)),
        *(("how long", State.SETTLING), ("ten more seconds", State.SETTLING), ("continue", State.SETTLING)),
        *(("stop", State.PAUSED), ("wait", State.PAUSED), ("ouch", State.EASING)),
        ("my chest hurts", State.EMERGENCY),
    ],
)
def test_anything_else_that_is_clear_goes_on(phrase: str, state: State) -> None:
    driver = in_state(State.HOLDING)
    driver.say("goodbye")
    driver.answer(phrase)
    assert driver.state is state


@pytest.mark.parametrize("waiting", [State.PAUSED, State.ASLEEP])
def test_no_to_the_end_does_not_wake_what_waits(waiting: State) -> None:
    driver = in_state(waiting)
    driver.say("goodbye")
    assert driver.state is State.FINISHING
    driver.answer("no")
    assert driver.state is State.PAUSED


def test_before_it_was_offered_finish_is_asked_about_in_a_pause_too() -> None:
    driver = in_state(State.INSTRUCTING)
    driver.say("pause")
    driver.say("finish")
    assert driver.state is State.FINISHING


@pytest.mark.parametrize("phrase", ["next", "ready", "continue", "go back", "finish", "another routine"])
def test_what_was_said_during_a_standstill_does_not_lead_on(phrase: str) -> None:
    driver = in_state(State.SETTLING)
    driver.now += 60.0
    driver.hear(*phrase.split())
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    assert AWAY in driver.spoken


def test_where_finishing_was_offered_it_ends_at_once() -> None:
    driver = in_state(State.PAUSED)
    driver.say("finish")
    assert driver.state is State.CLOSING
    driver = in_state(State.DECIDING)
    driver.say("finish")
    assert driver.state is State.CLOSING


@pytest.mark.parametrize("state", [s for s in AWAKE if s is not State.SCORE_AFTER])
def test_sleep_asks_too(state: State) -> None:
    driver = in_state(state)
    driver.say("go to sleep")
    assert driver.state is State.FINISHING
    assert driver.spoken == [PACK.lines[Line.REST_NOW]]
    driver.until_silent().advance(8.0)
    assert driver.state is State.ASLEEP


def test_talk_that_sounds_like_the_end_does_not_cut_the_advice() -> None:
    for state in (State.EMERGENCY, State.CLOSING):
        driver = in_state(state)
        assert not [a for a in driver.say("goodbye") if isinstance(a, Speak | StopSpeaking)]
        assert driver.state is state


def test_a_session_of_one_stretch_that_was_left_and_taken_up_again_is_complete() -> None:
    driver = Driver(SHORT).until(State.HOLDING)
    driver.say("end")
    driver.answer("no")
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]
