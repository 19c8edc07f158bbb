"""What a session does when it hurts, or when something needs emergency help. core/pain.py decides."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.actions import RecordPain, RecordPainScore, RecordRedFlag
from assistant.core.context import Context
from assistant.core.entering import current_course, record_step, speak_stretch, suspend_hold
from assistant.core.flow import STRETCHING, State
from assistant.core.hold import Hold
from assistant.core.pain import Answer, Decision, decide
from assistant.core.prompts import Line
from assistant.core.screening import heard_score

CLOSING_LINES = {
    Decision.END_REPEATED: Line.CLOSE_REPEATED,
    Decision.END_UNANSWERED: Line.CLOSE_UNRATED,
    Decision.END_STRONG: Line.CLOSE_STRONG,
    Decision.END_SPREADING: Line.CLOSE_SPREADING,
}


def _report_red_flag(context: Context) -> None:
    assert context.heard is not None
    context.script.cut()
    pack = context.script.pack
    kind = pack.red_flags[context.heard.phrase]
    context.advice = pack.advice[kind]
    context.end_as("emergency")
    context.script.do(RecordRedFlag(kind))


def _report_pain(context: Context) -> None:
    context.script.cut()
    suspend_hold(context, complete=False)
    if not context.after_pain:  # else it is what is being talked about already
        assert context.heard is not None
        is_away = context.state in (State.ASLEEP, State.PAUSED, State.FINISHING, State.DEAF)
        context.hurt_in = context.return_to if is_away else context.state
        context.reports += 1
        context.score, context.has_spread = None, Answer.NO
        stretch_id = ""
        if context.hurt_in in STRETCHING:
            stretch_id = current_course(context).step.stretch.id
            context.leave_out((stretch_id,))
            context.hurt_today.add(stretch_id)
        context.script.do(RecordPain(stretch_id, context.heard.phrase))
        if stretch_id:
            record_step(context, "pain")
    context.after_pain = True


def _report_pain_unheard(context: Context) -> None:
    _report_pain(context)
    context.return_to = State.SCORING
    context.script.say(Line.EASE_OUT)


def _rate_pain(context: Context) -> None:
    """Of the numbers given in one session the highest counts."""
    score = heard_score(context)
    context.score = context.pain_report_with(score).score
    context.highest_score = context.score
    context.script.do(RecordPainScore("during", score))


def _not_spread(context: Context) -> None:
    context.has_spread = Answer.NO
    if decide(context.pain_report) is Decision.SUGGEST_ENDING and context.hurt_in in STRETCHING:
        course = current_course(context)
        routines = (*(s for r in context.catalogue for s in r.stretches), *context.library)
        known = (*course.routine.stretches, *routines)
        context.leave_out(s.id for s in known if s.region is course.step.stretch.region)


def _not_spread_and_end(context: Context) -> None:
    """The session is over already: there is no going on to ask about."""
    context.has_spread = Answer.NO
    context.end_as("pain")
    context.closing_line = Line.CLOSE_PAIN


def _go_on_after_pain(context: Context) -> None:
    if context.hurt_in in STRETCHING:
        course = current_course(context)
        course.index = min(course.after_skip(0.0), len(course.steps) - 1)
        context.hold = None
        leaves_region = decide(context.pain_report) is Decision.SUGGEST_ENDING
        context.script.say(Line.LEAVE_REGION_AFTER_PAIN if leaves_region else Line.SKIP_AFTER_PAIN)
    context.after_pain = False


def _try_easier(context: Context) -> None:
    """The same stretch in its easier way, on both sides: the person asked for it."""
    course = current_course(context)
    stretch = course.step.stretch
    context.take_in((stretch.id,))
    context.hold = Hold(course.hold_seconds())
    context.after_pain = False
    context.script.say(Line.EASIER)
    speak_stretch(context, stretch.easier)


def _end_for_pain(context: Context) -> None:
    """End with what the report means; without an answer, with what any unanswered one means."""
    context.end_as("pain")
    context.closing_line = CLOSING_LINES.get(decide(context.pain_report), Line.CLOSE_UNRATED)


def _finish_for_pain(context: Context) -> None:
    """Going on was offered, and nobody said yes."""
    context.end_as("pain")


def _rate_and_end(context: Context) -> None:
    _rate_pain(context)
    _end_for_pain(context)


def _spread(answer: Answer) -> Callable[[Context], None]:
    def effect(context: Context) -> None:
        context.has_spread = answer
        _end_for_pain(context)

    return effect


HURTING: dict[str, Callable[[Context], None]] = {
    "report_red_flag": _report_red_flag,
    "report_pain": _report_pain,
    "report_pain_unheard": _report_pain_unheard,
    "rate_pain": _rate_pain,
    "rate_and_end": _rate_and_end,
    "not_spread": _not_spread,
    "not_spread_and_end": _not_spread_and_end,
    "spread_and_end": _spread(Answer.YES),
    "spread_untold": _spread(Answer.NONE),
    "go_on_after_pain": _go_on_after_pain,
    "try_easier": _try_easier,
    "end_for_pain": _end_for_pain,
    "finish_for_pain": _finish_for_pain,
}
