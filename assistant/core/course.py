"""Where a session is in its routine: the plan's steps, the current one, and what each hold should last."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from assistant.core.hold import BREATH_SECONDS, Hold, bounded_seconds
from assistant.core.pace import steps_seconds
from assistant.core.routine import Kind, Routine, Side, Step, Stretch, is_other_side, plan, steps_of
from assistant.core.transfers import Body

HOLD_STEP_SECONDS = 5.0
"""Every hold is made so much longer or shorter at a time."""
WORTH_EQUALLING_SECONDS = 5.0
"""A first side held for less is not worth an equal second side: the stretch is left out."""


class Course:
    """The way through a routine, past the stretches whose ids are in `left_out`. Owned by the session.

    One stretch at least must be left.
    """

    def __init__(self, routine: Routine, left_out: Set[str] = frozenset()) -> None:
        self.routine = routine
        self.steps = plan(routine)
        self.left_out = left_out
        self._dropped: set[int] = set()
        self.index = self._next_allowed(0)
        self.hold_change_seconds = 0.0
        self._side_seconds: dict[int, float] = {}

    @property
    def step(self) -> Step:
        """The current step."""
        return self.steps[self.index]

    @property
    def is_last(self) -> bool:
        """Whether no step follows."""
        return self.following() == len(self.steps)

    @property
    def before(self) -> Step | None:
        """The step before the current one, if any."""
        return self.steps[self.index - 1] if self.index else None

    @property
    def is_first_side(self) -> bool:
        """Whether the other side of this step comes next."""
        following = self.steps[self.index + 1 : self.index + 2]
        return bool(following) and is_other_side(following[0], self.step)

    def replace_after(self, index: int, stretches: tuple[Stretch, ...]) -> None:
        """Other stretches follow the step at `index`, in place of those that did."""
        begun = dict.fromkeys(step.stretch for step in self.steps[: index + 1])
        self.routine = replace(self.routine, stretches=(*begun, *stretches))
        self.steps = (*self.steps[: index + 1], *(step for one in stretches for step in steps_of(one)))
        self._dropped = {at for at in self._dropped if at <= index}
        self._side_seconds = {at: held for at, held in self._side_seconds.items() if at <= index}

    def swap_sides(self) -> None:
        """The other side goes first, from here to the end of this stretch."""
        steps = list(self.steps)
        for at in range(self.index, len(steps) - 1, 2):
            if steps[at].stretch.id == self.step.stretch.id and is_other_side(steps[at + 1], steps[at]):
                steps[at], steps[at + 1] = steps[at + 1], steps[at]
        self.steps = tuple(steps)

    def drop_side(self, side: Side) -> None:
        """This side of this stretch is left out from here on."""
        self._dropped.update(
            at
            for at in range(self.index, len(self.steps))
            if self.steps[at].stretch.id == self.step.stretch.id and self.steps[at].side is side
        )

    def after_side(self, side: Side) -> int:
        """Index of the step to go to when this side of this stretch is left out; len(steps) at the end."""
        ahead = range(self.index, len(self.steps))
        own = self.step.stretch.id, side
        left = (i for i in ahead if (self.steps[i].stretch.id, self.steps[i].side) != own)
        return self._next_allowed(next(left, len(self.steps)))

    def steps_ahead(self) -> tuple[Step, ...]:
        """The steps from the current one on, as far as they are not left out."""
        return tuple(self.steps[at] for at in range(self.index, len(self.steps)) if self._allowed(at))

    @property
    def here(self) -> int:
        """Index of the current step, or of the first one after it that is not left out."""
        return self._next_allowed(self.index)

    def following(self) -> int:
        """Index of the step after this one; len(steps) when there is none."""
        return self._next_allowed(self.index + 1)

    def hold_seconds(self) -> float:
        """What the current hold should last: as long as the other side did, if there was one."""
        return self._side_seconds.get(self.index, self._wanted_seconds())

    def new_hold(self) -> Hold:
        """The clock of the current step, not yet running."""
        return Hold(self.hold_seconds(), self.step.stretch.kind)

    def change_holds(self, by_seconds: float) -> bool:
        """Every hold to come is longer or shorter by so much; False, and unchanged, at a hold's bounds.

        A movement is, by a breath for every HOLD_STEP_SECONDS.
        """
        before = self._wanted_seconds()
        self.hold_change_seconds += by_seconds
        changed = self._wanted_seconds() != before
        if not changed:
            self.hold_change_seconds -= by_seconds
        return changed

    def completed(self, held_seconds: float) -> None:
        """The current step was held: its other side, if it is to come, gets as much, unless hardly held."""
        if self.is_first_side and held_seconds >= WORTH_EQUALLING_SECONDS:
            self._side_seconds[self.index + 1] = held_seconds

    def after_skip(self, held_seconds: float, *, all_of_it: bool = True) -> int:
        """Index of the step to go to when the current one is left early; len(steps) at the end.

        After a first side that was held for a while, or if not `all_of_it` is left, that is the other side.
        """
        if self.is_first_side and (held_seconds >= WORTH_EQUALLING_SECONDS or not all_of_it):
            return self._next_allowed(self.index + 1)
        following = range(self.index + 1, len(self.steps))
        other = (i for i in following if self.steps[i].stretch.id != self.step.stretch.id)
        return self._next_allowed(next(other, len(self.steps)))

    def stretch_before(self) -> int:
        """Index of the first step of the stretch before this one; of this one within the first stretch."""
        first = self.stretch_start()
        before = next((i for i in reversed(range(first)) if self._allowed(i)), first)
        return self._first_of(before)

    def stretch_start(self) -> int:
        """Index of the first step of this stretch."""
        return self._first_of(self.index)

    def next_stretch_name(self) -> str:
        """Spoken name of the stretch after this one, "" when this is the last."""
        following = self.after_skip(0.0)
        return self.steps[following].stretch.spoken_name if following < len(self.steps) else ""

    def remaining_seconds(self, body: Body | None = None) -> float:
        """About how long the steps from the current one on take, from how somebody is now."""
        ahead = range(self.index, len(self.steps))
        return steps_seconds(tuple(self.steps[i] for i in ahead if self._allowed(i)), body)

    def _wanted_seconds(self) -> float:
        stretch, change = self.step.stretch, self.hold_change_seconds
        if stretch.kind is Kind.MOVEMENT:
            change *= BREATH_SECONDS / HOLD_STEP_SECONDS
        return bounded_seconds(stretch.kind, stretch.hold_seconds + change)

    def _allowed(self, index: int) -> bool:
        return self.steps[index].stretch.id not in self.left_out and index not in self._dropped

    def _next_allowed(self, index: int) -> int:
        return next((i for i in range(index, len(self.steps)) if self._allowed(i)), len(self.steps))

    def _first_of(self, index: int) -> int:
        while index and self.steps[index - 1].stretch.id == self.steps[index].stretch.id:
            index -= 1
        return index
