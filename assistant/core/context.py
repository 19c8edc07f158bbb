"""What a session knows: the one mutable state, which guards read and effects change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.core.actions import RecordStep, ReportHoldEnded
from assistant.core.adapting import Pasts
from assistant.core.course import Course
from assistant.core.events import (
    Said,
    SoundMeasured,
)
from assistant.core.faults import Faults
from assistant.core.heard import Certainty, Heard
from assistant.core.hold import Hold
from assistant.core.pain_rules import Answer, Decision, PainReport, decide
from assistant.core.prompts import Line
from assistant.core.routine import Condition, Routine, Side, Step, Stretch
from assistant.core.script import Script
from assistant.core.states import STRETCHING, State
from assistant.core.suiting import Change, ids_unsuitable
from assistant.core.transfers import Body, Leg

END_REASONS = (
    *("", "interrupted", "interrupted_by_user", "terminated", "hung_up", "cannot_hear"),
    *("no_answer", "ended_by_user", "see_physician", "pain", "emergency"),
)
"""Why a session ends, the more serious later; "" as it was planned."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session is run. Times in seconds.

    `routine_id` begins with the routine of that id or name instead of asking; `last_routine_id` is that of
    the session before, "" for whoever is here for the first time. `physician_check_due` asks whether a
    physician agreed, and about what a clinician must see first; `conditions_due` then
    asks what should be left out for. `asks_how_it_is` asks for the number before and after, and what is
    new. `pasts` is what the history knows of each stretch; None leaves every stretch as it is. `conditions`
    are what the person has: what does not suit is left out. `rate` and `gain_db` are where speech starts
    from. `hears_itself` says that what is spoken may come back through the microphone, so that an echo of
    it is no command; what is typed or touched always is one.
    """

    routine_id: str = ""
    last_routine_id: str = ""
    physician_check_due: bool = False
    conditions_due: bool = False
    asks_how_it_is: bool = False
    pasts: Pasts | None = None
    conditions: frozenset[Condition] = frozenset()
    sound_check: bool = True
    settle_seconds: float = 20.0
    rest_seconds: float = 8.0
    half_way_cue: bool = True
    rate: float = 1.0
    gain_db: float = 0.0
    hears_itself: bool = True


@dataclass(slots=True)
class Context:
    """Owned by the session; nothing outside core holds one."""

    settings: Settings
    catalogue: tuple[Routine, ...]
    script: Script
    library: tuple[Stretch, ...] = ()
    state: State = State.ASLEEP
    came_from: State = State.ASLEEP
    begun: bool = False
    greeted: bool = False
    now: float = 0.0
    deadline: float | None = None
    heard: Said | None = None
    heard_over_itself: bool = False
    last_heard: Heard | None = None
    faults: Faults = field(default_factory=Faults)
    sound: SoundMeasured | None = None
    chosen: Routine | None = None
    changes: tuple[Change, ...] = ()
    course: Course | None = None
    hold: Hold | None = None
    body: Body | None = None
    way: tuple[Leg, ...] = ()
    rises: bool = False
    told_who_should_not: bool = False
    return_to: State = State.CHOOSING
    paused_from_afar: bool = False
    after_pain: bool = False
    reports: int = 0
    is_ending: bool = False
    asked_to_rest: bool = False
    said_farewell: bool = False
    steps_done: int = 0
    steps_left: int = 0
    was_away: bool = False
    wants_other: bool = False
    wonders: bool = False
    has_wondered: bool = False
    not_understood: int = 0
    score: int | None = None
    highest_score: int | None = None
    has_spread: Answer = Answer.NO
    is_unwell: bool = False
    score_before: int | None = None
    score_after: int | None = None
    hurt_in: State = State.CHOOSING
    left_out_before: set[str] = field(default_factory=set)
    left_out_today: set[str] = field(default_factory=set)
    hurt_today: set[str] = field(default_factory=set)
    easier: set[str] = field(default_factory=set)
    conditions: set[Condition] = field(default_factory=set)
    physician_check_due: bool = False
    history_due: bool = False
    conditions_due: bool = False
    telling_from: State | None = None
    score_due: bool = False
    news_due: bool = False
    sound_check_due: bool = True
    history_asked: int = 0
    times_asked: int = 0
    routines_told: int = 0
    said_back: int | None = None
    asked_shortly: bool = False
    end_reason: str = ""
    cut_short_by: str = ""
    away_seconds: float | None = None
    left_in: State = State.CHOOSING
    closing_line: Line | None = None
    advice: Line = Line.EMERGENCY
    settled_before: bool = False
    extra_settle_seconds: float = 0.0

    @property
    def held_seconds(self) -> float:
        """How long the current step has been held; 0 where none is under way."""
        return self.hold.held_seconds(self.now) if self.hold else 0.0

    @property
    def step(self) -> int:
        """The number of the current step, from 1; 0 while there is none."""
        return self.course.index + 1 if self.course and self.hold else 0

    @property
    def pain_report(self) -> PainReport:
        """What is known of the report that is being answered."""
        return self.pain_report_with(self.score)

    def pain_report_with(self, score: int | None) -> PainReport:
        """The report with this number; the highest of the session counts where it was higher."""
        if score is not None and self.highest_score is not None:
            score = max(score, self.highest_score)
        return PainReport(score, self.score_before, self.has_spread, self.reports, self.is_unwell)

    @property
    def after_easing(self) -> State:
        """What is asked once somebody has come out: how strong it is, but not of who is dizzy or sick.

        After a second report nothing is asked: it ends there.
        """
        if decide(self.pain_report) is Decision.END_REPEATED:
            return State.EASING
        return State.DECIDING if self.is_unwell else State.SCORING

    def note_heard(self, meaning: Said | None) -> None:
        """Keep what was said last, to be shown; None for what was not understood."""
        number, at = (self.last_heard.number if self.last_heard else 0) + 1, round(self.now, 3)
        if meaning is None:
            self.last_heard = Heard(number, at, Certainty.NOT_UNDERSTOOD)
            return
        is_sure = not meaning.is_half_heard and not meaning.is_among_talk
        certainty = Certainty.SURE if is_sure else Certainty.DOUBTFUL
        phrase = self.script.pack.table.shown(meaning.phrase)
        self.last_heard = Heard(number, at, certainty, meaning.intent, phrase, meaning.source)

    @property
    def left_out(self) -> frozenset[str]:
        """The stretches that have no part in this session, for pain of other days or of today."""
        return frozenset(self.left_out_before | self.left_out_today)

    def leave_out(self, stretch_ids: Iterable[str]) -> None:
        """Leave these out for the rest of the session."""
        self.left_out_today.update(stretch_ids)
        self._tell_course()

    def take_in(self, stretch_ids: Iterable[str]) -> None:
        """Let these take part, in their easier way."""
        taken = frozenset(stretch_ids)
        self.left_out_before -= taken
        self.left_out_today -= taken
        self.easier |= taken
        self._tell_course()

    @property
    def not_offered(self) -> frozenset[str]:
        """What is left out for pain, and what does not suit the person."""
        listed = (stretch for routine in self.catalogue for stretch in routine.stretches)
        return self.left_out | ids_unsuitable((*listed, *self.library), self.conditions)

    def has(self, conditions: Iterable[Condition]) -> None:
        """The person has these: what does not suit is not offered from now on."""
        self.conditions.update(conditions)
        self._tell_course()

    def _tell_course(self) -> None:
        if self.course is not None:
            self.course.left_out = self.not_offered

    def end_as(self, reason: str) -> None:
        """Why the session ends: of several reasons the most serious."""
        self.end_reason = max(self.end_reason, reason, key=END_REASONS.index)

    @property
    def why_it_ended(self) -> str:
        """Why a session that is over ended: what it was on its way to, or what cut it short."""
        cut_short_by = "" if self.is_ending else self.cut_short_by
        pain = "pain" if self.after_pain else ""
        return max(self.end_reason, cut_short_by, pain, key=END_REASONS.index) or "completed"

    def wait(self, seconds: float) -> None:
        """The state's deadline is so many seconds from now."""
        self.deadline = self.now + seconds

    @property
    def current_course(self) -> Course:
        """The course, where the table has made sure that there is one."""
        assert self.course is not None
        return self.course

    @property
    def current_hold(self) -> Hold:
        """The hold, where the table has made sure that there is one."""
        assert self.hold is not None
        return self.hold

    @property
    def heard_number(self) -> int | None:
        """The number that was said; None where none was, or where it was lost or is in doubt."""
        return self.heard.slots.number if self.heard and not self.heard.is_half_heard else None

    @property
    def doubtful_number(self) -> int | None:
        """The number that was heard, but not well."""
        return self.heard.slots.number if self.heard and self.heard.is_half_heard else None

    def side_words(self, side: Side) -> dict[str, str]:
        """Values for the placeholders {side} and {other_side} of a stretch's texts."""
        words = self.script.pack.words
        other = Side.RIGHT if side is Side.LEFT else Side.LEFT
        return {"side": words[side], "other_side": words[other]}

    def texts_of(self, step: Step, *texts: str) -> tuple[str, ...]:
        """Texts of a step with its sides filled in."""
        return tuple(text.format(**self.side_words(step.side)) for text in texts)

    def speak_stretch(self, *texts: str) -> None:
        """Speak texts of the current step."""
        for text in self.texts_of(self.current_course.step, *texts):
            self.script.speak(text)

    def suspend_hold(self, complete: bool = False) -> None:
        """The hold's clock stands still, if it ran, and whoever watches is told."""
        if self.hold is not None and self.hold.running:
            self.hold.suspend(self.now)
            step = self.current_course.index + 1
            self.script.do(ReportHoldEnded(step, round(self.held_seconds, 3), complete))

    def record_step(self, outcome: str) -> None:
        """Keep for the history how the current step went."""
        step = self.current_course.step
        side = "" if step.side is Side.BOTH else str(step.side)
        self.steps_done += outcome == "done"
        self.steps_left += outcome != "interrupted"  # it is done anew, or not at all
        held_seconds = round(self.held_seconds, 3)
        self.script.do(RecordStep(step.stretch.id, side, step.repetition, held_seconds, outcome))

    def leave_step(self, *, cut_short: bool = False) -> None:
        """The current step is left as it is: keep what was held of it, once.

        One that is `cut_short` was left by nobody.
        """
        is_told = self.after_pain and self.hurt_in in STRETCHING  # with what hurt
        if self.hold is not None and self.held_seconds > 0 and not is_told:
            left = "interrupted" if cut_short else "skipped"
            self.record_step("done" if self.hold.complete(self.now) else left)
        self.hold = None
