"""The questions before and after: first use, every session, skipping, and what is told of the change."""

from __future__ import annotations

import pytest
from driver import CHIN, MIXED, PACK, SHORT, Driver, in_state

from assistant.core.actions import RecordAskedBack, RecordPainScore, RecordPhysicianChecked, Speak
from assistant.core.adapting import StretchPast
from assistant.core.dialogue.screening import HISTORY_LINES
from assistant.core.events import Source
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.planner import PLANNED_ID
from assistant.core.prompts import Line
from assistant.core.routine import Condition, Position
from assistant.core.states import State
from assistant.store.library import load_library

LIBRARY = tuple(load_library().values())
SPEAKING_SECONDS = 1.5
"""What a short answer takes, the end of the utterance included."""


def test_first_use_asks_everything_once() -> None:
    driver = Driver(MIXED, physician_check_due=True, asks_how_it_is=True)
    driver.answer("yes")
    for line in HISTORY_LINES:
        assert driver.spoken[-1] == PACK.lines[line]
        driver.answer("no")
    assert driver.of(RecordPhysicianChecked) == [RecordPhysicianChecked()]
    assert driver.state is State.SCORE_NOW
    driver.answer("three out of ten")
    assert driver.of(RecordPainScore) == [RecordPainScore("before", 3)]
    assert driver.state is State.INTRODUCING, "nothing is new on first use"


FACTS = (
    *("i am pregnant", "i had an operation on my hip", "my grip has gone weak", "i have osteoporosis"),
    *("i have had cancer", "i have lost a lot of weight", "i am taking steroids"),
    *("sometimes", "only at night", "a bit", "both", "some of them", "yes, sometimes"),
)


def type_in(driver: Driver, text: str) -> None:
    wanted = listened_for(driver.state)
    driver.event(meaning_of(PACK.typed(text), PACK.table, wanted, Source.KEYBOARD))


@pytest.mark.parametrize("fact", FACTS)
def test_what_is_told_of_the_body_is_no_yes_to_another_question(fact: str) -> None:
    for state in (State.SCREENING, State.DECIDING, State.FINISHING):
        driver = in_state(state)
        type_in(driver, fact)
        assert driver.state not in (State.HISTORY, State.CLOSING, State.INSTRUCTING), state
        assert RecordPhysicianChecked() not in driver.of(RecordPhysicianChecked)
    driver = in_state(State.HISTORY)
    type_in(driver, fact)
    assert driver.state is State.CLOSING, "there it is the answer"


@pytest.mark.parametrize("answer", ["yes", "i don't know"])
@pytest.mark.parametrize("at", range(len(HISTORY_LINES)))
def test_whatever_must_be_looked_at_first_sends_to_a_clinician(at: int, answer: str) -> None:
    driver = in_state(State.HISTORY)
    for _ in range(at):
        driver.answer("no")
    driver.answer(answer)
    driver.until(State.FINISHED)
    assert driver.spoken[-1] == PACK.lines[Line.SEE_PHYSICIAN]
    assert driver.end_reasons == ["see_physician"]
    assert driver.of(RecordPhysicianChecked) == [], "it is asked again the next time"


@pytest.mark.parametrize("phrase", ["skip the questions", "skip"])
@pytest.mark.parametrize("state", [State.SCREENING, State.HISTORY])
def test_the_first_questions_cannot_be_skipped_and_that_is_said(state: State, phrase: str) -> None:
    driver = in_state(state)
    driver.answer(phrase)
    assert driver.state is state
    assert driver.spoken[0] == PACK.lines[Line.CANNOT_SKIP]
    assert len(driver.spoken) == 2


@pytest.mark.parametrize("state", [State.SCORE_NOW, State.NEWS])
def test_the_short_check_can_be_skipped_and_what_that_means_is_said(state: State) -> None:
    driver = in_state(state)
    driver.answer("skip the questions")
    assert driver.state is State.INTRODUCING
    assert driver.spoken[0] == PACK.lines[Line.SKIPPED_QUESTIONS]


def test_a_regular_is_through_the_check_in_twenty_seconds() -> None:
    driver = Driver(MIXED, asks_how_it_is=True)
    driver.words_per_second = 2.6
    began = driver.now
    for answer in ("two", "no"):
        driver.until_silent().advance(SPEAKING_SECONDS)
        driver.say(answer)
    assert driver.state is State.INTRODUCING
    assert driver.now - began < 20.0
    assert driver.of(RecordPainScore) == [RecordPainScore("before", 2)]


