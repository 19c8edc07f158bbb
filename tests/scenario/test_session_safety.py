"""Stop, pain and red flags: at once, in every state, and nothing goes on by itself afterwards."""

from __future__ import annotations

import pytest
from driver import CHIN, MIXED, PACK, SHORT, TURN, Driver, in_state

from assistant.core.actions import (
    EndSession,
    PlayEarcon,
    RecordPain,
    RecordRedFlag,
    ReportHoldEnded,
    ReportHoldStarted,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.intents import Intent
from assistant.core.pain_rules import RedFlag
from assistant.core.prompts import Line
from assistant.core.states import ASKING, AWAKE, IN_PAIN, STRETCHING, State
from assistant.core.understanding import find_safety

EASE_OUT = PACK.lines[Line.EASE_OUT]
CHEST = PACK.lines[Line.EMERGENCY_CHEST]
GO_ON_OR_FINISH = PACK.lines[Line.GO_ON_OR_FINISH]
LIVING = [state for state in State if state is not State.FINISHED]
STOPPED_IN = {
    State.ASLEEP: State.ASLEEP,
    State.DEAF: State.DEAF,
    State.CLOSING: State.FINISHED,
    State.EMERGENCY: State.FINISHED,
}


def hurting(state: State) -> Driver:
    """A session in which it hurt in a state, and which asks whether it is better."""
    driver = in_state(state)
    driver.say("that hurts")
    return driver.rate()


# Stop


@pytest.mark.parametrize("state", [state for state in LIVING if state is not State.SOUND_CHECK])
def test_stop_acts_in_every_state_on_a_partial_hypothesis(state: State) -> None:
    """In the sound check it is the answer: see test_session_sound_check.py."""
    driver = in_state(state)
    actions = driver.hear("stop", final=False)
    assert StopSpeaking() in actions
    assert not [action for action in actions if isinstance(action, Speak | PlayEarcon)], "nothing but silence"
    assert not driver.running_hold
    assert driver.state is STOPPED_IN.get(state, State.PAUSED)


@pytest.mark.parametrize("phrase", PACK.table.phrases[Intent.STOP])
def test_every_stop_phrase_ends_the_hold_and_the_speech(phrase: str) -> None:
    driver = Driver(MIXED).until(State.HOLDING)
    driver.advance(4.5)
    assert driver.speaking
    driver.say(phrase)
    assert driver.state is State.PAUSED
    assert not driver.speaking
    assert driver.of(ReportHoldEnded) == [ReportHoldEnded(1, 4.5, False)]


def test_stop_offers_to_go_on_a_moment_later_and_does_not_ask_whether_it_was_meant() -> None:
    driver = in_state(State.HOLDING)
    driver.say("stop")
    driver.clear()
    driver.until_silent().advance(1.0)
    driver.until_silent()
    assert driver.spoken == ["All right.", GO_ON_OR_FINISH]
    assert "sure" not in " ".join(driver.spoken)


def test_stop_while_paused_only_silences() -> None:
    driver = in_state(State.HOLDING)
    driver.say("stop")
    driver.advance(1.0)
    assert driver.speaking
    driver.clear()
    driver.say("stop")
    driver.advance(60.0)
    assert driver.spoken == []
    driver.advance(120.0)
    assert driver.spoken == ["I am still here.", GO_ON_OR_FINISH]


def test_stop_before_the_offer_leaves_the_offer() -> None:
    driver = in_state(State.HOLDING)
    driver.say("stop")
    driver.say("stop")
    driver.advance(1.0)
    assert "All right." in driver.spoken


def test_stop_while_closing_ends_at_once() -> None:
    driver = in_state(State.CLOSING)
    driver.say("stop")
    assert driver.end_reasons == ["ended_by_user"]


# Pain


@pytest.mark.parametrize("phrase", PACK.table.phrases[Intent.PAIN])
def test_every_pain_phrase_ends_the_hold_and_says_to_ease_out(phrase: str) -> None:
    driver = Driver(MIXED).until(State.HOLDING)
    driver.advance(4.5)
    actions = driver.hear(*phrase.split(), final=False)
    if driver.state is not State.EMERGENCY:
        assert driver.state is State.EASING
        assert EASE_OUT in driver.spoken[-2:]
    kinds = [type(action) for action in actions]
    assert kinds.index(StopSpeaking) < kinds.index(ReportHoldEnded) < kinds.index(Speak)
    assert not driver.running_hold


@pytest.mark.parametrize("state", [s for s in LIVING if s not in (State.EMERGENCY, State.DEAF)])
def test_pain_acts_in_every_state(state: State) -> None:
    driver = in_state(state)
    actions = driver.hear("ouch", final=False)
    assert driver.state is State.EASING
    assert StopSpeaking() in actions
    assert driver.spoken[-1] == EASE_OUT
    if state not in IN_PAIN:
        assert len(driver.of(RecordPain)) == 1


@pytest.mark.parametrize("state", [s for s in AWAKE if s not in IN_PAIN])
def test_a_clear_yes_goes_on_but_never_with_the_stretch_that_hurt(state: State) -> None:
    driver = hurting(state)
    assert not [text for text in driver.spoken if "stretch" in text] or state in STRETCHING
    driver.say("yes please")
    if state not in STRETCHING:
        asked_from = State.CHOOSING if state is State.CONDITIONS else state
        assert driver.state is asked_from
        assert driver.of(RecordPain)[0].stretch_id == ""
    else:
        assert driver.state is State.INSTRUCTING
        assert driver.session.step == 2
        assert driver.of(RecordPain)[0].stretch_id == CHIN.id
        assert driver.steps[-1][0] == CHIN.id
        assert driver.steps[-1][-1] == "pain"
        assert CHIN.spoken_name not in " ".join(driver.until(State.FINISHED).spoken)


def test_pain_leaves_out_both_sides() -> None:
    driver = Driver(MIXED).until(State.HOLDING).until(State.RESTING).until(State.HOLDING)
    assert driver.session.step == 2
    driver.say("that hurts")
    driver.rate().say("yes")
    assert driver.session.step == 4
    driver.until(State.FINISHED)
    assert [s for s in driver.steps if s[0] == TURN.id] == [(TURN.id, "left", 1, 0.0, "pain")]


@pytest.mark.parametrize("state", [s for s in AWAKE if s not in IN_PAIN])
def test_a_no_after_pain_ends_with_advice(state: State) -> None:
    driver = hurting(state)
    driver.say("not really")
    assert driver.state is State.CLOSING
    assert any("see a doctor or a therapist" in text for text in driver.spoken)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]


