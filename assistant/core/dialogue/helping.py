"""Somebody is in trouble, or may be: all stops, and it is asked what is wrong. Nothing goes on by itself.

Whoever says that he is stuck is told how to get help. What is not understood twice while something
is held is asked about once, quietly. So is pain, or a warning sign, that was no louder than others who talk:
it may be theirs.
"""

from __future__ import annotations

from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, is_unclear, may_ask_again, says
from assistant.core.dialogue.pausing import interrupt
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import go_back_to
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.states import AWAKE, BEFORE_STRETCHING, GUIDED, IN_PAIN, UNDER_WAY, Signal, State

TIMES_NOT_UNDERSTOOD = 2
"""So often something is not understood while one holds before it is asked about."""

_HELPING, _HOLDING = (State.HELPING,), (State.HOLDING,)
_ASKED_WHOSE = (
    *BEFORE_STRETCHING,
    *GUIDED,
    *(State.SCORE_AFTER, State.ASLEEP, State.PAUSED, State.FINISHING),
)

WHAT_IS_WRONG = Question(
    lambda context: (Line.WONDER,) if context.wonders else (Line.WHAT_IS_WRONG, Line.GET_HELP),
    lambda context: (Line.WONDER_AGAIN,) if context.wonders else (Line.WHAT_IS_WRONG, Line.GET_HELP),
    silence_answers=True,
    ignores_chatter=True,  # it has rows of its own
)


def wonders(context: Context) -> bool:
    """Whether it is only asked whether something is wrong."""
    return context.wonders


def must_wonder(context: Context) -> bool:
    """Whether this is the time to ask: once in a session."""
    return not context.has_wondered and context.not_understood + 1 >= TIMES_NOT_UNDERSTOOD


def is_among_talk(context: Context) -> bool:
    """Whether what was heard was no louder than others who talk."""
    return context.heard is not None and context.heard.is_among_talk


def woke_for_it(context: Context) -> bool:
    """Whether it was asked of a session that slept."""
    return context.wonders and context.came_from is State.ASLEEP


def stop_to_help(context: Context) -> None:
    """Everything stops."""
    interrupt(context)
    context.wonders = False


def wonder(context: Context) -> None:
    """The hold stands still, and it is asked quietly."""
    interrupt(context)
    context.wonders = context.has_wondered = True


def wonder_whose(context: Context) -> None:
    """Everything stops, and it is asked whether it was for us."""
    interrupt(context)
    context.wonders = True


def note_not_understood(context: Context) -> None:
    """Once may be anything."""
    context.not_understood += 1


def ask_what_is_wrong(context: Context) -> None:
    """Something is: ask what."""
    context.script.cut()
    context.wonders = False
    WHAT_IS_WRONG.ask_in_full(context)


def tell_how_to_get_help(context: Context) -> None:
    """Nobody can be heard here, but what can be done is said."""
    context.script.cut()
    context.script.say(Line.GET_HELP)


HELPING = Behavior(
    safety=(
        *(
            row
            for trigger in (Intent.PAIN, Intent.RED_FLAG)
            for row in (
                Row(trigger, _ASKED_WHOSE, State.HELPING, (is_among_talk,), wonder_whose),
                Row(trigger, _HELPING, None, (is_among_talk,), ask_what_is_wrong),
            )
        ),
        Row(Intent.RED_FLAG, IN_PAIN, State.HELPING, (is_among_talk,), stop_to_help),
        Row(Intent.DISTRESS, (State.DEAF,), None, do=tell_how_to_get_help),
        Row(Intent.DISTRESS, (State.EMERGENCY,), State.EMERGENCY),
        Row(Intent.DISTRESS, _HELPING, None, do=ask_what_is_wrong),
        Row(
            Intent.DISTRESS,
            (State.ASLEEP, *AWAKE, State.PAUSED, State.FINISHING, State.CLOSING),
            State.HELPING,
            do=stop_to_help,
        ),
        Row(Intent.HELP, (*UNDER_WAY, State.PAUSED), State.HELPING, (says("alarm"),), stop_to_help),
    ),
    rows=(
        Row(Signal.NOT_UNDERSTOOD, _HOLDING, State.HELPING, (must_wonder,), wonder),
        Row(Signal.NOT_UNDERSTOOD, _HOLDING, None, do=note_not_understood),
        *WHAT_IS_WRONG.rows(State.HELPING),
        *(
            Row(trigger, _HELPING, None, (is_unclear,), WHAT_IS_WRONG.ask)
            for trigger in (Intent.RESUME, Intent.READY)
        ),
        *(
            row
            for trigger in (Intent.NO, Intent.RESUME, Intent.READY)
            for row in go_back_to(trigger, _HELPING, wonders)
        ),
        *(Row(trigger, _HELPING, State.PAUSED) for trigger in (Intent.NO, Intent.RESUME, Intent.READY)),
        *(Row(trigger, _HELPING, None, do=ask_what_is_wrong) for trigger in (Intent.YES, Intent.HELP)),
        Row(Signal.TIME_OVER, _HELPING, State.ASLEEP, (woke_for_it,)),
        Row(Signal.TIME_OVER, _HELPING, State.PAUSED, (wonders,)),
        *(
            Row(trigger, _HELPING, None, (may_ask_again,), WHAT_IS_WRONG.ask)
            for trigger in (Signal.TIME_OVER, Signal.NOT_UNDERSTOOD, Intent.UNSURE)
        ),
        *(
            Row(trigger, _HELPING, State.PAUSED)
            for trigger in (Signal.TIME_OVER, Signal.NOT_UNDERSTOOD, Intent.UNSURE)
        ),
    ),
    entering={State.HELPING: WHAT_IS_WRONG.begin},
    unanswered={
        State.HELPING: (
            "not_yet next other_side skip_side back how_long whats_next more_time longer shorter easier "
            "number skip_questions bring_back start choose other_routine complain spread denial needs "
            "suits tell_health condition has_condition condition_over started stalled talk "
            "microphone_restored speaker_restored hearing_late"
        ),
    },
)