@pytest.mark.parametrize("answer", ["yes", "i'm not sure"])
def test_news_are_for_a_clinician(answer: str) -> None:
    driver = in_state(State.NEWS)
    driver.answer(answer)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["see_physician"]


@pytest.mark.parametrize("score", ["six", "nine"])
def test_with_six_or_more_nothing_begins(score: str) -> None:
    driver = in_state(State.SCORE_NOW)
    driver.answer(score)
    driver.until(State.FINISHED)
    assert driver.spoken == [PACK.lines[Line.NOT_TODAY]]
    assert driver.end_reasons == ["see_physician"]
    assert len(driver.of(RecordPainScore)) == 1


@pytest.mark.parametrize(("answer", "line"), [("sixty", Line.SCORE_RANGE), ("no idea", Line.SCORE_ROUGHLY)])
def test_no_number_is_asked_about_once_and_then_left(answer: str, line: Line) -> None:
    driver = in_state(State.SCORE_NOW)
    driver.answer(answer)
    assert driver.spoken == [PACK.lines[line]]
    driver.answer(answer)
    assert driver.state is State.NEWS
    assert driver.of(RecordPainScore) == []


def test_pain_during_the_check_is_answered_as_ever() -> None:
    driver = in_state(State.SCORE_NOW)
    driver.say("my back hurts")
    driver.rate("two")
    driver.say("yes")
    assert driver.state is State.SCORE_NOW


# Afterwards


def finished_with(before: str, *after: str) -> Driver:
    driver = Driver(SHORT, asks_how_it_is=True)
    driver.answer(before)
    if driver.state is State.NEWS:
        driver.answer("no")
    driver.until(State.SCORE_AFTER)
    driver.clear()
    for answer in after:
        driver.answer(answer)
    return driver.until(State.FINISHED)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("four", "two", "It was four, and now it is two."),
        ("four", "four", "It was four, and it still is."),
        ("two", "five", "It was two, and now it is five. Go gently for today."),
    ],
)
def test_the_change_is_told_plainly(before: str, after: str, told: str) -> None:
    driver = finished_with(before, after)
    assert driver.spoken[-3].startswith(told)
    assert driver.spoken[-2] == PACK.lines[Line.CLOSE_DONE]
    assert [score.moment for score in driver.of(RecordPainScore)] == ["after"]
    assert driver.end_reasons == ["completed"]


@pytest.mark.parametrize("answers", [(), ("sixty", "sixty"), ("no idea", "no idea"), ("skip",), ("finish",)])
def test_no_number_afterwards_is_no_reason_to_stay(answers: tuple[str, ...]) -> None:
    driver = finished_with("four", *answers)
    assert driver.of(RecordPainScore) == []
    assert driver.end_reasons == ["completed"]


def test_without_a_number_before_there_is_no_change_to_tell() -> None:
    driver = finished_with("skip the questions", "three")
    assert driver.spoken[-2] == PACK.lines[Line.CLOSE_DONE]
    assert not [text for text in driver.spoken if text.startswith("It was")]


# Over the weeks


def spoken_at_introduction(past: StretchPast) -> Driver:
    driver = Driver(MIXED, pasts={CHIN.id: past})
    return driver.until(State.SETTLING)


def test_what_hurt_lately_pauses_and_that_is_said() -> None:
    driver = spoken_at_introduction(StretchPast(1, 0))
    assert driver.spoken[1] == PACK.render(Line.LEFT_OUT_TODAY, stretch=CHIN.spoken_name)
    assert driver.session.step == 2


def test_what_hurt_comes_back_in_its_easier_way() -> None:
    driver = spoken_at_introduction(StretchPast(1, 4))
    assert driver.session.step == 1
    assert driver.spoken[-3:-1] == [PACK.lines[Line.EASIER_TODAY], CHIN.easier]


def test_a_longer_hold_is_said() -> None:
    driver = spoken_at_introduction(StretchPast(0, None, 3))
    assert PACK.lines[Line.GROWN] in driver.spoken
    driver.until(State.RELEASING)
    assert PACK.lines[Line.GROWN] not in spoken_at_introduction(StretchPast(0, None, 4)).spoken


