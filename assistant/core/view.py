"""One immutable snapshot of a session: all that anybody may show or publish.

It is made of what the session knows, and keeps nothing itself. Times are on the session's clock. What runs
has a time at which it ends, so that a screen can animate without being told more. `without_health(view)` is
for those who may not know about the person's health: only what is marked for everybody is in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import Any

from assistant.core.context import Context
from assistant.core.faults import Fault
from assistant.core.heard import Heard
from assistant.core.hold import Breath, Hold
from assistant.core.intents import Intent
from assistant.core.machine import QUESTIONS
from assistant.core.pain_rules import Answer
from assistant.core.prompts import LanguagePack, Line
from assistant.core.routine import Kind, Position, Region, Routine, Side
from assistant.core.sayable import Sayable, examples, sayable
from assistant.core.selection import available, routine_minutes
from assistant.core.states import ASKING_SCORE, ASKING_YES, State
from assistant.core.transfer_view import TransferView, transfer_view

SEEN_BY_ALL: dict[State, State] = {
    **dict.fromkeys((State.SCREENING, State.HISTORY, State.CONDITIONS), State.CHOOSING),
    **dict.fromkeys((State.SCORE_NOW, State.NEWS), State.CHOOSING),
    **dict.fromkeys((State.EASING, State.SCORING, State.SPREADING, State.DECIDING), State.PAUSED),
    **dict.fromkeys((State.SCORE_AFTER, State.EMERGENCY), State.CLOSING),
}
"""States that tell of somebody's health, and what everybody may take them for."""


