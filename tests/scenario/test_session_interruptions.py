"""Pauses, sleep, lost devices and prompts that hang: the session waits, and goes on only when told."""

from __future__ import annotations

import pytest
from driver import CHIN, MIXED, PACK, TURN, Driver, in_state

from assistant.core.actions import (
    Earcon,
    PlayEarcon,
    RecordSession,
    ReportHeard,
    ReportHoldEnded,
    ReportHoldStarted,
    Speak,
    StopSpeaking,
)
from assistant.core.events import (
    DeadlineReached,
    HearingCaughtUp,
    HearingFellBehind,
    KeepingChanged,
    MicrophoneLost,
    MicrophoneRestored,
    PromptFailed,
    PromptFinished,
    SpeakerLost,
    SpeakerRestored,
    Started,
    WorkLeftOut,
    WorkResumed,
)
from assistant.core.faults import Fault
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.states import AWAKE, STRETCHING, UNDER_WAY, State

DEAF = PACK.lines[Line.DEAF]
HEARING_AGAIN = PACK.lines[Line.HEARING_AGAIN]
GO_ON_OR_FINISH = PACK.lines[Line.GO_ON_OR_FINISH]
COMES_BACK_TO = {State.HOLDING: State.SETTLING, State.EASING: State.SCORING}


# Pause and resume


@pytest.mark.parametrize("phrase", ["pause", "hang on"])
@pytest.mark.parametrize("state", AWAKE)
def test_a_pause_leads_back_to_where_it_was(state: State, phrase: str) -> None:
    driver = in_state(state)
    driver.say(phrase)
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    driver.answer("carry on")
    assert driver.state is COMES_BACK_TO.get(state, state)


@pytest.mark.parametrize("pause_seconds", [0.5, 10.0, 200.0])
def test_paused_time_is_not_held_and_both_sides_are_equal(pause_seconds: float) -> None:
    driver = Driver(MIXED).until(State.HOLDING).until(State.RESTING).until(State.HOLDING)
    driver.advance(8.0)
    driver.say("pause")
    driver.advance(pause_seconds)
    driver.say("continue")
    assert driver.state is State.SETTLING
    assert driver.spoken[-1] == "Settle back in, gently. Say ready when you are there, or just wait."
    driver.until(State.HOLDING)
    assert driver.of(ReportHoldStarted)[-1].seconds == pytest.approx(12.0)
    driver.until(State.FINISHED)
    assert [held for stretch, *_, held, _ in driver.steps if stretch == TURN.id] == [20, 20]
    ended = [(e.held_seconds, e.complete) for e in driver.of(ReportHoldEnded)]
    assert ended[1:3] == [(pytest.approx(8.0), False), (20.0, True)]


def test_a_pause_of_a_release_says_again_how_to_come_out() -> None:
    driver = in_state(State.RELEASING)
    driver.say("stop")
    driver.say("go on")
    assert driver.state is State.RELEASING
    assert driver.spoken[-1] == CHIN.leave


def test_silence_leaves_a_pause_only_for_the_end() -> None:
    driver = in_state(State.HOLDING)
    driver.say("pause")
    driver.clear()
    since = driver.now
    driver.until(State.FINISHED)
    assert driver.spoken == [
        "All right.",
        GO_ON_OR_FINISH,
        "I am still here.",
        GO_ON_OR_FINISH,
        PACK.lines[Line.CLOSE_UNANSWERED],
        PACK.lines[Line.GET_UP],
    ]
    assert driver.end_reasons == ["no_answer"]
    assert driver.now - since > 240
    assert driver.of(PlayEarcon) == [PlayEarcon(Earcon.PAUSED)]


@pytest.mark.parametrize("phrase", ["yes", "no", "start", "hello", "repeat"])
def test_an_unclear_answer_to_a_pause_gets_the_offer_again(phrase: str) -> None:
    driver = in_state(State.PAUSED)
    driver.say(phrase)
    assert driver.state is State.PAUSED
    assert driver.spoken == [GO_ON_OR_FINISH]


def test_an_answer_while_the_offer_is_made_gets_it_once() -> None:
    driver = in_state(State.HOLDING)
    driver.say("pause")
    driver.advance(2.0)
    driver.say("yes")
    driver.until_silent()
    assert driver.spoken[-3:] == ["All right.", GO_ON_OR_FINISH, GO_ON_OR_FINISH]


@pytest.mark.parametrize("state", STRETCHING)
def test_next_and_back_while_paused(state: State) -> None:
    for phrase, step in (("next", 2), ("go back", 1)):
        driver = in_state(state)
        driver.say("pause")
        driver.answer(phrase)
        assert (driver.state, driver.session.step) == (State.INSTRUCTING, step)


