"""A stretch being held: its clock, the breath, half-way and the count, and other lengths on request."""

from __future__ import annotations

from assistant.core.actions import Earcon, ReportHoldStarted
from assistant.core.context import Context
from assistant.core.course import HOLD_STEP_SECONDS
from assistant.core.dialogue.answering import has_course
from assistant.core.dialogue.preparing import CUES
from assistant.core.dialogue.stretching import more_seconds
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import hold_complete
from assistant.core.hold import BREATH_SECONDS, Cue, CueKind, whole_breaths_seconds
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Kind
from assistant.core.states import UNDER_WAY, Signal, State

LOOK_SECONDS = 0.5
"""So often a running hold looks whether the process still runs."""

_HOLDING = (State.HOLDING,)


def wait_in_hold(context: Context) -> None:
    """Wait for the next cue of a running hold, but no longer than a standstill may go unnoticed."""
    context.deadline = min(context.current_hold.next_at(), context.now + LOOK_SECONDS)


def complete_hold(context: Context) -> None:
    """The hold was held to its end."""
    context.suspend_hold(complete=True)
    context.script.earcon(Earcon.HOLD_END)


def give_cues(context: Context) -> None:
    """Say and play what is due."""
    script = context.script
    for cue in context.current_hold.due(context.now):
        if cue.kind is CueKind.COUNT:
            script.cue(Line.COUNT, number=script.pack.number(cue.count))
        elif cue.kind is CueKind.HALF_WAY and context.settings.half_way_cue:
            script.earcon(Earcon.HALF_WAY)
            script.cue(Line.HALF_WAY)
        elif cue.kind is CueKind.BREATHE_IN:
            script.earcon(Earcon.BREATHE_IN)
            _tell_breath(context, cue)
        elif cue.kind is CueKind.BREATHE_OUT:
            script.earcon(Earcon.BREATHE_OUT)
            if cue.at_seconds < BREATH_SECONDS:  # said for the first breath; the sounds carry on from there
                script.cue(Line.BREATHE_OUT)
    wait_in_hold(context)


def _tell_breath(context: Context, cue: Cue) -> None:
    """Of a movement the second breath and the last are said; the sounds carry those between them."""
    hold = context.current_hold
    if hold.kind is Kind.HOLD:
        return
    if hold.is_last_breath(context.now):
        context.script.cue(Line.LAST_BREATH)
    elif cue.at_seconds < 2 * BREATH_SECONDS:
        context.script.cue(Line.MOVE_AGAIN)


def extend_hold(context: Context) -> None:
    """Longer by what was asked for, within the bounds."""
    wanted, number = more_seconds(context), context.script.pack.number
    is_movement = context.current_hold.kind is Kind.MOVEMENT
    changed = _change_hold(context, whole_breaths_seconds(wanted) if is_movement else wanted)
    if changed <= 0:
        context.script.reply(Line.AT_LIMIT)
    elif is_movement:
        context.script.reply(Line.MORE_BREATHS, breaths=number(round(changed / BREATH_SECONDS)))
    else:
        line = Line.LONGER if changed >= wanted else Line.LONGER_AT_MOST
        context.script.reply(line, seconds=number(round(changed)))


def _change_hold(context: Context, by_seconds: float) -> float:
    changed = context.current_hold.change(by_seconds, context.now)
    if context.current_hold.running:
        wait_in_hold(context)
    return changed


def lengthen(context: Context) -> None:
    """Every hold from now on is longer."""
    _change_holds(context, HOLD_STEP_SECONDS, Line.LONGER)


def shorten(context: Context) -> None:
    """Every hold from now on is shorter."""
    _change_holds(context, -HOLD_STEP_SECONDS, Line.SHORTER)


def _change_holds(context: Context, by_seconds: float, line: Line) -> None:
    course, number = context.current_course, context.script.pack.number
    is_movement = course.step.stretch.kind is Kind.MOVEMENT
    changed = course.change_holds(by_seconds)
    if context.hold is not None and not hold_complete(context):
        own = whole_breaths_seconds(by_seconds) if is_movement else by_seconds
        changed |= _change_hold(context, own) != 0
    if not changed:
        context.script.reply(Line.AT_LIMIT)
    elif is_movement:
        context.script.reply(Line.MORE_BREATHS if by_seconds > 0 else Line.FEWER_BREATHS, breaths=number(1))
    else:
        context.script.reply(line, seconds=number(round(HOLD_STEP_SECONDS)))


def repeat_feeling(context: Context) -> None:
    """What it should feel like, once more."""
    context.speak_stretch(context.current_course.step.stretch.feel)


def _enter(context: Context) -> None:
    hold, script = context.current_hold, context.script
    script.earcon(Earcon.HOLD_START)
    hold.start(context.now)
    seconds = round(hold.remaining_seconds(context.now), 3)
    script.do(ReportHoldStarted(context.current_course.index + 1, seconds))
    script.cue(CUES[hold.kind][0])
    hold.due(context.now)  # the first breath is in what was just said
    wait_in_hold(context)


HOLDING = Behavior(
    rows=(
        Row(Signal.TIME_OVER, _HOLDING, State.RELEASING, (hold_complete,), complete_hold),
        Row(Signal.TIME_OVER, _HOLDING, None, do=give_cues),
        Row(Intent.MORE_TIME, _HOLDING, None, do=extend_hold),
        Row(Intent.LONGER, (*UNDER_WAY, State.PAUSED), None, (has_course,), lengthen),
        Row(Intent.SHORTER, (*UNDER_WAY, State.PAUSED), None, (has_course,), shorten),
        Row(Intent.REPEAT, _HOLDING, None, do=repeat_feeling),
    ),
    entering={State.HOLDING: _enter},
    unanswered={
        State.HOLDING: (
            "resume ready not_yet yes no number unsure skip_questions start choose complain spread denial "
            "condition started spoken talk microphone_restored speaker_restored"
        ),
    },
)
