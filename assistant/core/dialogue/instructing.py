"""What is said on the way into a step: all of it, or shortly to whoever knows it; what is different today."""

from __future__ import annotations

from assistant.core.adapting import NEW, StretchPast, grew_today
from assistant.core.context import Context
from assistant.core.planner import PLANNED_ID
from assistant.core.prompts import Line
from assistant.core.routine import Kind, Step, Stretch, instruction, is_other_side
from assistant.core.selection import routine_minutes

KNOWN_AFTER_SESSIONS = 6
"""After so many sessions without pain a stretch is told shortly; asked for again, in full."""


def instruction_texts(
    context: Context, step: Step, before: Step | None, *, in_full: bool = False
) -> tuple[str, ...]:
    """What is said to get into a step that follows another, its announcement first."""
    has_sides, render = step.stretch.has_sides, context.script.pack.render
    if before is None or before.stretch.id != step.stretch.id:
        line = Line.STRETCH_SIDE if has_sides else Line.STRETCH
    elif is_other_side(step, before):
        line = Line.OTHER_SIDE
    else:
        line = Line.ONCE_MORE_SIDE if has_sides else Line.ONCE_MORE
    said = render(line, stretch=step.stretch.spoken_name, **context.side_words(step.side))
    told = instruction(step, before)
    if is_known(context, step.stretch) and not in_full:
        told = tuple(text for text in told if text in step.stretch.entering)
    return (said, *context.texts_of(step, *told, *_changes(context, step, before)))


def introduction(context: Context) -> str:
    """What a routine is called and how long it takes, or how it was composed."""
    course, pack = context.current_course, context.script.pack
    minutes = pack.number(routine_minutes(course.routine))
    if course.routine.id == PLANNED_ID:
        line = Line.PLANNED_WITHOUT if context.left_out else Line.PLANNED
        return pack.render(line, count=pack.number(len(course.routine.stretches)), minutes=minutes)
    are_known = all(is_known(context, stretch) for stretch in course.routine.stretches)
    line = Line.INTRODUCE_KNOWN if are_known else Line.INTRODUCE
    return pack.render(line, routine=course.routine.spoken_name, minutes=minutes)


def is_known(context: Context, stretch: Stretch) -> bool:
    """Whether somebody has done it so often that the way into it is enough."""
    return past(context, stretch).pain_free_sessions >= KNOWN_AFTER_SESSIONS


def past(context: Context, stretch: Stretch) -> StretchPast:
    """What the history knows of it."""
    return (context.settings.pasts or {}).get(stretch.id, NEW)


def _changes(context: Context, step: Step, before: Step | None) -> tuple[str, ...]:
    """What is different about a stretch today, told whenever the way into it is told."""
    render = context.script.pack.render
    is_first = before is None or before.stretch.id != step.stretch.id
    if step.stretch.id in context.easier and (is_first or is_other_side(step, before)):
        told = Line.EASIER if step.stretch.id in context.hurt_today else Line.EASIER_TODAY
        return (*((render(told),) if is_first else ()), step.stretch.easier)
    is_hold = step.stretch.kind is Kind.HOLD
    if (
        is_first
        and is_hold
        and context.settings.pasts is not None
        and grew_today(past(context, step.stretch))
    ):
        return (render(Line.GROWN),)
    return ()
