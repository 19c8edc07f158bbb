"""The questions that the flow table asks: pure functions of what the session knows."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.choosing import choose_routine
from assistant.core.context import Context
from assistant.core.flow import BEFORE_STRETCHING, RETURNABLE, State

MOST_TIMES_ASKED = 2


def _names_routine(context: Context) -> bool:
    assert context.heard is not None
    return choose_routine(context.catalogue, context.heard.slots) is not None


def _skips_to_end(context: Context) -> bool:
    if context.course is None or context.end_reason:
        return True
    held = context.hold.held_seconds(context.now) if context.hold and not context.after_pain else 0.0
    return context.course.after_skip(held) == len(context.course.steps)


def _left(state: State) -> Callable[[Context], bool]:
    return lambda context: context.return_to is state


def _hurt_in(state: State) -> Callable[[Context], bool]:
    return lambda context: context.hurt_in is state


GUARDS: dict[str, Callable[[Context], bool]] = {
    "nothing_chosen": lambda c: c.course is None,
    "has_course": lambda c: c.course is not None,
    "names_routine": _names_routine,
    "must_screen": lambda c: c.physician_check_due,
    "must_check_sound": lambda c: c.sound_check_due,
    "may_ask_again": lambda c: c.times_asked < MOST_TIMES_ASKED,
    "not_offered": lambda c: c.times_asked == 0,
    "may_ask_shortly": lambda c: not c.asked_shortly,
    "hold_complete": lambda c: c.hold is not None and c.hold.complete(c.now),
    "is_last": lambda c: c.course is not None and c.course.is_last,
    "skips_to_end": _skips_to_end,
    "after_pain": lambda c: c.after_pain,
    **{f"left_{state}": _left(state) for state in RETURNABLE},
    **{f"hurt_in_{state}": _hurt_in(state) for state in BEFORE_STRETCHING},
}