def test_next_while_paused_at_the_end_closes() -> None:
    driver = Driver(MIXED).until(State.INSTRUCTING)
    for _ in range(2):
        driver.say("skip this stretch")
    driver.say("pause")
    driver.say("next")
    assert driver.state is State.CLOSING
    driver = in_state(State.RELEASING, routine=MIXED)
    while driver.session.step < 5:
        driver.until(State.SETTLING).until(State.RELEASING)
    driver.say("pause")
    driver.say("next")
    assert driver.state is State.CLOSING
    assert driver.steps[-1][-1] == "done"


@pytest.mark.parametrize("phrase", ["next", "go back", "longer", "shorter", "how long", "what's next"])
@pytest.mark.parametrize("state", [State.CHOOSING, State.SCREENING, State.SOUND_CHECK])
def test_a_pause_is_no_way_around_a_question(state: State, phrase: str) -> None:
    driver = in_state(state)
    driver.say("wait a moment")
    driver.advance(1.0)
    driver.answer(phrase)
    assert driver.state is State.PAUSED
    driver.answer("continue")
    assert driver.state is state


def test_next_skips_a_paused_introduction() -> None:
    driver = in_state(State.INTRODUCING)
    driver.say("pause")
    driver.say("next")
    assert driver.state is State.INSTRUCTING


def test_another_routine_can_be_chosen_while_paused() -> None:
    driver = in_state(State.PAUSED)
    driver.say("another routine")
    assert driver.state is State.CHOOSING
    driver.answer("low one")
    assert driver.state is State.INTRODUCING
    assert driver.of(RecordSession)[-1] == RecordSession("low")
    driver = in_state(State.PAUSED)
    driver.say("low one")
    assert driver.state is State.INTRODUCING


# Sleep


@pytest.mark.parametrize("state", [*AWAKE, State.PAUSED])
def test_asleep_it_waits_for_ever_and_says_nothing(state: State) -> None:
    driver = in_state(state)
    driver.say("go to sleep")
    driver.until(State.ASLEEP).until_silent()
    driver.clear()
    driver.advance(10_000)
    assert driver.did == []
    assert driver.say("ready") == driver.say("?") == ()


@pytest.mark.parametrize("state", AWAKE)
def test_waking_asks_before_a_stretch_goes_on(state: State) -> None:
    driver = in_state(state)
    driver.say("go to sleep")
    driver.say("yes")
    driver.answer("wake up")
    assert driver.state is (State.PAUSED if state in UNDER_WAY else COMES_BACK_TO.get(state, state))
    driver = in_state(state)
    driver.say("go to sleep")
    driver.say("yes")
    driver.answer("continue")
    assert driver.state is COMES_BACK_TO.get(state, state)


def test_asleep_it_can_be_given_another_routine() -> None:
    driver = in_state(State.ASLEEP)
    driver.say("short one please")
    assert driver.state is State.INTRODUCING
    driver = in_state(State.ASLEEP)
    driver.say("choose a routine")
    assert driver.state is State.CHOOSING


# Devices


@pytest.mark.parametrize("reason", ["lost", "silent"])
@pytest.mark.parametrize("state", [*AWAKE, State.PAUSED])
def test_a_guide_that_cannot_hear_does_not_guide(state: State, reason: str) -> None:
    driver = in_state(state)
    actions = driver.event(MicrophoneLost(reason))
    assert driver.state is State.DEAF
    assert StopSpeaking() in actions
    assert driver.spoken == [DEAF]
    assert not driver.running_hold
    driver.advance(1000)
    assert driver.state is State.DEAF
    driver.event(MicrophoneRestored())
    driver.advance(1.0)
    assert driver.state is State.PAUSED
    driver.until_silent()
    assert driver.spoken == [DEAF, HEARING_AGAIN, GO_ON_OR_FINISH]
    driver.say("continue")
    back_to = COMES_BACK_TO.get(state, state)
    assert driver.state is (State.SETTLING if state is State.PAUSED else back_to)


@pytest.mark.parametrize("state", [State.EMERGENCY, State.CLOSING])
def test_what_is_ending_ends_without_a_microphone(state: State) -> None:
    driver = in_state(state)
    assert driver.event(MicrophoneLost("lost")) == ()
    driver.until(State.FINISHED)


def test_asleep_nobody_is_told_of_the_microphone() -> None:
    driver = in_state(State.ASLEEP)
    driver.event(MicrophoneLost("silent"))
    assert driver.state is State.DEAF
    driver.advance(100)
    driver.event(MicrophoneRestored())
    assert driver.state is State.ASLEEP
    assert driver.spoken == []
    driver.say("wake up")
    assert driver.state is State.PAUSED


