"""What can be said in each state, the most useful first, each with an example from the language pack.

The table says what is listened for; here is only the order in which it helps to read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant.core.intents import ABOUT_THE_BODY, Intent, Slots
from assistant.core.machine import listened_for
from assistant.core.phrases import PhraseTable
from assistant.core.states import State

S, I = State, Intent  # noqa: E741 - the table is read by its columns

_YES_OR_NO = (I.YES, I.NO, I.UNSURE, I.REPEAT, I.PAUSE)
_UNDER_WAY = (I.PAUSE, I.NEXT, I.CHOOSE, I.HOW_LONG, I.PAIN)
MOST_USEFUL: dict[State, tuple[Intent, ...]] = {
    S.ASLEEP: (I.START, I.RESUME, I.CHOOSE, I.END),
    S.GOING_ON: (I.YES, I.NO, I.CHOOSE, I.REPEAT, I.PAUSE, I.PAIN),
    S.CHOOSING: (I.CHOOSE, I.START, I.HELP, I.BRING_BACK, I.REPEAT),
    **dict.fromkeys((S.SCREENING, S.HISTORY, S.NEWS, S.SPREADING, S.DECIDING), _YES_OR_NO),
    S.CONDITIONS: (I.NO, I.YES, I.REPEAT, I.SKIP_QUESTIONS, I.PAUSE),
    **dict.fromkeys((S.SCORE_NOW, S.SCORE_AFTER), (I.UNSURE, I.SKIP_QUESTIONS, I.REPEAT, I.PAUSE)),
    S.SCORING: (I.UNSURE, I.REPEAT, I.PAUSE, I.END),
    S.SOUND_CHECK: (I.STOP, I.REPEAT, I.PAUSE, I.END),
    S.INTRODUCING: (I.READY, *_UNDER_WAY),
    S.TRANSFERRING: (I.READY, I.REPEAT, I.EASIER, I.NOT_YET, I.NEXT, I.PAIN),
    S.INSTRUCTING: (I.READY, I.REPEAT, I.EASIER, I.NEXT, I.PAUSE, I.PAIN),
    S.SETTLING: (I.READY, I.MORE_TIME, I.EASIER, I.REPEAT, I.NEXT, I.PAIN),
    S.HOLDING: (I.MORE_TIME, I.EASIER, I.NEXT, I.PAUSE, I.HOW_LONG, I.PAIN),
    S.RELEASING: (I.NEXT, I.REPEAT, I.WHATS_NEXT, I.PAUSE, I.PAIN),
    S.RESTING: (I.READY, I.MORE_TIME, I.WHATS_NEXT, I.BACK, I.PAUSE, I.PAIN),
    S.PAUSED: (I.RESUME, I.END, I.NEXT, I.BACK, I.HOW_LONG, I.CHOOSE),
    S.HELPING: (I.PAIN, I.NO, I.REPEAT, I.END),
    S.FINISHING: (I.YES, I.NO, I.REPEAT, I.PAUSE),
    S.EASING: (I.REPEAT, I.PAUSE, I.HELP, I.END),
    S.EMERGENCY: (I.REPEAT, I.STOP, I.END),
    S.DEAF: (I.END, I.STOP, I.LOUDER, I.QUIETER),
    S.CLOSING: (I.STOP, I.END, I.LOUDER, I.QUIETER),
    S.FINISHED: (),
}
"""At most six, of which a screen shows as many as it has room for."""
NOT_SUGGESTED = frozenset((Intent.RED_FLAG, Intent.NUMBER, *ABOUT_THE_BODY))
"""A red flag is nobody's to try, and the others go with the question that asks for them."""


@dataclass(frozen=True, slots=True)
class Sayable:
    """Something that can be said: what it means, and one way to say it."""

    intent: Intent
    phrase: str
    slots: Slots


def sayable(state: State, examples: Mapping[Intent, Sayable]) -> tuple[Sayable, ...]:
    """What can be said in a state, the most useful first."""
    heard, useful = listened_for(state) - NOT_SUGGESTED, MOST_USEFUL[state]
    ordered = dict.fromkeys((*useful, *(intent for intent in Intent if intent in heard)))
    return tuple(examples[intent] for intent in ordered if intent in examples)


@lru_cache(maxsize=4)
def examples(table: PhraseTable) -> Mapping[Intent, Sayable]:
    """The first phrase of each intent, its slots filled; none where a slot has no values. Kept by table."""
    found = ((intent, _example(table, intent)) for intent in table.phrases)
    return {intent: example for intent, example in found if example is not None}


def _example(table: PhraseTable, intent: Intent) -> Sayable | None:
    firsts = {f"{{{name}}}": next(iter(values), "") for name, values in table.slots.items()}
    words = _filled(table.phrases[intent][0].split(), firsts)
    match = table.match(words, (intent,))
    return Sayable(intent, table.shown(match.phrase), match.slots) if match else None


def _filled(pattern: Iterable[str], firsts: dict[str, str]) -> tuple[str, ...]:
    return tuple(" ".join(firsts.get(token, token) for token in pattern).split())