@pytest.mark.parametrize("state", [s for s in LIVING if s not in (State.EMERGENCY, State.DEAF)])
def test_silence_after_pain_ends_and_never_resumes(state: State) -> None:
    driver = in_state(state)
    driver.say("that hurts")
    driver.until(State.FINISHED, limit_seconds=120)
    assert driver.states == [State.EASING, State.SCORING, State.CLOSING, State.FINISHED]
    assert driver.end_reasons == ["pain"]
    assert driver.of(ReportHoldStarted) == []
    assert driver.spoken.count(PACK.lines[Line.SCORE]) == 1
    assert driver.spoken.count(PACK.lines[Line.SCORE_AGAIN]) == 1


@pytest.mark.parametrize("phrase", ["carry on", "ready", "start", "next", "three", "?"])
def test_only_yes_goes_on_after_pain(phrase: str) -> None:
    driver = hurting(State.HOLDING)
    driver.say(phrase)
    assert driver.state is State.DECIDING
    driver.until(State.FINISHED)
    assert driver.of(ReportHoldStarted) == []


@pytest.mark.parametrize("phrase", ["next", "go back", "short one", "start", "yes"])
def test_a_pause_is_no_way_around_the_question(phrase: str) -> None:
    driver = hurting(State.HOLDING)
    driver.say("stop")
    driver.answer(phrase)
    assert driver.state is State.PAUSED
    driver.answer("i want to go on")
    assert driver.state is State.DECIDING


@pytest.mark.parametrize("phrase", ["short one", "another routine"])
def test_sleep_is_no_way_around_the_question(phrase: str) -> None:
    driver = hurting(State.HOLDING)
    driver.say("go to sleep")
    driver.say("yes")
    driver.answer(phrase)
    assert driver.state is State.ASLEEP
    driver.answer("wake up")
    assert driver.state is State.DECIDING


def test_pain_while_paused_counts_for_the_stretch_that_was_left() -> None:
    driver = in_state(State.HOLDING)
    driver.say("stop")
    driver.answer("my knee hurts")
    assert driver.of(RecordPain) == [RecordPain(CHIN.id, "my knee hurts")]
    driver.rate().say("yes")
    assert driver.session.step == 2


def test_pain_reported_again_eases_again_and_is_recorded_once() -> None:
    driver = hurting(State.HOLDING)
    driver.say("ouch")
    assert driver.state is State.EASING
    driver.rate().say("ouch")
    assert driver.state is State.EASING
    assert len(driver.of(RecordPain)) == len(driver.steps) == 1


def test_pain_in_the_last_stretch_closes_on_yes() -> None:
    driver = Driver(SHORT).until(State.HOLDING)
    driver.say("ouch")
    driver.rate().say("yes")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]
    assert [outcome for *_, outcome in driver.steps] == ["pain"]


@pytest.mark.parametrize("spread", ["yes", "no"])
def test_pain_while_closing_is_asked_about_and_then_closes(spread: str) -> None:
    driver = Driver(SHORT).until(State.CLOSING)
    driver.say("ouch")
    driver.rate(spread=spread)
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]
    assert len(driver.steps) == 1


def test_repeating_while_easing_and_deciding() -> None:
    driver = in_state(State.EASING)
    driver.say("repeat")
    assert driver.spoken == [EASE_OUT]
    driver.rate()
    for _ in range(4):  # however often the question is asked again, there is time to answer it
        driver.answer("say that again")
        assert driver.spoken[-1] == PACK.lines[Line.DECIDE]
    driver.until_silent().advance(14)
    assert driver.state is State.DECIDING


