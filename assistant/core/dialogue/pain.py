"""When it hurts: everything stops; how strong, has it spread, shall we go on. `core/pain_rules.py` decides.

Only a clear yes goes on, and never with the stretch that hurt.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.actions import RecordPain, RecordPainScore
from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, await_answer, is_whole, lines, may_ask_again, says
from assistant.core.dialogue.screening import NOTHING, heard_score, number_rows, out_of_range
from assistant.core.dialogue.table import Behavior, Guard, Row, named
from assistant.core.dialogue.ways import after_skip, go_onward, is_ending, place_of, skips_to_end
from assistant.core.intents import Intent
from assistant.core.pain_rules import Answer, Decision, decide
from assistant.core.prompts import Line
from assistant.core.states import (
    AWAKE,
    BEFORE_STRETCHING,
    IN_PAIN,
    INTERRUPTED,
    STRETCHING,
    Signal,
    State,
    Trigger,
)
from assistant.core.suiting import suits

CLOSING_LINES = {
    Decision.END_REPEATED: Line.CLOSE_REPEATED,
    Decision.END_UNANSWERED: Line.CLOSE_UNRATED,
    Decision.END_STRONG: Line.CLOSE_STRONG,
    Decision.END_SPREADING: Line.CLOSE_SPREADING,
}
GOING_ON_LINES = {Decision.SUGGEST_ENDING: Line.DECIDE_REGION, Decision.OFFER_EASIER: Line.DECIDE_EASIER}


def _what_going_on_means(context: Context) -> tuple[Line, ...]:
    """What going on means; where there was no stretch, just whether."""
    decision = decide(context.pain_report)
    suggestion = (Line.SUGGEST_ENDING,) if decision is Decision.SUGGEST_ENDING else ()
    if context.hurt_in not in STRETCHING:
        return (*suggestion, Line.DECIDE_AGAIN)
    if context.is_unwell:
        return (*suggestion, Line.DECIDE_UNWELL)
    return (*suggestion, GOING_ON_LINES.get(decision, Line.DECIDE))


HOW_STRONG = Question(lines(Line.SCORE), lines(Line.SCORE_AGAIN), means=Line.SCORE_ROUGHLY)
HAS_IT_SPREAD = Question(lines(Line.SPREADING), lines(Line.SPREADING_AGAIN), means=Line.SPREADING_MEANS)
GO_ON = Question(_what_going_on_means, lambda context: _what_going_on_means(context)[-1:])
QUESTIONS = {State.SCORING: HOW_STRONG, State.SPREADING: HAS_IT_SPREAD, State.DECIDING: GO_ON}

_IT_HAS = (Intent.YES, Intent.SPREAD)
_EASING, _SCORING, _SPREADING, _DECIDING = ((state,) for state in IN_PAIN)


def pain_ends(context: Context) -> bool:
    """Whether it is over without a question."""
    return decide(context.pain_report) is Decision.END_REPEATED


def is_unwell(context: Context) -> bool:
    """Whether somebody is dizzy or sick: no number tells how much."""
    return context.is_unwell


def is_over_itself(context: Context) -> bool:
    """Whether it was said over our own voice, and may be its echo."""
    return context.heard_over_itself


def score_ends(context: Context) -> bool:
    """Whether the number that was said ends it."""
    return decide(context.pain_report_with(context.heard_number)).ends


def may_try_easier(context: Context) -> bool:
    """Whether the easier way was offered."""
    is_offered = context.hurt_in in STRETCHING and decide(context.pain_report) is Decision.OFFER_EASIER
    return is_offered and suits(context.current_course.step.stretch, context.conditions)


def hurt_in(state: State) -> Guard:
    """Whether it hurt in this state."""
    return named(f"hurt_in_{state}", lambda context: context.hurt_in is state)


def report_pain(context: Context) -> None:
    """Sound out, the hold ends, and what hurt is left out from now on."""
    context.script.cut()
    context.suspend_hold()
    if not context.after_pain:  # else it is what is being talked about already
        assert context.heard is not None
        context.hurt_in = place_of(context)
        context.reports += 1
        context.score, context.has_spread = None, Answer.NO
        context.is_unwell = context.script.pack.is_unwell(context.heard.phrase)
        stretch_id = ""
        if context.hurt_in in STRETCHING:
            stretch_id = context.current_course.step.stretch.id
            context.leave_out((stretch_id,))
            context.hurt_today.add(stretch_id)
        context.script.do(RecordPain(stretch_id, context.heard.phrase))
        if stretch_id:
            context.record_step("pain")
    context.after_pain = True


def report_pain_unheard(context: Context) -> None:
    """The microphone is gone: say how to come out, and ask when it is back."""
    report_pain(context)
    context.return_to = context.after_easing
    context.script.say(Line.EASE_OUT)


def rate_pain(context: Context) -> None:
    """Of the numbers given in one session the highest counts."""
    score = heard_score(context)
    context.score = context.pain_report_with(score).score
    context.highest_score = context.score
    context.script.do(RecordPainScore("during", score))


def rate_and_end(context: Context) -> None:
    """It is too strong to go on."""
    rate_pain(context)
    end_for_pain(context)


def not_spread(context: Context) -> None:
    """It stayed where it is; where ending is suggested, going on leaves the region out."""
    context.has_spread = Answer.NO
    if decide(context.pain_report) is Decision.SUGGEST_ENDING and context.hurt_in in STRETCHING:
        course = context.current_course
        routines = (*(s for r in context.catalogue for s in r.stretches), *context.library)
        known = (*course.routine.stretches, *routines)
        context.leave_out(s.id for s in known if s.region is course.step.stretch.region)


def not_spread_and_end(context: Context) -> None:
    """The session is over already: there is no going on to ask about."""
    context.has_spread = Answer.NO
    context.end_as("pain")
    context.closing_line = Line.CLOSE_PAIN


def spread_and_end(context: Context) -> None:
    """It has spread."""
    context.has_spread = Answer.YES
    end_for_pain(context)


def spread_untold(context: Context) -> None:
    """Whether it has spread was not answered."""
    context.has_spread = Answer.NONE
    end_for_pain(context)


def end_for_pain(context: Context) -> None:
    """End with what the report means; without an answer, with what any unanswered one means."""
    context.end_as("pain")
    context.closing_line = CLOSING_LINES.get(decide(context.pain_report), Line.CLOSE_UNRATED)


def finish_for_pain(context: Context) -> None:
    """Going on was offered, and nobody said yes."""
    context.end_as("pain")


def go_on_after_pain(context: Context) -> None:
    """On, past the stretch that hurt."""
    if context.hurt_in in STRETCHING:
        course = context.current_course
        course.index = min(after_skip(context), len(course.steps) - 1)
        context.hold = None
        leaves_region = decide(context.pain_report) is Decision.SUGGEST_ENDING and not context.is_unwell
        context.script.say(Line.LEAVE_REGION_AFTER_PAIN if leaves_region else Line.SKIP_AFTER_PAIN)
    context.after_pain = False


def try_easier(context: Context) -> None:
    """The same stretch in its easier way, on both sides: the person asked for it."""
    course = context.current_course
    context.take_in((course.step.stretch.id,))
    context.hold = course.new_hold()
    context.after_pain = False
    context.script.say(Line.EASIER)
    context.speak_stretch(course.step.stretch.easier)


def repeat_easing(context: Context) -> None:
    """How to come out, once more."""
    context.script.say_instead(Line.EASE_OUT)


def _enter_easing(context: Context) -> None:
    context.script.say(Line.EASE_OUT)
    if context.is_unwell:
        context.script.say(Line.STAY_DOWN)


def _going_on(trigger: Trigger, *when: Guard) -> Iterator[Row]:
    """A clear yes after pain: back to where it hurt, past the stretch that hurt."""
    for state in (*BEFORE_STRETCHING, State.TRANSFERRING, State.SCORE_AFTER):
        yield Row(trigger, _DECIDING, state, (*when, hurt_in(state)), go_on_after_pain)
    yield from go_onward(trigger, _DECIDING, *when, do=go_on_after_pain, to=after_skip, last=skips_to_end)


PAIN = Behavior(
    safety=(
        Row(Intent.PAIN, (State.DEAF,), None, do=report_pain_unheard),
        Row(
            Intent.PAIN,
            (State.ASLEEP, *AWAKE, *INTERRUPTED, State.CLOSING),
            State.EASING,
            do=report_pain,
        ),
    ),
    rows=(
        *(row for state, question in QUESTIONS.items() for row in question.rows(state)),
        Row(Signal.SPOKEN, _EASING, None, do=await_answer),
        Row(Signal.TIME_OVER, _EASING, State.CLOSING, (pain_ends,), end_for_pain),
        Row(Signal.TIME_OVER, _EASING, State.CLOSING, (is_unwell, is_ending), not_spread_and_end),
        Row(Signal.TIME_OVER, _EASING, State.DECIDING, (is_unwell,)),
        Row(Signal.TIME_OVER, _EASING, State.SCORING),
        # Whoever says at once how strong it is need not be asked; what may be our own voice is.
        *(Row(Intent.NUMBER, _EASING, None, (guard,)) for guard in (is_unwell, pain_ends, is_over_itself)),
        Row(Intent.NUMBER, _EASING, State.SCORING, (out_of_range,)),
        Row(Intent.NUMBER, _EASING, State.CLOSING, (score_ends,), rate_and_end),
        Row(Intent.NUMBER, _EASING, State.SPREADING, do=rate_pain),
        Row(Intent.REPEAT, _EASING, None, do=repeat_easing),
        *number_rows(State.SCORING),
        Row(Intent.NUMBER, _SCORING, State.CLOSING, (out_of_range,), end_for_pain),
        Row(Intent.NUMBER, _SCORING, State.CLOSING, (score_ends,), rate_and_end),
        Row(Intent.NUMBER, _SCORING, State.SPREADING, do=rate_pain),
        *(
            Row(trigger, _SCORING, State.CLOSING, do=end_for_pain)
            for trigger in (Signal.TIME_OVER, Intent.UNSURE)
        ),
        *(Row(answer, _SPREADING, State.CLOSING, do=spread_and_end) for answer in _IT_HAS),
        *(Row(answer, _SPREADING, State.CLOSING, (is_ending,), not_spread_and_end) for answer in NOTHING),
        *(Row(answer, _SPREADING, State.DECIDING, do=not_spread) for answer in NOTHING),
        *(
            Row(Intent.UNSURE, (state,), None, (may_ask_again,), QUESTIONS[state].ask)
            for state in (State.SPREADING, State.DECIDING)
        ),
        *(
            Row(trigger, _SPREADING, State.CLOSING, do=spread_untold)
            for trigger in (Signal.TIME_OVER, Intent.UNSURE)
        ),
        *(
            Row(trigger, _DECIDING, State.CLOSING, do=finish_for_pain)
            for trigger in (Signal.TIME_OVER, Intent.UNSURE, Intent.NO)
        ),
        *_going_on(Intent.YES),
        *_going_on(Intent.RESUME, says("go_on"), is_whole),
        Row(Intent.EASIER, _DECIDING, State.SETTLING, (may_try_easier,), try_easier),
        Row(Intent.EASIER, _DECIDING, None, do=GO_ON.ask),
        *(
            Row(trigger, (state,), None, do=question.ask)
            for state, question in QUESTIONS.items()
            for trigger in (Intent.RESUME, Intent.READY, Intent.START, Intent.NEXT, Intent.SKIP_QUESTIONS)
        ),
        *(
            Row(Intent.NUMBER, (state,), None, do=QUESTIONS[state].ask)
            for state in (State.SPREADING, State.DECIDING)
        ),
    ),
    entering={
        State.EASING: _enter_easing,
        **{state: question.begin for state, question in QUESTIONS.items()},
    },
    unanswered={
        State.EASING: (
            "resume ready not_yet next other_side skip_side back how_long whats_next more_time longer "
            "shorter easier yes no unsure skip_questions bring_back start choose other_routine complain "
            "spread denial needs suits tell_health condition has_condition condition_over started stalled "
            "talk not_understood microphone_restored speaker_restored hearing_late"
        ),
        State.SCORING: (
            "not_yet other_side skip_side back how_long whats_next more_time longer shorter easier no "
            "bring_back choose other_routine complain spread denial needs suits tell_health condition "
            "has_condition condition_over started stalled talk microphone_restored speaker_restored "
            "hearing_late"
        ),
        State.SPREADING: (
            "not_yet other_side skip_side back how_long whats_next more_time longer shorter easier "
            "bring_back needs suits tell_health condition has_condition condition_over choose "
            "other_routine complain started stalled talk microphone_restored speaker_restored hearing_late"
        ),
        State.DECIDING: (
            "not_yet other_side skip_side back how_long whats_next more_time longer shorter bring_back "
            "choose other_routine complain spread denial needs suits tell_health condition has_condition "
            "condition_over started stalled talk microphone_restored speaker_restored hearing_late"
        ),
    },
)
