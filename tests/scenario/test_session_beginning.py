"""How a session begins: choosing by voice, the physician's question, the sound check, the introduction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import LOW, MIXED, PACK, SHORT, Driver, built_in_routines, in_state

from assistant.core.actions import (
    Listen,
    RecordPhysicianChecked,
    RecordSession,
    ReportState,
    SetSpeechRate,
    SetVolume,
)
from assistant.core.dialogue.screening import HISTORY_LINES
from assistant.core.machine import listened_for
from assistant.core.prompts import Line
from assistant.core.session import Session
from assistant.core.states import State


def said(driver: Driver, line: Line) -> bool:
    return PACK.lines[line] in driver.spoken


def test_a_session_starts_with_its_voice_as_set_and_says_what_it_listens_for() -> None:
    driver = Driver(None, rate=1.2, gain_db=-6.0)
    actions = [did.action for did in driver.did]
    assert actions[:4] == [
        SetVolume(-6.0),
        SetSpeechRate(1.2),
        ReportState("choosing", 0),
        Listen(listened_for(State.CHOOSING)),
    ]
    assert said(driver, Line.CHOOSE)


def test_a_session_needs_no_settings() -> None:
    session = Session(PACK, (MIXED,))
    assert session.state is State.ASLEEP
    assert session.next_deadline is None


def test_an_unknown_routine_in_the_settings_is_asked_for() -> None:
    driver = Driver(MIXED, routine_id="gone")
    assert driver.state is State.CHOOSING


@pytest.mark.parametrize(
    ("phrase", "routine"),
    [
        ("low one", LOW),
        ("start short one", SHORT),
        ("ten minutes for my lower back", LOW),
        ("my shoulders", MIXED),
        ("back", LOW),
        ("one", SHORT),
        ("four minutes", MIXED),
        ("ready", MIXED),
        ("let's begin", MIXED),
    ],
)
def test_choosing_by_voice(phrase: str, routine: object) -> None:
    driver = in_state(State.CHOOSING)
    driver.say(phrase)
    assert driver.state is State.INTRODUCING
    assert driver.of(RecordSession) == [RecordSession(routine.id)]
    assert routine.spoken_name in driver.spoken[-2]


@pytest.mark.parametrize("phrase", ["my calves", "which routines do you have"])
def test_what_there_is_to_choose_from_is_told(phrase: str) -> None:
    driver = in_state(State.CHOOSING)
    driver.say(phrase)
    assert driver.state is State.CHOOSING
    assert driver.spoken == ["You can say mixed one, short one or low one."]


def test_another_routine_while_one_is_introduced() -> None:
    driver = in_state(State.INTRODUCING)
    driver.say("short one")
    assert driver.of(RecordSession)[-1] == RecordSession("short")
    driver.say("another routine")
    assert driver.state is State.CHOOSING


@pytest.mark.parametrize(
    ("state", "again", "unheard"),
    [
        (State.CHOOSING, Line.CHOOSE_AGAIN, Line.UNHEARD),
        (State.SCREENING, Line.SCREENING_AGAIN, Line.UNHEARD),
        (State.SCORE_NOW, Line.SCORE_NOW_AGAIN, Line.UNHEARD),
        (State.CONDITIONS, Line.CONDITIONS_AGAIN, Line.UNHEARD),
        (State.SOUND_CHECK, Line.SOUND_CHECK_AGAIN, Line.SOUND_CHECK_UNHEARD),
    ],
)
def test_a_question_without_an_answer_is_asked_three_times_and_then_it_sleeps(
    state: State, again: Line, unheard: Line
) -> None:
    """With time to come back, and words that help; whoever wakes it is asked once more."""
    driver = in_state(state)
    began = driver.now
    driver.until(State.ASLEEP, limit_seconds=180).until_silent()
    told = [again, unheard, again, Line.ASLEEP_UNANSWERED]
    assert driver.spoken == [PACK.lines[line] for line in told]
    assert driver.now - began > 90
    driver.say("wake up")
    assert driver.state is state


def test_everything_that_is_due_is_asked_before_the_introduction() -> None:
    driver = Driver(MIXED, physician_check_due=True, sound_check=True)
    assert driver.state is State.SOUND_CHECK
    driver.answer_later("stop")
    assert driver.spoken[-2] == PACK.lines[Line.SOUND_CHECKED]
    assert driver.state is State.SCREENING
    driver.answer("yes i have")
    assert driver.of(RecordPhysicianChecked) == []
    for _ in HISTORY_LINES:
        assert driver.state is State.HISTORY
        driver.answer("no")
    assert driver.of(RecordPhysicianChecked) == [RecordPhysicianChecked()]
    assert driver.state is State.INTRODUCING
    driver.say("okay")
    assert driver.state is State.INSTRUCTING


def test_without_a_sound_check_the_introduction_follows_the_answer() -> None:
    driver = Driver(None, physician_check_due=True)
    driver.answer("low one")
    assert driver.state is State.SCREENING
    driver.answer("yes")
    for _ in HISTORY_LINES:
        driver.answer("no")
    assert driver.state is State.INTRODUCING


def test_questions_are_asked_once_a_session() -> None:
    driver = Driver(MIXED, physician_check_due=True, sound_check=True)
    driver.answer_later("stop")
    driver.answer("yes")
    for _ in HISTORY_LINES:
        driver.answer("no")
    driver.say("another routine")
    driver.answer("short one")
    assert driver.states == [
        State.SOUND_CHECK,
        State.SCREENING,
        State.HISTORY,
        State.INTRODUCING,
        State.CHOOSING,
        State.INTRODUCING,
    ]


def test_whoever_has_not_asked_a_physician_is_sent_to_one() -> None:
    driver = in_state(State.SCREENING)
    driver.say("no i haven't")
    assert said(driver, Line.SEE_PHYSICIAN)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["see_physician"]
    assert driver.of(RecordPhysicianChecked) == []


@pytest.mark.parametrize("phrase", ["?", "back", "ten seconds more"])
def test_an_unclear_answer_is_asked_about_shortly_once(phrase: str) -> None:
    driver = in_state(State.SCREENING)
    for _ in range(3):
        driver.answer(phrase)
    assert driver.spoken == ["Sorry?"]
    driver.answer("say that again")
    assert driver.spoken[-1] == PACK.lines[Line.SCREENING]


def test_a_reply_comes_between_a_question_and_the_question_again() -> None:
    driver = Driver(None)
    driver.say("louder")
    driver.until_silent()
    assert driver.spoken == [
        *(PACK.lines[line] for line in (Line.HELLO, Line.CHOOSE)),
        "I am louder now.",
        *(PACK.lines[line] for line in (Line.HELLO, Line.CHOOSE)),
    ]


def test_routines_are_named_in_sentences_a_few_at_a_time() -> None:
    catalogue = built_in_routines()
    names = [routine.spoken_name for routine in catalogue]
    driver = Driver(None, catalogue=catalogue)
    driver.answer("which routines do you have")
    first = "You can say after a long drive, at the desk, evening rest or hips and legs."
    assert driver.spoken[-2:] == [first, "Say another routine to hear more."]
    heard: list[str] = []
    for _ in range(3):
        heard += [name for name in names if name in driver.spoken[-2]]
        driver.answer("another routine")
    assert heard == names
    assert driver.spoken[-2] == first


def test_a_routine_with_a_very_long_name_is_named_alone() -> None:
    long = replace(SHORT, id="long", spoken_name=" ".join(["very"] * 16))
    driver = Driver(None, catalogue=(long, SHORT))
    driver.answer("another routine")
    assert driver.spoken[-2] == f"You can say {long.spoken_name}."
