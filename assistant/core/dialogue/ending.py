"""Endings. Talk nearby sounds like "end" now and then: one word interrupts, and only an answer ends."""

from __future__ import annotations

from assistant.core.actions import EndSession
from assistant.core.context import Context
from assistant.core.dialogue.asking import (
    Question,
    await_silence,
    counts_as,
    is_unclear,
    may_ask_again,
    says,
)
from assistant.core.dialogue.pain import end_for_pain, finish_for_pain
from assistant.core.dialogue.pausing import be_quiet, interrupt
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import go_back_to, is_ending
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Position, Posture
from assistant.core.states import AWAKE, BEFORE_STRETCHING, GUIDED, IN_PAIN, Signal, State
from assistant.core.transfers import lowest

GOES_ON = (
    *(Intent.NO, Intent.RESUME, Intent.READY, Intent.START, Intent.NEXT, Intent.BACK, Intent.NOT_YET),
    *(Intent.OTHER_SIDE, Intent.SKIP_SIDE),
    *(Intent.MORE_TIME, Intent.LONGER, Intent.SHORTER, Intent.EASIER, Intent.HOW_LONG, Intent.WHATS_NEXT),
    *(Intent.NEEDS, Intent.SUITS),
    *(Intent.SKIP_QUESTIONS, Intent.BRING_BACK, Intent.CHOOSE, Intent.OTHER_ROUTINE, Intent.UNSURE),
)
"""Said to "finish for today?", these mean that it goes on."""
GOES_ON_FROM_A_PAUSE = (Intent.RESUME, Intent.READY, Intent.NEXT, Intent.BACK)
"""Only these lead out of the pause that it was asked in."""
CLOSING_LINES = {
    "": Line.CLOSE_DONE,
    "ended_by_user": Line.CLOSE_EARLY,
    "pain": Line.CLOSE_PAIN,
    "see_physician": Line.SEE_PHYSICIAN,
    "no_answer": Line.CLOSE_UNANSWERED,
}

LEAVES_STRETCHING = (Line.CLOSE_DONE, Line.CLOSE_PARTLY, Line.CLOSE_EARLY, Line.CLOSE_UNANSWERED)
"""After these whoever sits gets up; after the others it is enough that they rest."""

_FINISHING, _CLOSING = (State.FINISHING,), (State.CLOSING,)

FINISH_OR_REST = Question(
    lambda context: (Line.REST_NOW if context.asked_to_rest else Line.FINISH,),
    lambda context: (Line.REST_NOW_AGAIN if context.asked_to_rest else Line.FINISH_AGAIN,),
    silence_answers=True,
    ignores_chatter=True,  # it has rows of its own
)


def asked_to_rest(context: Context) -> bool:
    """Whether it was sleep that was asked about."""
    return context.asked_to_rest


def said_farewell(context: Context) -> bool:
    """Whether it was only a goodbye, which may have been said to somebody else: silence does not end it."""
    return context.said_farewell


def was_offered(context: Context) -> bool:
    """Whether a pause has said that "finish" ends it."""
    return context.times_asked > 0


def was_waiting(context: Context) -> bool:
    """Whether it was asked in a pause, or asleep."""
    return context.came_from in (State.PAUSED, State.ASLEEP, State.HELPING)


def interrupt_to_finish(context: Context) -> None:
    """Interrupt as a pause does, to ask whether that was really said."""
    interrupt(context)
    context.asked_to_rest = False
    context.said_farewell = counts_as(context, "farewell")


def interrupt_to_rest(context: Context) -> None:
    """The same about going to sleep."""
    interrupt(context)
    context.asked_to_rest, context.said_farewell = True, False


def end_by_user(context: Context) -> None:
    """The person wanted the end."""
    if context.state is not State.SCORE_AFTER:  # there all has been done
        context.end_as("ended_by_user")


def _is_well_done(context: Context) -> bool:
    """Whether most of the routine was held, and nothing hurt: praise for anything else is not meant."""
    return not context.reports and context.steps_done * 2 > context.steps_left


def _enter_closing(context: Context) -> None:
    context.leave_step()
    if context.after_pain:
        context.end_as("pain")  # whatever it was that cut its questions short
    context.is_ending, context.after_pain = True, False
    line = context.closing_line or CLOSING_LINES[context.end_reason]
    context.script.say(Line.CLOSE_PARTLY if line is Line.CLOSE_DONE and not _is_well_done(context) else line)
    if way_up := _getting_up(context, line):
        context.script.say(way_up)


def _getting_up(context: Context, line: Line) -> Line | None:
    """How to get up from where somebody was last; nothing where nobody is to get up."""
    body, course = lowest(context.body, context.way), context.course
    if course is not None and course.routine.ends_lying:
        return None
    if body is None or body.posture in (Posture.SITTING, Posture.BED_EDGE):
        return Line.GET_UP if line in LEAVES_STRETCHING else None
    return {Position.FLOOR: Line.GET_UP_FLOOR, Position.BED: Line.GET_UP_BED}.get(body.place)