# Red flags


@pytest.mark.parametrize("phrase", PACK.table.phrases[Intent.RED_FLAG])
def test_every_red_flag_ends_with_the_advice(phrase: str) -> None:
    driver = in_state(State.HOLDING)
    driver.say(phrase)
    assert driver.state is State.EMERGENCY
    assert not driver.running_hold
    driver.until(State.FINISHED)
    kind = PACK.red_flags[phrase]
    assert driver.spoken[-2:] == [PACK.lines[PACK.advice[kind]]] * 2
    assert driver.of(RecordRedFlag) == [RecordRedFlag(kind)]
    assert driver.end_reasons == ["emergency"]
    assert driver.did[-1].action == EndSession("emergency")


@pytest.mark.parametrize("state", LIVING)
def test_a_red_flag_acts_in_every_state(state: State) -> None:
    driver = in_state(state)
    driver.hear("?", "i", "can't", "breathe", final=False, utterance=50)
    assert not driver.running_hold
    driver.hear("?", "i", "can't", "breathe", utterance=50)
    assert driver.state is State.EMERGENCY
    assert driver.until(State.FINISHED).spoken.count(CHEST) == 2
    assert driver.end_reasons == ["emergency"]


def test_every_kind_of_red_flag_has_many_ways_to_say_it() -> None:
    for kind in RedFlag:
        phrases = [p for p in PACK.table.phrases[Intent.RED_FLAG] if PACK.red_flags[p] is kind]
        assert len(phrases) >= 5, kind
        for phrase in phrases:
            found = find_safety(("?", *phrase.split(), "?"), PACK.table)
            assert found is not None
            assert found.intent is Intent.RED_FLAG
            assert PACK.red_flag(found.phrase) is kind


def test_the_graver_news_replaces_the_advice() -> None:
    driver = in_state(State.HOLDING)
    driver.say("i fell")
    driver.say("i can't breathe")
    assert driver.spoken[-2:] == [CHEST] * 2
    assert [action.kind for action in driver.of(RecordRedFlag)] == [RedFlag.FALL, RedFlag.CHEST]


@pytest.mark.parametrize("phrase", ["repeat", "ouch", "my chest hurts"])
def test_the_advice_can_be_heard_again(phrase: str) -> None:
    driver = in_state(State.EMERGENCY)
    driver.say(phrase)
    assert driver.spoken[-2:] == [CHEST] * 2
    assert set(driver.states) == {State.EMERGENCY}


@pytest.mark.parametrize("phrase", ["stop", "finish"])
def test_an_emergency_can_be_left(phrase: str) -> None:
    driver = in_state(State.EMERGENCY)
    driver.say(phrase)
    assert driver.end_reasons == ["emergency"]


def test_an_utterance_that_gets_worse_is_acted_on_each_time() -> None:
    driver = in_state(State.HOLDING)
    driver.hear("stop", final=False, utterance=50)
    driver.hear("stop", "that", "hurts", final=False, utterance=50)
    driver.hear("stop", "that", "hurts", "i", "can't", "breathe", utterance=50)
    assert driver.heard == [Intent.STOP, Intent.PAIN, Intent.RED_FLAG]
    assert driver.states == [State.PAUSED, State.EASING, State.EMERGENCY]


def test_a_safety_phrase_acts_even_while_the_assistant_says_it() -> None:
    """The echo of a prompt is ignored, but never what may be a person who needs help."""
    driver = in_state(State.ASLEEP)
    driver.say("wake up")
    driver.until_silent()
    driver.session._context.script.speak("stop")
    driver.was_meddled_with = True
    driver.say("stop")
    assert driver.heard[-1] is Intent.STOP


# Ending


@pytest.mark.parametrize(
    "state", [s for s in LIVING if s not in (State.CLOSING, State.EMERGENCY, State.SCORE_AFTER)]
)
def test_the_session_can_be_ended_in_every_state(state: State) -> None:
    driver = in_state(state)
    driver.say("i'm done")
    assert not driver.running_hold
    driver.say("yes")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain" if state in IN_PAIN else "ended_by_user"]


def test_what_was_held_before_the_end_is_kept() -> None:
    driver = Driver(MIXED).until(State.HOLDING)
    driver.advance(7.0)
    driver.say("i'm done")
    driver.until(State.FINISHED)
    assert driver.steps == [(CHIN.id, "", 1, 7, "skipped")]
    driver = in_state(State.RESTING)
    driver.say("end the session")
    driver.until(State.FINISHED)
    assert driver.steps == [(CHIN.id, "", 1, 20, "done")]


def test_nothing_follows_the_end() -> None:
    driver = in_state(State.FINISHED)
    for phrase in ("stop", "ouch", "i can't breathe", "start", "hello"):
        assert driver.say(phrase) == ()
    assert driver.session.next_deadline is None
    assert driver.of(ReportState) == []


def test_asking_states_are_those_with_a_question() -> None:
    for state in ASKING:
        assert in_state(state).session.next_deadline is not None
