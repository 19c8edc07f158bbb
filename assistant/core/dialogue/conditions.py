"""What the person has, such as a new hip: asked once, told at any calm moment, taken back in a sentence.

What does not suit is left out, and another stretch takes its place where there is one (`fitting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.core.actions import ForgetCondition, RecordConditionsAsked
from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, is_whole
from assistant.core.dialogue.fitting import (
    does_not_suit,
    fit_the_rest,
    in_order,
    lay_out_anew,
    must_move_on,
    nothing_follows,
    nothing_suits,
    take_conditions,
    texts_of_conditions,
    told,
)
from assistant.core.dialogue.pausing import interrupt, offer
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import begin, close, come_back_to_step, hold_complete, is_ending, place_of
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Condition
from assistant.core.states import GUIDED, UNDER_WAY, Signal, State

_CONDITIONS, _CHOOSING, _PAUSED = (State.CONDITIONS,), (State.CHOOSING,), (State.PAUSED,)
_INTRODUCING = (State.INTRODUCING,)
CALM = (State.CHOOSING, *UNDER_WAY)
"""Where something about the person can be told without having been asked for."""
DONE = (Intent.NO, Intent.SKIP_QUESTIONS, Intent.NEXT)
"""What says that there is nothing, or nothing else."""


def _asked(context: Context) -> tuple[Line, ...]:
    is_more = context.conditions and context.telling_from is not None  # what is known was just said
    return (Line.CONDITIONS_MORE if is_more else Line.CONDITIONS,)


WHAT_DO_YOU_HAVE = Question(_asked, lambda context: (Line.CONDITIONS_AGAIN,), means=Line.CONDITIONS_MEANS)


def not_calm(context: Context) -> bool:
    """Whether it is no moment to tell something: among questions, or after the end."""
    return is_ending(context) or place_of(context) not in CALM


def told_in_choosing(context: Context) -> bool:
    """Whether no routine is under way."""
    return place_of(context) is State.CHOOSING


def told_on_the_way(context: Context) -> bool:
    """Whether the question belongs to the beginning of a routine."""
    return context.telling_from is None


def told_before(context: Context) -> bool:
    """Whether the routine is still to begin."""
    return place_of(context) in (State.INTRODUCING, State.CONDITIONS)


def is_lost(context: Context) -> bool:
    """Whether something was lost beside what was said."""
    return not is_whole(context)


def none_known(context: Context) -> bool:
    """Whether none of what was taken back is known."""
    return not _over(context)


def _over(context: Context) -> frozenset[Condition]:
    return frozenset((told(context) | told(context, "healed")) & context.conditions)


def tell_from_here(context: Context) -> None:
    """Interrupt, say what is known, and ask for more; where the session was is kept."""
    context.telling_from = place_of(context)
    interrupt(context)
    _speak_of(context, context.conditions)


def take(context: Context) -> None:
    """Keep what was told, and say it back."""
    take_conditions(context)
    context.script.reply_with(*texts_of_conditions(context, told(context)))


def take_and_ask_on(context: Context) -> None:
    """Keep what was told, say it back, and ask for more."""
    take_conditions(context)
    context.script.say_instead()
    _speak_of(context, told(context))
    _ask_on(context)


def forget(context: Context) -> None:
    """The person does not have it any more; what was left out comes back with the next routine."""
    _forget(context)
    context.script.reply(Line.CONDITION_OVER)


def forget_and_ask_on(context: Context) -> None:
    """The person does not have it any more: and what else?"""
    _forget(context)
    context.script.say_instead(Line.CONDITION_OVER)
    _ask_on(context)


def _forget(context: Context) -> None:
    over = _over(context)
    for condition in in_order(over):
        context.script.do(ForgetCondition(condition))
    context.conditions -= over


def _speak_of(context: Context, conditions: Iterable[Condition]) -> None:
    for text in texts_of_conditions(context, conditions):
        context.script.speak(text)


def _ask_on(context: Context) -> None:
    context.times_asked, context.asked_shortly = 1, False
    context.script.say(Line.CONDITIONS_MORE)


def tell_nothing_known(context: Context) -> None:
    """Nothing is left out for what was taken back."""
    context.script.reply(Line.CONDITION_UNKNOWN)


def ask_for_it_again(context: Context) -> None:
    """A part of it was lost, and what was lost may have been a "not"."""
    context.script.reply(Line.SHORTLY)


def take_before(context: Context) -> None:
    """Keep what was told, and fit the routine that is about to begin."""
    take(context)
    lay_out_anew(context)


def take_under_way(context: Context) -> None:
    """Keep what was told, and fit what is still to come."""
    take(context)
    fit_the_rest(context)


def take_and_leave(context: Context) -> None:
    """Keep what was told, and out of the stretch that does not suit; what fits follows, if anything does."""
    place = place_of(context)
    take(context)
    if place in (State.SETTLING, State.HOLDING):
        context.speak_stretch(context.current_course.step.stretch.leave)
    _leave(context)


def take_and_end(context: Context) -> None:
    """Nothing of the routine suits: say so, and end."""
    take_conditions(context)
    context.closing_line = Line.NOTHING_SUITS


def _leave(context: Context) -> None:
    """The current step is over, as it is; on to what follows, if anything does."""
    fit_the_rest(context)
    context.suspend_hold()
    if context.hold is not None:
        context.record_step("done" if hold_complete(context) else "skipped")
    context.hold = None
    course = context.current_course
    course.index = min(course.following(), len(course.steps) - 1)
    come_back_to_step(context)


def done(context: Context) -> None:
    """All was told."""
    context.conditions_due = False
    context.script.do(RecordConditionsAsked())


def done_before(context: Context) -> None:
    """All was told before the routine began: it is fitted."""
    done(context)
    lay_out_anew(context)
    context.return_to = State.INTRODUCING


def done_under_way(context: Context) -> None:
    """All was told in the midst of a routine: what is still to come is fitted, and waits."""
    assert context.telling_from is not None
    done(context)
    fit_the_rest(context)
    context.return_to = context.telling_from


def done_and_left(context: Context) -> None:
    """All was told, and the stretch that it was told in is over: what follows waits, if anything does."""
    done(context)
    _leave(context)


def done_for_want(context: Context) -> None:
    """All was told, and nothing of the routine suits."""
    done(context)
    context.closing_line = Line.NOTHING_SUITS


def _when_done(trigger: Intent) -> Iterator[Row]:
    """Nothing else: on to what is due, back to the choice, or into a pause that only clear words end."""
    yield Row(trigger, _CONDITIONS, State.CHOOSING, (told_in_choosing,), done)
    yield Row(trigger, _CONDITIONS, State.CLOSING, (told_before, nothing_suits), done_for_want)
    yield from begin(trigger, _CONDITIONS, told_on_the_way, do=done_before, after=State.CONDITIONS)
    yield Row(trigger, _CONDITIONS, State.PAUSED, (told_before,), done_before)
    yield from close(trigger, _CONDITIONS, nothing_follows, do=done_and_left)
    yield Row(trigger, _CONDITIONS, State.PAUSED, (does_not_suit,), done_and_left)
    yield Row(trigger, _CONDITIONS, State.PAUSED, do=done_under_way)


TELLING = Behavior(
    rows=(
        *WHAT_DO_YOU_HAVE.rows(State.CONDITIONS),
        Row(Signal.TIME_OVER, _CONDITIONS, State.ASLEEP, do=interrupt),
        Row(Intent.CONDITION, _CONDITIONS, None, do=take_and_ask_on),
        Row(Intent.CONDITION_OVER, _CONDITIONS, None, (is_whole,), forget_and_ask_on),
        Row(Intent.CONDITION_OVER, _CONDITIONS, None, do=WHAT_DO_YOU_HAVE.ask),
        Row(Intent.TELL_HEALTH, _CONDITIONS, None, do=WHAT_DO_YOU_HAVE.ask_in_full),
        Row(Intent.YES, _CONDITIONS, None, do=WHAT_DO_YOU_HAVE.ask),
        Row(Intent.UNSURE, _CONDITIONS, None, do=WHAT_DO_YOU_HAVE.explain),
        *(row for trigger in DONE for row in _when_done(trigger)),
        *(
            Row(trigger, _PAUSED, None, (not_calm,), offer)
            for trigger in (Intent.TELL_HEALTH, Intent.HAS_CONDITION)
        ),
        Row(Intent.TELL_HEALTH, (*CALM, State.PAUSED), State.CONDITIONS, do=tell_from_here),
        Row(Intent.HAS_CONDITION, _CHOOSING, None, do=take),
        Row(Intent.HAS_CONDITION, _PAUSED, None, (told_in_choosing,), take),
        *(
            Row(Intent.HAS_CONDITION, sources, State.CLOSING, (told_before, nothing_suits), take_and_end)
            for sources in (_INTRODUCING, _PAUSED)
        ),
        Row(Intent.HAS_CONDITION, _INTRODUCING, State.INTRODUCING, do=take_before),
        Row(Intent.HAS_CONDITION, _PAUSED, None, (told_before,), take_before),
        *close(Intent.HAS_CONDITION, (*GUIDED, State.PAUSED), nothing_follows, do=take_and_leave),
        Row(Intent.HAS_CONDITION, GUIDED, State.TRANSFERRING, (does_not_suit, must_move_on), take_and_leave),
        Row(Intent.HAS_CONDITION, GUIDED, State.INSTRUCTING, (does_not_suit,), take_and_leave),
        Row(Intent.HAS_CONDITION, _PAUSED, None, (does_not_suit,), take_and_leave),
        Row(Intent.HAS_CONDITION, (*GUIDED, State.PAUSED), None, do=take_under_way),
        Row(Intent.CONDITION_OVER, (*CALM, State.PAUSED), None, (is_lost,), ask_for_it_again),
        Row(Intent.CONDITION_OVER, (*CALM, State.PAUSED), None, (none_known,), tell_nothing_known),
        Row(Intent.CONDITION_OVER, (*CALM, State.PAUSED), None, do=forget),
    ),
    entering={State.CONDITIONS: WHAT_DO_YOU_HAVE.begin},
    unanswered={
        State.CONDITIONS: (
            "resume ready not_yet other_side skip_side back how_long whats_next more_time longer shorter "
            "easier number bring_back start choose other_routine complain spread denial needs suits "
            "has_condition started stalled talk microphone_restored speaker_restored hearing_late"
        ),
    },
)
