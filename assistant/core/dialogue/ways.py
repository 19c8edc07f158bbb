"""Ways that several behaviors share: what is asked first, on to the next step, back to where it was."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.context import Context
from assistant.core.dialogue.asking import counts_as
from assistant.core.dialogue.table import Effect, Guard, Row, named
from assistant.core.states import INTERRUPTED, RETURNABLE, STRETCHING, State, Trigger


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
    (State.SCREENING, must_screen),
    (State.HISTORY, must_ask_history),
    (State.CONDITIONS, must_ask_conditions),
    (State.SCORE_NOW, must_ask_score),
    (State.NEWS, must_ask_news),
    (State.SOUND_CHECK, must_check_sound),
)
"""What may have to be asked before a routine, in this order, and the guards that say so."""


def is_last(context: Context) -> bool:
    """Whether no step follows."""
    return context.course is not None and context.course.is_last


def after_skip(context: Context) -> int:
    """Index of the step to go to when this one is left early; len(steps) at the end.

    A plain "next" leads from a first side to the other one; "skip this stretch", and pain, past both.
    """
    held = 0.0 if context.after_pain else context.held_seconds
    is_plain = not context.after_pain and counts_as(context, "onward")
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
    """Whether a stretch was interrupted."""
    return context.return_to in STRETCHING


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
    trigger: Trigger, sources: tuple[State, ...], *when: Guard, do: Effect, last: Guard = is_last
) -> Iterator[Row]:
    """On to the next step, or to the closing after the last."""
    yield from close(trigger, sources, *when, last, do=do)
    yield Row(trigger, sources, State.INSTRUCTING, when, do)


def close(trigger: Trigger, sources: tuple[State, ...], *when: Guard, do: Effect) -> Iterator[Row]:
    """The last step is over: how it is now is asked first, if it is to be asked."""
    yield Row(trigger, sources, State.SCORE_AFTER, (*when, must_score_after), do)
    yield Row(trigger, sources, State.CLOSING, when, do)
