"""Drives a Session through a scripted timeline with a clock of its own: nothing waits, nothing sounds.

The driver plays prompts at a steady pace, fires deadlines when they are due and lets somebody speak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from assistant.core.actions import (
    Action,
    EndSession,
    RecordStep,
    ReportHeard,
    ReportHoldEnded,
    ReportHoldStarted,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.context import Settings
from assistant.core.events import (
    CameBack,
    CutShort,
    DeadlineReached,
    Event,
    MicrophoneLost,
    PromptFinished,
    SentenceFinished,
    Started,
)
from assistant.core.intents import Intent
from assistant.core.journal import replay
from assistant.core.listening.hypotheses import FinalHypothesis, PartialHypothesis
from assistant.core.listening.listener import Listener
from assistant.core.machine import listened_for
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Position, Posture, Region, Routine, Side, Stretch
from assistant.core.session import Session
from assistant.core.states import State
from assistant.core.view import View
from assistant.languages.packs import load_language
from assistant.store.library import load_library
from assistant.store.routines import built_in_routines as listed_routines

WORDS_PER_SECOND = 3.0
NEVER = float("inf")


def stretch(name: str, region: Region = Region.NECK, **changes: object) -> Stretch:
    """A stretch for tests, 20 s without sides unless changed."""
    plain = Stretch(
        id=name.replace(" ", "-"),
        name=name.capitalize(),
        spoken_name=name,
        region=region,
        position=Position.SEATED,
        posture=Posture.SITTING,
        has_sides=False,
        hold_seconds=20,
        repetitions=1,
        enter=("Sit tall.", "Slowly turn your head to the {side}."),
        feel="You feel a mild pull.",
        leave="Slowly come back.",
        easier="Turn half as far.",
        avoid_if=(),
        source="for tests",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


CHIN = stretch("chin to chest")
TURN = stretch("look over your shoulder", Region.SHOULDERS, has_sides=True)
HUG = stretch("big hug", Region.UPPER_BACK, hold_seconds=25, repetitions=2)
KNEES = stretch("knees to chest", Region.LOWER_BACK, hold_seconds=30)
SHORT = Routine("short", "short one", "A stretch.", (CHIN,))
MIXED = Routine("mixed", "mixed one", "With sides and repetitions.", (CHIN, TURN, HUG))
LOW = Routine("low", "low one", "For the lower back.", (KNEES, stretch("hip", Region.HIPS)))
LYING = stretch("knees up", Region.LOWER_BACK, position=Position.FLOOR, posture=Posture.ON_BACK)
ROLLING = stretch(
    "side rest",
    Region.HIPS,
    position=Position.FLOOR,
    posture=Posture.ON_SIDE,
    has_sides=True,
    turns_around=True,
)
DOWN = Routine("down", "down one", "From the chair to the mat and up again.", (CHIN, LYING, ROLLING))
CATALOGUE = (MIXED, SHORT, LOW)
WITH_DOWN = (*CATALOGUE, DOWN)


@cache
def pack_of(catalogue: tuple[Routine, ...]) -> LanguagePack:
    """The English pack for some routines. To make its patterns takes longer than most sessions here."""
    return load_language("en", catalogue)


PACK = pack_of(CATALOGUE)
DOWN_PACK = pack_of(WITH_DOWN)


def built_in_routines() -> tuple[Routine, ...]:
    """The routines that come with Limber."""
    return tuple(listed.routine for listed in listed_routines(load_library(), "en"))


@dataclass(frozen=True)
class Did:
    """An action, and when the session returned it."""

    at: float
    action: Action


class Driver:
    """One session under test."""

    def __init__(
        self,
        routine: Routine | None = MIXED,
        *,
        catalogue: tuple[Routine, ...] = CATALOGUE,
        start: bool = True,
        now: float = 1000.0,
        library: tuple[Stretch, ...] = (),
        pack: LanguagePack | None = None,
        **settings: object,
    ) -> None:
        chosen = {"routine_id": routine.id if routine else "", "sound_check": False, **settings}
        self.pack = pack or pack_of(catalogue)
        self.listener = Listener(self.pack.table)
        self._made_of = (self.pack, catalogue, Settings(**chosen), library)  # type: ignore[arg-type]
        self.session = self.another_session()
        self.told: list[tuple[float, Event]] = []
        self.was_meddled_with = False
        self.now = now
        self.did: list[Did] = []
        self.views: list[View] = []
        self.prompts_finish = True
        self.words_per_second = WORDS_PER_SECOND
        self._queue: list[Speak] = []
        self._cut: dict[str, list[str]] = {}
        self._sounding_since = now
        self._sentences_over = 0
        self._utterance = 0
        if start:
            self.event(Started())

    def crash(self, away_seconds: float | None = 60.0, reason: str = "") -> tuple[Action, ...]:
        """The process dies, after it was asked to end where there is a reason, and another one goes on."""
        if reason:
            self.event(CutShort(reason))
        self.session = replay(self.another_session(), self.told)
        self._queue.clear()
        self._sentences_over = 0
        return self.event(CameBack(away_seconds))

    def another_session(self) -> Session:
        """A fresh session of the same settings and content."""
        return Session(*self._made_of)

    # What happens

    def event(self, event: Event) -> tuple[Action, ...]:
        """Give the session an event now."""
        self.told.append((self.now, event))
        actions = self.session.handle(event, self.now)
        for action in actions:
            self.did.append(Did(self.now, action))
            if isinstance(action, StopSpeaking):
                self._queue.clear()
                self._sentences_over = 0
            elif isinstance(action, Speak):
                if not self._queue:
                    self._sounding_since = self.now
                self._queue.append(action)
        view = self.session.view
        if not self.views or view != self.views[-1]:
            self.views.append(view)
        return actions

    def hear(self, *words: str, final: bool = True, utterance: int | None = None) -> tuple[Action, ...]:
        """A hypothesis about what was just said, as it is understood; a new utterance unless one is given."""
        if utterance is None:
            self._utterance += 1
            utterance = self._utterance
        kind = FinalHypothesis if final else PartialHypothesis
        return self.interpret(kind(utterance, words, self.now - 0.1, self.now))

    def interpret(self, hypothesis: PartialHypothesis | FinalHypothesis) -> tuple[Action, ...]:
        """A hypothesis, as it is understood in this state."""
        meaning = self.listener.interpret(hypothesis, listened_for(self.state))
        return () if meaning is None else self.event(meaning)

    def say(self, phrase: str) -> tuple[Action, ...]:
        """Somebody says a phrase, heard well, as one utterance: all its actions."""
        words = phrase.split()
        partial = self.hear(*words, final=False)
        return partial + self.hear(*words, utterance=self._utterance)

    def answer(self, phrase: str) -> tuple[Action, ...]:
        """Say a phrase once nothing is being spoken any more."""
        self.until_silent()
        return self.say(phrase)

    def answer_later(self, phrase: str) -> tuple[Action, ...]:
        """Say a phrase when nobody could take it for the end of what was spoken."""
        self.until_silent()
        self.advance(0.5)
        return self.say(phrase)

    def rate(self, score: str = "three", spread: str = "no") -> Driver:
        """Answer what is asked after pain, up to the question whether to go on, or to the end."""
        self.until(State.SCORING).answer(score)
        if self.state is State.SPREADING:
            self.answer(spread)
        return self.until_silent() if self.state is State.DECIDING else self

    # Time

    def _sentences(self, text: str) -> list[str]:
        if text not in self._cut:
            self._cut[text] = list(self.pack.sentences(text))
        return self._cut[text]

    @property
    def _sentence_ends_at(self) -> float:
        if not self._queue or not self.prompts_finish:
            return NEVER
        spoken = self._sentences(self._queue[0].text)[: self._sentences_over + 1]
        seconds = len(" ".join(spoken).split()) / self.words_per_second
        return max(self.now, self._sounding_since + seconds)

    @property
    def next_at(self) -> float:
        """When something will happen by itself: a sentence ends or the deadline comes."""
        deadline = self.session.next_deadline
        return min(self._sentence_ends_at, NEVER if deadline is None else deadline)

    def happen(self) -> bool:
        """Go to what happens next by itself; False when nothing ever does."""
        at = self.next_at
        if at == NEVER:
            return False
        assert at >= self.now - 1e-6, "a deadline in the past"
        self.now = max(self.now, at)
        if self._sentence_ends_at <= self.now:
            prompt_id, self._sentences_over = self._queue[0].prompt_id, self._sentences_over + 1
            self.event(SentenceFinished(prompt_id))
            still_sounds = self._queue and self._queue[0].prompt_id == prompt_id
            if still_sounds and self._sentences_over >= len(self._sentences(self._queue[0].text)):
                self._queue.pop(0)
                self._sounding_since, self._sentences_over = self.now, 0
                self.event(PromptFinished(prompt_id))
        else:
            self.event(DeadlineReached())
        return True

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self.next_at <= end:
            self.happen()
        self.now = end

    def until(self, *states: State, limit_seconds: float = 3600.0) -> Driver:
        """Let time pass until the session is in one of the states."""
        end = self.now + limit_seconds
        while self.state not in states:
            assert self.happen(), f"nothing happens any more in {self.state}"
            assert self.now <= end, f"still in {self.state}"
        return self

    def play_through(self) -> Driver:
        """To the end, with nothing said but "ready" after each transfer."""
        while self.state is not State.FINISHED:
            self.until(State.TRANSFERRING, State.FINISHED)
            if self.state is State.TRANSFERRING:
                self.answer_later("ready")
        return self

    def until_silent(self) -> Driver:
        """Let time pass until nothing is being spoken and its echo has gone."""
        while self._queue:
            self.happen()
        self.advance(0.5)
        return self

    # What was done

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def view(self) -> View:
        return self.session.view

    @property
    def course_stretch(self) -> str:
        """The id of the stretch under way, or ahead."""
        return self.session._context.current_course.step.stretch.id

    @property
    def course_side(self) -> Side:
        """The side under way, or ahead."""
        return self.session._context.current_course.step.side

    @property
    def running_hold(self) -> bool:
        """Whether a hold's timer runs, by what was reported."""
        reports = self.of(ReportHoldStarted, ReportHoldEnded)
        return bool(reports) and isinstance(reports[-1], ReportHoldStarted)

    @property
    def speaking(self) -> bool:
        return bool(self._queue)

    @property
    def sounding(self) -> str:
        """The sentence that sounds now; empty in silence."""
        return self._sentences(self._queue[0].text)[self._sentences_over] if self._queue else ""

    def of(self, *kinds: type) -> list:  # type: ignore[type-arg]
        """The actions of some kinds, in order."""
        return [did.action for did in self.did if isinstance(did.action, kinds)]

    def times_of(self, kind: type) -> list[float]:
        return [did.at for did in self.did if isinstance(did.action, kind)]

    @property
    def spoken(self) -> list[str]:
        return [action.text for action in self.of(Speak)]

    @property
    def heard(self) -> list[Intent]:
        return [action.intent for action in self.of(ReportHeard)]

    @property
    def states(self) -> list[State]:
        return [State(action.state) for action in self.of(ReportState)]

    @property
    def steps(self) -> list[tuple[str, str, int, float, str]]:
        return [(s.stretch_id, s.side, s.repetition, s.held_seconds, s.outcome) for s in self.of(RecordStep)]

    @property
    def end_reasons(self) -> list[str]:
        return [action.reason for action in self.of(EndSession)]

    def clear(self) -> None:
        """Forget what was done so far."""
        self.did.clear()