def _enter_finished(context: Context) -> None:
    context.script.do(EndSession(context.why_it_ended))


ENDING = Behavior(
    safety=(Row(Intent.STOP, _CLOSING, State.FINISHED, do=be_quiet),),
    rows=(
        *FINISH_OR_REST.rows(State.FINISHING),
        Row(Intent.RESUME, _FINISHING, None, (is_unclear,), await_silence),
        Row(Intent.READY, _FINISHING, None, (is_unclear,), await_silence),
        *(
            Row(trigger, IN_PAIN, State.CLOSING, (is_ending,), end_for_pain)
            for trigger in (Intent.END, Intent.SLEEP)
        ),
        *(
            Row(trigger, (State.HELPING,), State.CLOSING, (is_ending,))
            for trigger in (Intent.END, Intent.SLEEP)
        ),
        Row(Intent.END, (State.DECIDING,), State.CLOSING, (says("finish"),), finish_for_pain),
        Row(Intent.END, (State.PAUSED,), State.CLOSING, (says("finish"), was_offered), end_by_user),
        Row(Intent.END, (State.FINISHING,), State.CLOSING, (says("finish"),), end_by_user),
        Row(Intent.END, (State.SCORE_AFTER, State.DEAF), State.CLOSING, do=end_by_user),
        Row(
            Intent.END,
            (State.ASLEEP, *BEFORE_STRETCHING, *GUIDED, *IN_PAIN, State.PAUSED, State.HELPING),
            State.FINISHING,
            do=interrupt_to_finish,
        ),
        Row(Intent.SLEEP, (*AWAKE, State.PAUSED, State.HELPING), State.FINISHING, do=interrupt_to_rest),
        Row(Signal.TIME_OVER, _FINISHING, State.PAUSED, (said_farewell,)),
        *(
            Row(trigger, _FINISHING, State.ASLEEP, (asked_to_rest,))
            for trigger in (Intent.YES, Intent.SLEEP, Signal.TIME_OVER)
        ),
        *(
            Row(trigger, _FINISHING, State.CLOSING, do=end_by_user)
            for trigger in (Intent.YES, Signal.TIME_OVER)
        ),
        *(
            Row(trigger, _FINISHING, None, (may_ask_again,), FINISH_OR_REST.ask)
            for trigger in (Intent.END, Intent.SLEEP, Signal.NOT_UNDERSTOOD)
        ),
        *(
            Row(trigger, _FINISHING, State.PAUSED, do=interrupt)
            for trigger in (Intent.END, Intent.SLEEP, Signal.NOT_UNDERSTOOD)
        ),
        *(Row(trigger, _FINISHING, None, do=await_silence) for trigger in (Signal.TALK, Intent.NUMBER)),
        *(
            Row(trigger, _FINISHING, State.PAUSED, (was_waiting,))
            for trigger in GOES_ON
            if trigger not in GOES_ON_FROM_A_PAUSE
        ),
        *(row for trigger in GOES_ON for row in go_back_to(trigger, _FINISHING)),
        Row(Intent.END, _CLOSING, State.FINISHED, (says("finish"),), be_quiet),
        Row(Signal.SPOKEN, _CLOSING, State.FINISHED),
    ),
    entering={
        State.FINISHING: FINISH_OR_REST.begin,
        State.CLOSING: _enter_closing,
        State.FINISHED: _enter_finished,
    },
    unanswered={
        State.FINISHING: (
            "complain spread denial tell_health condition has_condition condition_over started stalled "
            "microphone_restored speaker_restored hearing_late"
        ),
        State.CLOSING: (
            "pause resume ready not_yet repeat next other_side skip_side back how_long whats_next "
            "more_time longer shorter easier help yes no number unsure skip_questions bring_back start "
            "choose other_routine complain spread denial needs suits tell_health condition has_condition "
            "condition_over sleep started stalled time_over talk not_understood microphone_lost "
            "microphone_restored speaker_lost speaker_restored voice_lost hearing_late"
        ),
        State.FINISHED: (
            "stop pain red_flag distress pause resume ready not_yet repeat next other_side skip_side back "
            "how_long whats_next more_time longer shorter easier slower faster louder quieter help yes no "
            "number unsure skip_questions bring_back start choose other_routine complain spread denial "
            "needs suits tell_health condition has_condition condition_over end sleep started stalled "
            "spoken time_over talk not_understood microphone_lost microphone_restored speaker_lost "
            "speaker_restored voice_lost hearing_late cut_short"
        ),
    },
)
