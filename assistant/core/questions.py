"""The questions that states ask: in full at first and on request, shortly when nobody answered."""

from __future__ import annotations

from assistant.core.context import Context
from assistant.core.flow import STRETCHING, State
from assistant.core.pain import Decision, decide
from assistant.core.prompts import Line
from assistant.core.sound_check import unheard_line

HISTORY_LINES = (Line.HISTORY_ILLNESS, Line.HISTORY_BONES, Line.HISTORY_INJURY, Line.HISTORY_NERVES)
"""What a clinician must see first, in questions that a no answers."""

QUESTIONS: dict[State, Line] = {
    State.CHOOSING: Line.CHOOSE,
    State.FINISHING: Line.FINISH,
    State.SCREENING: Line.SCREENING,
    State.SCORE_NOW: Line.SCORE_NOW,
    State.NEWS: Line.NEWS,
    State.SOUND_CHECK: Line.SOUND_CHECK,
    State.SCORING: Line.SCORE,
    State.SPREADING: Line.SPREADING,
    State.SCORE_AFTER: Line.SCORE_NOW,
}
SHORT_QUESTIONS: dict[State, Line] = {
    State.CHOOSING: Line.CHOOSE_AGAIN,
    State.FINISHING: Line.FINISH_AGAIN,
    State.SCREENING: Line.SCREENING_AGAIN,
    State.SCORE_NOW: Line.SCORE_NOW_AGAIN,
    State.NEWS: Line.NEWS_AGAIN,
    State.SCORING: Line.SCORE_AGAIN,
    State.SPREADING: Line.SPREADING_AGAIN,
    State.SCORE_AFTER: Line.SCORE_NOW_AGAIN,
}


def ask_in_full(context: Context) -> None:
    """Ask the state's question as if for the first time."""
    context.times_asked, context.asked_shortly = 1, False
    context.script.say_instead(*_in_full(context))


def ask(context: Context) -> None:
    """Ask the state's question again, shortly."""
    context.times_asked += 1
    state = context.state
    lines = (SHORT_QUESTIONS[state],) if state in SHORT_QUESTIONS else _in_full(context)[-1:]
    if state is State.SOUND_CHECK:
        lines = (unheard_line(context.sound),)
    if state is State.FINISHING and context.asked_to_rest:
        lines = (Line.REST_NOW_AGAIN,)
    context.script.say_instead(*lines)


def ask_range(context: Context) -> None:
    """The number was none of the scale, or was lost; half a number is never taken for a score."""
    assert context.heard is not None
    context.times_asked += 1
    is_lost = context.heard.slots.number is None
    context.script.say_instead(Line.SCORE_UNHEARD if is_lost else Line.SCORE_RANGE)


def ask_roughly(context: Context) -> None:
    """No number came to mind."""
    context.times_asked += 1
    context.script.say_instead(Line.SCORE_ROUGHLY)


def ask_when_quiet(context: Context) -> None:
    """The word of the sound check came while our own voice sounded: once more, in the silence."""
    context.times_asked += 1
    context.script.cut()
    context.script.say(Line.SOUND_CHECK_QUIET)


def ask_for_word(context: Context) -> None:
    """Something was heard in the sound check, but not yet the word that matters."""
    context.times_asked += 1
    context.script.say_instead(Line.SOUND_CHECK_WORD)


def _in_full(context: Context) -> tuple[Line, ...]:
    if context.state is State.DECIDING:
        return _deciding(context)
    if context.state is State.FINISHING and context.asked_to_rest:
        return (Line.REST_NOW,)
    if context.state is State.HISTORY:
        return (HISTORY_LINES[context.history_asked],)
    return (QUESTIONS[context.state],)


def _deciding(context: Context) -> tuple[Line, ...]:
    """What going on means; where there was no stretch, just whether."""
    decision = decide(context.pain_report)
    suggestion = (Line.SUGGEST_ENDING,) if decision is Decision.SUGGEST_ENDING else ()
    if context.hurt_in not in STRETCHING:
        return (*suggestion, Line.DECIDE_AGAIN)
    going_on = {
        Decision.SUGGEST_ENDING: Line.DECIDE_REGION,
        Decision.OFFER_EASIER: Line.DECIDE_EASIER,
    }
    return (*suggestion, going_on.get(decision, Line.DECIDE))
