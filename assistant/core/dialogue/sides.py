"""The two sides of a stretch: the other one first, or one of them left out."""

from __future__ import annotations

from assistant.core.context import Context
from assistant.core.course import WORTH_EQUALLING_SECONDS
from assistant.core.dialogue.stretching import complete_step, skip
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import after_skip, following, go_onward, go_to_step
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Side
from assistant.core.states import State

_RESTING = (State.RESTING,)
_AT_A_SIDE = (State.INSTRUCTING, State.SETTLING, State.HOLDING)
OTHER = "other"
"""How the side that is not under way is named."""


def has_no_sides(context: Context) -> bool:
    """Whether the stretch is the same for both sides."""
    return not context.current_course.step.stretch.has_sides


def is_first_side(context: Context) -> bool:
    """Whether the other side comes next."""
    return context.current_course.is_first_side


def is_this_side(context: Context) -> bool:
    """Whether the side that was named is the one under way."""
    return context.heard is not None and context.heard.slots.side == context.current_course.step.side


def means_other_side(context: Context) -> bool:
    """Whether the side that is to be left out is not the one under way."""
    return _meant_side(context) is not context.current_course.step.side


def side_ends(context: Context) -> bool:
    """Whether nothing is left once the side is left out."""
    return without_side(context) == len(context.current_course.steps)


def _meant_side(context: Context) -> Side:
    """The side that was named, or the one under way."""
    current = context.current_course.step.side
    named = context.heard.slots.side if context.heard else None
    other = Side.RIGHT if current is Side.LEFT else Side.LEFT
    return other if named == OTHER else Side(named) if named else current


def turned(context: Context) -> int:
    """Index of the step of the other side, as it is now."""
    course = context.current_course
    if course.is_first_side:
        is_held = context.held_seconds >= WORTH_EQUALLING_SECONDS
        return after_skip(context) if is_held else course.index + 1
    return max(course.stretch_start(), course.index - 1)


def without_side(context: Context) -> int:
    """Index of the step to go to when the side is left out; len(steps) at the end."""
    return context.current_course.after_side(_meant_side(context))


def turn_sides(context: Context) -> None:
    """The other side now: the first one comes after it, if it was hardly held; from the second, once more."""
    course = context.current_course
    context.suspend_hold()
    held = context.held_seconds
    if course.is_first_side and held >= WORTH_EQUALLING_SECONDS:
        skip(context)
        return
    context.leave_step()
    if course.is_first_side:
        course.swap_sides()
    else:
        course.index = turned(context)


def leave_side_out(context: Context) -> None:
    """One side of this stretch is left out."""
    course, side = context.current_course, _meant_side(context)
    if side is course.step.side:
        context.suspend_hold()
        held = context.held_seconds
        context.record_step("skipped")
        context.hold = None
        course.completed(held)
    course.drop_side(side)
    course.index = min(course.here, len(course.steps) - 1)
    if context.hold is not None:
        context.script.reply(Line.SIDE_LEFT_OUT)


def tell_no_sides(context: Context) -> None:
    """There is no other side."""
    context.script.reply(Line.NO_SIDES)


SIDES = Behavior(
    rows=(
        *(
            Row(trigger, _AT_A_SIDE, None, (has_no_sides,), tell_no_sides)
            for trigger in (Intent.OTHER_SIDE, Intent.SKIP_SIDE)
        ),
        *go_to_step(Intent.OTHER_SIDE, _RESTING, is_first_side, do=complete_step, to=following),
        Row(Intent.OTHER_SIDE, _AT_A_SIDE, State.INSTRUCTING, (is_this_side,)),
        *go_to_step(Intent.OTHER_SIDE, _AT_A_SIDE, do=turn_sides, to=turned),
        Row(Intent.SKIP_SIDE, _AT_A_SIDE, None, (means_other_side,), leave_side_out),
        *go_onward(Intent.SKIP_SIDE, _AT_A_SIDE, do=leave_side_out, to=without_side, last=side_ends),
    ),
)
