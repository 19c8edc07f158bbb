"""What is meant reaches a session from everywhere: spoken, typed, touched or sent."""

from __future__ import annotations

import pytest
from driver import PACK, Driver, in_state

from assistant.core.actions import ReportHeard, StopSpeaking
from assistant.core.events import NotUnderstood, Said, Source
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.states import State

SILENT_SOURCES = sorted(set(Source) - {Source.VOICE})


def give(driver: Driver, text: str, source: Source) -> None:
    """Somebody means something without a word: it is given to the session as its source makes it."""
    driver.event(meaning_of(tuple(text.split()), PACK.table, listened_for(driver.state), source))


@pytest.mark.parametrize("intent", SAFETY_INTENTS)
@pytest.mark.parametrize("state", [s for s in State if s not in (State.FINISHED, State.SOUND_CHECK)])
def test_a_safety_phrase_of_any_source_acts_as_a_spoken_one(state: State, intent: Intent) -> None:
    phrase = PACK.table.phrases[intent][0]
    spoken = in_state(state)
    spoken.hear(*phrase.split())
    for source in SILENT_SOURCES:
        given = in_state(state)
        give(given, phrase, source)
        assert (given.states, given.spoken) == (spoken.states, spoken.spoken)


@pytest.mark.parametrize("source", [Source.KEYBOARD, Source.TOUCH])
def test_a_touched_stop_silences_and_a_touched_continue_goes_on(source: Source) -> None:
    driver = in_state(State.INSTRUCTING)
    driver.say("repeat that")
    assert driver.speaking
    actions = driver.event(Said(Intent.STOP, "stop", source=source))
    assert StopSpeaking() in actions
    assert driver.state is State.PAUSED
    driver.event(Said(Intent.RESUME, "continue", source=source))
    assert driver.state is not State.PAUSED
    assert [heard.source for heard in driver.of(ReportHeard)][-2:] == ["final", "final"]


@pytest.mark.parametrize("source", [Source.VOICE, Source.KEYBOARD, Source.TOUCH])
def test_only_a_voice_may_be_our_own(source: Source) -> None:
    driver = Driver(None).until(State.CHOOSING)
    driver.advance(7.0)  # until it says: or say help
    give(driver, "help", source)
    assert driver.heard == ([] if source is Source.VOICE else [Intent.HELP])


def test_what_is_given_between_the_hypotheses_of_an_utterance_does_not_touch_it() -> None:
    """The keyboard has no utterances, so it cannot have the number of one."""
    driver = in_state(State.HOLDING)
    driver.hear("stop", final=False, utterance=1)
    give(driver, "continue", Source.KEYBOARD)
    assert driver.state is not State.PAUSED
    give(driver, "stop", Source.TOUCH)
    give(driver, "continue", Source.KEYBOARD)
    assert driver.state is not State.PAUSED
    driver.hear("stop", utterance=1)
    assert driver.state is not State.PAUSED, "the spoken stop has acted already"
    assert driver.heard == [Intent.STOP, Intent.RESUME, Intent.STOP, Intent.RESUME]


@pytest.mark.parametrize("source", SILENT_SOURCES)
@pytest.mark.parametrize("phrase", ["ouch", "i can't breathe"])
def test_pain_is_pain_in_the_sound_check_too(source: Source, phrase: str) -> None:
    driver = in_state(State.SOUND_CHECK)
    give(driver, phrase, source)
    assert driver.state in (State.EASING, State.EMERGENCY)


@pytest.mark.parametrize("source", SILENT_SOURCES)
def test_what_is_not_spoken_proves_no_microphone(source: Source) -> None:
    driver = in_state(State.SOUND_CHECK)
    for _ in range(3):
        give(driver, "ready", source)
        driver.until_silent()
    assert driver.state is State.SOUND_CHECK
    give(driver, "stop", source)
    assert driver.state is State.PAUSED, "it means what it says"


def test_words_of_any_source_mean_what_is_listened_for_and_safety_first() -> None:
    def meaning(text: str, *intents: Intent) -> Intent | None:
        found = meaning_of(tuple(text.split()), PACK.table, intents, Source.NETWORK)
        assert isinstance(found, NotUnderstood) or found.source is Source.NETWORK
        assert found.words == tuple(text.split())
        return None if isinstance(found, NotUnderstood) else found.intent

    assert meaning("next", Intent.NEXT) is Intent.NEXT
    assert meaning("next", Intent.BACK) is None
    assert meaning("next stop", Intent.NEXT) is Intent.STOP
    assert meaning("that hurts") is Intent.PAIN
    half = meaning_of(("out", "of", "ten"), PACK.table, [Intent.NUMBER], Source.KEYBOARD)
    assert isinstance(half, Said)
    assert (half.intent, half.is_half_heard, half.slots.number) == (Intent.NUMBER, True, None)