def spoken_in(actions: Iterable[Action]) -> list[str]:
    """What some actions say."""
    return [action.text for action in actions if isinstance(action, Speak)]


OVER_WHEN_SPOKEN = (
    State.INTRODUCING,
    State.INSTRUCTING,
    State.RELEASING,
    State.EMERGENCY,
    State.CLOSING,
)
SAID_ON_THE_WAY = {
    State.ASLEEP: ("go to sleep", "yes"),
    State.FINISHING: ("end",),
    State.HELPING: ("i can't move",),
    State.PAUSED: ("pause",),
    State.HISTORY: ("yes",),
    State.CONDITIONS: ("i want to tell you about my health",),
    State.NEWS: ("two",),
    State.EASING: ("ouch",),
    State.SCORING: ("ouch",),
    State.SPREADING: ("ouch",),
    State.DECIDING: ("ouch",),
    State.SCORE_AFTER: ("skip the questions",),
    State.EMERGENCY: ("i can't breathe",),
    State.CLOSING: ("i'm done", "yes"),
    State.FINISHED: ("i can't breathe", "stop"),
}


def in_state(state: State, routine: Routine = MIXED) -> Driver:
    """A session that has come to a state in the way that it usually does.

    Nothing is being spoken, except where the end of what is spoken ends the state.
    """
    if state is State.TRANSFERRING:
        routine, others = DOWN, {"catalogue": WITH_DOWN, "pack": DOWN_PACK}
    else:
        others = {}
    driver = Driver(
        None if state in (State.CHOOSING, State.CONDITIONS) else routine,
        **others,
        physician_check_due=state in (State.SCREENING, State.HISTORY),
        asks_how_it_is=state in (State.SCORE_NOW, State.NEWS, State.SCORE_AFTER),
        sound_check=state is State.SOUND_CHECK,
    )
    for phrase in SAID_ON_THE_WAY.get(state, ()):
        driver.answer(phrase)
    if state is State.DEAF:
        driver.event(MicrophoneLost("silent"))
    if state is State.GOING_ON:
        driver.until(State.INSTRUCTING).crash()
    if state in (State.SPREADING, State.DECIDING):
        driver.until(State.SCORING).answer("three")
    if state is State.DECIDING:
        driver.answer("no")
    driver.until(state)
    if state is State.PAUSED:
        driver.advance(1.0)  # until it offers to go on
    if state not in (*OVER_WHEN_SPOKEN, State.FINISHED):
        driver.until_silent()
    assert driver.state is state
    driver.clear()
    return driver