def test_beginning_without_a_microphone_says_so() -> None:
    driver = Driver(MIXED, start=False)
    driver.event(MicrophoneLost("silent"))
    driver.event(Started())
    assert driver.state is State.DEAF
    assert driver.spoken == [DEAF]
    driver.event(MicrophoneRestored())
    driver.advance(1.0)
    driver.answer("continue")
    assert driver.state is State.CHOOSING


def test_pain_that_was_heard_just_before_the_microphone_went() -> None:
    driver = in_state(State.HOLDING)
    driver.event(MicrophoneLost("lost"))
    driver.say("ouch")
    driver.say("ouch")
    assert driver.state is State.DEAF
    assert driver.spoken[-1] == PACK.lines[Line.EASE_OUT]
    assert [outcome for *_, outcome in driver.steps] == ["pain"]
    driver.event(MicrophoneRestored())
    driver.advance(1.0)
    driver.answer("continue")
    assert driver.state is State.SCORING


@pytest.mark.parametrize("state", AWAKE)
def test_without_a_speaker_it_pauses_and_offers_when_it_is_back(state: State) -> None:
    driver = in_state(state)
    driver.event(SpeakerLost())
    assert driver.state is State.PAUSED
    assert not driver.running_hold
    driver.until_silent().advance(5.0)
    driver.clear()
    driver.event(SpeakerRestored())
    assert driver.spoken == [PACK.lines[Line.SOUND_GONE], GO_ON_OR_FINISH]


@pytest.mark.parametrize("state", AWAKE)
def test_what_could_not_be_said_pauses_and_a_sound_tells_so(state: State) -> None:
    driver = in_state(State.HOLDING if state is State.EASING else state)
    driver.say("ouch" if state is State.EASING else "louder")
    prompt_id = driver.of(Speak)[-1].prompt_id
    driver.clear()
    actions = driver.event(PromptFailed(prompt_id))
    assert driver.state is State.PAUSED
    assert not driver.running_hold
    assert actions[0] == StopSpeaking()
    assert PlayEarcon(Earcon.TROUBLE) in actions
    assert driver.view.faults == (Fault.VOICE_LOST,)
    assert driver.event(PromptFailed(prompt_id)) == (), "it was cut"
    driver.advance(5.0)
    assert driver.view.faults == (), "its words have sounded"
    driver.answer("continue")
    assert driver.state is COMES_BACK_TO.get(state, state)


def test_a_mute_guide_never_begins_a_hold() -> None:
    """Every prompt fails, and ends all the same; somebody wants to go on again and again."""
    driver = Driver(MIXED)
    while driver.state is not State.FINISHED:
        for action in driver.of(Speak)[-4:]:
            driver.event(PromptFailed(action.prompt_id))
            driver.event(PromptFinished(action.prompt_id))
        assert driver.state in (State.PAUSED, State.CLOSING, State.FINISHED)
        driver.advance(40.0)
        if driver.state is State.PAUSED and driver.now < 1500:
            driver.say("continue")
    assert driver.of(ReportHoldStarted) == []
    assert driver.of(PlayEarcon).count(PlayEarcon(Earcon.TROUBLE)) > 3


def test_a_last_word_that_could_not_be_said_does_not_keep_the_session_open() -> None:
    driver = in_state(State.CLOSING)
    for prompt in driver.view.prompts:
        driver.event(PromptFailed(prompt.id))
        driver.event(PromptFinished(prompt.id))
    assert driver.state is State.FINISHED


@pytest.mark.parametrize(
    ("reason", "line", "fault"),
    [
        ("lost", Line.DEAF, Fault.MICROPHONE_LOST),
        ("silent", Line.DEAF, Fault.MICROPHONE_SILENT),
        ("moved", Line.DEAF, Fault.MICROPHONE_MOVED),
        ("losing", Line.DEAF_LOSING, Fault.MICROPHONE_LOSING),
        ("stuck", Line.DEAF_ITSELF, Fault.HEARING_STUCK),
        ("behind", Line.DEAF_ITSELF, Fault.HEARING_BEHIND),
    ],
)
def test_why_it_cannot_hear_is_said_and_shown_and_what_was_held_is_kept(
    reason: str, line: Line, fault: Fault
) -> None:
    driver = in_state(State.HOLDING)
    driver.advance(6.0)
    driver.event(MicrophoneLost(reason))
    assert driver.spoken[-1] == PACK.lines[line]
    assert driver.view.faults == (fault,)
    (ended,) = driver.of(ReportHoldEnded)
    assert 6.0 < ended.held_seconds < 10.0, "what was held so far"
    assert not ended.complete
    driver.event(MicrophoneRestored())
    assert driver.state is State.PAUSED
    assert driver.view.faults == ()
    driver.advance(300)
    assert driver.state in (State.PAUSED, State.CLOSING, State.FINISHED), "it never goes on by itself"


