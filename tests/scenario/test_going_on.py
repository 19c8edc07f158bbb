"""The program ends in the midst of a session, and another one goes on: asked first, and with all that was."""

from __future__ import annotations

from random import Random

import pytest
from cases import Case, play, watched
from driver import CHIN, HUG, MIXED, PACK, TURN, Driver, in_state
from happenings import random_case, untraced

from assistant.core.actions import EndSession, RecordStep, ReportHoldStarted, SetSpeechRate, SetVolume, Speak
from assistant.core.dialogue.going_on import GOING_ON_SECONDS
from assistant.core.events import CutShort, HearingFellBehind, KeepingChanged, MicrophoneLost, SpeakerLost
from assistant.core.prompts import Line
from assistant.core.routine import Routine
from assistant.core.states import UNDER_WAY, State

SHALL_WE = PACK.lines[Line.SHALL_WE_GO_ON]
REASONS = ["", "terminated", "hung_up"]


def turning_left() -> Driver:
    """In the first side of a stretch, the one after the first."""
    driver = Driver().until(State.HOLDING)
    driver.answer("next")
    return driver.until(State.HOLDING)


@pytest.mark.parametrize("reason", REASONS)
def test_it_asks_whether_to_go_on_at_the_side_where_it_was(reason: str) -> None:
    driver = turning_left()
    driver.advance(7.0)
    driver.crash(600.0, reason)
    assert driver.state is State.GOING_ON
    assert driver.until_silent().spoken[-2:] == [
        "I was away for a moment. We were at the left side of look over your shoulder.",
        SHALL_WE,
    ]
    assert driver.steps[-1] == (TURN.id, "left", 1, 7.0, "interrupted")
    driver.answer("yes")
    assert driver.state is State.INSTRUCTING
    driver.until(State.FINISHED)
    assert driver.steps[2:5] == [
        (TURN.id, "left", 1, 20.0, "done"),
        (TURN.id, "right", 1, 20.0, "done"),
        (HUG.id, "", 1, 25.0, "done"),
    ]
    assert driver.end_reasons[-1] == "completed"


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("state", UNDER_WAY)
def test_from_everywhere_on_the_way_it_goes_on_by_a_clear_yes_alone(state: State, reason: str) -> None:
    driver = in_state(state)
    driver.crash(60.0, reason)
    assert driver.state is State.GOING_ON
    assert driver.view.question is not None
    driver.answer("yes")
    whole_way = {State.INTRODUCING: State.INTRODUCING, State.TRANSFERRING: State.TRANSFERRING}
    assert driver.state is whole_way.get(state, State.INSTRUCTING)
    if state is State.TRANSFERRING:
        return  # there it waits for as long as it takes
    driver.until(State.FINISHED)
    done = [step for step in driver.steps if step[4] == "done"]
    assert len(done) == len({step[:3] for step in done}) == 5


def test_what_was_wrong_in_another_process_is_not_wrong_in_this_one() -> None:
    driver = Driver().until(State.HOLDING)
    for event in (KeepingChanged(False, False), SpeakerLost(), HearingFellBehind(), MicrophoneLost("lost")):
        driver.event(event)
    assert len(driver.view.faults) == 5
    driver.crash()
    assert driver.view.faults == ()


@pytest.mark.parametrize("interrupt", ["pause", "end", "i can't move", "go to sleep"])
def test_what_was_interrupted_is_where_it_goes_on(interrupt: str) -> None:
    driver = Driver().until(State.HOLDING)
    driver.advance(4.0)
    driver.say(interrupt)
    driver.advance(1.0)
    driver.crash()
    assert driver.state is State.GOING_ON
    assert driver.answer("continue")
    assert driver.state is State.INSTRUCTING


def test_a_hold_that_was_held_to_its_end_is_not_held_again() -> None:
    driver = Driver().until(State.RESTING)
    driver.crash()
    assert driver.steps == [(CHIN.id, "", 1, 20.0, "done")]
    assert TURN.spoken_name in driver.spoken[-2]


def test_when_all_was_held_there_is_nothing_to_go_on_with() -> None:
    one = Routine("one", "one stretch", "One.", (CHIN,))
    for reason in REASONS:
        driver = Driver(one, catalogue=(one, MIXED)).until(State.RELEASING)
        driver.crash(60.0, reason)
        assert driver.state is State.FINISHED
        assert driver.end_reasons == ["completed"]
        assert driver.steps == [(CHIN.id, "", 1, 20.0, "done")]


@pytest.mark.parametrize("answer", ["no", None])
def test_declined_or_too_late_it_ends_as_what_it_was(answer: str | None) -> None:
    driver = turning_left()
    driver.crash(60.0 if answer else GOING_ON_SECONDS + 1)
    if answer:
        driver.answer(answer)
    assert driver.state is State.FINISHED
    assert driver.end_reasons == ["interrupted"]
    assert driver.view.end_reason == "interrupted"
    assert driver.crash() == (), "once is enough"


def test_it_asks_again_and_then_sleeps_until_it_is_wanted() -> None:
    driver = turning_left()
    driver.crash(None)
    driver.until(State.ASLEEP)
    assert driver.spoken.count(SHALL_WE) == 2
    driver.answer("wake up")
    assert driver.state is State.GOING_ON
    driver.until_silent()
    driver.hear("?", "continue")
    assert driver.state is State.GOING_ON
    driver.answer("no idea")
    driver.answer("continue")
    assert driver.state is State.INSTRUCTING


