"""The questions before and after stretching: a physician, what comes first, how sore it is, what is new.

What is not sure is for a physician.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.core.actions import RecordPainScore, RecordPhysicianChecked
from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, lines, may_ask_again
from assistant.core.dialogue.pausing import interrupt
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import begin
from assistant.core.events import Said
from assistant.core.intents import Intent, Slots
from assistant.core.pain_rules import is_score, may_begin
from assistant.core.prompts import Line
from assistant.core.states import ASKING_SCORE, Signal, State

HISTORY_LINES = (Line.HISTORY_ILLNESS, Line.HISTORY_BONES, Line.HISTORY_INJURY, Line.HISTORY_NERVES)
"""What a clinician must see first, in questions that a no answers."""


def _history_line(context: Context) -> tuple[Line, ...]:
    return (HISTORY_LINES[context.history_asked],)


NOTHING = (Intent.NO, Intent.DENIAL)
"""A no, and what says by name that it is not there."""
PHYSICIAN = Question(lines(Line.SCREENING), lines(Line.SCREENING_AGAIN), means=Line.SCREENING_MEANS)
HISTORY = Question(_history_line, _history_line, means=Line.HISTORY_MEANS)
SCORE_NOW = Question(lines(Line.SCORE_NOW), lines(Line.SCORE_NOW_AGAIN), means=Line.SCORE_ROUGHLY)
NEWS = Question(lines(Line.NEWS), lines(Line.NEWS_AGAIN), means=Line.NEWS_MEANS)


def has_more_history(context: Context) -> bool:
    """Whether more has to be asked of what comes first."""
    return context.history_asked + 1 < len(HISTORY_LINES)


def out_of_range(context: Context) -> bool:
    """Whether the number is none of the scale, or was lost."""
    return not is_score(context.heard_number)


def too_sore(context: Context) -> bool:
    """Whether a session must not begin with this number."""
    return not may_begin(context.heard_number)


def heard_score(context: Context) -> int:
    """The number that was said, where a guard has made sure that it is one of the scale."""
    assert context.heard_number is not None
    return context.heard_number


def screened(context: Context) -> None:
    """A physician has agreed."""
    context.physician_check_due = False


def ask_more_history(context: Context) -> None:
    """On to the next of these questions."""
    context.history_asked += 1
    HISTORY.ask_in_full(context)


def history_told(context: Context) -> None:
    """Nothing that a clinician must see first."""
    context.history_due = False
    context.script.do(RecordPhysicianChecked())


def cannot_skip(context: Context) -> None:
    """Say why, and ask once more."""
    context.script.say_instead(Line.CANNOT_SKIP)
    (PHYSICIAN if context.state is State.SCREENING else HISTORY).begin(context)


def ask_range(context: Context) -> None:
    """The number was none of the scale, or was lost; half a number is never taken for a score."""
    context.times_asked += 1
    context.script.say_instead(Line.SCORE_UNHEARD if context.heard_number is None else Line.SCORE_RANGE)


def may_say_back(context: Context) -> bool:
    """Whether a number of the scale was heard, but not well, for the first time."""
    return context.said_back is None and is_score(context.doubtful_number)


def say_back(context: Context) -> None:
    """Was it this number?"""
    assert context.doubtful_number is not None
    context.said_back = context.doubtful_number
    context.script.say_instead(Line.SCORE_BACK, number=context.script.pack.number(context.said_back))


def with_answer_to_number(said: Said, context: Context) -> Said:
    """Who agrees to the number that was said back, or says it once more, has said it well."""
    number = context.said_back
    if number is None or context.state not in ASKING_SCORE:
        return said
    agrees = said.intent is Intent.YES and not said.is_half_heard
    says_it_again = said.intent is Intent.NUMBER and said.slots.number == number
    if not agrees and not says_it_again:
        return said
    return replace(said, intent=Intent.NUMBER, slots=Slots(number=number), is_half_heard=False)


def ask_roughly(context: Context) -> None:
    """No number came to mind."""
    context.times_asked += 1
    context.script.say_instead(Line.SCORE_ROUGHLY)


def score_told(context: Context) -> None:
    """How sore it is before."""
    context.score_due = False
    context.score_before = heard_score(context)
    context.script.do(RecordPainScore("before", context.score_before))


def score_not_told(context: Context) -> None:
    """It is not known how sore it is."""
    context.score_due = False


def news_told(context: Context) -> None:
    """Nothing is new."""
    context.news_due = False


def skip_check(context: Context) -> None:
    """The short check is skipped, and what that means is said."""
    context.score_due = context.news_due = False
    context.script.say(Line.SKIPPED_QUESTIONS)


def send_to_physician(context: Context) -> None:
    """Not today."""
    context.end_as("see_physician")


def send_to_rest(context: Context) -> None:
    """Too sore to begin."""
    score_told(context)
    context.end_as("see_physician")
    context.closing_line = Line.NOT_TODAY


def score_after(context: Context) -> None:
    """Tell the change as it is."""
    after, before = heard_score(context), context.score_before
    context.score_after = after
    context.script.do(RecordPainScore("after", after))
    if before is None:
        return
    line = Line.CHANGE_LESS if after < before else Line.CHANGE_MORE if after > before else Line.CHANGE_SAME
    number = context.script.pack.number
    context.script.say(line, before=number(before), after=number(after))


def number_rows(*sources: State) -> Iterator[Row]:
    """Where a number is asked for, one in doubt is said back; none of the scale is asked about once more."""
    yield Row(Intent.NUMBER, sources, None, (may_say_back,), say_back)
    yield Row(Intent.YES, sources, None, (may_ask_again,), ask_range)
    yield Row(Intent.NUMBER, sources, None, (out_of_range, may_ask_again), ask_range)
    yield Row(Intent.UNSURE, sources, None, (may_ask_again,), ask_roughly)


_PHYSICIAN, _HISTORY, _SCORE_NOW = (State.SCREENING,), (State.HISTORY,), (State.SCORE_NOW,)
_NEWS, _SCORE_AFTER = (State.NEWS,), (State.SCORE_AFTER,)

SCREENING = Behavior(
    rows=(
        *PHYSICIAN.rows(State.SCREENING),
        *HISTORY.rows(State.HISTORY),
        *SCORE_NOW.rows(State.SCORE_NOW),
        *NEWS.rows(State.NEWS),
        *SCORE_NOW.rows(State.SCORE_AFTER),
        Row(
            Signal.TIME_OVER,
            (State.SCREENING, State.HISTORY, State.SCORE_NOW, State.NEWS),
            State.ASLEEP,
            do=interrupt,
        ),
        *begin(Intent.YES, _PHYSICIAN, do=screened, after=State.SCREENING),
        *(
            Row(answer, _PHYSICIAN, State.CLOSING, do=send_to_physician)
            for answer in (Intent.NO, Intent.UNSURE)
        ),
        *(Row(answer, _HISTORY, None, (has_more_history,), ask_more_history) for answer in NOTHING),
        *(row for answer in NOTHING for row in begin(answer, _HISTORY, do=history_told, after=State.HISTORY)),
        *(
            Row(answer, _HISTORY, State.CLOSING, do=send_to_physician)
            for answer in (Intent.YES, Intent.UNSURE)
        ),
        *(
            Row(trigger, (State.SCREENING, State.HISTORY), None, do=cannot_skip)
            for trigger in (Intent.SKIP_QUESTIONS, Intent.NEXT)
        ),
        *number_rows(State.SCORE_NOW, State.SCORE_AFTER),
        *begin(Intent.NUMBER, _SCORE_NOW, out_of_range, do=score_not_told, after=State.SCORE_NOW),
        Row(Intent.NUMBER, _SCORE_NOW, State.CLOSING, (too_sore,), send_to_rest),
        *begin(Intent.NUMBER, _SCORE_NOW, do=score_told, after=State.SCORE_NOW),
        *begin(Intent.UNSURE, _SCORE_NOW, do=score_not_told, after=State.SCORE_NOW),
        *(row for answer in NOTHING for row in begin(answer, _NEWS, do=news_told, after=State.NEWS)),
        *(Row(answer, _NEWS, State.CLOSING, do=send_to_physician) for answer in (Intent.YES, Intent.UNSURE)),
        *begin(Intent.SKIP_QUESTIONS, (State.SCORE_NOW, State.NEWS), do=skip_check, after=State.NEWS),
        *begin(Intent.NEXT, (State.SCORE_NOW, State.NEWS), do=skip_check, after=State.NEWS),
        Row(Intent.NUMBER, _SCORE_AFTER, State.CLOSING, (out_of_range,)),
        Row(Intent.NUMBER, _SCORE_AFTER, State.CLOSING, do=score_after),
        *(
            Row(trigger, _SCORE_AFTER, State.CLOSING)
            for trigger in (Intent.UNSURE, Intent.SKIP_QUESTIONS, Intent.NEXT, Signal.TIME_OVER)
        ),
    ),
    entering={
        State.SCREENING: PHYSICIAN.begin,
        State.HISTORY: HISTORY.begin,
        State.SCORE_NOW: SCORE_NOW.begin,
        State.NEWS: NEWS.begin,
        State.SCORE_AFTER: SCORE_NOW.begin,
    },
    unanswered={
        State.SCREENING: (
            "resume ready not_yet other_side skip_side back how_long whats_next more_time longer shorter "
            "easier number bring_back start choose other_routine complain spread denial needs suits "
            "tell_health condition has_condition condition_over started stalled talk microphone_restored "
            "speaker_restored hearing_late"
        ),
        State.HISTORY: (
            "resume ready not_yet other_side skip_side back how_long whats_next more_time longer shorter "
            "easier number bring_back needs suits tell_health condition has_condition condition_over start "
            "choose other_routine complain spread started stalled talk microphone_restored "
            "speaker_restored hearing_late"
        ),
        State.SCORE_NOW: (
            "resume ready not_yet other_side skip_side back how_long whats_next more_time longer shorter "
            "easier no bring_back start choose other_routine complain spread denial needs suits "
            "tell_health condition has_condition condition_over started stalled talk microphone_restored "
            "speaker_restored hearing_late"
        ),
        State.NEWS: (
            "resume ready not_yet other_side skip_side back how_long whats_next more_time longer shorter "
            "easier number bring_back needs suits tell_health condition has_condition condition_over start "
            "choose other_routine complain spread started stalled talk microphone_restored "
            "speaker_restored hearing_late"
        ),
        State.SCORE_AFTER: (
            "resume ready not_yet other_side skip_side back how_long whats_next more_time longer shorter "
            "easier no bring_back start choose other_routine complain spread denial needs suits "
            "tell_health condition has_condition condition_over started stalled talk microphone_restored "
            "speaker_restored hearing_late"
        ),
    },
)
