"""The questions that the flow table asks: pure functions of what the session knows."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.choosing import available, requested
from assistant.core.context import Context
from assistant.core.flow import BEFORE_STRETCHING, RETURNABLE, STRETCHING, State
from assistant.core.pain import Decision, decide, is_score, may_begin
from assistant.core.questions import HISTORY_LINES
from assistant.core.routine import Routine
from assistant.core.sound_check import is_asked_for

MOST_TIMES_ASKED = 2


def chosen_beforehand(context: Context) -> Routine | None:
    """The routine that the settings begin with, if they name one of the catalogue."""
    return next((r for r in available(context) if r.id == context.settings.routine_id), None)


def _names_routine(context: Context) -> bool:
    return requested(context) is not None


def _skips_to_end(context: Context) -> bool:
    assert context.course is not None
    held = 0.0 if context.after_pain else context.held_seconds
    return context.course.after_skip(held) == len(context.course.steps)


def _number(context: Context) -> int | None:
    assert context.heard is not None
    return context.heard.slots.number


def _score_ends(context: Context) -> bool:
    return decide(context.pain_report_with(_number(context))).ends


def _is_unclear(context: Context) -> bool:
    """Whether what was heard may mean something else as an answer."""
    heard = context.heard
    return heard is not None and (heard.is_half_heard or _says(context, "unclear"))


def _says(context: Context, answer: str) -> bool:
    """Whether the phrase is one of those that the language pack counts as this answer."""
    heard = context.heard
    return heard is not None and heard.phrase in context.script.pack.answers[answer]


def _may_try_easier(context: Context) -> bool:
    return context.hurt_in in STRETCHING and decide(context.pain_report) is Decision.OFFER_EASIER


def _is_asked_for(context: Context) -> bool:
    assert context.heard is not None
    return is_asked_for(context.heard.phrase, context.script.pack.table)


def _left(state: State) -> Callable[[Context], bool]:
    return lambda context: context.return_to is state


def _hurt_in(state: State) -> Callable[[Context], bool]:
    return lambda context: context.hurt_in is state


GUARDS: dict[str, Callable[[Context], bool]] = {
    "is_ending": lambda c: c.is_ending,
    "is_unclear": _is_unclear,
    "says_go_on": lambda c: not _is_unclear(c) and _says(c, "go_on"),
    "says_finish": lambda c: _says(c, "finish"),
    "asked_to_rest": lambda c: c.asked_to_rest,
    "was_waiting": lambda c: c.came_from in (State.PAUSED, State.ASLEEP),
    "not_begun": lambda c: not c.begun,
    "is_chosen": lambda c: chosen_beforehand(c) is not None,
    "came_from_asleep": lambda c: c.came_from is State.ASLEEP,
    "has_course": lambda c: c.course is not None,
    "names_routine": _names_routine,
    "must_screen": lambda c: c.physician_check_due,
    "must_ask_history": lambda c: c.history_due,
    "has_more_history": lambda c: c.history_asked + 1 < len(HISTORY_LINES),
    "must_ask_score": lambda c: c.score_due,
    "must_ask_news": lambda c: c.news_due,
    "must_score_after": lambda c: c.settings.asks_how_it_is,
    "out_of_range": lambda c: not is_score(_number(c)),
    "too_sore": lambda c: not may_begin(_number(c)),
    "has_routine": lambda c: bool(available(c)),
    "pain_ends": lambda c: decide(c.pain_report) is Decision.END_REPEATED,
    "score_ends": _score_ends,
    "may_try_easier": _may_try_easier,
    "must_check_sound": lambda c: c.sound_check_due,
    "is_asked_for": _is_asked_for,
    "in_the_clear": lambda c: not c.heard_over_itself,
    "may_ask_again": lambda c: c.times_asked < MOST_TIMES_ASKED,
    "not_offered": lambda c: c.times_asked == 0,
    "may_ask_shortly": lambda c: not c.asked_shortly and not c.script.speaking,
    "hold_complete": lambda c: c.hold is not None and c.hold.complete(c.now),
    "is_last": lambda c: c.course is not None and c.course.is_last,
    "skips_to_end": _skips_to_end,
    "after_pain": lambda c: c.after_pain,
    "left_stretching": lambda c: c.return_to in STRETCHING,
    **{f"left_{state}": _left(state) for state in RETURNABLE},
    **{f"hurt_in_{state}": _hurt_in(state) for state in (*BEFORE_STRETCHING, State.SCORE_AFTER)},
}
