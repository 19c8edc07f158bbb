"""What must hold of every hold: its length, its clock, its second side, and a process that stood still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from driver import PACK

from assistant.core.actions import RecordSession, RecordStep, ReportHoldEnded, ReportHoldStarted
from assistant.core.adapting import StretchPast
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Kind
from assistant.core.states import UNDER_WAY, State

if TYPE_CHECKING:
    from happened import Happened
    from invariants import Watched

SHORTEST_AND_LONGEST_SECONDS = {Kind.HOLD: (10.0, 60.0), Kind.MOVEMENT: (20.0, 80.0)}
CHANGE_SECONDS = {Kind.HOLD: 5.0, Kind.MOVEMENT: 10.0}
WORTH_SECONDS = 5.0
STALLED_SECONDS = 2.0
LOOKS_EVERY_SECONDS = 0.5
EXACT = 0.003
OTHER = {"left": "right", "right": "left"}


class Holds:
    """The holds of one watched session, by a clock of their own."""

    def __init__(self, driver: Watched, pasts: Mapping[str, StretchPast] | None) -> None:
        self.driver = driver
        self.pasts = pasts
        self.held_seconds = 0.0
        self.began_at: float | None = None
        self.target_seconds: float | None = None
        self.step = 0
        self.was_late = self.was_away = False
        self.longer = self.changes = 0
        self.first: tuple[str, str, float] | None = None
        self.first_changes = 0

    def check(self, it: Happened, due: float | None) -> None:
        """Look at one event; `due` is the deadline that was asked for before it."""
        late_seconds = self.driver.now - due if due is not None else 0.0
        self.was_late |= late_seconds > EXACT
        if late_seconds > STALLED_SECONDS + EXACT and it.before in UNDER_WAY:
            assert it.after not in UNDER_WAY, "guiding on after the process stood still"
            self.was_away = it.after is State.PAUSED
        elif it.after is not State.PAUSED:
            self.was_away = False
        elif self.was_away and it.spoken:
            assert PACK.lines[Line.AWAY] in it.spoken or it.heard, "nobody is told of the standstill"
            self.was_away = False
        for action in it.actions:
            match action:
                case ReportHoldStarted(step, seconds):
                    self._start(step, seconds)
                case ReportHoldEnded(_, held_seconds, complete):
                    self._end(held_seconds, complete)
                case RecordStep(stretch_id, side, _, held_seconds, _):
                    assert held_seconds == pytest.approx(self.held_seconds, abs=EXACT), "paused time was kept"
                    if self.first is not None and self.first[:2] == (stretch_id, OTHER.get(side)):
                        self.first = None
                    elif side:
                        self.first, self.first_changes = (stretch_id, side, held_seconds), self.changes
                    self.held_seconds, self.target_seconds = 0.0, None
                case RecordSession():
                    assert not self.held_seconds, "what was held is not kept"
                    self.target_seconds = self.first = None
        self._note_what_was_asked(it)
        if it.intent is Intent.BACK:
            self.target_seconds = None
        deadline = self.driver.session.next_deadline
        assert (self.began_at is not None) == (it.after is State.HOLDING), "a clock without a hold"
        if it.after is State.HOLDING and self.target_seconds is not None:
            assert self._held_now() <= self.target_seconds + STALLED_SECONDS + EXACT, "a hold goes on"
            assert deadline is not None, "a hold without end"
            assert deadline <= self.driver.now + LOOKS_EVERY_SECONDS + EXACT, "a hold looks away"
        assert it.after is not State.FINISHED or not self.held_seconds, "what was held is not kept"

    def _note_what_was_asked(self, it: Happened) -> None:
        """Who asks for more or less gets it, within the bounds."""
        by_seconds = 0.0
        if it.intent in (Intent.LONGER, Intent.SHORTER) and it.before in (*UNDER_WAY, State.PAUSED):
            by_seconds = CHANGE_SECONDS[self._kind] * (1 if it.intent is Intent.LONGER else -1)
            self.longer += by_seconds > 0
            self.changes += 1
        elif it.intent is Intent.MORE_TIME and it.before is it.after is State.HOLDING and it.heard:
            said = it.heard.slots.number
            by_seconds = 10.0 if said is None else said
            if self._kind is Kind.MOVEMENT and by_seconds:
                by_seconds = max(1, round(by_seconds / 10)) * 10  # whole breaths
            self.changes += 1
        if self.target_seconds is not None and by_seconds:
            before, held = self.target_seconds, self._held_now()
            if held + 1e-6 < before:
                shortest, longest = SHORTEST_AND_LONGEST_SECONDS[self._kind]
                bounded = min(longest, max(min(shortest, before), before + by_seconds))
                self.target_seconds = max(bounded, min(before, held))

    def _held_now(self) -> float:
        return self.held_seconds + (0.0 if self.began_at is None else self.driver.now - self.began_at)

    def _start(self, step: int, seconds: float) -> None:
        assert self.began_at is None, "two holds at once"
        assert step == self.driver.session.step, "another step"
        if step != self.step:
            self.target_seconds = None
        target, planned = self.held_seconds + seconds, self._planned_seconds()
        assert target >= WORTH_SECONDS - EXACT, "a second side after a first that was hardly held"
        shortest, longest = SHORTEST_AND_LONGEST_SECONDS[self._kind]
        assert target <= longest + EXACT, "a hold beyond its bound"
        if self.target_seconds is not None:
            assert target == pytest.approx(self.target_seconds, abs=EXACT), "another target"
        elif planned is not None and not self.longer and not self._was_changed:
            assert target == pytest.approx(planned, abs=EXACT), "a hold that nobody planned"
        elif planned is not None:
            most = max(planned, shortest) + CHANGE_SECONDS[self._kind] * self.longer
            assert target <= most + EXACT, "longer than asked"
        self.began_at, self.target_seconds, self.step = self.driver.now, target, step
        self.was_late = False

    @property
    def _kind(self) -> Kind:
        """Of what the course stands at; a hold where there is none yet."""
        course = self.driver.session._context.course
        return course.step.stretch.kind if course else Kind.HOLD

    @property
    def _was_changed(self) -> bool:
        """Whether a change was asked for that this step's length may show."""
        return self.changes > (0 if self._first_seconds is None else self.first_changes)

    @property
    def _first_seconds(self) -> float | None:
        """How long the first side was held, where the current step is the second, and that is worth it."""
        step = self.driver.course.step
        if self.first is None or self.first[:2] != (step.stretch.id, OTHER.get(str(step.side))):
            return None
        return self.first[2] if self.first[2] >= WORTH_SECONDS - EXACT else None

    def _planned_seconds(self) -> float | None:
        """What the plan gives the current step: the second side as long as the first was held."""
        step = self.driver.course.step
        if self._first_seconds is not None:
            return self._first_seconds
        if self.pasts is None or self._kind is Kind.MOVEMENT:
            return float(step.stretch.hold_seconds)
        past = self.pasts.get(step.stretch.id, StretchPast())
        return float(min(30, 20 + past.pain_free_sessions // 3 * 5))

    def _end(self, held_seconds: float, complete: bool) -> None:
        assert self.began_at is not None and self.target_seconds is not None, "no hold to end"  # noqa: PT018
        passed, self.began_at = self._held_now(), None
        assert held_seconds <= self.target_seconds + EXACT, "held for longer than was planned and asked"
        assert held_seconds <= passed + EXACT, "paused time was held"
        assert self.was_late or held_seconds == pytest.approx(passed, abs=EXACT), "time was lost"
        assert not complete or held_seconds >= self.target_seconds - EXACT, "a hold was cut short"
        self.held_seconds = held_seconds
