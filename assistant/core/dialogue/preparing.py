"""What will probably be said, in the order of need, so that it can be rendered before anybody waits for it.

First what is asked before the routine, then the routine from where it is, then all else that has fixed words,
what cannot wait first. A wrong guess costs nothing but work: it is rendered when it is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.context import Context
from assistant.core.dialogue.fitting import texts_of_needs
from assistant.core.dialogue.instructing import instruction_texts, introduction
from assistant.core.dialogue.ways import (
    must_ask_conditions,
    must_ask_history,
    must_ask_news,
    must_ask_score,
    must_check_sound,
    must_screen,
)
from assistant.core.hold import COUNT_FROM
from assistant.core.prompts import Line
from assistant.core.routine import Kind, Step
from assistant.core.states import BEFORE_STRETCHING
from assistant.core.transfers import Body, Leg, body_after, way_to, way_up

_ASKED = (
    (must_check_sound, (Line.SOUND_CHECK, Line.SOUND_CHECKED)),
    (must_screen, (Line.SCREENING,)),
    (
        must_ask_history,
        (Line.HISTORY_ILLNESS, Line.HISTORY_BONES, Line.HISTORY_INJURY, Line.HISTORY_NERVES),
    ),
    (must_ask_conditions, (Line.CONDITIONS,)),
    (must_ask_score, (Line.SCORE_NOW,)),
    (must_ask_news, (Line.NEWS,)),
)
_CHOICE = (Line.CHOOSE_KNOWN, Line.CHOOSE, Line.CHOOSE_AGAIN)
_CANNOT_WAIT = (
    *(Line.PAUSED, Line.EASE_OUT, Line.STAY_DOWN, Line.WHAT_IS_WRONG, Line.GET_HELP, Line.EMERGENCY),
    *(Line.SCORE, Line.SPREADING, Line.DECIDE, Line.DECIDE_EASIER, Line.DEAF, Line.WONDER),
)
CUES = {
    Kind.HOLD: (Line.HOLD, Line.BREATHE_OUT, Line.HALF_WAY),
    Kind.MOVEMENT: (Line.MOVE, Line.BREATHE_OUT, Line.MOVE_AGAIN, Line.LAST_BREATH),
}
"""What may be said during a hold, and during a movement, besides the count."""


def texts_ahead(context: Context) -> tuple[str, ...]:
    """Every text, once, in the order of need."""
    asked = [line for must_ask, lines in _ASKED if must_ask(context) for line in lines]
    if context.course is None:
        asked = [*_CHOICE, *asked]
    fixed = (line for line, text in context.script.pack.lines.items() if "{" not in text)
    others = (*(_rendered(context, (*_CANNOT_WAIT, *fixed))),)
    return tuple(dict.fromkeys((*_rendered(context, asked), *_routine_texts(context), *others)))


def _rendered(context: Context, lines: tuple[Line, ...] | list[Line]) -> Iterator[str]:
    return (context.script.pack.render(line) for line in lines if "{" not in context.script.pack.lines[line])


def _routine_texts(context: Context) -> Iterator[str]:
    """From the current step to the end, each step as it will be said."""
    course = context.course
    if course is None:
        return
    body, before = context.body, course.before
    if context.state in BEFORE_STRETCHING:
        yield introduction(context)
        yield from texts_of_needs(context)
    for step in course.steps_ahead():
        yield from _way_texts(context, step, way_to(step, body))
        yield from instruction_texts(context, step, before)
        yield from _hold_texts(context, step)
        body, before = body_after(step), step
    yield from _end_texts(context, body)


def _way_texts(context: Context, step: Step, way: tuple[Leg, ...]) -> Iterator[str]:
    for leg in way:
        texts = context.script.pack.transfers[leg.transfer]
        said = (text for text in (texts.who_should_not, texts.words) if text)
        yield from context.texts_of(step, *said)
        yield context.script.pack.render(Line.TRANSFER_READY)


def _hold_texts(context: Context, step: Step) -> Iterator[str]:
    settle = Line.SETTLE if context.settled_before else Line.SETTLE_FIRST
    yield from _rendered(context, [settle, *CUES[step.stretch.kind]])
    if step.stretch.kind is Kind.HOLD:
        pack = context.script.pack
        yield from (pack.render(Line.COUNT, number=pack.number(n)) for n in range(COUNT_FROM, 0, -1))
    yield from context.texts_of(step, step.stretch.leave)
    yield from _rendered(context, [Line.SETTLE, Line.REST])


def _end_texts(context: Context, body: Body | None) -> Iterator[str]:
    course = context.current_course
    yield from _way_texts(context, course.step, way_up(body, stays_lying=course.routine.ends_lying))
    yield from _rendered(context, [Line.SCORE_NOW, Line.CLOSE_DONE, Line.CLOSE_PARTLY, Line.GET_UP])
