"""The sound check: "stop" is its answer, and still silences; over our own voice it proves nothing."""

from __future__ import annotations

import pytest
from driver import MIXED, PACK, Driver, in_state

from assistant.core.actions import PlayEarcon, ReportSound, Speak, StopSpeaking
from assistant.core.events import SoundMeasured
from assistant.core.prompts import Line
from assistant.core.routine import Routine
from assistant.core.states import State

QUIET_ROOM = SoundMeasured(-62.0, 24.0)


def spoken_lines(driver: Driver) -> list[Line]:
    return [line for text in driver.spoken for line in Line if PACK.lines[line] == text]


def checking(**settings: object) -> Driver:
    return Driver(MIXED, sound_check=True, **settings)


@pytest.mark.parametrize("phrase", ["stop", "please stop", "stop stop stop", "okay stop"])
def test_stop_is_the_answer_and_still_cuts_the_sound_first(phrase: str) -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.advance(1.0)
    driver.hear(*phrase.split(), final=False)
    assert driver.state is State.INTRODUCING
    kinds = [did.action for did in driver.did if isinstance(did.action, StopSpeaking | Speak | PlayEarcon)]
    assert kinds[0] == StopSpeaking()
    assert spoken_lines(driver)[:1] == [Line.SOUND_CHECKED]
    assert MIXED.spoken_name in driver.spoken[1]


@pytest.mark.parametrize("phrase", ["i want to stop", "stop the session", "no no stop", "enough", "hang on"])
def test_whoever_says_more_than_the_word_means_it(phrase: str) -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.advance(1.0)
    driver.say(phrase)
    assert driver.state is State.PAUSED
    assert driver.spoken == []


def test_after_the_check_stop_pauses_as_ever() -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.answer_later("stop")
    driver.say("stop")
    assert driver.state is State.PAUSED
    assert driver.of(StopSpeaking)[-1:] == [StopSpeaking()]


def test_a_stop_over_our_own_sentence_cuts_it_and_proves_nothing() -> None:
    driver = checking()
    driver.advance(1.0)
    actions = driver.say("stop")
    assert driver.state is State.SOUND_CHECK
    assert StopSpeaking() in actions
    assert spoken_lines(driver) == [Line.HELLO, Line.SOUND_CHECK, Line.SOUND_CHECK_QUIET]
    driver.answer_later("stop")
    assert driver.state is State.INTRODUCING


@pytest.mark.parametrize(("seconds", "state"), [(0.6, State.SOUND_CHECK), (0.8, State.INTRODUCING)])
def test_the_echo_of_our_own_word_may_come_late(seconds: float, state: State) -> None:
    driver = checking()
    while driver.speaking:
        driver.happen()
    driver.advance(seconds)
    driver.hear("stop")  # it ended 0.1 s ago
    assert driver.state is state


def test_a_stop_over_our_voice_a_second_time_pauses() -> None:
    driver = checking()
    driver.advance(1.0)
    driver.say("stop")
    driver.advance(0.2)
    driver.say("stop")
    assert driver.state is State.PAUSED
    driver.advance(2.0)
    driver.answer("continue")
    assert driver.state is State.SOUND_CHECK
    assert spoken_lines(driver)[-1] is Line.SOUND_CHECK


def test_where_nothing_comes_back_a_stop_over_our_voice_is_the_person() -> None:
    driver = checking(hears_itself=False)
    driver.advance(1.0)
    driver.say("stop")
    assert driver.state is State.INTRODUCING


def test_pain_is_pain_in_the_sound_check_too() -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.say("that hurts")
    assert driver.state is State.EASING


@pytest.mark.parametrize("phrase", ["ready", "yes", "start"])
def test_another_word_is_answered_by_asking_for_the_right_one_once(phrase: str) -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.answer(phrase)
    assert driver.state is State.SOUND_CHECK
    assert spoken_lines(driver) == [Line.SOUND_CHECK_WORD]
    driver.answer(phrase)
    assert driver.state is State.INTRODUCING


