"""Whatever is said and whatever happens, in any order: what must always hold, holds.

Each session is a list of moves found by hypothesis; `Watched` checks after every event.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driver import MIXED, PACK, SAID_ON_THE_WAY, SHORT, Driver
from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.actions import (
    Action,
    EndSession,
    Listen,
    RecordSession,
    RecordStep,
    ReportHeard,
    ReportHoldEnded,
    ReportHoldStarted,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.events import (
    DeadlineReached,
    Event,
    Hypothesis,
    MicrophoneLost,
    MicrophoneRestored,
    PromptFinished,
    SpeakerLost,
    SpeakerRestored,
    Started,
)
from assistant.core.flow import BEFORE_STRETCHING, UNDER_WAY, State, listened_for
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.prompts import Line
from assistant.core.routine import Routine

EMERGENCY = PACK.lines[Line.EMERGENCY]
ENDING = (State.EMERGENCY, State.CLOSING, State.FINISHED)
WAITING = (State.PAUSED, State.ASLEEP, State.DEAF, State.FINISHED)
DEVICE_EVENTS = (MicrophoneLost("lost"), MicrophoneRestored(), SpeakerLost(), SpeakerRestored())
WITHOUT_A_WORD = {
    State.PAUSED: {State.PAUSED, State.CLOSING, State.DEAF},
    State.EASING: {State.EASING, State.DECIDING, State.PAUSED, State.DEAF},
    State.DECIDING: {State.DECIDING, State.CLOSING, State.PAUSED, State.DEAF},
    State.DEAF: {State.DEAF, State.PAUSED, State.ASLEEP},
    State.ASLEEP: {State.ASLEEP, State.DEAF},
    State.SCREENING: {State.SCREENING, State.ASLEEP, State.PAUSED, State.DEAF},
    State.CHOOSING: {State.CHOOSING, State.ASLEEP, State.PAUSED, State.DEAF},
    State.EMERGENCY: {State.EMERGENCY, State.FINISHED},
    State.CLOSING: {State.CLOSING, State.FINISHED},
}


class Watched(Driver):
    """A session whose every answer is checked."""

    def __init__(self, **settings: object) -> None:
        self.hurting = False
        self.must_hear_first = False
        self.screened = not settings.get("physician_check_due")
        self.step = 0
        self.held_seconds = 0.0
        self.began_at: float | None = None
        self.deadlines_in_a_row = 0
        self.listens_for: frozenset[Intent] | None = None
        self.ends = 0
        super().__init__(**settings)  # type: ignore[arg-type]

    def event(self, event: Event) -> tuple[Action, ...]:
        before = self.state
        actions = super().event(event)
        self.deadlines_in_a_row = self.deadlines_in_a_row + 1 if isinstance(event, DeadlineReached) else 0
        if before is State.FINISHED:
            assert actions == ()
        self.check_words(before, actions)
        if not isinstance(event, Hypothesis | Started):
            assert self.state in WITHOUT_A_WORD.get(before, set(State)), f"{event} led on from {before}"
        if isinstance(event, MicrophoneLost) and before not in ENDING:
            self.must_hear_first = True
        for action in actions:
            self.check_action(action)
        self.check_now(actions)
        return actions

    def check_words(self, before: State, actions: tuple[Action, ...]) -> None:
        """What was understood, and what must follow at once."""
        for heard in (action for action in actions if isinstance(action, ReportHeard)):
            if heard.intent in SAFETY_INTENTS:
                assert StopSpeaking() in actions or before is State.EMERGENCY
                assert self.began_at is None or any(isinstance(a, ReportHoldEnded) for a in actions)
            elif before is not State.DEAF:
                self.must_hear_first = False
            if heard.intent is Intent.STOP:
                assert self.state in WAITING
                assert not any(isinstance(action, Speak) for action in actions)
            elif heard.intent is Intent.PAIN:
                assert self.state in (State.EASING, State.DEAF, State.EMERGENCY)
                self.hurting = True
            elif heard.intent is Intent.RED_FLAG:
                assert self.state is State.EMERGENCY
                assert EMERGENCY in [action.text for action in actions if isinstance(action, Speak)]
            elif heard.intent is Intent.YES and before is State.DECIDING:
                self.hurting = False
                self.held_seconds = 0.0
            elif heard.intent is Intent.YES and before is State.SCREENING:
                self.screened = True

    def check_action(self, action: Action) -> None:
        match action:
            case ReportHoldStarted(step, seconds):
                assert self.began_at is None
                assert step == self.session.step
                assert not self.hurting, "a hold after pain without a clear yes"
                assert not self.must_hear_first, "a hold although nothing could be heard"
                assert self.screened, "a hold before the physician's question was answered"
                assert self.held_seconds + seconds <= 60.001
                self.began_at = self.now
            case ReportHoldEnded():
                assert self.began_at is not None
                self.held_seconds += self.now - self.began_at
                self.began_at = None
                assert self.held_seconds <= 60.001
            case RecordStep(_, _, _, held_seconds, outcome):
                assert held_seconds == pytest.approx(self.held_seconds, abs=0.002), "paused time was held"
                if outcome != "pain":
                    self.held_seconds = 0.0
            case Listen(intents):
                self.listens_for = intents
            case EndSession():
                self.ends += 1
            case RecordSession():
                self.step, self.held_seconds = 0, 0.0
            case ReportState(state, step):
                went_back = Intent.BACK in self.heard[-1:]
                if State(state) is State.INSTRUCTING:
                    assert step >= self.step or went_back, "the order of the steps was broken"
                    self.step = step

    def check_now(self, actions: tuple[Action, ...]) -> None:
        """What holds between any two events."""
        assert (self.began_at is not None) == (self.state is State.HOLDING)
        deadline = self.session.next_deadline
        assert deadline is None or deadline >= self.now - 1e-6
        assert self.deadlines_in_a_row < 60, "deadlines lead nowhere"
        assert self.ends == (self.state is State.FINISHED)
        if self.state is State.FINISHED and actions:
            assert isinstance(actions[-1], EndSession)
            assert deadline is None
        assert self.listens_for is None or self.listens_for == listened_for(self.state)
        assert self.state not in BEFORE_STRETCHING or self.began_at is None

    def play_out(self) -> None:
        """Nobody says anything any more: it comes to rest."""
        for _ in range(3000):
            if not self.happen():
                break
        assert self.state in (State.FINISHED, State.ASLEEP, State.DEAF)
        if Intent.RED_FLAG in self.heard:
            assert self.end_reasons == ["emergency"]
            assert EMERGENCY in self.spoken


def _phrase(pattern: str, number: str) -> str:
    """A pattern with something in each of its slots."""
    fills = {"number": number, "span": "half a minute", "region": "lower back", "routine": "low one"}
    for name, words in fills.items():
        pattern = pattern.replace(f"{{{name}}}", words)
    return pattern


Move = Callable[[Watched], object]
NUMBERS = st.sampled_from(["zero", "two", "ten", "sixty"])


def phrases(*intents: Intent) -> st.SearchStrategy[str]:
    each = st.sampled_from(intents).flatmap(lambda intent: st.sampled_from(PACK.table.phrases[intent]))
    return st.builds(_phrase, each, NUMBERS)


LEADS_ON = {
    State.CHOOSING: "mixed one",
    State.SCREENING: "yes",
    State.SOUND_CHECK: "ready",
    State.PAUSED: "continue",
    State.ASLEEP: "continue",
    State.DECIDING: "yes",
}
KINDS = ["go on"] * 4 + ["say"] * 6 + ["pass"] * 2 + ["answer"] * 2 + ["partial", "chatter", "device", "odd"]
LIKELY = (Intent.YES, Intent.RESUME, Intent.READY, Intent.NEXT, Intent.BACK, Intent.MORE_TIME, Intent.STOP)
LASTING = tuple(intent for intent in Intent if intent not in (Intent.RED_FLAG, Intent.END))
INTERRUPTED = (*SAID_ON_THE_WAY, State.DEAF)


def interrupt(driver: Watched, by: State) -> None:
    """Bring a session from wherever it is into a state that interrupts it."""
    for phrase in SAID_ON_THE_WAY.get(by, ())[:1]:
        driver.say(phrase)
    if by is State.DEAF:
        driver.event(MicrophoneLost("lost"))
    if by is State.DECIDING:
        driver.until(State.DECIDING)
    driver.advance(1.0)


def go_on(driver: Watched) -> None:
    """What leads on from here: the answer that is waited for, or time until the next state."""
    before = driver.state
    if before in LEADS_ON:
        driver.answer(LEADS_ON[before])
    elif before is State.DEAF:
        driver.event(MicrophoneRestored())
    else:
        for _ in range(30):
            if driver.state is before:
                driver.happen()


@st.composite
def moves(draw: st.DrawFn) -> tuple[str, Move]:
    """Something that happens, and what to call it."""
    kind = draw(st.sampled_from(KINDS))
    if kind == "go on":
        return kind, go_on
    if kind in ("say", "answer"):
        phrase = draw(st.one_of(phrases(*LIKELY), phrases(*LASTING), phrases(*Intent)))
        return f'{kind} "{phrase}"', lambda d: d.say(phrase) if kind == "say" else d.answer(phrase)
    if kind == "partial":
        words = draw(phrases(*Intent)).split()
        return f"partial {words}", lambda d: d.hear(*words, final=False)
    if kind == "chatter":
        words = draw(
            st.lists(st.sampled_from(["[unk]", "step", "yes", "no", "ten", "stop", "back"]), max_size=4)
        )
        return f"chatter {words}", lambda d: d.hear(*words)
    if kind == "pass":
        seconds = draw(st.one_of(st.floats(0, 5), st.floats(5, 60), st.sampled_from([300.0])))
        return f"{seconds} s pass", lambda d: d.advance(seconds)
    if kind == "device":
        event = draw(st.sampled_from(DEVICE_EVENTS))
        return str(event), lambda d: d.event(event)
    odd = draw(st.sampled_from(["prompts hang", "prompts finish", "started", "late", "early"]))
    if odd.startswith("prompts"):
        return odd, lambda d: setattr(d, "prompts_finish", odd == "prompts finish")
    events = {"started": Started(), "late": PromptFinished(1), "early": DeadlineReached()}
    return odd, lambda d: d.event(events[odd])


@pytest.mark.parametrize("by", [None, *INTERRUPTED])
@pytest.mark.parametrize("before", [*UNDER_WAY, State.SCREENING, State.SOUND_CHECK])
def test_any_one_thing_and_then_silence(before: State, by: State | None) -> None:
    """Whatever is said or happens after an interruption: without another word it comes to rest."""
    said = [_phrase(patterns[0], "ten") for patterns in PACK.table.phrases.values()]
    then: list[Move] = [lambda d, phrase=phrase: d.answer(phrase) for phrase in said]
    then += [lambda d, event=event: d.event(event) for event in (*DEVICE_EVENTS, Started())]
    then.append(lambda d: d.advance(130))
    for move in then:
        driver = Watched(
            physician_check_due=before is State.SCREENING, sound_check=before is State.SOUND_CHECK
        )
        driver.until(before)
        if by:
            interrupt(driver, by)
        move(driver)
        driver.play_out()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([None, MIXED, MIXED, SHORT]),
    st.sampled_from(["", "", "physician_check_due", "sound_check"]),
    st.sampled_from([State.HOLDING, *UNDER_WAY]),
    st.sampled_from(INTERRUPTED),
    st.lists(moves(), min_size=3, max_size=30),
)
def test_any_session(
    routine: Routine | None, asked: str, before: State, by: State, happens: list[tuple[str, Move]]
) -> None:
    driver = Watched(routine=routine, **({asked: True} if asked else {}))
    if routine is MIXED and not asked:
        driver.until(before)
        interrupt(driver, by)
    for _, move in happens:
        move(driver)
        note(str(driver.state))
    driver.prompts_finish = True
    driver.play_out()
