"""The snapshot that is shown: what it holds in each state, and what of it is not for everybody."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import MISSING, FrozenInstanceError, fields, is_dataclass
from enum import Enum

import pytest
from driver import CATALOGUE, CHIN, MIXED, PACK, TURN, Driver, in_state

from assistant.core.events import (
    MicrophoneLost,
    MicrophoneRestored,
    NotUnderstood,
    SpeakerLost,
    SpeakerRestored,
)
from assistant.core.faults import Fault
from assistant.core.heard import Certainty
from assistant.core.hold import Breath, BreathPhase
from assistant.core.intents import Intent
from assistant.core.machine import ENTERING
from assistant.core.pain_rules import Answer
from assistant.core.prompts import Line
from assistant.core.routine import Kind, Position, Region, Side
from assistant.core.states import State
from assistant.core.view import (
    QUESTIONS,
    SEEN,
    SEEN_BY_ALL,
    AnswerKind,
    HoldView,
    PromptView,
    RoutineView,
    StepView,
    View,
    as_json,
    without_health,
)

# What is under way


def test_a_view_names_the_routine_and_the_step_with_its_side_in_words() -> None:
    driver = in_state(State.HOLDING)
    assert driver.view.state is State.HOLDING
    assert driver.view.routine == RoutineView(
        "mixed",
        "Mixed one",
        5,
        (Position.SEATED,),
        (Region.NECK, Region.SHOULDERS, Region.UPPER_BACK),
        tuple(stretch.id for stretch in MIXED.stretches),
    )
    driver.answer("next")
    driver.until(State.HOLDING)
    assert driver.view.step == StepView(
        number=2,
        count=5,
        stretch_id=TURN.id,
        name="Look over your shoulder",
        side=Side.LEFT,
        side_word="left",
        region=Region.SHOULDERS,
        region_word="shoulders",
        position=Position.SEATED,
        repetition=1,
        kind=Kind.HOLD,
    )


def test_before_a_routine_is_chosen_and_before_its_first_step_there_is_none() -> None:
    view = in_state(State.CHOOSING).view
    assert (view.routine, view.step, view.hold) == (None, None, None)
    view = in_state(State.INTRODUCING).view
    assert view.routine is not None
    assert (view.step, view.hold) == (None, None)


def test_a_running_hold_has_a_time_to_end_and_one_that_stands_still_what_was_held() -> None:
    driver = Driver().until(State.HOLDING)
    began = round(driver.now, 3)
    assert driver.view.hold == HoldView(
        20.0, 0.0, round(driver.now + 20, 3), Breath(BreathPhase.IN, round(driver.now + 4, 3))
    )
    driver.advance(5.0)
    driver.say("stop")
    assert driver.view.hold == HoldView(20.0, 5.0, None, None)
    driver.advance(60.0)
    driver.answer("continue")
    driver.say("ready")
    hold = driver.view.hold
    assert hold is not None
    assert (hold.held_seconds, hold.ends_at) == (5.0, round(driver.now + 15, 3))
    assert driver.view.at == round(driver.now, 3) > began


def test_while_nothing_changes_the_views_are_equal_whatever_the_time() -> None:
    driver = Driver().until(State.HOLDING)
    driver.until_silent()
    before = len(driver.views)
    view = driver.view
    driver.advance(1.2)  # the session looked at its clock meanwhile
    assert driver.view == view
    assert hash(driver.view) == hash(view)
    assert driver.view.at > view.at
    assert len(driver.views) == before
    driver.advance(2.0)
    assert driver.view != view, "the breath goes out"


def test_the_prompts_that_are_to_be_heard_and_the_sentence_that_sounds() -> None:
    driver = Driver().until(State.INSTRUCTING)
    texts = [prompt.text for prompt in driver.view.prompts]
    assert texts == ["chin to chest.", *CHIN.enter[:1], "Slowly turn your head to the .", CHIN.feel]
    assert driver.view.sentence == "chin to chest."
    driver.happen()
    assert driver.view.sentence == "Sit tall."
    driver.say("stop")
    assert (driver.view.prompts, driver.view.sentence) == ((), "")


# What was heard


def test_what_was_heard_says_how_sure_it_is_and_counts() -> None:
    driver = in_state(State.HOLDING)
    driver.say("how long")
    first = driver.view.heard
    assert first is not None
    assert (first.certainty, first.intent, first.phrase) == (Certainty.SURE, Intent.HOW_LONG, "how long")
    driver.answer("how long")
    second = driver.view.heard
    assert second is not None
    assert second.number == first.number + 1
    driver.until_silent()
    driver.hear("[unk]", "chatter")
    third = driver.view.heard
    assert third is not None
    assert (third.certainty, third.intent, third.phrase) == (Certainty.NOT_UNDERSTOOD, None, "")
    assert third.at == round(driver.now, 3)


def test_half_a_number_is_doubtful() -> None:
    driver = in_state(State.HOLDING)
    driver.hear("more", "seconds")
    heard = driver.view.heard
    assert heard is not None
    assert (heard.certainty, heard.intent) == (Certainty.DOUBTFUL, Intent.MORE_TIME)


# What is asked, and can be said


@pytest.mark.parametrize(
    ("state", "kind", "line"),
    [
        (State.SCREENING, AnswerKind.YES_NO, Line.SCREENING),
        (State.HISTORY, AnswerKind.YES_NO, Line.HISTORY_ILLNESS),
        (State.NEWS, AnswerKind.YES_NO, Line.NEWS),
        (State.SCORE_NOW, AnswerKind.NUMBER, Line.SCORE_NOW),
        (State.SCORING, AnswerKind.NUMBER, Line.SCORE),
        (State.SPREADING, AnswerKind.YES_NO, Line.SPREADING),
        (State.DECIDING, AnswerKind.YES_NO, Line.DECIDE),
        (State.FINISHING, AnswerKind.YES_NO, Line.FINISH),
        (State.SCORE_AFTER, AnswerKind.NUMBER, Line.SCORE_NOW),
        (State.SOUND_CHECK, AnswerKind.FREE, Line.SOUND_CHECK),
        (State.CHOOSING, AnswerKind.CHOICE, Line.CHOOSE),
    ],
)
def test_a_question_stays_in_the_view_while_it_is_open(state: State, kind: AnswerKind, line: Line) -> None:
    question = in_state(state).view.question
    assert question is not None
    assert (question.kind, question.text) == (kind, PACK.lines[line])
    answers = [answer.intent for answer in question.answers]
    assert answers == ([Intent.YES, Intent.NO] if kind is AnswerKind.YES_NO else [])


def test_what_the_matter_is_can_be_told_freely_and_whether_anything_is_by_yes_or_no() -> None:
    question = in_state(State.HELPING).view.question
    assert question is not None
    assert (question.kind, question.answers) == (AnswerKind.FREE, ())
    driver = in_state(State.HOLDING)
    for _ in range(2):
        driver.event(NotUnderstood(("mumble",)))
    assert driver.state is State.HELPING
    question = driver.view.question
    assert question is not None
    assert (question.kind, question.text) == (AnswerKind.YES_NO, PACK.lines[Line.WONDER])


def test_what_was_heard_is_shown_as_people_write_it() -> None:
    driver = in_state(State.SCREENING)
    driver.hear("i", "don't", "no")
    heard = driver.view.heard
    assert heard is not None
    assert (heard.intent, heard.phrase) == (Intent.UNSURE, "i don't know")


def test_the_question_that_is_shown_is_the_one_that_the_state_begins_with() -> None:
    asked = {state: enter.__self__ for state, enter in ENTERING.items() if hasattr(enter, "__self__")}
    assert asked == QUESTIONS


def test_there_is_a_question_only_where_one_is_asked() -> None:
    for state in (State.HOLDING, State.PAUSED, State.EASING, State.ASLEEP, State.CLOSING):
        assert in_state(state).view.question is None


def test_the_routines_to_choose_from_have_names_and_lengths() -> None:
    question = in_state(State.CHOOSING).view.question
    assert question is not None
    assert [routine.id for routine in question.routines] == [routine.id for routine in CATALOGUE]
    assert all(routine.minutes >= 1 and routine.positions for routine in question.routines)


def test_the_easier_way_is_an_answer_where_it_is_offered() -> None:
    driver = in_state(State.HOLDING)
    driver.say("that hurts")
    driver.rate("one")
    question = driver.view.question
    assert question is not None
    assert question.kind is AnswerKind.CHOICE
    assert [answer.intent for answer in question.answers] == [Intent.YES, Intent.EASIER, Intent.NO]


def test_what_can_be_said_begins_with_what_is_most_useful() -> None:
    said = [one.phrase for one in in_state(State.PAUSED).view.can_say]
    assert said[:4] == ["resume", "end", "next", "back"]


# Faults and the end


def test_a_lost_device_is_a_fault_until_it_is_back_whatever_the_state() -> None:
    driver = in_state(State.CLOSING)
    driver.event(MicrophoneLost("lost"))
    assert driver.view.faults == (Fault.MICROPHONE_LOST,)
    driver.event(SpeakerLost())
    driver.event(MicrophoneLost("silent"))
    assert driver.view.faults == (Fault.MICROPHONE_SILENT, Fault.SPEAKER_LOST)
    driver.event(MicrophoneRestored())
    assert driver.view.faults == (Fault.SPEAKER_LOST,)
    driver.event(SpeakerRestored())
    assert driver.view.faults == ()


def test_a_session_that_has_finished_says_why() -> None:
    driver = Driver().until(State.CLOSING)
    assert driver.view.end_reason == ""
    assert driver.until(State.FINISHED).view.end_reason == "completed"
    driver = in_state(State.FINISHED)
    assert driver.view.end_reason == "emergency"


# Health


def test_scores_and_what_hurt_are_in_the_part_about_health() -> None:
    driver = Driver(asks_how_it_is=True)
    driver.answer("two")
    driver.answer("no")
    driver.until(State.HOLDING).say("that hurts")
    driver.rate("three")
    health = driver.view.health
    assert health is not None
    assert (health.score_before, health.highest_score, health.score_after) == (2, 3, None)
    assert (health.pain_reports, health.has_spread) == (1, Answer.NO)
    assert health.hurt == health.left_out == (CHIN.id,)
    driver.answer("yes")
    driver.until(State.SCORE_AFTER).answer("one")
    health = driver.view.health
    assert health is not None
    assert (health.score_before, health.score_after) == (2, 1)


def test_a_field_is_for_everybody_only_when_it_is_marked() -> None:
    marked = {f.name for f in fields(View) if SEEN in f.metadata}
    assert marked == {"at", "state", "routine", "step", "hold", "transfer", "faults"}
    for one in fields(View):
        has_default = one.default is not MISSING or one.default_factory is not MISSING
        assert has_default != (one.name in marked), one.name


def test_without_health_nothing_is_left_of_what_is_not_marked() -> None:
    blank = {f.name: f.default for f in fields(View) if SEEN not in f.metadata}
    for state in State:
        view = in_state(state).view
        reduced = without_health(view)
        assert {name: getattr(reduced, name) for name in blank} == blank
        assert reduced.state is SEEN_BY_ALL.get(state, state)
        assert reduced.state not in SEEN_BY_ALL
        assert (reduced.at, reduced.routine, reduced.hold) == (view.at, view.routine, view.hold)


SPOKEN_OF_HEALTH = [
    (["that hurts"], ["pause"]),
    (["that hurts", "three", "no"], ["pause", "", ""]),
    (["that hurts", "one", "no", "no"], ["pause", "", "", "finish"]),
    (["that hurts", "nine"], ["pause", "", "finish"]),
]


@pytest.mark.parametrize(("hurting", "resting"), SPOKEN_OF_HEALTH)
def test_without_health_pain_looks_like_a_pause_and_its_end_like_any_other(
    hurting: list[str], resting: list[str]
) -> None:
    def seen(said: list[str]) -> View:
        driver = in_state(State.HOLDING)
        driver.advance(5.0)
        for phrase in said:
            driver.say(phrase) if phrase else driver.advance(1.0)
            driver.until_silent()
            if driver.state is State.EASING:
                driver.until(State.SCORING).until_silent()
        return without_health(driver.view)

    assert seen(hurting) == seen(resting)


def test_without_health_a_red_flag_looks_like_an_end() -> None:
    ended, flagged = Driver(MIXED), Driver(MIXED)
    ended.say("finish")
    ended.say("yes")
    flagged.say("i can't breathe")
    assert without_health(flagged.view) == without_health(ended.view)


# As data


def _leaves(value: object) -> Iterator[object]:
    if is_dataclass(value):
        for one in fields(value):
            yield from _leaves(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


@pytest.mark.parametrize("state", State)
def test_every_view_is_immutable_and_of_plain_values_with_round_numbers(state: State) -> None:
    for view in in_state(state).views:
        hash(view)
        for leaf in _leaves(view):
            assert leaf is None or isinstance(leaf, str | int | float)
            assert not isinstance(leaf, float) or (math.isfinite(leaf) and leaf == round(leaf, 3))
        with pytest.raises(FrozenInstanceError):
            view.state = State.ASLEEP  # type: ignore[misc]


@pytest.mark.parametrize("state", State)
def test_every_view_is_json_and_comes_back_the_same(state: State) -> None:
    for view in in_state(state).views:
        plain = as_json(view)
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain
        assert set(plain) == {f.name for f in fields(View)}
        assert not any(isinstance(leaf, Enum) for leaf in _json_leaves(plain))


def _json_leaves(value: object) -> Iterator[object]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if items is None:
        yield value
        return
    for item in items:
        yield from _json_leaves(item)


def test_json_names_what_it_holds() -> None:
    plain = as_json(in_state(State.HOLDING).view)
    assert plain["state"] == "holding"
    assert plain["step"]["side"] == "both"
    assert plain["hold"]["breath"]["phase"] == "in"
    assert plain["heard"] is None
    assert plain["can_say"][0]["intent"] == "more_time"
    prompt = PromptView(1, "chin to chest.")
    assert as_json(Driver().until(State.INSTRUCTING).view)["prompts"][0]["text"] == prompt.text
