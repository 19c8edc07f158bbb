"""A routine is fitted to the person: before it begins, and from the current step on when more is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from assistant.core.actions import RecordCondition
from assistant.core.adapting import adapted, adapted_routine
from assistant.core.clauses import values_in
from assistant.core.context import Context
from assistant.core.course import Course
from assistant.core.dialogue.ways import place_of
from assistant.core.intents import Intent
from assistant.core.needs import needed_for
from assistant.core.prompts import Line
from assistant.core.routine import Condition, Routine, Stretch, steps_of
from assistant.core.states import GUIDED, State
from assistant.core.suiting import Change, suited, suited_routine, suits
from assistant.core.transfers import way_to

MOST_WORDS_LISTED = 12
"""So many words of a list in one sentence: with those around them it has 20 at most."""


def told(context: Context, slot: str = "condition") -> frozenset[Condition]:
    """The conditions that were named in what was heard."""
    heard = context.heard
    assert heard is not None
    words = heard.words or tuple(heard.phrase.split())
    takes_back = heard.intent is Intent.CONDITION_OVER
    named = values_in(words, context.script.pack.table, slot, even_denied=takes_back)
    return frozenset(map(Condition, named))


def take_conditions(context: Context) -> None:
    """Keep what was told, and leave out from now on what does not suit."""
    for condition in in_order(told(context) - context.conditions):
        context.script.do(RecordCondition(condition))
    context.has(told(context))


def in_order(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions in one order, however they were told."""
    return tuple(condition for condition in Condition if condition in frozenset(conditions))


def in_words(context: Context, names: Iterable[str], *, all_of_them: bool = False) -> Iterator[str]:
    """Things by their names, in as many lists as sentences need: "a new hip or brittle bones"."""
    pack = context.script.pack
    joined = pack.rules.all_of if all_of_them else pack.rules.any_of
    words: list[str] = []
    for name in names:
        if words and len(" ".join((*words, pack.words[name])).split()) > MOST_WORDS_LISTED:
            yield joined(words)
            words = []
        words.append(pack.words[name])
    if words:
        yield joined(words)


def lay_out(context: Context, routine: Routine) -> None:
    """The way through a routine, without what does not suit, with holds as long as the weeks before allow.

    `nothing_suits` has made sure that something is left.
    """
    fitting, context.changes = _fitted(context, routine, context.conditions)
    assert fitting is not None
    pasts = context.settings.pasts
    fitted = fitting if pasts is None else adapted_routine(fitting, pasts)
    context.chosen = routine
    context.course = Course(fitted, context.not_offered)


def lay_out_anew(context: Context) -> None:
    """The same routine for what is known now; before any of it was held."""
    assert context.chosen is not None
    lay_out(context, context.chosen)


def nothing_suits(context: Context) -> bool:
    """Whether nothing of the chosen routine suits, with what was just told."""
    assert context.chosen is not None
    return _fitted(context, context.chosen, context.conditions | told(context))[0] is None


def _fitted(
    context: Context, routine: Routine, conditions: set[Condition]
) -> tuple[Routine | None, tuple[Change, ...]]:
    return suited_routine(routine, conditions, context.library, context.left_out)


def does_not_suit(context: Context) -> bool:
    """Whether the current stretch does not suit, with what was just told."""
    conditions = context.conditions | told(context)
    is_there = place_of(context) in GUIDED and not context.rises
    return is_there and not suits(context.current_course.step.stretch, conditions)


def must_move_on(context: Context) -> bool:
    """Whether what comes in the place of the current stretch is done in another posture."""
    _, stretches = _ahead(context, context.conditions | told(context))
    comes = next(one for one in stretches if one.id not in context.left_out)
    return bool(way_to(steps_of(comes)[0], context.body))


def nothing_follows(context: Context) -> bool:
    """Whether the current step is left, or is over, and nothing that suits follows it."""
    if place_of(context) is not State.RESTING and not does_not_suit(context):
        return False
    conditions = context.conditions | told(context)
    at, stretches = _ahead(context, conditions)
    stays = context.current_course.steps[context.current_course.following() : at + 1]
    return not stays and all(one.id in context.left_out for one in stretches)


def fit_the_rest(context: Context) -> None:
    """What is still to come is fitted to what is known now; the current stretch is left if it does not suit.

    Where nothing follows, the course ends with the step that it is at.
    """
    course, pasts = context.current_course, context.settings.pasts
    at, stretches = _ahead(context, context.conditions)
    known = {stretch.id for stretch in course.routine.stretches}
    course.replace_after(
        at, tuple(one if pasts is None or one.id in known else adapted(one, pasts) for one in stretches)
    )


def _ahead(context: Context, conditions: set[Condition]) -> tuple[int, tuple[Stretch, ...]]:
    """The last step that stays as it is, and the stretches that follow it."""
    course = context.current_course
    steps, here, at = course.steps, course.step.stretch, course.index
    last = next(i for i in count(at) if i + 1 == len(steps) or steps[i + 1].stretch.id != here.id)
    ahead = tuple(dict.fromkeys(step.stretch for step in steps[last + 1 :]))
    taken = {*context.left_out, *(step.stretch.id for step in steps[: last + 1])}
    if not suits(here, conditions):
        return at, suited((here, *ahead), conditions, context.library, taken)[0]
    return last, suited(ahead, conditions, context.library, taken)[0]


def texts_of_conditions(context: Context, conditions: Iterable[Condition]) -> tuple[str, ...]:
    """What is left out for, in sentences."""
    names = in_words(context, in_order(conditions))
    return tuple(context.script.pack.render(Line.CONDITIONS_TAKEN, conditions=name) for name in names)


def texts_of_needs(context: Context) -> tuple[str, ...]:
    """What the routine needs, in sentences; none where nothing is needed."""
    needed = in_words(context, needed_for(context.current_course.routine), all_of_them=True)
    return tuple(context.script.pack.render(Line.NEEDS, things=things) for things in needed)


def say_changes(context: Context) -> None:
    """What was left out of the routine for what the person has, in two sentences at most."""
    script, changes = context.script, context.changes
    instead = [change.instead for change in changes if change.instead]
    if len(changes) == 1:
        (change,) = changes
        condition = script.pack.words[change.conditions[0]]
        script.say(Line.LEFT_OUT_FOR, stretch=change.left.spoken_name, condition=condition)
    elif changes:
        script.say(Line.LEFT_OUT_SEVERAL, count=script.pack.number(len(changes)))
    if len(changes) == 1 and instead:
        script.say(Line.TAKEN_INSTEAD, stretch=instead[0].spoken_name)
    elif instead:
        script.say(Line.TAKEN_SEVERAL, count=script.pack.number(len(instead)))
