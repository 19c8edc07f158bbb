"""What comes over the network stops, pauses, leads on and ends; it never answers for who is in the room."""

from __future__ import annotations

import pytest
from driver import CATALOGUE, PACK, Driver, in_state

from assistant.core.events import Said, Source
from assistant.core.from_afar import COUNTS_IN
from assistant.core.intents import SAFETY_INTENTS, Intent, Slots
from assistant.core.resting import Resting
from assistant.core.states import IN_PAIN, STRETCHING, State

NOT_SAFETY = [intent for intent in PACK.table.phrases if intent not in SAFETY_INTENTS]


def send(driver: Driver, intent: Intent, **slots: str) -> None:
    phrase = PACK.table.phrases[intent][0]
    driver.event(Said(intent, phrase, Slots(**slots), Source.NETWORK))  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHED])
def test_only_what_is_listed_counts(state: State) -> None:
    driver = in_state(state)
    before = len(driver.did), driver.heard
    counting = [intent for intent in NOT_SAFETY if state in COUNTS_IN.get(intent, ())]
    for intent in NOT_SAFETY:
        if intent not in counting:
            send(driver, intent)
    assert (driver.state, len(driver.did), driver.heard) == (state, *before)
    for intent in counting:
        driver = in_state(state)
        heard = len(driver.heard)
        send(driver, intent)
        assert len(driver.heard) == heard + 1


@pytest.mark.parametrize("state", [*IN_PAIN, State.HELPING, State.EMERGENCY])
def test_nothing_answers_or_cuts_short_what_is_asked_in_pain_or_trouble(state: State) -> None:
    assert [intent for intent, states in COUNTS_IN.items() if state in states] == []


@pytest.mark.parametrize("state", [State.SCREENING, State.HISTORY, State.CONDITIONS])
def test_the_questions_before_the_first_session_are_answered_in_the_room(state: State) -> None:
    counting = {intent for intent, states in COUNTS_IN.items() if state in states}
    assert counting == {Intent.PAUSE, Intent.END}


def test_start_goes_on_after_a_pause_from_afar() -> None:
    driver = in_state(State.HOLDING)
    send(driver, Intent.PAUSE)
    send(driver, Intent.PAUSE)
    assert driver.state is State.PAUSED
    send(driver, Intent.START)
    assert driver.state in STRETCHING
    driver.say("stop")
    send(driver, Intent.START)
    assert driver.state is State.PAUSED, "this pause is another one"


@pytest.mark.parametrize("by", ["spoken", "sent"])
def test_start_does_not_go_on_after_a_stop(by: str) -> None:
    driver = in_state(State.HOLDING)
    driver.say("stop") if by == "spoken" else send(driver, Intent.STOP)
    send(driver, Intent.PAUSE)
    send(driver, Intent.START)
    assert driver.state is State.PAUSED
    driver.say("continue")
    assert driver.state in STRETCHING


def test_who_says_something_in_a_pause_from_afar_makes_it_theirs() -> None:
    driver = in_state(State.HOLDING)
    send(driver, Intent.PAUSE)
    driver.say("stop")
    send(driver, Intent.START)
    assert driver.state is State.PAUSED


def test_start_goes_on_after_no_pause_in_the_questions_after_pain() -> None:
    driver = in_state(State.DECIDING)
    driver.say("stop")
    driver.session._context.paused_from_afar = driver.was_meddled_with = True
    send(driver, Intent.START)
    assert driver.state is State.PAUSED


def test_a_session_is_driven_from_afar_from_start_to_end() -> None:
    driver = Driver(None, asks_how_it_is=True)
    assert driver.state is State.CHOOSING
    send(driver, Intent.CHOOSE, routine=CATALOGUE[1].id)
    for _ in range(2):
        if driver.state in (State.SCORE_NOW, State.NEWS):
            send(driver, Intent.NEXT)
    assert driver.state is State.INTRODUCING
    send(driver, Intent.READY)
    driver.until(State.HOLDING)
    driver.until(State.SCORE_AFTER)
    send(driver, Intent.NEXT)
    driver.until(State.FINISHED)
    assert driver.session.view.end_reason == "completed"


def test_end_asks_and_a_second_one_ends() -> None:
    driver = in_state(State.HOLDING)
    send(driver, Intent.END)
    assert driver.state is State.FINISHING
    send(driver, Intent.START)
    assert driver.state is State.FINISHING, "this would go on"
    send(driver, Intent.END)
    driver.until(State.FINISHED)
    assert driver.session.view.end_reason == "ended_by_user"


def test_at_rest_start_wakes_and_nothing_sent_ends_the_program() -> None:
    for intent, phrases in PACK.table.phrases.items():
        resting = Resting(PACK)
        for _ in range(2):
            resting.handle(Said(intent, phrases[0], source=Source.NETWORK), 1.0)
        is_over = resting.state is State.FINISHED
        assert is_over == (intent in (Intent.START, Intent.RED_FLAG, Intent.DISTRESS))
        assert resting.is_woken == is_over
