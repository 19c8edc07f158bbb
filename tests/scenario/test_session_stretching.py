"""Whole stretches: instructed, settled into, held, released, and what can be said meanwhile."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from driver import (
    CATALOGUE,
    CHIN,
    HUG,
    MIXED,
    PACK,
    SHORT,
    TURN,
    Driver,
    built_in_routines,
    in_state,
    spoken_in,
)

from assistant.core.actions import (
    Earcon,
    PlayEarcon,
    Prepare,
    RecordSession,
    ReportHoldEnded,
    ReportHoldStarted,
    SetSpeechRate,
    SetVolume,
    Speak,
)
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Routine, Side, plan
from assistant.core.states import State

NEXT_STATES = {
    State.INTRODUCING: {State.INSTRUCTING, State.TRANSFERRING},
    State.TRANSFERRING: {State.TRANSFERRING, State.INSTRUCTING, State.CLOSING},
    State.INSTRUCTING: {State.SETTLING},
    State.SETTLING: {State.HOLDING},
    State.HOLDING: {State.RELEASING},
    State.RELEASING: {State.RESTING, State.TRANSFERRING, State.CLOSING},
    State.RESTING: {State.INSTRUCTING, State.TRANSFERRING},
    State.CLOSING: {State.FINISHED},
}


def holding(routine: Routine = MIXED, step: int = 1) -> Driver:
    """A session that holds the given step."""
    driver = Driver(routine)
    driver.until(State.HOLDING)
    while driver.session.step < step:
        driver.until(State.RESTING).until(State.HOLDING)
    return driver


@pytest.mark.parametrize("routine", [*CATALOGUE, *built_in_routines()], ids=lambda routine: routine.id)
def test_a_whole_routine_without_a_word(routine: Routine) -> None:
    driver = Driver(routine, catalogue=(routine,)).play_through()
    assert driver.end_reasons == ["completed"]
    assert [action.routine_id for action in driver.of(RecordSession)] == [routine.id]
    assert driver.steps == [
        (s.stretch.id, "" if s.side is Side.BOTH else s.side, s.repetition, s.stretch.hold_seconds, "done")
        for s in plan(routine)
    ]
    assert all(after in NEXT_STATES[before] for before, after in pairwise(driver.states))
    for started, ended in zip(driver.of(ReportHoldStarted), driver.of(ReportHoldEnded), strict=True):
        assert ended.held_seconds == pytest.approx(started.seconds)
        assert ended.complete


def test_what_is_said_around_a_hold_and_when() -> None:
    driver = Driver(SHORT).until(State.FINISHED)
    at = {text: did.at for did in driver.did for text in spoken_in([did.action])}
    begin, end = driver.times_of(ReportHoldStarted)[0], driver.times_of(ReportHoldEnded)[0]
    assert at["Hold still, and breathe in."] == begin
    assert at["And breathe out."] == pytest.approx(begin + 4)
    assert at["Half way."] == pytest.approx(begin + 10)
    assert [at[f"{n}."] for n in ("three", "two", "one")] == pytest.approx([end - 3, end - 2, end - 1])
    assert at[CHIN.leave] == end
    earcons = [(d.action.earcon, d.at) for d in driver.did if isinstance(d.action, PlayEarcon)]
    assert earcons == [
        (Earcon.HOLD_START, begin),
        (Earcon.BREATHE_OUT, pytest.approx(begin + 4)),
        (Earcon.BREATHE_IN, pytest.approx(begin + 10)),
        (Earcon.HALF_WAY, pytest.approx(begin + 10)),
        (Earcon.BREATHE_OUT, pytest.approx(begin + 14)),
        (Earcon.HOLD_END, end),
    ]
    assert driver.spoken[-2].startswith("That was the last stretch.")
    assert driver.spoken[-1] == PACK.lines[Line.GET_UP]


def test_the_half_way_cue_can_be_left_out() -> None:
    driver = Driver(SHORT, half_way_cue=False).until(State.FINISHED)
    assert "Half way." not in driver.spoken
    assert Earcon.HALF_WAY not in [action.earcon for action in driver.of(PlayEarcon)]


def test_announcements_name_sides_and_repetitions() -> None:
    driver = Driver(MIXED).until(State.FINISHED)
    expected = [
        f"{TURN.spoken_name}. We stretch the left side.",
        "Now we stretch the right side.",
        f"{HUG.spoken_name}.",
        "Once more.",
    ]
    assert [text for text in driver.spoken if text in expected] == expected
    assert driver.spoken.count(HUG.feel) == 3  # once a stretch
    twice = Routine("twice", "twice", "", (replace(TURN, repetitions=2),))
    driver = Driver(twice, catalogue=(twice,)).until(State.FINISHED)
    assert "Once more, the left side." in driver.spoken


def test_all_that_is_said_is_rendered_ahead_in_the_order_of_need() -> None:
    """But what the very first event says."""
    driver = Driver(MIXED).until(State.FINISHED)
    wanted: tuple[str, ...] = ()
    for did in driver.did:
        if isinstance(did.action, Prepare):
            wanted = did.action.texts
        elif isinstance(did.action, Speak) and wanted:
            assert did.action.text in wanted
    first_prepared = driver.of(Prepare)[0].texts
    order = [first_prepared.index(text) for text in (TURN.enter[0], HUG.enter[0], HUG.leave)]
    assert order == sorted(order)
    assert len(set(first_prepared)) == len(first_prepared)


def test_each_step_and_each_change_has_its_own_texts_prepared() -> None:
    driver = Driver(MIXED).until(State.SETTLING)
    before = len(driver.of(Prepare))
    driver.say("next")
    assert len(driver.of(Prepare)) == before + 1
    latest = driver.of(Prepare)[-1].texts
    driver.say("repeat that")
    assert driver.of(Prepare)[-1].texts is latest, "nothing else is to come"


def test_ready_ends_settling_and_instructing_at_once() -> None:
    for state in (State.SETTLING, State.INSTRUCTING):
        driver = in_state(state)
        driver.say("i'm ready")
        assert driver.state is State.HOLDING
        assert driver.running_hold


def test_okay_to_an_instruction_does_not_cut_it_short() -> None:
    driver = in_state(State.INSTRUCTING)
    assert driver.say("okay") == ()
    driver.until(State.SETTLING).until_silent()
    driver.say("okay")
    assert driver.state is State.HOLDING


def test_settling_ends_by_itself() -> None:
    driver = Driver(MIXED, settle_seconds=12.0).until(State.SETTLING)
    since = driver.now
    driver.until(State.HOLDING)
    assert driver.now == pytest.approx(since + 12)


@pytest.mark.parametrize("phrase", ["not yet", "more time", "no", "ten more seconds"])
def test_settling_is_extended(phrase: str) -> None:
    driver = Driver(MIXED).until(State.SETTLING)
    due = driver.session.next_deadline
    driver.until_silent()
    driver.say(phrase)
    assert driver.spoken[-1] == "Take your time."
    assert driver.session.next_deadline == pytest.approx(due + 10)
    driver.say("another minute")
    driver.until(State.HOLDING)
    assert driver.now == pytest.approx(due + 70)


def test_time_asked_for_while_instructed_is_given_when_settling() -> None:
    driver = in_state(State.INSTRUCTING)
    driver.say("twenty more seconds")
    assert driver.state is State.INSTRUCTING
    assert HUG.feel in driver.until(State.SETTLING).spoken, "what was interrupted is said again"
    since = driver.now
    driver.until(State.HOLDING)
    assert driver.now == pytest.approx(since + 40)


def test_rest_is_extended_or_ended() -> None:
    driver = in_state(State.RESTING)
    due = driver.session.next_deadline
    driver.say("half a minute more")
    assert driver.session.next_deadline == pytest.approx(due + 30)
    driver.say("ready")
    assert driver.state is State.INSTRUCTING
    assert driver.session.step == 2


def test_ten_more_seconds_in_a_hold_and_on_its_other_side() -> None:
    driver = holding(step=2)
    driver.advance(12)
    driver.say("ten more seconds")
    assert driver.spoken[-1] == "ten seconds longer."
    driver.until(State.FINISHED)
    sides = {side: held for stretch, side, _, held, _ in driver.steps if stretch == TURN.id}
    assert sides == {"left": 30, "right": 30}


def test_a_hold_is_never_longer_than_a_minute() -> None:
    driver = holding()
    driver.say("two minutes more")
    assert driver.spoken[-1] == "forty seconds longer. A minute is the most."
    driver.say("ten more seconds")
    assert driver.spoken[-1] == "That is as far as it goes."
    driver.until(State.RELEASING)
    assert driver.of(ReportHoldEnded)[-1].held_seconds == 60


def test_longer_and_shorter_change_this_hold_and_those_to_come() -> None:
    driver = holding()
    for phrase in ("longer", "longer", "shorter"):
        driver.answer(phrase)
    assert driver.spoken[-3:] == ["five seconds longer.", "five seconds longer.", "five seconds shorter."]
    driver.until(State.FINISHED)
    assert [held for *_, held, _ in driver.steps] == [25, 25, 25, 30, 30]


def test_longer_between_the_sides_leaves_the_sides_equal() -> None:
    driver = holding(step=2)
    driver.until(State.RESTING)
    driver.say("longer")
    driver.until(State.FINISHED)
    assert [held for *_, held, _ in driver.steps[1:]] == [20, 20, 30, 30]


def test_holds_have_bounds_when_changed() -> None:
    driver = Driver(MIXED, settle_seconds=60.0).until(State.SETTLING)
    for _ in range(4):
        driver.answer("shorter")
    assert driver.spoken[-1] == "That is as far as it goes."
    driver.until(State.HOLDING)
    assert driver.of(ReportHoldStarted)[-1].seconds == 10


def test_a_skipped_first_side_gets_an_equal_second_side() -> None:
    driver = holding(step=2)
    driver.advance(7)
    driver.say("skip this one")
    assert driver.state is State.INSTRUCTING
    assert driver.session.step == 3
    driver.until(State.FINISHED)
    assert driver.steps[1:3] == [(TURN.id, "left", 1, 7, "skipped"), (TURN.id, "right", 1, 7, "done")]


@pytest.mark.parametrize("state", [State.INSTRUCTING, State.SETTLING, State.HOLDING])
def test_a_skip_before_much_was_held_leaves_the_stretch_out(state: State) -> None:
    driver = in_state(state)
    driver.say("next")
    driver.until(State.SETTLING)
    driver.say("skip this stretch")
    assert driver.session.step == 4
    assert [(stretch, outcome) for stretch, *_, outcome in driver.steps] == [
        (CHIN.id, "skipped"),
        (TURN.id, "skipped"),
    ]


@pytest.mark.parametrize(
    ("phrase", "step"), [("next", 3), ("move on", 3), ("skip this one", 4), ("next stretch", 4)]
)
def test_next_leads_from_a_first_side_to_the_other_one(phrase: str, step: int) -> None:
    """Whoever wants to be rid of the stretch says so, or says it twice."""
    driver = holding(step=2)
    driver.advance(2)
    driver.say(phrase)
    assert (driver.state, driver.session.step) == (State.INSTRUCTING, step)
    driver.until(State.FINISHED)
    others = [
        (side, held) for name, side, _, held, outcome in driver.steps if name == TURN.id and outcome == "done"
    ]
    assert others == ([("right", 20)] if step == 3 else [])


def test_next_twice_leaves_both_sides_out() -> None:
    driver = holding(step=2)
    driver.say("next")
    driver.say("next")
    assert (driver.state, driver.session.step) == (State.INSTRUCTING, 4)


def test_next_after_a_hold_is_no_skip() -> None:
    driver = holding(step=4).until(State.RELEASING)
    driver.say("next")
    assert driver.session.step == 5
    assert driver.steps[-1] == (HUG.id, "", 1, 25, "done")
    driver.until(State.RESTING, State.RELEASING)
    driver.say("next")
    assert driver.state is State.CLOSING


def test_skipping_the_last_stretch_closes() -> None:
    driver = Driver(SHORT).until(State.SETTLING)
    driver.say("skip it")
    assert driver.state is State.CLOSING
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]


def test_next_begins_without_the_introduction() -> None:
    driver = in_state(State.INTRODUCING)
    driver.say("next")
    assert driver.state is State.INSTRUCTING
    assert driver.session.step == 1


def test_back_leads_to_the_stretch_before() -> None:
    driver = holding(step=4)
    driver.advance(3)
    driver.say("go back")
    assert (driver.state, driver.session.step) == (State.INSTRUCTING, 2)
    assert driver.steps[-1] == (HUG.id, "", 1, 3, "skipped")
    driver.say("go back")
    assert driver.session.step == 1
    driver.say("go back")
    assert (driver.state, driver.session.step) == (State.INSTRUCTING, 1)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]


def test_back_just_after_a_hold_does_that_stretch_again() -> None:
    driver = holding(step=3).until(State.RESTING)
    driver.answer_later("go back")
    assert driver.session.step == 2
    assert driver.steps[-1] == (TURN.id, "right", 1, 20, "done")


def test_repeat_says_the_whole_instruction_again() -> None:
    driver = holding(step=2).until(State.RESTING).until(State.SETTLING).until_silent()
    driver.clear()
    driver.say("say that again")
    assert driver.state is State.INSTRUCTING
    assert driver.spoken == [
        f"{TURN.spoken_name}. We stretch the right side.",
        "Sit tall.",
        "Slowly turn your head to the right.",
        TURN.feel,
    ]


@pytest.mark.parametrize(
    ("state", "text"),
    [(State.HOLDING, CHIN.feel), (State.RELEASING, CHIN.leave), (State.RESTING, CHIN.leave)],
)
def test_repeat_elsewhere_says_what_matters_there(state: State, text: str) -> None:
    driver = in_state(state)
    driver.say("repeat")
    assert driver.state is state
    assert driver.spoken[-1] == text


def test_repeat_introduces_again() -> None:
    driver = in_state(State.INTRODUCING)
    driver.say("repeat")
    assert driver.state is State.INTRODUCING
    assert driver.spoken[-2].startswith("This is mixed one.")
    assert driver.spoken[-1] == "You will need a chair."


def test_easier_leads_through_settling_and_keeps_what_was_held() -> None:
    driver = holding()
    driver.advance(8)
    driver.say("easier")
    assert driver.state is State.SETTLING
    assert not driver.running_hold
    assert driver.spoken[-3:-1] == ["Here is an easier way.", CHIN.easier]
    driver.until(State.HOLDING)
    assert driver.of(ReportHoldStarted)[-1].seconds == pytest.approx(12)
    driver.until(State.RELEASING)
    assert [e.complete for e in driver.of(ReportHoldEnded)] == [False, True]


def test_easier_while_instructed_comes_after_the_instruction() -> None:
    driver = in_state(State.INSTRUCTING)
    driver.say("something easier")
    assert driver.state is State.INSTRUCTING
    assert driver.of(PlayEarcon)[-1].earcon is Earcon.HEARD
    driver.until(State.SETTLING)
    assert driver.spoken[:2] == ["Here is an easier way.", CHIN.easier]


def test_how_long() -> None:
    driver = holding()
    driver.advance(8)
    driver.say("how much longer")
    assert driver.spoken[-1] == "twelve more seconds."
    driver.until(State.RESTING).until_silent()
    driver.say("how long")
    assert driver.spoken[-1] == "About five more minutes."
    driver = in_state(State.SETTLING, SHORT)
    driver.say("how long")
    assert driver.spoken[-1] == "About a minute."


def test_whats_next() -> None:
    driver = in_state(State.SETTLING)
    driver.say("what's next")
    assert driver.spoken[-1] == f"After this comes {TURN.spoken_name}."
    driver = in_state(State.SETTLING, SHORT)
    driver.say("what's next")
    assert driver.spoken[-1] == "This is the last one."


def test_a_late_count_is_not_given() -> None:
    driver = holding()
    driver.advance(15)
    driver.say("what can i say")  # speaks until the hold is over
    driver.until(State.RELEASING)
    assert not {"three.", "two.", "one."} & set(driver.spoken)


def test_a_reply_to_a_cue_is_not_followed_by_it() -> None:
    driver = holding()
    driver.say("how long")
    assert driver.spoken[-2:] == ["Hold still, and breathe in.", "twenty more seconds."]
    driver.until_silent()
    assert driver.spoken[-1] == "twenty more seconds."


def test_the_voice_changes_on_command_and_says_where_it_ends() -> None:
    driver = in_state(State.PAUSED)
    for phrase, kind, text in (
        ("louder", SetVolume, "I am louder now."),
        ("quieter", SetVolume, "I am quieter now."),
        ("faster", SetSpeechRate, "I speak faster now."),
        ("slower", SetSpeechRate, "I speak slower now."),
    ):
        actions = driver.answer(phrase)
        assert any(isinstance(action, kind) for action in actions)
        assert driver.spoken[-1] == text
    for _ in range(9):
        driver.answer("quieter")
    assert driver.spoken[-1] == "That is as far as it goes."
    for _ in range(9):
        driver.answer("slower")
    assert driver.spoken[-1] == "That is as far as it goes."


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.CHOOSING, "Name a part of the body"),
        (State.SCREENING, "You can answer"),
        (State.SETTLING, "You can say pause, ready"),
        (State.PAUSED, "You can say continue"),
        (State.ASLEEP, "Say wake up"),
        (State.EASING, "You can answer"),
    ],
)
def test_help_says_what_can_be_said_there(state: State, says: str) -> None:
    driver = in_state(state)
    driver.say("what can i say")
    assert driver.heard == [Intent.HELP]
    assert driver.spoken[0].startswith(says)
    assert driver.state is state
