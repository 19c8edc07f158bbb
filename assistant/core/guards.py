"""The questions that the flow table asks: pure functions of what the session knows."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.choosing import choose_routine
from assistant.core.context import Context
from assistant.core.flow import BEFORE_STRETCHING, RETURNABLE, STRETCHING, State
from assistant.core.routine import Routine

MOST_TIMES_ASKED = 2


def chosen_beforehand(context: Context) -> Routine | None:
    """The routine that the settings begin with, if they name one of the catalogue."""
    return next((r for r in context.catalogue if r.id == context.settings.routine_id), None)


def _names_routine(context: Context) -> bool:
    assert context.heard is not None
    return choose_routine(context.catalogue, context.heard.slots) is not None


def _skips_to_end(context: Context) -> bool:
    assert context.course is not None
    held = 0.0 if context.after_pain else context.held_seconds
    return context.course.after_skip(held) == len(context.course.steps)


def _left(state: State) -> Callable[[Context], bool]:
    return lambda context: context.return_to is state


def _hurt_in(state: State) -> Callable[[Context], bool]:
    return lambda context: context.hurt_in is state


GUARDS: dict[str, Callable[[Context], bool]] = {
    "not_begun": lambda c: not c.begun,
    "is_chosen": lambda c: chosen_beforehand(c) is not None,
    "came_from_asleep": lambda c: c.came_from is State.ASLEEP,
    "has_course": lambda c: c.course is not None,
    "names_routine": _names_routine,
    "must_screen": lambda c: c.physician_check_due,
    "must_check_sound": lambda c: c.sound_check_due,
    "may_ask_again": lambda c: c.times_asked < MOST_TIMES_ASKED,
    "not_offered": lambda c: c.times_asked == 0,
    "may_ask_shortly": lambda c: not c.asked_shortly and not c.script.speaking,
    "hold_complete": lambda c: c.hold is not None and c.hold.complete(c.now),
    "is_last": lambda c: c.course is not None and c.course.is_last,
    "skips_to_end": _skips_to_end,
    "after_pain": lambda c: c.after_pain,
    "left_stretching": lambda c: c.return_to in STRETCHING,
    **{f"left_{state}": _left(state) for state in RETURNABLE},
    **{f"hurt_in_{state}": _hurt_in(state) for state in (*BEFORE_STRETCHING, State.CLOSING)},
}
