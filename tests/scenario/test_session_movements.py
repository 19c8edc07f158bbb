"""Small movements: paced by breath, never told to hold still, changed by whole breaths."""

from __future__ import annotations

import pytest
from driver import CATALOGUE, Driver, stretch

from assistant.core.actions import Earcon, PlayEarcon, Prepare, RecordStep, ReportHoldEnded
from assistant.core.adapting import StretchPast, adapted
from assistant.core.routine import Kind, Region, Routine
from assistant.core.states import State

ROLLS = stretch("small rolls", Region.LOWER_BACK, kind=Kind.MOVEMENT, breaths=5, hold_seconds=50)
HIP = stretch("hip", Region.HIPS)
WARM = Routine("warm", "warm one", "A movement, then a hold.", (ROLLS, HIP))

AT_LIMIT = "That is as far as it goes."


def moving(**settings: object) -> Driver:
    """A session in the middle of its movement."""
    return Driver(WARM, catalogue=(WARM, *CATALOGUE), **settings).until(State.HOLDING)


def test_a_movement_is_paced_by_breath_and_ends_after_its_breaths() -> None:
    driver = moving()
    begin, said_before = driver.now, len(driver.spoken)
    driver.until(State.RELEASING)
    assert driver.now == pytest.approx(begin + 50)
    assert driver.spoken[said_before - 1 :] == [
        "Begin slowly, and breathe in.",
        "And breathe out.",
        "And again, breathe in.",
        "One last breath in.",
        ROLLS.leave,
    ]
    sounds = [action.earcon for action in driver.of(PlayEarcon)]
    assert (sounds.count(Earcon.BREATHE_IN), sounds.count(Earcon.BREATHE_OUT)) == (4, 5)
    assert Earcon.HALF_WAY not in sounds


def test_all_that_is_said_in_a_movement_is_prepared() -> None:
    driver = moving()
    prepared = {text for action in driver.of(Prepare) for text in action.texts}
    driver.until(State.RELEASING)
    assert {"Begin slowly, and breathe in.", "And again, breathe in.", "One last breath in."} <= prepared


def test_the_hold_after_it_is_a_hold() -> None:
    driver = moving().until(State.RESTING).until(State.HOLDING)
    assert driver.spoken[-1] == "Hold still, and breathe in."


@pytest.mark.parametrize(
    ("words", "seconds", "answer"),
    [
        ("ten more seconds", 60, "one more breath."),
        ("twenty more seconds", 70, "two more breaths."),
        ("sixty more seconds", 80, "three more breaths."),
        ("longer", 60, "one more breath."),
        ("shorter", 40, "one breath less."),
    ],
)
def test_it_is_changed_by_whole_breaths(words: str, seconds: int, answer: str) -> None:
    driver = moving()
    begin = driver.now
    driver.advance(7)
    driver.say(words)
    driver.until(State.RELEASING)
    assert answer in driver.spoken
    assert driver.now == pytest.approx(begin + seconds, abs=0.6)


def test_at_its_bounds_it_says_so() -> None:
    driver = moving()
    driver.advance(7)
    driver.say("sixty more seconds")
    driver.until_silent()
    assert AT_LIMIT not in driver.spoken
    driver.say("ten more seconds")
    assert driver.spoken.count(AT_LIMIT) == 1
    for _ in range(8):
        driver.say("shorter")
    assert driver.spoken.count(AT_LIMIT) > 1


def test_a_pause_stops_it_and_what_is_left_is_paced_anew() -> None:
    driver = moving()
    driver.advance(14)
    driver.say("pause")
    assert driver.state is State.PAUSED
    driver.say("continue")
    driver.until(State.HOLDING).until(State.RELEASING)
    held = [action.held_seconds for action in driver.of(ReportHoldEnded)]
    assert held[-1] == pytest.approx(50)


def test_pain_ends_it_and_it_is_kept_like_a_hold() -> None:
    driver = moving()
    driver.advance(14)
    driver.say("that hurts")
    assert driver.state is State.EASING
    done = moving().until(State.RESTING).until(State.INSTRUCTING)
    (kept,) = done.of(RecordStep)
    assert (kept.stretch_id, kept.outcome) == (ROLLS.id, "done")
    assert kept.held_seconds == pytest.approx(50)


def test_weeks_without_pain_give_it_no_more_breaths() -> None:
    past = {ROLLS.id: StretchPast(pain_free_sessions=3), HIP.id: StretchPast(pain_free_sessions=3)}
    assert adapted(ROLLS, past) == ROLLS
    assert adapted(HIP, past).hold_seconds == 25
    driver = moving(pasts=past)
    grown = "I have made this one a little longer. Say shorter if you like."
    assert grown not in driver.spoken
    driver.until(State.RESTING).until(State.SETTLING)
    assert grown in driver.spoken
