"""A routine's stretches, one after the other: introduced, instructed, settled into, released, rested from.

What happens while one is held is in `holding`.
"""

from __future__ import annotations

from assistant.core.actions import Earcon
from assistant.core.adapting import Form, form_today
from assistant.core.context import Context
from assistant.core.dialogue.fitting import say_changes, texts_of_needs
from assistant.core.dialogue.instructing import instruction_texts, introduction, past
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import (
    after_skip,
    close,
    current,
    following,
    go_onward,
    go_to_step,
    hold_complete,
    is_last,
    left,
    left_stretching,
    skips_to_end,
)
from assistant.core.intents import Intent
from assistant.core.planner import PLANNED_ID
from assistant.core.prompts import Line
from assistant.core.states import GUIDED, Signal, State
from assistant.core.transfers import body_after, body_in

LEFT_OUT_LINES = {Form.GONE: Line.LEFT_OUT, Form.PAUSED: Line.LEFT_OUT_TODAY}
DEFAULT_MORE_SECONDS = 10
MOST_MORE_SECONDS = 120
_INTRODUCING, _INSTRUCTING, _SETTLING = (State.INTRODUCING,), (State.INSTRUCTING,), (State.SETTLING,)
_RELEASING, _RESTING = (State.RELEASING,), (State.RESTING,)
_LEFT = (State.PAUSED, State.FINISHING)


def more_seconds(context: Context) -> int:
    """How much more time was asked for."""
    said = context.heard_number
    return min(MOST_MORE_SECONDS, DEFAULT_MORE_SECONDS if said is None else said)


def give_time(context: Context) -> None:
    """More time to get ready, or to rest."""
    seconds = more_seconds(context)
    if context.state is State.INSTRUCTING or context.deadline is None:
        context.extra_settle_seconds += seconds
    else:
        context.deadline += seconds
    wanted = context.heard_number
    is_more = wanted is not None and wanted > MOST_MORE_SECONDS
    context.script.reply(Line.TIME_GIVEN_AT_MOST if is_more else Line.TIME_GIVEN)


def complete_step(context: Context) -> None:
    """The step was held; on to the next."""
    course = context.current_course
    context.record_step("done")
    course.completed(context.held_seconds)
    course.index = min(course.following(), len(course.steps) - 1)
    context.hold = None


def skip(context: Context) -> None:
    """The step is left early; of a first side the second comes, but where the stretch is to be skipped."""
    course = context.current_course
    context.suspend_hold()
    comes = after_skip(context)
    context.record_step("skipped")
    course.completed(context.held_seconds)
    course.index = min(comes, len(course.steps) - 1)
    context.hold, context.way = None, ()


def back(context: Context) -> int:
    """Index of the first step of this stretch, if it was just held; else of the one before."""
    course = context.current_course
    just_held = context.rises or hold_complete(context)
    return course.stretch_start() if just_held else course.stretch_before()


def go_back(context: Context) -> None:
    """This stretch anew, if it was just held; else the one before."""
    index = back(context)
    context.suspend_hold()
    context.leave_step()
    context.current_course.index = index


def begin_steps(context: Context) -> None:
    """The routine was introduced: its first step is the current one."""


def make_easier(context: Context) -> None:
    """The same stretch in its easier way, from here on."""
    context.script.earcon(Earcon.HEARD)
    context.script.say(Line.EASIER)
    context.speak_stretch(context.current_course.step.stretch.easier)


def repeat_leaving(context: Context) -> None:
    """How to come out, once more."""
    context.speak_stretch(context.current_course.step.stretch.leave)


def _enter_releasing(context: Context) -> None:
    repeat_leaving(context)
    context.body = body_after(context.current_course.step)


def _enter_introducing(context: Context) -> None:
    """Name the routine, or tell how it was composed; what is left out, and what is needed."""
    course, script = context.current_course, context.script
    script.speak(introduction(context))
    for stretch in course.routine.stretches if course.routine.id != PLANNED_ID else ():
        form = form_today(past(context, stretch)) if stretch.id in context.left_out else Form.USUAL
        if form in LEFT_OUT_LINES:
            script.say(LEFT_OUT_LINES[form], stretch=stretch.spoken_name)
    say_changes(context)
    for text in texts_of_needs(context):
        script.speak(text)


def _enter_instructing(context: Context) -> None:
    course = context.current_course
    before, is_anew = course.before, context.hold is None
    context.body, context.way, context.rises = body_in(course.step), (), False
    if context.hold is None:
        context.hold, context.not_understood = course.new_hold(), 0
    else:
        before = None  # asked for again, or come back to: all of it
    for text in instruction_texts(context, course.step, before, in_full=not is_anew):
        context.script.speak(text)