@dataclass(frozen=True, slots=True)
class RoutineView:
    """A routine, under way or to choose from; positions, regions and ids in the order of its stretches."""

    id: str
    name: str
    minutes: int
    positions: tuple[Position, ...]
    regions: tuple[Region, ...]
    stretch_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One hold of the routine, the `number`th of `count`. `side_word` and `region_word` are to be read."""

    number: int
    count: int
    stretch_id: str
    name: str
    side: Side
    side_word: str
    region: Region
    region_word: str
    position: Position
    repetition: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class HoldView:
    """The clock of a step's hold or movement. While it stands still `ends_at` is None and `held_seconds` have
    been held; while it runs, `held_seconds` had been held when it began to. `breath` is None where it is not
    paced.
    """

    total_seconds: float
    held_seconds: float
    ends_at: float | None
    breath: Breath | None


@dataclass(frozen=True, slots=True)
class PromptView:
    """Something that is spoken, or waits to be; its number is its own within the session."""

    id: int
    text: str


class AnswerKind(StrEnum):
    """What a question wants to hear."""

    YES_NO = "yes_no"
    NUMBER = "number"  # from 0 to 10
    CHOICE = "choice"  # one of `answers` or `routines`
    FREE = "free"


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What is asked, in full, and what can be answered."""

    kind: AnswerKind
    text: str
    answers: tuple[Sayable, ...] = ()
    routines: tuple[RoutineView, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """What the session knows of the person's health.

    `highest_score` is of the numbers given after pain. `hurt` are the stretches that hurt today, `left_out`
    those without a part in this session for pain of any day, both by id.
    """

    score_before: int | None
    highest_score: int | None
    score_after: int | None
    pain_reports: int
    has_spread: Answer
    hurt: tuple[str, ...]
    left_out: tuple[str, ...]


def _state_for_everybody(view: View) -> State:
    return SEEN_BY_ALL.get(view.state, view.state)


SEEN = "seen"
"""Marks a field that everybody may see, and says how they see it: None as it is. Others have defaults."""
FOR_EVERYBODY = {SEEN: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A session at a moment. Equal views look the same: `at`, when it was made, is not compared.

    Words that are spoken, asked or heard may tell of pain, so they are not for everybody. `prompts` are still
    to be heard, and `sentence` is the one of them that sounds, or will first. `can_say` begins with what is
    most useful. `end_reason` is why a session that has finished did.
    """

    at: float = field(metadata=FOR_EVERYBODY, compare=False)
    state: State = field(metadata={SEEN: _state_for_everybody})
    routine: RoutineView | None = field(metadata=FOR_EVERYBODY)
    step: StepView | None = field(metadata=FOR_EVERYBODY)
    hold: HoldView | None = field(metadata=FOR_EVERYBODY)
    transfer: TransferView | None = field(metadata=FOR_EVERYBODY)
    faults: tuple[Fault, ...] = field(metadata=FOR_EVERYBODY)
    sentence: str = ""
    prompts: tuple[PromptView, ...] = ()
    heard: Heard | None = None
    question: QuestionView | None = None
    can_say: tuple[Sayable, ...] = ()
    end_reason: str = ""
    health: Health | None = None


_SEEN = {f.name: f.metadata[SEEN] for f in fields(View) if SEEN in f.metadata}


def without_health(view: View) -> View:
    """The view for those who may not know about the person's health: only what is marked for everybody."""
    return View(**{name: seen(view) if seen else getattr(view, name) for name, seen in _SEEN.items()})


def as_json(view: View) -> dict[str, Any]:
    """The view as plain values: names and texts, numbers that are finite, lists, nothing for None."""
    plain: dict[str, Any] = _plain(view)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    names = getattr(value, "__dataclass_fields__", ())
    return {name: _plain(getattr(value, name)) for name in names} if names else value


class Viewer:
    """Makes the views of one session; what is the same in each is made once."""

    def __init__(self, pack: LanguagePack) -> None:
        self._words = pack.words
        self._examples = examples(pack.table)
        self._can_say = {state: sayable(state, self._examples) for state in State}
        self._routines: dict[str, tuple[Routine, RoutineView]] = {}

    def view(self, context: Context) -> View:
        """The session as its last event left it."""
        is_over = context.state is State.FINISHED
        return View(
            at=round(context.now, 3),
            state=context.state,
            routine=self._routine(context.course.routine) if context.course else None,
            step=self._step(context),
            hold=_hold(context.hold, context.now) if context.hold else None,
            transfer=transfer_view(context),
            faults=context.faults.known,
            sentence=context.script.sentence,
            prompts=tuple(PromptView(*prompt) for prompt in context.script.prompts),
            heard=context.last_heard,
            question=self._question(context),
            can_say=self._can_say[context.state],
            end_reason=context.why_it_ended if is_over else "",
            health=_health(context),
        )

    def _routine(self, routine: Routine) -> RoutineView:
        """Of a routine by that id, which may have changed since it was last shown."""
        known = self._routines.get(routine.id)
        if known is None or known[0] is not routine:
            stretches = routine.stretches
            known = (
                routine,
                RoutineView(
                    routine.id,
                    routine.title,
                    routine_minutes(routine),
                    tuple(dict.fromkeys(stretch.position for stretch in stretches)),
                    tuple(dict.fromkeys(stretch.region for stretch in stretches)),
                    tuple(dict.fromkeys(stretch.id for stretch in stretches)),
                ),
            )
            self._routines[routine.id] = known
        return known[1]

    def _step(self, context: Context) -> StepView | None:
        course = context.course
        if course is None or not context.step:
            return None
        step = course.step
        return StepView(
            number=context.step,
            count=len(course.steps),
            stretch_id=step.stretch.id,
            name=step.stretch.name,
            side=step.side,
            side_word=self._words[step.side],
            region=step.stretch.region,
            region_word=self._words[step.stretch.region],
            position=step.stretch.position,
            repetition=step.repetition,
            kind=step.stretch.kind,
        )

    def _question(self, context: Context) -> QuestionView | None:
        state, pack = context.state, context.script.pack
        if state not in QUESTIONS:
            return None
        lines = QUESTIONS[state].full(context)
        text = " ".join(pack.render(line) for line in lines)
        if state is State.CHOOSING:
            offered = tuple(self._routine(routine) for routine in available(context))
            return QuestionView(AnswerKind.CHOICE, text, routines=offered)
        if Line.DECIDE_EASIER in lines:
            return QuestionView(AnswerKind.CHOICE, text, self._answers(Intent.YES, Intent.EASIER, Intent.NO))
        if state in ASKING_YES and Line.WHAT_IS_WRONG not in lines:
            return QuestionView(AnswerKind.YES_NO, text, self._answers(Intent.YES, Intent.NO))
        return QuestionView(AnswerKind.NUMBER if state in ASKING_SCORE else AnswerKind.FREE, text)

    def _answers(self, *intents: Intent) -> tuple[Sayable, ...]:
        return tuple(self._examples[intent] for intent in intents)


def _hold(hold: Hold, now: float) -> HoldView:
    ends_at, breath = hold.ends_at(), hold.breath(now)
    return HoldView(
        total_seconds=round(hold.target_seconds, 3),
        held_seconds=round(hold.held_at_change_seconds, 3),
        ends_at=None if ends_at is None else round(ends_at, 3),
        breath=breath and Breath(breath.phase, round(breath.ends_at, 3)),
    )


def _health(context: Context) -> Health:
    return Health(
        score_before=context.score_before,
        highest_score=context.highest_score,
        score_after=context.score_after,
        pain_reports=context.reports,
        has_spread=context.has_spread,
        hurt=tuple(sorted(context.hurt_today)),
        left_out=tuple(sorted(context.left_out)),
    )