@pytest.mark.parametrize(
    ("measured", "line"),
    [
        (None, Line.SOUND_CHECK_AGAIN),
        (SoundMeasured(-60.0), Line.SOUND_CHECK_AGAIN),
        (SoundMeasured(-38.0), Line.SOUND_CHECK_NOISY),
    ],
)
def test_without_an_answer_it_asks_with_advice_and_does_not_guide(
    measured: SoundMeasured | None, line: Line
) -> None:
    driver = in_state(State.SOUND_CHECK)
    if measured:
        assert driver.event(measured) == ()
    driver.until(State.ASLEEP, limit_seconds=180)
    told = [line, Line.SOUND_CHECK_UNHEARD, line, Line.ASLEEP_UNANSWERED]
    assert spoken_lines(driver) == told


@pytest.mark.parametrize("phrase", ["short one", "my lower back hurts"])
def test_whoever_says_at_once_what_to_stretch_is_asked_for_the_word_all_the_same(phrase: str) -> None:
    driver = Driver(None, sound_check=True)
    driver.answer_later(phrase)
    assert driver.state is State.SOUND_CHECK
    assert spoken_lines(driver)[-1] is Line.SOUND_CHECK_WORD
    driver.answer_later("stop")
    assert driver.state is State.CHOOSING


@pytest.mark.parametrize(
    ("routine", "settings", "state"),
    [
        (None, {"physician_check_due": True}, State.CHOOSING),
        (MIXED, {"physician_check_due": True}, State.SCREENING),
        (MIXED, {"conditions_due": True}, State.CONDITIONS),
        (MIXED, {"asks_how_it_is": True}, State.SCORE_NOW),
        (MIXED, {}, State.INTRODUCING),
    ],
)
def test_it_comes_before_every_question(
    routine: Routine | None, settings: dict[str, object], state: State
) -> None:
    driver = Driver(routine, sound_check=True, **settings)
    assert driver.state is State.SOUND_CHECK
    driver.answer_later("stop")
    assert driver.state is state


def test_nobody_is_greeted_twice_and_who_was_here_before_shortly() -> None:
    driver = Driver(None, sound_check=True)
    driver.answer_later("stop")
    driver.until_silent()
    first = [Line.HELLO, Line.SOUND_CHECK, Line.SOUND_CHECKED, Line.CHOOSE]
    assert spoken_lines(driver) == first
    driver = Driver(None, sound_check=True, last_routine_id="short")
    driver.answer_later("stop")
    driver.until_silent()
    again = [Line.HELLO_AGAIN, Line.SOUND_CHECK, Line.SOUND_CHECKED, Line.CHOOSE_KNOWN]
    assert spoken_lines(driver) == again


@pytest.mark.parametrize(
    ("measured", "line"),
    [
        (QUIET_ROOM, Line.SOUND_CHECKED),
        (SoundMeasured(-60.0), Line.SOUND_CHECKED),
        (SoundMeasured(-70.0, 22.0), Line.SOUND_CHECKED_FAINT),
        (SoundMeasured(-52.0, 8.0), Line.SOUND_CHECKED_FAINT),
        (SoundMeasured(-36.0, 8.0), Line.SOUND_CHECKED_NOISY),
        (SoundMeasured(-36.0, 12.0), Line.SOUND_CHECKED),
    ],
)
def test_who_is_heard_is_told_how_well(measured: SoundMeasured, line: Line) -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.advance(1.0)
    driver.event(SoundMeasured(-20.0, 7.0))
    driver.event(measured)
    driver.say("stop")
    assert spoken_lines(driver)[0] is line
    assert driver.of(ReportSound) == [ReportSound(measured)]


@pytest.mark.parametrize("state", State)
def test_a_measurement_is_noted_and_answered_in_no_state(state: State) -> None:
    driver = in_state(state)
    deadline = driver.session.next_deadline
    assert driver.event(QUIET_ROOM) == ()
    assert (driver.state, driver.session.next_deadline) == (state, deadline)


def test_chatter_is_not_asked_about_so_that_it_is_quiet_when_the_word_comes() -> None:
    driver = in_state(State.SOUND_CHECK)
    driver.answer("?")
    assert driver.spoken == []
    assert driver.state is State.SOUND_CHECK