def _enter_settling(context: Context) -> None:
    script = context.script
    if context.held_seconds > 0:
        script.say(Line.SETTLE_BACK)
    elif not context.settled_before:
        script.say(Line.SETTLE_FIRST)
    else:
        script.say(Line.SETTLE)
    context.settled_before = True
    context.wait(context.settings.settle_seconds + context.extra_settle_seconds)
    context.extra_settle_seconds = 0.0


def _enter_resting(context: Context) -> None:
    context.script.say(Line.REST)
    context.wait(context.settings.rest_seconds)


STRETCHING = Behavior(
    rows=(
        *(
            row
            for trigger in (Signal.SPOKEN, Intent.READY, Intent.START, Intent.NEXT, Intent.YES)
            for row in go_to_step(trigger, _INTRODUCING, do=begin_steps, to=current)
        ),
        Row(Signal.SPOKEN, _INSTRUCTING, State.SETTLING),
        Row(Intent.READY, (State.INSTRUCTING, State.SETTLING), State.HOLDING),
        *(Row(trigger, _SETTLING, State.HOLDING) for trigger in (Intent.YES, Signal.TIME_OVER)),
        *(
            Row(trigger, (State.INSTRUCTING, State.SETTLING, State.RESTING), None, do=give_time)
            for trigger in (Intent.NOT_YET, Intent.NO, Intent.MORE_TIME)
        ),
        *close(Signal.SPOKEN, _RELEASING, is_last, do=complete_step),
        Row(Signal.SPOKEN, _RELEASING, State.RESTING),
        *(
            row
            for trigger in (Signal.TIME_OVER, Intent.READY, Intent.NEXT)
            for row in go_to_step(trigger, _RESTING, do=complete_step, to=following)
        ),
        *go_onward(Intent.NEXT, _RELEASING, do=complete_step),
        *go_onward(
            Intent.NEXT,
            (State.TRANSFERRING, State.INSTRUCTING, State.SETTLING, State.HOLDING),
            do=skip,
            to=after_skip,
            last=skips_to_end,
        ),
        *go_onward(Intent.NEXT, _LEFT, left_stretching, hold_complete, do=complete_step),
        *go_onward(Intent.NEXT, _LEFT, left_stretching, do=skip, to=after_skip, last=skips_to_end),
        *go_to_step(Intent.NEXT, _LEFT, left(State.INTRODUCING), do=begin_steps, to=current),
        *go_to_step(Intent.BACK, GUIDED, do=go_back, to=back),
        *go_to_step(Intent.BACK, _LEFT, left_stretching, do=go_back, to=back),
        Row(Intent.EASIER, _INSTRUCTING, None, do=make_easier),
        Row(Intent.EASIER, (State.SETTLING, State.HOLDING), State.SETTLING, do=make_easier),
        Row(Intent.REPEAT, _INTRODUCING, State.INTRODUCING),
        Row(Intent.REPEAT, (State.INSTRUCTING, State.SETTLING), State.INSTRUCTING),
        Row(Intent.REPEAT, (State.RELEASING, State.RESTING), None, do=repeat_leaving),
    ),
    entering={
        State.INTRODUCING: _enter_introducing,
        State.INSTRUCTING: _enter_instructing,
        State.SETTLING: _enter_settling,
        State.RELEASING: _enter_releasing,
        State.RESTING: _enter_resting,
    },
    unanswered={
        State.INTRODUCING: (
            "resume not_yet other_side skip_side back more_time easier no number unsure skip_questions "
            "complain spread denial condition started time_over talk not_understood microphone_restored "
            "speaker_restored"
        ),
        State.INSTRUCTING: (
            "resume yes number unsure skip_questions start choose complain spread denial condition started "
            "time_over talk not_understood microphone_restored speaker_restored"
        ),
        State.SETTLING: (
            "resume number unsure skip_questions start choose complain spread denial condition started "
            "spoken talk not_understood microphone_restored speaker_restored"
        ),
        State.RELEASING: (
            "resume ready not_yet other_side skip_side more_time easier yes no number unsure "
            "skip_questions start choose complain spread denial condition started time_over talk "
            "not_understood microphone_restored speaker_restored"
        ),
        State.RESTING: (
            "resume skip_side easier yes number unsure skip_questions start choose complain spread denial "
            "condition started spoken talk not_understood microphone_restored speaker_restored"
        ),
    },
)
