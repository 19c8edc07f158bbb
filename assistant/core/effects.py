"""What a session does on a row of the flow table before it moves: choosing, stretching, ending.

Its answers, questions and safety are in `replies`, `screening` and `hurting`.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.actions import (
    Earcon,
    RecordAskedBack,
    RecordSession,
    ReportSound,
    SetSpeechRate,
    SetVolume,
)
from assistant.core.adapting import Form, adapted_routine, ids_in
from assistant.core.choosing import available, requested
from assistant.core.context import Context
from assistant.core.course import Course
from assistant.core.entering import (
    current_course,
    leave_step,
    record_step,
    speak_stretch,
    suspend_hold,
    wait_in_hold,
)
from assistant.core.flow import AWAKE, State
from assistant.core.guards import chosen_beforehand
from assistant.core.hold import BREATH_SECONDS, CueKind
from assistant.core.hurting import HURTING
from assistant.core.prompts import Line
from assistant.core.replies import REPLIES
from assistant.core.routine import Routine
from assistant.core.screening import SCREENING
from assistant.core.sound_check import heard_line

DEFAULT_MORE_SECONDS = 10
MOST_MORE_SECONDS = 120
HOLD_STEP_SECONDS = 5.0


def _heard_number(context: Context, default: int) -> int:
    said = context.heard.slots.number if context.heard else None
    return min(MOST_MORE_SECONDS, default if said is None else said)


def _interrupt(context: Context) -> None:
    context.script.cut()
    if context.state in AWAKE:
        context.return_to = State.SCORING if context.state is State.EASING else context.state
    context.was_away = False


def _interrupt_stalled(context: Context) -> None:
    _interrupt(context)
    context.was_away = True


def _interrupt_to(rest: bool) -> Callable[[Context], None]:
    """Interrupt as a pause does, to ask whether that was really said."""

    def effect(context: Context) -> None:
        _interrupt(context)
        context.asked_to_rest = rest

    return effect


def _end_by_user(context: Context) -> None:
    if context.state is not State.SCORE_AFTER:  # there all has been done
        context.end_as("ended_by_user")


def _give_up_waiting(context: Context) -> None:
    context.end_as("no_answer")


# Beginning


def _set_out(context: Context) -> None:
    context.begun = True
    context.script.do(SetVolume(context.settings.gain_db))
    context.script.do(SetSpeechRate(context.settings.rate))


def _set_out_chosen(context: Context) -> None:
    _set_out(context)
    routine = chosen_beforehand(context)
    assert routine is not None
    _begin(context, routine)


def _begin(context: Context, routine: Routine) -> None:
    """Set out on a routine, with holds as long as the weeks before allow."""
    leave_step(context)
    pasts = context.settings.pasts
    fitted = routine if pasts is None else adapted_routine(routine, pasts)
    context.course = Course(fitted, context.left_out)
    context.script.do(RecordSession(routine.id))


def _choose(context: Context) -> None:
    routine = requested(context)
    assert routine is not None
    _begin(context, routine)


def _choose_first(context: Context) -> None:
    _begin(context, available(context)[0])


def _bring_back(context: Context) -> None:
    """What left for pain on other days takes part again, in its easier way; never what is left out today."""
    gone = ids_in(context.settings.pasts or {}, Form.GONE) & context.left_out_before - context.left_out_today
    if context.course is not None:
        gone &= {stretch.id for stretch in context.course.routine.stretches}
    for stretch_id in sorted(gone):
        context.script.do(RecordAskedBack(stretch_id))
    context.take_in(gone)
    context.script.reply(Line.BROUGHT_BACK if gone else Line.NOTHING_TO_BRING_BACK)


def _sound_checked(context: Context) -> None:
    """What was said is the proof; whatever was being spoken ends at once, as after any stop."""
    context.script.cut()
    context.sound_check_due = False
    if context.sound is not None:
        context.script.do(ReportSound(context.sound))
    context.script.say(heard_line(context.sound))


# Stretching


def _give_time(context: Context) -> None:
    seconds = _heard_number(context, DEFAULT_MORE_SECONDS)
    if context.state is State.INSTRUCTING or context.deadline is None:
        context.extra_settle_seconds += seconds
    else:
        context.deadline += seconds
    context.script.reply(Line.TIME_GIVEN)


def _complete_hold(context: Context) -> None:
    suspend_hold(context, complete=True)
    context.script.earcon(Earcon.HOLD_END)


def _give_cues(context: Context) -> None:
    assert context.hold is not None
    script = context.script
    for cue in context.hold.due(context.now):
        if cue.kind is CueKind.COUNT:
            script.cue(Line.COUNT, number=script.pack.number(cue.count))
        elif cue.kind is CueKind.HALF_WAY and context.settings.half_way_cue:
            script.earcon(Earcon.HALF_WAY)
            script.cue(Line.HALF_WAY)
        elif cue.kind is CueKind.BREATHE_IN:
            script.earcon(Earcon.BREATHE_IN)
        elif cue.kind is CueKind.BREATHE_OUT:
            script.earcon(Earcon.BREATHE_OUT)
            if cue.at_seconds < BREATH_SECONDS:  # said for the first breath; the sounds carry on from there
                script.cue(Line.BREATHE_OUT)
    wait_in_hold(context)


def _change_hold(context: Context, by_seconds: float) -> float:
    assert context.hold is not None
    changed = context.hold.change(by_seconds, context.now)
    if context.hold.running:
        wait_in_hold(context)
    return changed


def _extend_hold(context: Context) -> None:
    changed = _change_hold(context, _heard_number(context, DEFAULT_MORE_SECONDS))
    seconds = context.script.pack.number(round(changed))
    if changed > 0:
        context.script.reply(Line.LONGER, seconds=seconds)
    else:
        context.script.reply(Line.AT_LIMIT)


def _change_holds(direction: int, line: Line) -> Callable[[Context], None]:
    def effect(context: Context) -> None:
        by_seconds = direction * HOLD_STEP_SECONDS
        changed = current_course(context).change_holds(by_seconds)
        if context.hold is not None and not context.hold.complete(context.now):
            changed |= _change_hold(context, by_seconds) != 0
        seconds = context.script.pack.number(round(HOLD_STEP_SECONDS))
        context.script.reply(line if changed else Line.AT_LIMIT, seconds=seconds)

    return effect


def _complete_step(context: Context) -> None:
    course = current_course(context)
    record_step(context, "done")
    course.completed(context.held_seconds)
    course.index = min(course.following(), len(course.steps) - 1)
    context.hold = None


def _skip(context: Context) -> None:
    course = current_course(context)
    suspend_hold(context, complete=False)
    held = context.held_seconds
    record_step(context, "skipped")
    course.completed(held)
    course.index = min(course.after_skip(held), len(course.steps) - 1)
    context.hold = None


def _go_back(context: Context) -> None:
    suspend_hold(context, complete=False)
    course = current_course(context)
    just_held = context.hold is not None and context.hold.complete(context.now)
    leave_step(context)
    course.index = course.stretch_start() if just_held else course.stretch_before()


def _make_easier(context: Context) -> None:
    context.script.earcon(Earcon.HEARD)
    context.script.say(Line.EASIER)
    speak_stretch(context, current_course(context).step.stretch.easier)


EFFECTS: dict[str, Callable[[Context], None]] = {
    **REPLIES,
    **SCREENING,
    **HURTING,
    "interrupt": _interrupt,
    "interrupt_stalled": _interrupt_stalled,
    "interrupt_to_finish": _interrupt_to(rest=False),
    "interrupt_to_rest": _interrupt_to(rest=True),
    "end_by_user": _end_by_user,
    "give_up_waiting": _give_up_waiting,
    "set_out": _set_out,
    "set_out_chosen": _set_out_chosen,
    "choose": _choose,
    "choose_first": _choose_first,
    "bring_back": _bring_back,
    "sound_checked": _sound_checked,
    "give_time": _give_time,
    "complete_hold": _complete_hold,
    "give_cues": _give_cues,
    "extend_hold": _extend_hold,
    "lengthen": _change_holds(1, Line.LONGER),
    "shorten": _change_holds(-1, Line.SHORTER),
    "complete_step": _complete_step,
    "skip": _skip,
    "go_back": _go_back,
    "make_easier": _make_easier,
}
