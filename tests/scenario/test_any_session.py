"""Whatever is said and whatever happens, in any order: what must always hold, holds.

Each session is a list of moves found by hypothesis; `Watched` checks after every event.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driver import CATALOGUE, MIXED, PACK, SAID_ON_THE_WAY, SHORT, Driver
from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.actions import (
    Action,
    EndSession,
    Listen,
    RecordPain,
    RecordPainScore,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    RecordStep,
    ReportHeard,
    ReportHoldEnded,
    ReportHoldStarted,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.adapting import StretchPast
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
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.machine import listened_for
from assistant.core.states import BEFORE_STRETCHING, UNDER_WAY, State
from assistant.store.library import load_library

LIBRARY = tuple(load_library().values())
ADVICE = {PACK.lines[line] for line in PACK.advice.values()}
ENDING = (State.EMERGENCY, State.CLOSING, State.FINISHED)
DEVICE_EVENTS = (MicrophoneLost("lost"), MicrophoneRestored(), SpeakerLost(), SpeakerRestored())
WAITING = (State.PAUSED, State.ASLEEP, State.DEAF, State.FINISHED)
WITHOUT_A_WORD = {
    State.PAUSED: {State.PAUSED, State.CLOSING, State.DEAF},
    State.EASING: {State.EASING, State.SCORING, State.CLOSING, State.PAUSED, State.DEAF},
    State.SCORING: {State.SCORING, State.CLOSING, State.PAUSED, State.DEAF},
    State.SPREADING: {State.SPREADING, State.CLOSING, State.PAUSED, State.DEAF},
    State.SCORE_AFTER: {State.SCORE_AFTER, State.CLOSING, State.PAUSED, State.DEAF},
    State.HISTORY: {State.HISTORY, State.ASLEEP, State.PAUSED, State.DEAF},
    State.SCORE_NOW: {State.SCORE_NOW, State.ASLEEP, State.PAUSED, State.DEAF},
    State.NEWS: {State.NEWS, State.ASLEEP, State.PAUSED, State.DEAF},
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
        self.hurt_today: set[str] = set()
        self.may_try_easier = False
        self.reports = 0
        self.score: int | None = None
        self.step = 0
        self.held_seconds = 0.0
        self.began_at: float | None = None
        self.deadlines_in_a_row = 0
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
            if heard.intent is Intent.STOP and before is State.SOUND_CHECK:
                assert self.state in (State.PAUSED, State.SOUND_CHECK, State.INTRODUCING)
                assert actions.index(StopSpeaking()) < min(
                    (at for at, action in enumerate(actions) if isinstance(action, Speak)), default=99
                )
            elif heard.intent is Intent.STOP:
                assert self.state in WAITING
                assert not any(isinstance(action, Speak) for action in actions)
            elif heard.intent is Intent.PAIN:
                assert self.state in (State.EASING, State.DEAF, State.EMERGENCY)
                self.hurting = True
            elif heard.intent is Intent.RED_FLAG:
                assert self.state is State.EMERGENCY
                assert sum(isinstance(a, Speak) and a.text in ADVICE for a in actions) == 2
            elif before is State.DECIDING and self.state is not State.DECIDING:
                self.check_decision(heard.intent)

    def check_decision(self, intent: Intent) -> None:
        """Whoever goes on after pain has said so, and may."""
        if self.state in (State.INSTRUCTING, State.SETTLING, *BEFORE_STRETCHING):
            assert intent is Intent.YES or (intent is Intent.EASIER and self.score in (0, 1))
            assert self.reports == 1, "on after a second report"
            assert self.score is not None
            assert self.score < 6
        if intent is Intent.EASIER and self.state is State.SETTLING:
            self.hurt_today.discard(self.current_stretch)
        if intent in (Intent.YES, Intent.EASIER):
            self.hurting = False
            self.held_seconds = 0.0

    @property
    def current_stretch(self) -> str:
        course = self.session._context.course
        assert course is not None
        return course.step.stretch.id

    def check_action(self, action: Action) -> None:
        match action:
            case ReportHoldStarted(step, seconds):
                assert self.began_at is None
                assert step == self.session.step
                assert not self.hurting, "a hold after pain without a clear yes"
                assert not self.must_hear_first, "a hold although nothing could be heard"
                assert self.screened, "a hold before the questions of the first use were answered"
                assert self.current_stretch not in self.hurt_today, "what hurt was offered again"
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
            case RecordPhysicianChecked():
                self.screened = True
            case RecordPain(stretch_id, _):
                self.hurt_today |= {stretch_id} - {""}
                self.reports += 1
                self.score = None
            case RecordPainScore(moment, score):
                assert 0 <= score <= 10
                if moment == "during":
                    self.score = max(score, self.score or 0)
                    assert score < 6 or self.state is State.CLOSING, "on with six or more"
            case RecordSession():
                self.step, self.held_seconds = 0, 0.0
            case ReportState(state, step):
                went_back = Intent.BACK in self.heard[-1:]
                if State(state) in (State.INSTRUCTING, State.SETTLING):
                    assert self.current_stretch not in self.hurt_today, "what hurt was offered again"
                if State(state) is State.INSTRUCTING:
                    assert step >= self.step or went_back, "the order of the steps was broken"
                    self.step = step

    def check_now(self, actions: tuple[Action, ...]) -> None:
        """What holds between any two events."""
        assert (self.began_at is not None) == (self.state is State.HOLDING)
        deadline = self.session.next_deadline
        assert deadline is None or deadline >= self.now - 1e-6
        assert self.deadlines_in_a_row < 60, "deadlines lead nowhere"
        assert len(self.end_reasons) == (self.state is State.FINISHED)
        if self.state is State.FINISHED and actions:
            assert isinstance(actions[-1], EndSession)
            assert deadline is None
        listens = self.of(Listen)
        assert not listens or listens[-1].intents == listened_for(self.state)
        assert self.state not in BEFORE_STRETCHING or self.began_at is None

    def hurt(self, answers: list[str]) -> None:
        """It hurts, and the questions that follow are answered."""
        self.say("that hurts")
        for _ in range(10):
            if self.state is State.EASING:
                self.happen()
        for answer in answers:
            self.answer(answer)

    def play_out(self) -> None:
        """Nobody says anything any more: it comes to rest."""
        for _ in range(3000):
            if not self.happen():
                break
        assert self.state in (State.FINISHED, State.ASLEEP, State.DEAF)
        if Intent.RED_FLAG in self.heard:
            assert self.end_reasons == ["emergency"]
            assert ADVICE & set(self.spoken)
            assert self.of(RecordRedFlag)


def _phrase(pattern: str, number: str) -> str:
    """A pattern with something in each of its slots."""
    fills = {"number": number, "span": "half a minute", "region": "lower back", "routine": "low one"}
    fills |= {"score": "none", "position": "sitting"}
    for name, words in fills.items():
        pattern = pattern.replace(f"{{{name}}}", words)
    return pattern


Move = Callable[[Watched], object]
NUMBERS = st.sampled_from(["zero", "one", "two", "four", "six", "ten", "sixty"])


def phrases(*intents: Intent) -> st.SearchStrategy[str]:
    each = st.sampled_from(intents).flatmap(lambda intent: st.sampled_from(PACK.table.phrases[intent]))
    return st.builds(_phrase, each, NUMBERS)


LEADS_ON = {
    State.CHOOSING: "mixed one",
    State.SCREENING: "yes",
    State.SOUND_CHECK: "stop",
    State.PAUSED: "continue",
    State.ASLEEP: "continue",
    State.HISTORY: "no",
    State.SCORE_NOW: "two",
    State.NEWS: "no",
    State.SCORING: "one",
    State.SPREADING: "no",
    State.DECIDING: "yes",
    State.SCORE_AFTER: "three",
}
KINDS = (
    ["go on"] * 8
    + ["say"] * 6
    + ["pass"] * 4
    + ["hurt"] * 4
    + ["answer", "partial", "chatter", "device", "odd"]
)


INTERRUPTED = (State.ASLEEP, State.PAUSED, State.EASING, State.EMERGENCY, State.CLOSING, State.DEAF)


def interrupt(driver: Watched, by: State) -> None:
    """Bring a session from wherever it is into a state that interrupts it."""
    for phrase in SAID_ON_THE_WAY.get(by, ())[:1]:
        driver.say(phrase)
    if by is State.DEAF:
        driver.event(MicrophoneLost("lost"))
    driver.advance(1.0)


def go_on(driver: Watched) -> None:
    """What leads on from here: the answer that is waited for, or time until the next state."""
    before = driver.state
    if before in LEADS_ON:
        driver.answer_later(LEADS_ON[before])
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
        likely = phrases(
            *(Intent.YES, Intent.RESUME, Intent.READY, Intent.NEXT, Intent.BACK, Intent.MORE_TIME),
            *(Intent.PAIN, Intent.NUMBER, Intent.EASIER, Intent.BRING_BACK),
        )
        phrase = draw(
            st.one_of(phrases(*set(Intent) - {Intent.RED_FLAG, Intent.END}), likely, phrases(*Intent))
        )
        return f'{kind} "{phrase}"', lambda d: d.say(phrase) if kind == "say" else d.answer(phrase)
    if kind == "hurt":
        answers = [draw(NUMBERS), draw(st.sampled_from(["no", "no", "yes", "no idea"]))]
        answers += draw(
            st.sampled_from([["yes", "back"], ["yes"], ["easier"], ["no"], ["short one"], ["next"]])
        )
        return f"hurt {answers}", lambda d: d.hurt(answers)
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


PASTS = st.builds(StretchPast, st.integers(0, 2), st.integers(0, 3), st.integers(0, 7))
STRETCHES = [stretch.id for routine in CATALOGUE for stretch in routine.stretches]
SETTINGS = st.fixed_dictionaries(
    {
        "physician_check_due": st.booleans(),
        "sound_check": st.booleans(),
        "asks_how_it_is": st.booleans(),
        "pasts": st.one_of(st.none(), st.dictionaries(st.sampled_from(STRETCHES), PASTS, max_size=3)),
        "library": st.sampled_from([(), LIBRARY]),
    }
)


@settings(max_examples=120)
@given(
    st.sampled_from([None, MIXED, SHORT, CATALOGUE[2]]), SETTINGS, st.lists(moves(), min_size=4, max_size=50)
)
def test_any_session(routine: object, asked: dict[str, object], happens: list[tuple[str, Move]]) -> None:
    driver = Watched(routine=routine, **asked)
    for _, move in happens:
        move(driver)
        note(str(driver.state))
    driver.prompts_finish = True
    driver.play_out()