@pytest.mark.parametrize("state", [*UNDER_WAY, State.PAUSED])
def test_hearing_that_is_late_is_said_and_shown(state: State) -> None:
    driver = in_state(state)
    driver.event(HearingFellBehind())
    assert driver.state is state
    assert driver.spoken[0] == PACK.lines[Line.HEARING_LATE]
    assert driver.view.faults == (Fault.HEARING_LATE,)
    driver.event(HearingCaughtUp())
    assert driver.view.faults == ()


@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHED])
def test_what_cannot_be_kept_is_shown_and_changes_nothing(state: State) -> None:
    driver = in_state(state)
    before, deadline = driver.view, driver.session.next_deadline
    driver.event(KeepingChanged(is_written=False, has_room=False))
    assert driver.view.faults == (*before.faults, Fault.HISTORY_HELD, Fault.DISK_NEARLY_FULL)
    assert (driver.state, driver.spoken, driver.session.next_deadline) == (state, [], deadline)
    driver.event(KeepingChanged(is_written=True, has_room=False))
    assert driver.view.faults == (*before.faults, Fault.DISK_NEARLY_FULL)
    driver.event(KeepingChanged())
    assert driver.view == before


@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHED])
def test_a_machine_that_is_busy_is_shown_and_changes_nothing(state: State) -> None:
    driver = in_state(state)
    before, deadline = driver.view, driver.session.next_deadline
    driver.event(WorkLeftOut())
    assert driver.view.faults == (*before.faults, Fault.MACHINE_BUSY)
    assert (driver.state, driver.spoken, driver.session.next_deadline) == (state, [], deadline)
    driver.event(WorkResumed())
    assert driver.view == before


# Prompts that hang, and late ends


@pytest.mark.parametrize(
    "state", [s for s in AWAKE if s is not State.EASING] + [State.PAUSED, State.CLOSING, State.EMERGENCY]
)
def test_a_prompt_whose_end_never_comes_does_not_hang_the_session(state: State) -> None:
    driver = in_state(state)
    driver.prompts_finish = False
    driver.until(State.FINISHED, State.ASLEEP, limit_seconds=3600)


def test_what_was_said_by_a_prompt_that_hung_can_be_answered() -> None:
    driver = in_state(State.HOLDING)
    driver.prompts_finish = False
    driver.say("pause")
    driver.advance(60)
    driver.say("continue")
    assert driver.state is State.SETTLING


def test_the_late_end_of_a_prompt_that_was_cut_means_nothing() -> None:
    driver = in_state(State.INSTRUCTING)
    driver.say("repeat")
    assert [driver.event(PromptFinished(prompt_id)) for prompt_id in range(6)] == [()] * 6
    assert driver.state is State.INSTRUCTING


def test_deadlines_that_are_early_or_late() -> None:
    driver = in_state(State.SETTLING)
    driver.now = driver.session.next_deadline - 0.1
    assert driver.event(DeadlineReached()) == ()
    driver.now += 1.0
    driver.event(DeadlineReached())
    assert driver.state is State.HOLDING
    driver.advance(driver.session._context.hold.target_seconds)
    assert driver.state is State.RELEASING


def test_a_question_is_waited_for_from_its_end_and_a_nudge_is_given_once() -> None:
    driver = in_state(State.DECIDING)
    driver.say("?")
    driver.until_silent()
    driver.say("? ?")
    driver.say("the")
    assert driver.spoken == ["Sorry?"]


@pytest.mark.parametrize("state", [*STRETCHING, State.PAUSED, State.ASLEEP, State.INTRODUCING, State.EASING])
def test_chatter_is_left_alone(state: State) -> None:
    driver = in_state(state)
    assert driver.say("?") == ()
    assert state is State.HOLDING or driver.say("? back ? the") == ()


def test_chatter_over_a_question_does_not_interrupt_it() -> None:
    driver = Driver(None)
    driver.say("?")
    driver.until_silent()
    assert "Sorry?" not in driver.spoken


def test_the_echo_of_a_prompt_is_no_command() -> None:
    driver = Driver(None)
    driver.until(State.CHOOSING)
    driver.advance(7.0)
    assert driver.say("help") == (), "it is just saying: or say help"
    driver.until_silent()
    driver.say("help")
    assert [heard.intent for heard in driver.of(ReportHeard)] == [Intent.HELP]


def test_a_question_may_be_answered_before_it_says_how() -> None:
    driver = Driver(None)
    driver.until(State.CHOOSING)
    driver.say("help")
    assert driver.heard == [Intent.HELP]


def test_starting_twice_is_starting_once() -> None:
    driver = in_state(State.ASLEEP)
    assert driver.event(Started()) == ()
