"""Our own voice does not command, neither by its words nor by near sounds. Who speaks over it does."""

from __future__ import annotations

import pytest
from driver import Driver, in_state, stretch

from assistant.core.actions import Action
from assistant.core.intents import Intent
from assistant.core.listening.hypotheses import FinalHypothesis, PartialHypothesis
from assistant.core.routine import Routine
from assistant.core.states import State

LATE_SECONDS = 0.5  # so long after a word an utterance is over
LONG = "Slowly bend your left knee, and lower the foot to the floor in front of you."
TAKEN_FROM_OUR_VOICE = [  # a sentence, and what a recognizer really made of it
    ("Slow turn.", "slower"),
    ("Lean back.", "one back"),
    ("Flat back.", "one back"),
    ("Rest now.", "back"),
    ("Take a smaller step.", "six more seconds"),
    ("Slowly lower your right foot, and uncross your legs.", "slower ?"),
    ("Look over your shoulder.", "? ? louder"),
    ("Lean forward on a table, with your head on your arms.", "one more ? ?"),
    ("Lay both of your hands on the wall.", "? seconds ten ?"),
    ("Slowly bend your left knee, and lower the foot.", "? twenty more ?"),
    ("Long arms forward, left side.", "longer ?"),
    ("Once more, with the low calf.", "back ? ?"),
]


def saying(sentence: str) -> Driver:
    """A session that begins to say this sentence while it instructs, with another one after it."""
    spoken = stretch("chin to chest", enter=(sentence, "Let it hang there for a while, as it likes to."))
    driver = Driver(routine := Routine("own", "own one", "Ours.", (spoken,)), catalogue=(routine,))
    driver.until(State.INSTRUCTING)
    while driver.sounding != sentence:
        assert driver.happen(), "it is not said"
    driver.clear()
    return driver


def and_rest(**settings: bool) -> Driver:
    """A session that has nearly said "And rest."."""
    driver = Driver(**settings).until(State.RESTING)
    assert driver.sounding == "And rest."
    driver.advance(0.5)
    return driver


def hear(driver: Driver, words: str) -> tuple[Action, ...]:
    """An utterance that ends now is decided on a little later."""
    ended_at = driver.now
    driver.advance(LATE_SECONDS)
    return driver.interpret(FinalHypothesis(900, tuple(words.split()), ended_at, driver.now))


@pytest.mark.parametrize(("sentence", "heard"), TAKEN_FROM_OUR_VOICE)
def test_what_sounds_near_our_own_words_is_no_command(sentence: str, heard: str) -> None:
    driver = saying(sentence)
    driver.advance(len(sentence.split()) / driver.words_per_second - 0.1)
    assert hear(driver, heard) == ()
    assert driver.heard == []
    driver.until_silent()
    driver.advance(1.0)
    assert hear(driver, heard), "in silence it is somebody's"
    assert len(driver.heard) == 1


def test_and_rest_is_not_back() -> None:
    driver = and_rest()
    assert hear(driver, "back") == ()
    while driver.speaking:
        driver.happen()
    driver.advance(1.5)
    assert driver.state is State.RESTING
    hear(driver, "back")
    assert driver.state is State.INSTRUCTING
    assert driver.heard == [Intent.BACK]


@pytest.mark.parametrize("heard", ["next", "ready", "back", "repeat", "easier", "pause", "ten more seconds"])
def test_a_command_over_a_longer_sentence_is_somebodys(heard: str) -> None:
    driver = saying(LONG)
    driver.advance(2.0)
    hear(driver, heard)
    assert len(driver.heard) == 1


def test_a_word_that_ended_before_a_short_sentence_began_is_somebodys() -> None:
    driver = in_state(State.SETTLING)
    said_at = driver.now
    driver.advance(0.4)
    driver.say("not yet")
    assert driver.sounding == "Take your time."
    driver.advance(0.2)
    driver.interpret(FinalHypothesis(900, ("not", "yet"), said_at + 0.3, driver.now))
    assert driver.heard == [Intent.NOT_YET, Intent.NOT_YET]


@pytest.mark.parametrize("heard", ["stop", "? stop", "? that hurts ?", "? chest pain"])
def test_no_safety_phrase_is_taken_for_our_own(heard: str) -> None:
    driver = and_rest()
    hear(driver, heard)
    assert driver.state in (State.PAUSED, State.EASING, State.EMERGENCY)


def test_a_red_flag_pauses_over_our_own_voice_before_it_is_over() -> None:
    driver = and_rest()
    driver.interpret(PartialHypothesis(900, ("?", "i", "can't", "breathe"), driver.now, driver.now))
    assert driver.state is State.PAUSED


def test_typed_commands_are_nobody_elses() -> None:
    driver = and_rest(hears_itself=False)
    hear(driver, "back")
    assert driver.heard == [Intent.BACK]
