"""A routine's stretches, one after the other: introduced, instructed, settled into, released, rested from.

What happens while one is held is in `holding`.
"""

from __future__ import annotations

from assistant.core.actions import Earcon, Prepare
from assistant.core.adapting import NEW, Form, StretchPast, form_today, grew_today
from assistant.core.context import Context
from assistant.core.dialogue.fitting import say_changes, texts_of_needs
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import (
    after_skip,
    close,
    go_onward,
    hold_complete,
    is_last,
    left,
    left_stretching,
    skips_to_end,
)
from assistant.core.hold import COUNT_FROM, Hold
from assistant.core.intents import Intent
from assistant.core.planner import PLANNED_ID
from assistant.core.prompts import Line, Number
from assistant.core.routine import Step, Stretch, instruction, is_other_side
from assistant.core.selection import routine_minutes
from assistant.core.states import STRETCHING as STRETCHING_STATES
from assistant.core.states import Signal, State

LEFT_OUT_LINES = {Form.GONE: Line.LEFT_OUT, Form.PAUSED: Line.LEFT_OUT_TODAY}
DEFAULT_MORE_SECONDS = 10
MOST_MORE_SECONDS = 120
KNOWN_AFTER_SESSIONS = 6
"""After so many sessions without pain a stretch is told shortly; asked for again, in full."""

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
    following = after_skip(context)
    context.record_step("skipped")
    course.completed(context.held_seconds)
    course.index = min(following, len(course.steps) - 1)
    context.hold = None


def go_back(context: Context) -> None:
    """This stretch anew, if it was just held; else the one before."""
    context.suspend_hold()
    course = context.current_course
    just_held = hold_complete(context)
    context.leave_step()
    course.index = course.stretch_start() if just_held else course.stretch_before()


def make_easier(context: Context) -> None:
    """The same stretch in its easier way, from here on."""
    context.script.earcon(Earcon.HEARD)
    context.script.say(Line.EASIER)
    context.speak_stretch(context.current_course.step.stretch.easier)


def repeat_leaving(context: Context) -> None:
    """How to come out, once more."""
    context.speak_stretch(context.current_course.step.stretch.leave)


def _enter_introducing(context: Context) -> None:
    """Name the routine, or tell how it was composed; what is left out, and what is needed."""
    course, script = context.current_course, context.script
    minutes = script.pack.number(routine_minutes(course.routine))
    if course.routine.id == PLANNED_ID:
        line = Line.PLANNED_WITHOUT if context.left_out else Line.PLANNED
        script.say(line, count=script.pack.number(len(course.routine.stretches)), minutes=minutes)
    else:
        _introduce_by_name(context, minutes)
    say_changes(context)
    for text in texts_of_needs(context):
        script.speak(text)


def _introduce_by_name(context: Context, minutes: Number) -> None:
    course, script = context.current_course, context.script
    is_known = all(_is_known(context, stretch) for stretch in course.routine.stretches)
    line = Line.INTRODUCE_KNOWN if is_known else Line.INTRODUCE
    script.say(line, routine=course.routine.spoken_name, minutes=minutes)
    for stretch in course.routine.stretches:
        form = form_today(_past(context, stretch)) if stretch.id in context.left_out else Form.USUAL
        if form in LEFT_OUT_LINES:
            script.say(LEFT_OUT_LINES[form], stretch=stretch.spoken_name)


def _enter_instructing(context: Context) -> None:
    course = context.current_course
    before, is_anew = course.before, context.hold is None
    if context.hold is None:
        context.hold, context.not_understood = Hold(course.hold_seconds()), 0
    else:
        before = None  # asked for again, or come back to: all of it
    for text in _instruction_texts(context, course.step, before, in_full=not is_anew):
        context.script.speak(text)


def _instruction_texts(
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
    if _is_known(context, step.stretch) and not in_full:
        told = tuple(text for text in told if text in step.stretch.enter)
    return (said, *context.texts_of(step, *told, *_changes(context, step, before)))


def _is_known(context: Context, stretch: Stretch) -> bool:
    """Whether somebody has done it so often that the way into it is enough."""
    return _past(context, stretch).pain_free_sessions >= KNOWN_AFTER_SESSIONS


def _past(context: Context, stretch: Stretch) -> StretchPast:
    return (context.settings.pasts or {}).get(stretch.id, NEW)


def _changes(context: Context, step: Step, before: Step | None) -> tuple[str, ...]:
    """What is different about a stretch today, told whenever the way into it is told."""
    render = context.script.pack.render
    is_first = before is None or before.stretch.id != step.stretch.id
    if step.stretch.id in context.easier and (is_first or is_other_side(step, before)):
        told = Line.EASIER if step.stretch.id in context.hurt_today else Line.EASIER_TODAY
        return (*((render(told),) if is_first else ()), step.stretch.easier)
    if is_first and context.settings.pasts is not None and grew_today(_past(context, step.stretch)):
        return (render(Line.GROWN),)
    return ()


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
    counts = [script.pack.render(Line.COUNT, number=script.pack.number(n)) for n in range(1, COUNT_FROM + 1)]
    said = [script.pack.render(line) for line in (Line.HOLD, Line.BREATHE_OUT, Line.HALF_WAY)]
    step = context.current_course.step
    script.do(Prepare((*said, *counts, *context.texts_of(step, step.stretch.leave))))


def _enter_resting(context: Context) -> None:
    course = context.current_course
    context.script.say(Line.REST)
    context.wait(context.settings.rest_seconds)
    following = course.steps[course.following()]  # after the last step there is no rest
    context.script.do(Prepare(_instruction_texts(context, following, course.step)))


STRETCHING = Behavior(
    rows=(
        *(
            Row(trigger, _INTRODUCING, State.INSTRUCTING)
            for trigger in (Signal.SPOKEN, Intent.READY, Intent.START, Intent.NEXT, Intent.YES)
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
            Row(trigger, _RESTING, State.INSTRUCTING, do=complete_step)
            for trigger in (Signal.TIME_OVER, Intent.READY, Intent.NEXT)
        ),
        *go_onward(Intent.NEXT, _RELEASING, do=complete_step),
        *go_onward(
            Intent.NEXT, (State.INSTRUCTING, State.SETTLING, State.HOLDING), do=skip, last=skips_to_end
        ),
        *go_onward(Intent.NEXT, _LEFT, left_stretching, hold_complete, do=complete_step),
        *go_onward(Intent.NEXT, _LEFT, left_stretching, do=skip, last=skips_to_end),
        Row(Intent.NEXT, _LEFT, State.INSTRUCTING, (left(State.INTRODUCING),)),
        Row(Intent.BACK, STRETCHING_STATES, State.INSTRUCTING, do=go_back),
        Row(Intent.BACK, _LEFT, State.INSTRUCTING, (left_stretching,), go_back),
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
        State.RELEASING: repeat_leaving,
        State.RESTING: _enter_resting,
    },
    unanswered={
        State.INTRODUCING: (
            "resume not_yet other_side skip_side back more_time easier no number unsure skip_questions "
            "complain spread denial condition started time_over talk not_understood microphone_restored "
            "speaker_restored"
        ),
        State.INSTRUCTING: (
            "resume yes number unsure skip_questions start choose complain spread denial condition "
            "started time_over talk not_understood microphone_restored speaker_restored"
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
            "resume skip_side easier yes number unsure skip_questions start choose complain spread "
            "denial condition started spoken talk not_understood microphone_restored speaker_restored"
        ),
    },
)
