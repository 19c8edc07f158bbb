"""The flow table as a product: every state and every trigger has an answer, or none on purpose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from driver import OVER_WHEN_SPOKEN, PACK, Driver, in_state

from assistant.core import dialogue
from assistant.core.actions import (
    Action,
    Earcon,
    EndSession,
    PlayEarcon,
    ReportHeard,
    ReportHoldStarted,
    Speak,
)
from assistant.core.context import Settings
from assistant.core.events import (
    CameBack,
    CutShort,
    DeadlineReached,
    Event,
    HearingFellBehind,
    MicrophoneLost,
    MicrophoneRestored,
    PromptFailed,
    PromptFinished,
    Source,
    SpeakerLost,
    SpeakerRestored,
    Started,
)
from assistant.core.intents import Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import ANSWERED, BEHAVIORS, ENTERING, TABLE, UNANSWERED, listened_for
from assistant.core.prompts import Line
from assistant.core.states import (
    GUIDED,
    IN_PAIN,
    INTERRUPTED,
    ONLY_AT_REST,
    TRIGGERS,
    Signal,
    State,
    Trigger,
)

PHRASES = {
    Intent.RED_FLAG: "my chest hurts",
    Intent.CHOOSE: "short one",
    Intent.NUMBER: "ten",
    Intent.BACK: "go back",
    Intent.MORE_TIME: "ten more seconds",
    Intent.UNSURE: "no idea",
    Intent.COMPLAIN: "my neck hurts",
    Intent.SPREAD: "it goes down my leg",
    Intent.START: "wake up",
    Intent.CONDITION: "osteoporosis",
    Intent.HAS_CONDITION: "i have a new hip",
    Intent.CONDITION_OVER: "my hip is fine now",
}
MEANS = {Intent.SPREAD: Intent.YES, Intent.DENIAL: Intent.NO}
WRONG = {PACK.lines[line] for line in (Line.WHAT_IS_WRONG, Line.GET_HELP)}
ANSWERS_ELSEWHERE = (Intent.COMPLAIN, Intent.SPREAD)
"""What answers a question is a report of pain where it is not asked."""
EVENTS: dict[Signal, Event] = {
    Signal.STARTED: Started(),
    Signal.CUT_SHORT: CutShort("hung_up"),
    Signal.CAME_BACK: CameBack(60.0),
    Signal.MICROPHONE_LOST: MicrophoneLost("lost"),
    Signal.MICROPHONE_RESTORED: MicrophoneRestored(),
    Signal.SPEAKER_LOST: SpeakerLost(),
    Signal.SPEAKER_RESTORED: SpeakerRestored(),
    Signal.HEARING_LATE: HearingFellBehind(),
}


def pull(driver: Driver, trigger: Trigger) -> tuple[Action, ...]:
    """Give the session the event that means a trigger."""
    if isinstance(trigger, Intent):
        phrase = PHRASES.get(trigger, driver.session._context.script.pack.table.phrases[trigger][0])
        words = tuple(phrase.split())
        if driver.state is State.INSTRUCTING and len(words) > 3:  # as long as what is just being said
            listened = listened_for(driver.state)
            return driver.event(meaning_of(words, driver.pack.table, listened, Source.KEYBOARD))
        return driver.say(phrase)
    if trigger is Signal.STALLED:
        driver.now = max(driver.now, driver.session.next_deadline or 0.0) + 3.0
        return driver.event(PromptFinished(99_999))
    if trigger is Signal.TALK:
        return driver.hear("?", final=False)
    if trigger is Signal.NOT_UNDERSTOOD:
        return driver.say("?")
    if trigger is Signal.SPOKEN:
        for prompt_id in range(60):
            if actions := driver.event(PromptFinished(prompt_id)):
                return actions
        return ()
    if trigger is Signal.TIME_OVER:
        driver.now = max(driver.now, driver.session.next_deadline or 0.0)
        return driver.event(DeadlineReached())
    if trigger is Signal.VOICE_LOST:
        script = driver.session._context.script
        script.speak("Something.")
        driver.was_meddled_with = True
        return driver.event(PromptFailed(script.prompts[-1][0]))
    return driver.event(EVENTS[trigger])


@pytest.mark.parametrize("state", State)
def test_every_trigger_is_answered_or_silent_on_purpose(state: State) -> None:
    silent = UNANSWERED[state].split()
    assert len(silent) == len(set(silent))
    assert ANSWERED[state] | set(silent) == set(TRIGGERS), "neither answered nor silent"
    assert not ANSWERED[state] & set(silent), "answered and silent"
    assert set(silent) <= {str(trigger) for trigger in TRIGGERS}


def test_intents_and_signals_have_names_of_their_own() -> None:
    assert len({str(trigger) for trigger in TRIGGERS}) == len(Intent) - len(ONLY_AT_REST) + len(Signal)


def test_every_state_begins_with_something_and_belongs_to_one_behavior() -> None:
    assert set(ENTERING) == set(UNANSWERED) == set(State)
    for of_states in ("entering", "unanswered"):
        owners = [state for behavior in BEHAVIORS.values() for state in getattr(behavior, of_states)]
        assert len(owners) == len(set(owners))


def test_no_guard_and_no_effect_lies_idle() -> None:
    folder = Path(dialogue.__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    everything = "\n".join(path.read_text(encoding="utf-8") for path in folder.parent.rglob("*.py"))
    for path, source in sources.items():
        for name in re.findall(r"^def (\w+)\(context: Context\)", source, re.MULTILINE):
            assert len(re.findall(rf"\b{name}\b", everything)) > 1, f"{path.name}: {name} is never used"


def test_every_state_can_be_reached_and_left() -> None:
    reached, ahead = set(), {State.ASLEEP}
    while ahead:
        reached |= ahead
        ahead = {row.dest for row in TABLE if row.dest and set(row.sources) & reached} - reached
    assert reached == set(State)
    for state in set(State) - {State.FINISHED}:
        assert any(state in row.sources and row.dest not in (None, state) for row in TABLE), state


def test_a_row_without_a_guard_hides_no_later_row() -> None:
    hidden = [
        (row.trigger, source)
        for at, row in enumerate(TABLE)
        for source in row.sources
        if any(r.trigger == row.trigger and source in r.sources and not r.when for r in TABLE[:at])
    ]
    assert hidden == []


@pytest.mark.parametrize("state", State)
def test_the_way_to_every_state_is_known_to_these_tests(state: State) -> None:
    assert in_state(state).state is state


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("state", State)
def test_every_trigger_in_every_state(state: State, trigger: Trigger) -> None:
    driver = in_state(state)
    hearing = {Intent(t) for t in ANSWERED[state] if t in set(Intent)}
    actions = pull(driver, trigger)
    if trigger is Signal.TIME_OVER and state in OVER_WHEN_SPOKEN:
        trigger = Signal.SPOKEN  # a prompt whose end never comes is over all the same
        assert driver.state is not state

    assert all(action.seconds <= 60 for action in actions if isinstance(action, ReportHoldStarted))
    if trigger is Intent.DENIAL and trigger not in ANSWERED[state]:
        assert not {Intent.PAIN, Intent.RED_FLAG} & set(driver.heard[-1:])
    elif trigger in ANSWERS_ELSEWHERE and trigger not in ANSWERED[state]:
        assert driver.heard[-1:] == ([] if state is State.FINISHED else [Intent.PAIN])
    elif trigger is Intent.HAS_CONDITION and state is State.CONDITIONS:
        assert driver.heard[-1:] == [Intent.CONDITION], "told where it is asked"
    elif trigger is Signal.VOICE_LOST and state is not State.FINISHED:
        assert PlayEarcon(Earcon.TROUBLE) in actions
        assert driver.state is (state if str(trigger) in UNANSWERED[state].split() else State.PAUSED)
    elif str(trigger) in UNANSWERED[state].split():
        may_ask = {Signal.NOT_UNDERSTOOD} & ANSWERED[state]  # an intent that means nothing here
        if isinstance(trigger, Intent) and may_ask:
            asked = {"Sorry?", "I did not catch the number. Zero to ten?", *WRONG}
            asked |= {PACK.lines[Line.FINISH_AGAIN]} if state is State.FINISHING else set()
            assert {a.text for a in actions if isinstance(a, Speak)} <= asked
        else:
            assert not [a for a in actions if isinstance(a, Speak | PlayEarcon | ReportHeard | EndSession)]
        assert driver.state is state
    elif isinstance(trigger, Intent):
        assert trigger in hearing
        assert MEANS.get(trigger, trigger) in driver.heard


@pytest.mark.parametrize("state", State)
def test_what_is_stale_or_foreign_means_nothing(state: State) -> None:
    driver = in_state(state)
    deadline = driver.session.next_deadline
    assert driver.event(PromptFinished(99_999)) == ()
    assert driver.hear(utterance=900) == ()
    if state is not State.FINISHING:  # there it is talk, and no silence
        assert driver.hear("?", final=False, utterance=901) == ()
    if deadline is None or deadline > driver.now:
        assert driver.event(DeadlineReached()) == ()
    assert driver.state is state
    assert driver.session.next_deadline == deadline


def test_sessions_listen_for_what_the_table_answers() -> None:
    assert listened_for(State.FINISHED) == frozenset()
    for state in set(State) - {State.FINISHED}:
        assert {Intent.STOP, Intent.PAIN, Intent.RED_FLAG} <= listened_for(state)
        assert listened_for(state) == {t for t in ANSWERED[state] if isinstance(t, Intent)}


ON_THE_WAY = {State.INTRODUCING, *GUIDED}
SILENT = (Signal.TIME_OVER, Signal.SPOKEN)


def test_silence_never_leads_back_from_an_interruption() -> None:
    """What README, docs/safety.md and the spoken sentences say of silence, as the table has it."""
    rows = [row for row in TABLE if row.trigger in SILENT and row.dest]
    by_clock = {(source, row.dest) for row in rows for source in row.sources if row.dest in ON_THE_WAY}
    assert {source for source, _ in by_clock} <= ON_THE_WAY - {State.TRANSFERRING}
    assert (State.SETTLING, State.HOLDING) in by_clock
    waits = {row.dest for row in rows if State.TRANSFERRING in row.sources}
    assert waits == {State.PAUSED, State.SCORE_AFTER, State.CLOSING}
    for state in (*INTERRUPTED, State.ASLEEP, *IN_PAIN, State.CLOSING):
        assert not {row.dest for row in rows if state in row.sources} & ON_THE_WAY, state


def test_what_is_said_of_silence_is_what_happens() -> None:
    """Where a clock goes on, no sentence tells to take any time; where none does, one says that it waits."""
    lines = PACK.lines
    for line in (Line.SETTLE_FIRST, Line.SETTLE, Line.SETTLE_BACK):
        assert "just wait" in lines[line]
        assert "take your time" not in lines[line].lower()
    assert "I begin by myself" in lines[Line.SETTLE_FIRST]
    assert "I wait for you" in lines[Line.TRANSFER_AGAIN]
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    seconds = f"{Settings().settle_seconds:.0f} seconds"
    assert f'A stretch goes by its clock: {seconds} after "say ready" its hold begins' in readme
    assert "An interruption never goes on by itself" in readme
