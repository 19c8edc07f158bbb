"""What a session does with the answers to its questions before and after stretching."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.actions import RecordPainScore, RecordPhysicianChecked
from assistant.core.context import Context
from assistant.core.prompts import Line
from assistant.core.questions import ask_in_full


def heard_score(context: Context) -> int:
    """The number that was said, where a guard has made sure that it is one of the scale."""
    assert context.heard is not None
    number = context.heard.slots.number
    assert number is not None
    return number


def _screened(context: Context) -> None:
    context.physician_check_due = False


def _ask_more_history(context: Context) -> None:
    context.history_asked += 1
    ask_in_full(context)


def _history_told(context: Context) -> None:
    context.history_due = False
    context.script.do(RecordPhysicianChecked())


def _cannot_skip(context: Context) -> None:
    context.script.say_instead(Line.CANNOT_SKIP)
    ask_in_full(context)


def _score_told(context: Context) -> None:
    context.score_due = False
    context.score_before = heard_score(context)
    context.script.do(RecordPainScore("before", context.score_before))


def _score_not_told(context: Context) -> None:
    context.score_due = False


def _news_told(context: Context) -> None:
    context.news_due = False


def _skip_check(context: Context) -> None:
    context.score_due = context.news_due = False
    context.script.say(Line.SKIPPED_QUESTIONS)


def _send_to_physician(context: Context) -> None:
    context.end_as("see_physician")


def _send_to_rest(context: Context) -> None:
    _score_told(context)
    context.end_as("see_physician")
    context.closing_line = Line.NOT_TODAY


def _score_after(context: Context) -> None:
    """Tell the change as it is."""
    after, before = heard_score(context), context.score_before
    context.script.do(RecordPainScore("after", after))
    if before is None:
        return
    line = Line.CHANGE_LESS if after < before else Line.CHANGE_MORE if after > before else Line.CHANGE_SAME
    number = context.script.pack.number
    context.script.say(line, before=number(before), after=number(after))


SCREENING: dict[str, Callable[[Context], None]] = {
    "screened": _screened,
    "ask_more_history": _ask_more_history,
    "history_told": _history_told,
    "cannot_skip": _cannot_skip,
    "score_told": _score_told,
    "score_not_told": _score_not_told,
    "news_told": _news_told,
    "skip_check": _skip_check,
    "send_to_physician": _send_to_physician,
    "send_to_rest": _send_to_rest,
    "score_after": _score_after,
}
