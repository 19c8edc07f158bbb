"""Ways that several behaviors share: what is asked first, on to the next step, back to where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

from assistant.core.context import Context
from assistant.core.dialogue.asking import counts_as
from assistant.core.dialogue.table import Effect, Guard, Row, named
from assistant.core.states import GUIDED, INTERRUPTED, RETURNABLE, State, Trigger
from assistant.core.transfers import Leg, way_to, way_up

Target = Callable[[Context], int]
"""Index of the step that a row leads to; len(steps) at the end."""


def must_screen(context: Context) -> bool:
    """Whether a physician has to be asked about."""
    return context.physician_check_due


def must_ask_history(context: Context) -> bool:
    """Whether it has to be asked what a clinician must see first."""
    return context.history_due


def must_ask_conditions(context: Context) -> bool:
    """Whether it has to be asked what should be left out for."""
    return context.conditions_due


def must_ask_score(context: Context) -> bool:
    """Whether the number before is to be asked for."""
    return context.score_due


def must_ask_news(context: Context) -> bool:
    """Whether it is to be asked what is new."""
    return context.news_due


def must_check_sound(context: Context) -> bool:
    """Whether nobody has been heard yet."""
    return context.sound_check_due


def must_score_after(context: Context) -> bool:
    """Whether the number after is to be asked for."""
    return context.settings.asks_how_it_is


DUE = (
    (State.SOUND_CHECK, must_check_sound),
    (State.SCREENING, must_screen),
    (State.HISTORY, must_ask_history),
    (State.CONDITIONS, must_ask_conditions),
    (State.SCORE_NOW, must_ask_score),
    (State.NEWS, must_ask_news),
)
"""What may have to be asked before a routine, in this order, and the guards that say so.

Who is not heard cannot answer, so that comes first, also before what to stretch.
"""


def is_last(context: Context) -> bool:
    """Whether no step follows."""
    return context.course is not None and context.course.is_last


def current(context: Context) -> int:
    """Index of the current step."""
    return context.current_course.index


def following(context: Context) -> int:
    """Index of the step after this one; len(steps) when there is none."""
    return context.current_course.following()


def must_get_up(context: Context) -> bool:
    """Whether the end of the routine finds somebody lying or kneeling, and leaves nobody so."""
    return not context.rises and bool(_way_up(context))


def must_transfer(to: Target) -> Guard:
    """Whether the body is held up in another way in the step that comes."""

    def must_transfer(context: Context) -> bool:
        course = context.current_course
        return bool(way_to(course.steps[to(context)], context.body))

    return must_transfer


def after_skip(context: Context) -> int:
    """Index of the step to go to when this one is left early; len(steps) at the end.

    A plain "next" leads from a first side to the other one; "skip this stretch", and pain, past both. So
    does any of them on the way to a stretch.
    """
    held = 0.0 if context.after_pain else context.held_seconds
    is_plain = context.hold is not None and not context.after_pain and counts_as(context, "onward")
    return context.current_course.after_skip(held, all_of_it=not is_plain)


def skips_to_end(context: Context) -> bool:
    """Whether nothing is left when the current step is left early."""
    return after_skip(context) == len(context.current_course.steps)


def hold_complete(context: Context) -> bool:
    """Whether the current hold was held to its end."""
    return context.hold is not None and context.hold.complete(context.now)


def place_of(context: Context) -> State:
    """Where the person is: what was interrupted, and what it was where conditions are told."""
    is_away = context.state in (State.ASLEEP, *INTERRUPTED, State.DEAF)
    place = context.return_to if is_away else context.state
    if place is State.CONDITIONS and context.telling_from is not None:
        return context.telling_from
    return place


def left_stretching(context: Context) -> bool:
    """Whether a stretch was interrupted, or the way to one."""
    return context.return_to in GUIDED


def left(state: State) -> Guard:
    """Whether this is what was interrupted."""
    return named(f"left_{state}", lambda context: context.return_to is state)


def is_ending(context: Context) -> bool:
    """Whether the session has come to its end already: then nothing leads on."""
    return context.is_ending


def begin(
    trigger: Trigger,
    sources: tuple[State, ...],
    *when: Guard,
    do: Effect,
    after: State | None = None,
) -> Iterator[Row]:
    """A routine is about to begin: what has to be asked first is asked first, from `after` on."""
    asked = [state for state, _ in DUE].index(after) + 1 if after else 0
    for state, must_ask in DUE[asked:]:
        yield Row(trigger, sources, state, (*when, must_ask), do)
    yield Row(trigger, sources, State.INTRODUCING, when, do)


def go_back_to(trigger: Trigger, sources: tuple[State, ...], *when: Guard) -> Iterator[Row]:
    """Go on where the session was: one row for each state that it can go back to."""
    for state in RETURNABLE:
        dest = State.SETTLING if state is State.HOLDING else state
        yield Row(trigger, sources, dest, (*when, left(state)))


def go_onward(
    trigger: Trigger,
    sources: tuple[State, ...],
    *when: Guard,
    do: Effect,
    to: Target = following,
    last: Guard = is_last,
) -> Iterator[Row]:
    """On to the next step, or to the closing after the last."""
    yield from close(trigger, sources, *when, last, do=do)
    yield from go_to_step(trigger, sources, *when, do=do, to=to)


def go_to_step(
    trigger: Trigger, sources: tuple[State, ...], *when: Guard, do: Effect, to: Target
) -> Iterator[Row]:
    """To a step; first of all to where it is done, if somebody is not there."""
    yield Row(trigger, sources, State.TRANSFERRING, (*when, must_transfer(to)), then(do, set_out))
    yield Row(trigger, sources, State.INSTRUCTING, when, do)


def close(trigger: Trigger, sources: tuple[State, ...], *when: Guard, do: Effect) -> Iterator[Row]:
    """The last step is over: first of all somebody gets up, if that is due."""
    yield Row(trigger, sources, State.TRANSFERRING, (*when, must_get_up), then(do, _set_out_up))
    yield from close_up(trigger, sources, *when, do=do)


def close_up(
    trigger: Trigger, sources: tuple[State, ...], *when: Guard, do: Effect | None = None
) -> Iterator[Row]:
    """The routine is over: how it is now is asked first, if it is to be asked."""
    yield Row(trigger, sources, State.SCORE_AFTER, (*when, must_score_after), do)
    yield Row(trigger, sources, State.CLOSING, when, do)


def then(first: Effect, second: Effect) -> Effect:
    """One effect after the other, told as the first."""

    @wraps(first)
    def both(context: Context) -> None:
        first(context)
        second(context)

    return both


def set_out(context: Context) -> None:
    """To the current step: by which transfers."""
    context.way, context.rises = way_to(context.current_course.step, context.body), False


def come_back_to_step(context: Context) -> None:
    """Whoever goes on goes to the current step; first to where it is done, if somebody is not there."""
    set_out(context)
    context.return_to = State.TRANSFERRING if context.way else State.INSTRUCTING


def _set_out_up(context: Context) -> None:
    context.way, context.rises = _way_up(context), True


def _way_up(context: Context) -> tuple[Leg, ...]:
    return way_up(context.body, stays_lying=context.current_course.routine.ends_lying)
