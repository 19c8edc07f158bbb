"""What somebody has, such as a new hip: asked once, told at any calm moment; what does not suit is left."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import PACKS
from driver import CHIN, KNEES, PACK, Driver, stretch
from invariants import Watched

from assistant.core.actions import (
    ForgetCondition,
    RecordCondition,
    RecordConditionsAsked,
    ReportHoldEnded,
)
from assistant.core.prompts import Line
from assistant.core.routine import Condition, Equipment, Position, Posture, Region, Routine
from assistant.core.states import State

HIP, BONES, DISC = Condition.HIP_REPLACEMENT, Condition.OSTEOPOROSIS, Condition.DISC_TROUBLE
NOD = stretch("nod")
CROSS = stretch(
    *("cross your legs", Region.HIPS),
    has_sides=True,
    avoid=frozenset((HIP,)),
    equipment=frozenset((Equipment.PILLOW,)),
)
PULL = stretch("pull your knee", Region.HIPS, avoid=frozenset((HIP, BONES)))
LIFT = stretch("lift your knee", Region.HIPS, avoid=frozenset((BONES,)))
HIPS = Routine("hips", "hips one", "For the hips.", (NOD, CROSS, KNEES))
LEGS = Routine("legs", "legs one", "For the legs.", (CROSS, PULL))
ONLY = Routine("only", "solo stretch", "One stretch.", (CROSS,))
CATALOGUE = (HIPS, LEGS, ONLY)
TAKEN = "I leave out what does not suit a new hip."


def session(routine: Routine | None = HIPS, library=(LIFT,), **settings: object) -> Watched:
    return Watched(routine=routine, catalogue=CATALOGUE, library=library, **settings)


def ids(driver: Driver) -> list[str]:
    return [one.id for one in driver.session._context.current_course.routine.stretches]


def line(name: Line) -> str:
    return PACK.lines[name]


# What is needed


def test_what_is_needed_is_said_before_the_first_instruction_and_on_request() -> None:
    driver = session().until(State.INSTRUCTING)
    needs = "You will need a chair and a pillow."
    assert needs in driver.spoken
    driver.until(State.HOLDING).clear()
    driver.say("what do i need")
    assert driver.spoken == [needs]
    assert driver.running_hold or driver.state is State.HOLDING
    standing = replace(CHIN, position="standing", posture="standing")
    bare = Driver(replace(ONLY, stretches=(standing,)), catalogue=(replace(ONLY, stretches=(standing,)),))
    assert not [text for text in bare.until(State.HOLDING).spoken if text.startswith("You will need")]
    bare.say("what do i need")
    assert bare.spoken[-1] == line(Line.NEEDS_NOTHING)


# Named routines


def test_a_named_routine_is_filtered_and_that_is_said() -> None:
    driver = session(conditions=frozenset((HIP,))).until(State.SETTLING)
    assert ids(driver) == [NOD.id, LIFT.id, KNEES.id]
    assert "I leave out cross your legs, which does not suit a new hip." in driver.spoken
    assert "I take lift your knee instead." in driver.spoken
    driver = session(conditions=frozenset((HIP, BONES))).until(State.SETTLING)
    assert ids(driver) == [NOD.id, KNEES.id]
    assert not [text for text in driver.spoken if text.endswith("instead.")]


def test_of_several_changes_only_their_number_is_said() -> None:
    driver = session(LEGS, conditions=frozenset((HIP,)))
    assert driver.spoken[1:3] == [
        "I leave out two stretches that do not suit you.",
        "I take one other instead.",
    ]


def test_a_routine_of_which_nothing_suits_is_not_offered() -> None:
    driver = session(ONLY, library=(), conditions=frozenset((HIP,)))
    assert driver.state is State.CHOOSING
    driver.answer("solo stretch")
    assert driver.state is State.CHOOSING
    assert "solo stretch" not in driver.spoken[-1]


# The question


def test_it_is_asked_once_after_the_doctors_questions_and_said_back() -> None:
    driver = session(conditions_due=True, physician_check_due=True)
    for answer in ("yes", "no", "no", "no", "no"):
        driver.answer(answer)
    assert driver.state is State.CONDITIONS
    assert driver.spoken[-1] == line(Line.CONDITIONS)
    driver.answer("i have a new hip")
    assert driver.spoken[-2:] == [TAKEN, line(Line.CONDITIONS_MORE)]
    driver.answer("osteoporosis and a slipped disc")
    assert driver.spoken[-2].startswith("I leave out what does not suit brittle bones or ")
    driver.answer("no")
    assert driver.state is State.INTRODUCING
    assert [one.condition for one in driver.of(RecordCondition)] == [HIP, BONES, DISC]
    assert driver.of(RecordConditionsAsked) == [RecordConditionsAsked()]
    assert ids(driver) == [NOD.id, KNEES.id]
    driver.until(State.FINISHED)


@pytest.mark.parametrize(
    ("said", "state", "line_said"),
    [
        ("yes", State.CONDITIONS, Line.CONDITIONS_AGAIN),
        ("i don't know", State.CONDITIONS, Line.CONDITIONS_MEANS),
        ("what should i leave out", State.CONDITIONS, Line.CONDITIONS),
        ("? no", State.CONDITIONS, Line.CONDITIONS_AGAIN),
        ("skip the questions", State.INTRODUCING, None),
        ("next", State.INTRODUCING, None),
        ("i feel dizzy", State.EASING, Line.EASE_OUT),
        ("my chest hurts", State.EMERGENCY, None),
        ("? my hip is fine now", State.CONDITIONS, Line.CONDITIONS_AGAIN),
    ],
)
def test_other_answers(said: str, state: State, line_said: Line | None) -> None:
    driver = session(conditions_due=True)
    driver.until_silent()
    driver.hear(*said.split())
    assert driver.state is state
    assert line_said is None or line(line_said) in driver.spoken[-2:]
    assert not driver.of(RecordCondition)


def test_nobody_answers_and_it_sleeps() -> None:
    driver = session(conditions_due=True)
    driver.until(State.ASLEEP, limit_seconds=180)
    driver.say("wake up")
    assert driver.state is State.CONDITIONS


def test_when_nothing_suits_that_is_said_and_it_ends_gently() -> None:
    driver = session(ONLY, library=(), conditions_due=True)
    driver.answer("a new hip")
    driver.answer("no")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert line(Line.NOTHING_SUITS) in driver.spoken
    assert driver.end_reasons == ["completed"]


def test_it_can_be_told_and_taken_back_at_the_choice() -> None:
    driver = session(None)
    driver.answer("i want to tell you about my health")
    assert driver.state is State.CONDITIONS
    driver.answer("a new hip")
    driver.answer("what should i leave out")
    assert driver.spoken[-1] == line(Line.CONDITIONS_MORE)
    driver.answer("my hip is fine now")
    assert driver.of(ForgetCondition) == [ForgetCondition(HIP)]
    driver.answer("no")
    assert driver.state is State.CHOOSING
    driver.answer("i have a new hip")
    assert driver.spoken[-1] == TAKEN
    driver.answer("? my hip is fine now")
    assert driver.spoken[-1] == line(Line.SHORTLY)
    driver.answer("my knee is fine now")
    assert driver.spoken[-1] == line(Line.CONDITION_UNKNOWN)
    driver.answer("i don't have a new hip any more")
    assert driver.spoken[-1] == line(Line.CONDITION_OVER)
    driver.answer("hips one")
    assert ids(driver) == [NOD.id, CROSS.id, KNEES.id]


# In the midst of a routine


def at(state: State, stretch_id: str = CROSS.id, routine: Routine = HIPS, library=(LIFT,)) -> Watched:
    """A session in a state of one of its stretches."""
    driver = session(routine, library=library)
    while driver.state is not state or driver.course.step.stretch.id != stretch_id:
        assert driver.happen()
    driver.until_silent() if state in (State.SETTLING, State.HOLDING, State.RESTING) else None
    assert driver.state is state
    driver.clear()
    return driver


@pytest.mark.parametrize("state", [State.INSTRUCTING, State.SETTLING, State.HOLDING, State.RELEASING])
def test_a_stretch_that_does_not_suit_is_left_at_once(state: State) -> None:
    driver = at(state)
    driver.say("i have a new hip")
    assert driver.state is State.INSTRUCTING
    assert driver.course.step.stretch.id == LIFT.id
    assert TAKEN in driver.spoken
    assert (CROSS.leave in driver.spoken) is (state in (State.SETTLING, State.HOLDING))
    assert not driver.running_hold
    driver.until(State.FINISHED)
    assert [step[0] for step in driver.steps][-2:] == [LIFT.id, KNEES.id]


def test_a_stretch_that_suits_goes_on_and_what_follows_is_fitted() -> None:
    driver = at(State.HOLDING, NOD.id)
    driver.say("i have a new hip")
    assert driver.state is State.HOLDING
    assert not driver.of(ReportHoldEnded)
    driver.until(State.FINISHED)
    assert [step[0] for step in driver.steps] == [NOD.id, LIFT.id, KNEES.id]


@pytest.mark.parametrize("state", [State.SETTLING, State.RESTING])
def test_when_nothing_follows_it_ends_as_ever(state: State) -> None:
    driver = at(state, CROSS.id, ONLY, ())
    driver.say("i have a new hip")
    assert driver.state is State.CLOSING
    assert driver.spoken[0] == TAKEN
    assert driver.until(State.FINISHED).end_reasons == ["completed"]


def test_a_rest_before_what_does_not_suit_ends_the_routine() -> None:
    last = Routine("last", "last one", "The last does not suit.", (NOD, CROSS))
    driver = Watched(routine=last, catalogue=(last,)).until(State.RESTING)
    driver.until_silent()
    driver.say("i have a new hip")
    assert driver.state is State.CLOSING


def test_before_the_first_stretch_the_routine_is_introduced_anew() -> None:
    driver = session()
    driver.say("i have a new hip")
    assert driver.state is State.INTRODUCING
    assert ids(driver) == [NOD.id, LIFT.id, KNEES.id]
    driver = session(ONLY, library=())
    driver.say("i have a new hip")
    assert driver.state is State.CLOSING
    assert line(Line.NOTHING_SUITS) in driver.spoken


@pytest.mark.parametrize(
    ("place", "after", "stretch_id"),
    [
        (State.HOLDING, State.INSTRUCTING, LIFT.id),
        (State.RESTING, State.INSTRUCTING, LIFT.id),
    ],
)
@pytest.mark.parametrize("way", ["told", "asked"])
def test_while_paused(place: State, after: State, stretch_id: str, way: str) -> None:
    driver = at(place)
    driver.say("pause")
    tell(driver, way)
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    driver.answer_later("continue")
    assert driver.state is after
    assert driver.course.step.stretch.id == stretch_id


def tell(driver: Driver, way: str) -> None:
    driver.advance(1.0)  # until it offers to go on
    if way == "told":
        driver.answer_later("i have a new hip")
        return
    driver.answer_later("i want to tell you about my health")
    driver.answer_later("a new hip")
    driver.answer_later("no")


def test_what_is_told_while_paused_adds_up() -> None:
    driver = at(State.HOLDING)
    driver.say("pause")
    tell(driver, "told")
    driver.answer_later("i have osteoporosis")
    driver.answer_later("continue")
    assert driver.course.step.stretch.id == KNEES.id
    assert [step[0] for step in driver.steps] == [CROSS.id]


@pytest.mark.parametrize("way", ["told", "asked"])
def test_while_paused_what_suits_goes_on_where_it_was(way: str) -> None:
    driver = at(State.HOLDING, NOD.id)
    driver.say("pause")
    tell(driver, way)
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    driver.answer_later("continue")
    assert driver.state is State.SETTLING
    assert driver.course.step.stretch.id == NOD.id
    driver.until(State.FINISHED)
    assert CROSS.id not in [step[0] for step in driver.steps]


@pytest.mark.parametrize("way", ["told", "asked"])
def test_while_paused_before_the_first_stretch_and_with_nothing_left(way: str) -> None:
    driver = session()
    driver.say("pause")
    tell(driver, way)
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    driver.answer_later("continue")
    assert driver.state is State.INTRODUCING
    assert ids(driver) == [NOD.id, LIFT.id, KNEES.id]
    driver = session(ONLY, library=())
    driver.say("pause")
    tell(driver, way)
    assert driver.state is State.CLOSING
    driver = at(State.HOLDING, CROSS.id, ONLY, ())
    driver.say("pause")
    tell(driver, way)
    assert driver.state is State.CLOSING


def test_a_pause_at_the_choice_and_one_among_questions() -> None:
    driver = session(None)
    driver.say("pause")
    tell(driver, "told")
    assert TAKEN in driver.spoken
    for way in ("i have osteoporosis", "what should i leave out"):
        asked = session(physician_check_due=True)
        asked.say("pause")
        asked.advance(1.0)
        asked.answer_later(way)
        assert asked.state is State.PAUSED
        assert not asked.of(RecordCondition)


def test_pain_while_it_is_told_is_pain_in_the_stretch_that_was_interrupted() -> None:
    driver = at(State.HOLDING, NOD.id)
    driver.say("i want to tell you about my health")
    driver.answer_later("ouch")
    assert driver.state is State.EASING
    assert NOD.id in driver.session._context.left_out


def test_the_easier_way_is_not_offered_for_what_does_not_suit() -> None:
    driver = at(State.HOLDING)
    driver.say("that hurts")
    driver.rate("one")
    driver.session._context.has((HIP,))
    driver.was_meddled_with = True
    driver.say("easier")
    assert driver.state is State.DECIDING


def test_a_replacement_is_held_as_long_as_its_past_allows() -> None:
    driver = session(pasts={}, library=(replace(LIFT, hold_seconds=30),)).until(State.SETTLING)
    driver.say("i have a new hip")
    assert [one.hold_seconds for one in driver.course.routine.stretches] == [20, 20, 20]


# Is this for me?


def test_who_should_leave_it_out_is_told_of_the_stretch_and_of_the_routine() -> None:
    driver = session(LEGS)
    driver.say("is this for me")
    at_once = driver.spoken.index("Leave it out if you have brittle bones or a new hip.")
    assert driver.spoken[at_once + 1] == line(Line.SUITS_TELL)
    driver = at(State.HOLDING)
    driver.say("who should leave this out")
    assert driver.spoken == ["Leave it out if you have a new hip."]
    assert driver.state is State.HOLDING
    driver = at(State.HOLDING, NOD.id)
    driver.say("is this for me")
    assert driver.spoken == [line(Line.SUITS_MOST)]
    driver.say("pause")
    driver.advance(1.0)
    driver.answer_later("is this for me")
    assert driver.spoken[-1] == line(Line.SUITS_MOST)


def test_somebody_lying_down_hears_who_should_leave_it_out_and_that_it_can_be_asked() -> None:
    lying = replace(CROSS, position=Position.FLOOR, posture=Posture.ON_BACK, has_sides=False)
    routine = Routine("lying", "lying one", "On the mat.", (lying,))
    driver = Driver(routine, catalogue=(routine,)).until(State.TRANSFERRING).until_silent()
    driver.say("who should leave this out")  # while somebody gets down to it: of the stretch ahead
    assert "Leave it out if you have a new hip." in driver.spoken
    while driver.state is State.TRANSFERRING:
        driver.answer_later("ready")
    for state in (State.SETTLING, State.HOLDING):
        driver.until(state).until_silent()
        driver.say("what can i say")
        assert "Ask who should leave this out" in " ".join(driver.spoken)
        driver.until_silent()
        driver.say("who should leave this out")
        assert (driver.state, driver.spoken[-1]) == (state, "Leave it out if you have a new hip.")


def test_many_conditions_are_told_in_short_sentences() -> None:
    avoided = replace(CROSS, avoid=frozenset(Condition))
    routine = replace(ONLY, stretches=(avoided,))
    driver = Driver(routine, catalogue=(routine,)).until(State.HOLDING)
    driver.until_silent()
    driver.say("is this for me")
    told = [text for text in driver.spoken if text.startswith(("Leave it out", "Also with"))]
    assert len(told) > 2
    assert all(len(text.split()) <= 20 for text in told)


def test_every_condition_can_be_told_by_voice_or_typed() -> None:
    pack = PACKS["test"]
    named = {value for values in pack.table.values["condition"].values() for _, value in values}
    assert named == {*map(str, Condition)}