def test_it_may_be_cut_short_while_it_asks() -> None:
    driver = turning_left()
    driver.crash()
    driver.say("pause")
    driver.crash()
    assert driver.state is State.GOING_ON
    driver.crash()
    assert "left side of look over your shoulder" in driver.spoken[-2]


def test_something_else_may_be_wanted() -> None:
    driver = turning_left()
    driver.crash()
    driver.answer("short one")
    assert driver.state is State.INTRODUCING


def test_voice_and_devices_are_as_they_must_be() -> None:
    driver = Driver().until(State.SETTLING)
    driver.answer("slower")
    driver.answer("louder")
    driver.event(MicrophoneLost("lost"))
    driver.clear()
    driver.crash()
    assert driver.of(SetSpeechRate, SetVolume) == [SetVolume(3.0), SetSpeechRate(0.9)]
    assert driver.view.faults == ()
    assert driver.state is State.GOING_ON


@pytest.mark.parametrize("reason", REASONS)
def test_open_questions_about_pain_come_first(reason: str) -> None:
    driver = turning_left()
    driver.advance(3.0)
    driver.say("that hurts")
    driver.rate("four")
    assert driver.state is State.DECIDING
    driver.crash(60.0, reason)
    assert driver.state is State.SCORING
    assert PACK.lines[Line.AWAY] in driver.until_silent().spoken
    driver.rate("two")
    assert PACK.lines[Line.SUGGEST_ENDING] in driver.spoken, "the highest number counts"
    driver.answer("yes")
    driver.until(State.FINISHED)
    assert [step[0] for step in driver.steps] == [CHIN.id, TURN.id, HUG.id, HUG.id]
    assert driver.steps[1][4] == "pain"


def test_what_was_left_out_stays_out_and_a_second_report_ends_it() -> None:
    driver = turning_left()
    driver.say("that hurts")
    driver.rate("two")
    driver.answer("yes")
    driver.crash()
    driver.answer("yes")
    driver.until(State.HOLDING)
    assert TURN.id in {one.stretch_id for one in driver.of(RecordStep)}
    driver.say("that hurts")
    driver.crash()
    assert driver.state is State.EASING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["pain"]


def test_who_is_dizzy_is_asked_whether_it_has_passed() -> None:
    driver = turning_left()
    driver.say("i'm dizzy")
    driver.crash()
    assert driver.state is State.DECIDING


@pytest.mark.parametrize("reason", REASONS)
def test_too_late_pain_is_the_reason_of_the_end(reason: str) -> None:
    driver = turning_left()
    driver.say("that hurts")
    driver.crash(GOING_ON_SECONDS + 1, reason)
    assert (driver.state, driver.end_reasons) == (State.FINISHED, ["pain"])


@pytest.mark.parametrize("reason", REASONS)
def test_nothing_leads_on_from_an_emergency(reason: str) -> None:
    driver = turning_left()
    driver.say("that hurts")
    driver.say("i can't breathe")
    driver.crash(5.0, reason)
    assert (driver.state, driver.end_reasons) == (State.FINISHED, ["emergency"])


@pytest.mark.parametrize("reason", ["terminated", "hung_up", "interrupted_by_user"])
@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHED])
def test_a_signal_ends_every_state_at_once_and_keeps_what_was_held(state: State, reason: str) -> None:
    driver = in_state(state)
    actions = driver.event(CutShort(reason))
    assert driver.state is State.FINISHED
    assert isinstance(actions[-1], EndSession)
    assert not [action for action in actions if isinstance(action, Speak)]
    assert not driver.running_hold
    ended = {
        **dict.fromkeys((State.EASING, State.SCORING, State.SPREADING, State.DECIDING), "pain"),
        State.EMERGENCY: "emergency",
        State.CLOSING: "ended_by_user",
        State.SCORE_AFTER: "completed",
    }
    assert actions[-1].reason == ended.get(state, reason)
    if state is State.HOLDING:
        assert [(step[0], step[3] > 1.0, step[4]) for step in driver.steps] == [
            (CHIN.id, True, "interrupted")
        ]


def test_who_ends_it_with_a_key_is_not_asked_whether_to_go_on() -> None:
    driver = turning_left()
    assert driver.session.was_cut_short, "its process may have died"
    driver.event(CutShort("interrupted_by_user"))
    assert not driver.session.was_cut_short
    assert driver.crash() == ()


def test_no_clock_no_answer_is_taken_for_a_long_time() -> None:
    driver = turning_left()
    driver.crash(None)
    assert driver.state is State.GOING_ON
    assert driver.of(ReportHoldStarted)


@pytest.mark.parametrize("seed", range(60))
def test_any_session_that_is_cut_short_again_and_again(seed: int) -> None:
    """Whatever happened: what must hold of every session holds across its processes."""
    random, case = Random(seed), Case({})
    with untraced():
        random_case(Random(seed), case, most_moves=30)
        driver = watched(case.setup)
        for move in case.moves:
            if random.random() < 0.15:
                away = random.choice((0.0, 5.0, 1700.0, None, 1900.0))
                driver.crash(away, random.choice(("", "", "terminated", "hung_up", "interrupted_by_user")))
            play(driver, move)
        driver.play_out()
