"""Cut short from outside, and going on in another process: where it was is asked about, never just resumed.

A session that is told again all that it was told (`core/journal.py`) is where it was; then it is told that it
came back. Pain that was being talked about comes first, and no hold goes on: the step begins anew.
"""

from __future__ import annotations

from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, is_unclear, lines, may_ask_again
from assistant.core.dialogue.pain import is_unwell, pain_ends
from assistant.core.dialogue.pausing import interrupt
from assistant.core.dialogue.stretching import complete_step
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import current, go_to_step, hold_complete, is_last
from assistant.core.faults import Faults
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Side
from assistant.core.states import ALIVE, INTERRUPTED, STRETCHING, UNDER_WAY, Signal, State

GOING_ON_SECONDS = 30 * 60.0
"""Later a body is cold and a day is another one: a session begins as usual."""
INTERRUPTED_REASON = "interrupted"
"""Why a session ended whose process was gone, and that did not go on."""

_GOING_ON, _FINISHED = (State.GOING_ON,), (State.FINISHED,)
_CUT_SHORT_IN = (*ALIVE, State.EMERGENCY)
_GOES_ON = (Intent.YES, Intent.RESUME, Intent.READY, Intent.START, Intent.NEXT)


def _where_it_was(context: Context) -> None:
    """Say which stretch it was, or which routine was about to begin."""
    course, script = context.current_course, context.script
    if context.left_in is State.INTRODUCING:
        script.say(Line.WE_BEGAN, routine=course.routine.spoken_name)
    elif course.step.side is Side.BOTH:
        script.say(Line.WE_WERE_AT, stretch=course.step.stretch.spoken_name)
    else:
        words = context.side_words(course.step.side)
        script.say(Line.WE_WERE_AT_SIDE, stretch=course.step.stretch.spoken_name, **words)


SHALL_WE_GO_ON = Question(lines(Line.SHALL_WE_GO_ON), lines(Line.SHALL_WE_GO_ON), opening=_where_it_was)


def is_in_time(context: Context) -> bool:
    """Whether it was away for so short a time that it may go on; where no clock tells, it asks."""
    return context.away_seconds is None or context.away_seconds <= GOING_ON_SECONDS


def is_in_pain(context: Context) -> bool:
    """Whether a report of pain is open; an emergency is past all questions."""
    return context.after_pain and context.end_reason != "emergency"


def was_under_way(context: Context) -> bool:
    """Whether it was on its way through a routine, with something left to do."""
    is_all_held = hold_complete(context) and is_last(context)
    is_over = context.is_ending or context.rises or is_all_held
    return _left_in(context) in UNDER_WAY and not is_over


def left_introducing(context: Context) -> bool:
    """Whether the routine was about to begin."""
    return context.left_in is State.INTRODUCING


def _left_in(context: Context) -> State:
    """What was under way, whatever interrupted it."""
    state = context.came_from if context.state is State.FINISHED else context.state
    if state is State.GOING_ON or (state in _WAITING and context.return_to is State.GOING_ON):
        return context.left_in
    return context.return_to if state in _WAITING else state


_WAITING = (State.ASLEEP, State.DEAF, *INTERRUPTED)


def cut_short(context: Context) -> None:
    """The program has to end: sound out, and what was held is kept."""
    context.script.cut()
    _leave_step(context)
    if context.state is State.SCORE_AFTER:
        context.cut_short_by = ""  # all has been done


def come_back(context: Context) -> None:
    """As it was, but for what belonged to the process that is gone."""
    context.left_in = _left_in(context)
    context.cut_short_by = ""
    context.faults, context.sound = Faults(), None
    context.body, context.way = None, ()  # nobody knows what was done meanwhile
    context.script.cut()
    context.script.change_volume(0)
    context.script.change_rate(0)
    _leave_step(context)


def come_back_in_pain(context: Context) -> None:
    """The questions about it are asked from their beginning."""
    come_back(context)
    context.script.say(Line.AWAY)


def go_on(context: Context) -> None:
    """The step that it was at begins anew."""


def do_not_go_on(context: Context) -> None:
    """It ends as what it was."""
    context.script.cut()
    _leave_step(context)
    context.cut_short_by = INTERRUPTED_REASON


def _leave_step(context: Context) -> None:
    """Keep what was held: to its end, or as what was cut short. With what hurt in it that is kept already."""
    if context.after_pain and context.hurt_in in STRETCHING:
        return
    is_complete = hold_complete(context)
    context.suspend_hold(complete=is_complete)
    if not is_complete:
        context.leave_step(cut_short=True)
    elif is_last(context):
        context.leave_step()
        context.is_ending = True
    else:
        complete_step(context)


GOING_ON = Behavior(
    safety=(
        Row(Signal.CUT_SHORT, _CUT_SHORT_IN, State.FINISHED, do=cut_short),
        *(
            Row(Signal.CAME_BACK, (*_CUT_SHORT_IN, State.FINISHED), state, when, come_back_in_pain)
            for state, when in (
                (State.EASING, (is_in_time, is_in_pain, pain_ends)),
                (State.DECIDING, (is_in_time, is_in_pain, is_unwell)),
                (State.SCORING, (is_in_time, is_in_pain)),
            )
        ),
        Row(
            Signal.CAME_BACK,
            (*_CUT_SHORT_IN, State.FINISHED),
            State.GOING_ON,
            (is_in_time, was_under_way),
            come_back,
        ),
        Row(Signal.CAME_BACK, _CUT_SHORT_IN, State.FINISHED, do=do_not_go_on),
    ),
    rows=(
        *SHALL_WE_GO_ON.rows(State.GOING_ON),
        *(
            Row(trigger, _GOING_ON, None, (is_unclear, may_ask_again), SHALL_WE_GO_ON.ask)
            for trigger in _GOES_ON[1:]
        ),
        *(Row(trigger, _GOING_ON, State.INTRODUCING, (left_introducing,)) for trigger in _GOES_ON),
        *(row for trigger in _GOES_ON for row in go_to_step(trigger, _GOING_ON, do=go_on, to=current)),
        Row(Intent.NO, _GOING_ON, State.FINISHED, do=do_not_go_on),
        Row(Intent.UNSURE, _GOING_ON, None, (may_ask_again,), SHALL_WE_GO_ON.ask),
        Row(Signal.TIME_OVER, _GOING_ON, State.ASLEEP, do=interrupt),
    ),
    entering={State.GOING_ON: SHALL_WE_GO_ON.begin},
    unanswered={
        State.GOING_ON: (
            "not_yet other_side skip_side back how_long whats_next more_time longer shorter easier number "
            "skip_questions bring_back complain spread denial started stalled talk microphone_restored "
            "speaker_restored needs suits tell_health condition has_condition condition_over hearing_late"
        ),
    },
)
