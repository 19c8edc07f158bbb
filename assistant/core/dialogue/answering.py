"""What is answered without moving, wherever the session is: how long, what next, help, the voice itself."""

from __future__ import annotations

from collections.abc import Iterator, Set

from assistant.core.context import Context
from assistant.core.dialogue.fitting import in_order, in_words, texts_of_needs
from assistant.core.dialogue.table import Behavior, Effect, Row
from assistant.core.dialogue.ways import place_of
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Condition
from assistant.core.states import ADVISING, ALIVE, ASKING, AWAKE, STRETCHING, UNDER_WAY, State, Trigger

HELP_LINES = {
    **dict.fromkeys((*ASKING, State.FINISHING, State.EASING), Line.HELP_QUESTION),
    State.CHOOSING: Line.HELP_CHOOSING,
    State.PAUSED: Line.HELP_PAUSED,
    State.ASLEEP: Line.HELP_ASLEEP,
}
"""Elsewhere it is Line.HELP_STRETCH."""


def has_course(context: Context) -> bool:
    """Whether a routine was begun."""
    return context.course is not None


def tell_time(context: Context) -> None:
    """How long this hold still lasts, or all that is to come."""
    script, course = context.script, context.current_course
    if context.state is State.HOLDING:
        seconds = round(context.current_hold.remaining_seconds(context.now))
        script.reply(Line.REMAINING_HOLD, seconds=script.pack.number(max(1, seconds)))
        return
    minutes = 0 if context.rises else round(course.remaining_seconds(context.body) / 60)
    if minutes > 1:
        script.reply(Line.REMAINING, minutes=script.pack.number(minutes))
    else:
        script.reply(Line.REMAINING_SHORT)


def tell_next(context: Context) -> None:
    """Which stretch comes next."""
    course, is_ahead = context.current_course, context.state is State.TRANSFERRING and not context.rises
    name = course.step.stretch.spoken_name if is_ahead else course.next_stretch_name()
    if name:
        context.script.reply(Line.NEXT_IS, stretch=name)
    else:
        context.script.reply(Line.NEXT_IS_END)


def tell_needs(context: Context) -> None:
    """What the routine needs."""
    texts = texts_of_needs(context)
    context.script.reply_with(*(texts or (context.script.pack.render(Line.NEEDS_NOTHING),)))


def tell_who_leaves_out(context: Context) -> None:
    """Who should leave out the stretch under way, or ahead; before the first, what the routine is not for."""
    pack = context.script.pack
    is_ahead = place_of(context) is State.TRANSFERRING and not context.rises
    if is_ahead or place_of(context) in STRETCHING:
        avoided: Set[Condition] = context.current_course.step.stretch.avoid
        rest = () if avoided else (pack.render(Line.SUITS_MOST),)
    else:
        avoided = frozenset().union(*(s.avoid for s in context.current_course.routine.stretches))
        rest = (pack.render(Line.SUITS_TELL),)
    first, more = (Line.LEAVE_OUT_IF, Line.LEAVE_OUT_IF_MORE)
    texts = [
        pack.render(more if at else first, conditions=conditions)
        for at, conditions in enumerate(in_words(context, in_order(avoided)))
    ]
    context.script.reply_with(*texts, *rest)


def help_here(context: Context) -> None:
    """What can be said here."""
    context.script.reply(HELP_LINES.get(context.state, Line.HELP_STRETCH))


def speak_slower(context: Context) -> None:
    """And say so."""
    changed = context.script.change_rate(-1)
    context.script.reply(Line.SLOWER if changed else Line.AT_LIMIT)


def speak_faster(context: Context) -> None:
    """And say so."""
    changed = context.script.change_rate(1)
    context.script.reply(Line.FASTER if changed else Line.AT_LIMIT)


def speak_louder(context: Context) -> None:
    """And say so."""
    changed = context.script.change_volume(1)
    context.script.reply(Line.LOUDER if changed else Line.AT_LIMIT)


def speak_quieter(context: Context) -> None:
    """And say so."""
    changed = context.script.change_volume(-1)
    context.script.reply(Line.QUIETER if changed else Line.AT_LIMIT)


def become_slower(context: Context) -> None:
    """In silence."""
    context.script.change_rate(-1)


def become_faster(context: Context) -> None:
    """In silence."""
    context.script.change_rate(1)


def become_louder(context: Context) -> None:
    """In silence."""
    context.script.change_volume(1)


def become_quieter(context: Context) -> None:
    """In silence."""
    context.script.change_volume(-1)


def _setting(trigger: Trigger, speak: Effect, become: Effect) -> Iterator[Row]:
    """A setting of the voice acts everywhere; where advice is given, without a word."""
    yield Row(trigger, tuple(state for state in ALIVE if state not in ADVISING), None, do=speak)
    yield Row(trigger, ADVISING, None, do=become)


ANSWERING = Behavior(
    rows=(
        Row(Intent.HOW_LONG, (*UNDER_WAY, State.PAUSED), None, (has_course,), tell_time),
        Row(Intent.WHATS_NEXT, (*UNDER_WAY, State.PAUSED), None, (has_course,), tell_next),
        Row(Intent.NEEDS, (*UNDER_WAY, State.PAUSED), None, (has_course,), tell_needs),
        Row(Intent.SUITS, (*UNDER_WAY, State.PAUSED), None, (has_course,), tell_who_leaves_out),
        Row(Intent.HELP, (State.ASLEEP, *AWAKE, State.PAUSED, State.FINISHING), None, do=help_here),
        *_setting(Intent.SLOWER, speak_slower, become_slower),
        *_setting(Intent.FASTER, speak_faster, become_faster),
        *_setting(Intent.LOUDER, speak_louder, become_louder),
        *_setting(Intent.QUIETER, speak_quieter, become_quieter),
    ),
)