def test_what_hurt_twice_is_gone_until_it_is_asked_back() -> None:
    driver = Driver(MIXED, pasts={CHIN.id: StretchPast(2, 9)})
    assert driver.spoken[-2] == PACK.render(Line.LEFT_OUT, stretch=CHIN.spoken_name)
    driver.answer("bring it back")
    assert driver.of(RecordAskedBack) == [RecordAskedBack(CHIN.id)]
    assert PACK.lines[Line.BROUGHT_BACK] in driver.spoken
    driver.say("bring it back")
    assert PACK.lines[Line.NOTHING_TO_BRING_BACK] in driver.spoken
    driver.until(State.FINISHED)
    assert len(driver.of(RecordAskedBack)) == 1


def test_it_can_be_asked_back_before_any_routine_is_chosen() -> None:
    driver = Driver(None, pasts={CHIN.id: StretchPast(2, 9)})
    driver.answer("short one")
    assert driver.state is State.CHOOSING, "nothing is left of it"
    driver.answer("bring it back")
    driver.answer("short one")
    assert driver.state is State.INTRODUCING
    driver.until(State.SETTLING)
    assert PACK.lines[Line.EASIER_TODAY] in driver.spoken


def test_when_nothing_is_left_that_is_said() -> None:
    gone = {s.id: StretchPast(2, 9) for s in MIXED.stretches}
    driver = Driver(None, catalogue=(MIXED, SHORT), pasts=gone)
    driver.answer("start")
    assert driver.spoken[-1] == PACK.lines[Line.NOTHING_LEFT]


# Composed sessions


@pytest.mark.parametrize(
    ("phrase", "minutes"),
    [("ten minutes for my lower back", 10), ("something for my neck sitting", 8), ("something sitting", 8)],
)
def test_a_session_is_composed_as_it_was_asked_for(phrase: str, minutes: int) -> None:
    driver = Driver(None, library=LIBRARY)
    driver.answer(phrase)
    assert driver.state is State.INTRODUCING
    routine = driver.session._context.course.routine
    assert routine.id == PLANNED_ID
    assert driver.spoken[-2].startswith("I chose ")
    assert "without" not in driver.spoken[-2]
    if "sitting" in phrase:
        assert all(Position.SEATED in (s.position, *s.also_in) for s in routine.stretches)


def test_a_composed_session_leaves_out_what_hurt_and_what_should_not_be_done() -> None:
    driver = Driver(None, library=LIBRARY)
    driver.answer("something for my neck")
    first = driver.session._context.course.routine.stretches
    hurt = first[0].id
    has = frozenset(Condition) - first[1].avoid
    driver = Driver(None, library=LIBRARY, pasts={hurt: StretchPast(1, 0)}, conditions=has)
    driver.answer("something for my neck")
    stretches = driver.session._context.course.routine.stretches
    assert hurt not in {s.id for s in stretches}
    assert not any(s.avoid & has for s in stretches)
    assert "and left out what you found hard" in " ".join(driver.spoken[-2:])


def test_what_the_library_cannot_do_is_not_promised() -> None:
    driver = Driver(None, library=LIBRARY, conditions=frozenset(Condition))
    driver.answer("my calves in bed")
    said = [action.text for action in driver.of(Speak)]
    assert driver.state is State.CHOOSING or said[-1].startswith("I chose")


def test_a_routine_by_its_name_is_not_composed() -> None:
    driver = Driver(None, library=LIBRARY)
    driver.answer("low one")
    assert driver.session._context.course.routine.id == "low"


def test_what_is_said_before_a_question_is_heard_before_it() -> None:
    driver = in_state(State.SCREENING)
    driver.say("skip the questions")
    assert PACK.lines[Line.CANNOT_SKIP].startswith(driver.sounding)
    driver = Driver(asks_how_it_is=True).until(State.SCORE_NOW).until_silent()
    driver.say("skip the questions")
    assert driver.state is State.INTRODUCING
    assert PACK.lines[Line.SKIPPED_QUESTIONS].startswith(driver.sounding)
    driver.until_silent()
    assert any(text.startswith("This is mixed one.") for text in driver.spoken)
