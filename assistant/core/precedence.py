"""Of several phrases in one utterance the one that is meant: `WINS`, and what follows from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.core.clauses import Reading
from assistant.core.intents import SAFETY_INTENTS, WHOLE_ANSWERS, Intent, Match, Slots
from assistant.core.patterns import NAMED
from assistant.core.phrases import Found, PhraseTable

I = Intent  # noqa: E741 - the table of rules is read by its columns

ANSWERS = frozenset((I.YES, I.NO, I.UNSURE))
"""What stands beside something else even where it answers nothing: "yes, next"."""
REFUSALS = frozenset((I.NO, I.UNSURE, I.NOT_YET, I.SKIP_SIDE, I.END, I.PAUSE))
"""What a "not" beside it does not turn round."""
_CAUTIOUS = (
    *SAFETY_INTENTS,
    *(I.PAUSE, I.END, I.SLEEP, I.NOT_YET, I.EASIER, I.SHORTER, I.BACK, I.REPEAT),
    *(I.MORE_TIME, I.LONGER, I.HOW_LONG, I.WHATS_NEXT, I.NEEDS, I.SUITS, I.TELL_HEALTH, I.HAS_CONDITION),
    *(I.QUIETER, I.LOUDER, I.SLOWER, I.FASTER),
    *(I.CHOOSE, I.OTHER_ROUTINE, I.BRING_BACK, I.SKIP_SIDE, I.OTHER_SIDE, I.NEXT, I.SKIP_QUESTIONS, I.HELP),
    *(I.RESUME, I.READY, I.START),
)
"""Of two commands the one that is named first here: the one that does less, or undoes less."""


@dataclass(frozen=True, slots=True)
class Win:
    """One rule: of a phrase of `intents` and one of `over` in the same utterance, the first is meant.

    `is_unclear` says that neither can be told: the answer counts as half heard.
    """

    intents: frozenset[Intent]
    over: frozenset[Intent]
    why: str
    is_unclear: bool = False


WINS: tuple[Win, ...] = (
    Win(frozenset((I.NUMBER,)), frozenset((I.YES, I.NO, I.UNSURE)), 'a number answers: "no, six"'),
    Win(frozenset((I.UNSURE,)), frozenset((I.YES, I.NO)), "who is not sure has not said yes or no"),
    Win(
        frozenset((I.COMPLAIN, I.SPREAD, I.CONDITION)),
        frozenset((I.YES, I.NO, I.DENIAL)),
        "what is told says more than a yes or a no",
    ),
    Win(
        frozenset((I.CONDITION_OVER,)),
        frozenset((I.YES, I.NO)),
        "what is taken back says more than a yes or a no",
    ),
    Win(frozenset((I.DENIAL,)), frozenset((I.NO,)), "what is told says more than a no"),
    Win(frozenset((I.DENIAL,)), frozenset((I.YES,)), "yes and no is neither", is_unclear=True),
    Win(frozenset((I.NO,)), frozenset((I.YES,)), "yes and no is neither", is_unclear=True),
    Win(frozenset((I.NO,)), frozenset((I.RESUME, I.READY, I.START)), "a no is not gone over"),
    *(
        Win(frozenset((one,)), frozenset((*_CAUTIOUS[at + 1 :], I.YES, I.NO, I.UNSURE, I.NUMBER)), "cautious")
        for at, one in enumerate(_CAUTIOUS)
    ),
)
"""The first rule that fits two phrases decides. Safety goes first of all, in `find_safety`."""


def takes_back(found: list[Found], reading: Reading, table: PhraseTable) -> bool:
    """Whether a word between two phrases takes the first of them back."""
    between = {token for a, b in pairwise(found) for token in reading.tokens[a.end : b.start]}
    return bool(between & table.markers["correcting"])


def leads_on(intent: Intent, wanted: frozenset[Intent]) -> bool:
    """Whether somebody would be led on by it: by a yes, or by a no where it is asked what is wrong."""
    answer = I.NO if I.DENIAL in wanted else I.YES
    return intent in (answer, I.RESUME, I.READY, I.START)


def match_of(matches: list[Match], *, corrected: bool = False) -> Match:
    """What several mean together; there is at least one.

    A clear yes or no stays clear beside one that is half heard; what cannot be told stays half heard.
    """
    meant, is_unclear = matches[0], False
    for other in matches[1:]:
        if other.intent is meant.intent:
            halves = meant.is_half_heard, other.is_half_heard
            is_half = all(halves) if meant.intent in WHOLE_ANSWERS else any(halves)
            slots = joined(meant.slots, other.slots, corrected)
            meant = replace(other, slots=slots, is_half_heard=is_half)
        elif rule := rule_for(meant.intent, other.intent):
            is_unclear |= rule.is_unclear
            meant = other if other.intent in rule.intents else meant
    return replace(meant, is_half_heard=True) if is_unclear else meant


def rule_for(one: Intent, other: Intent) -> Win | None:
    """The rule that decides between two."""
    return next(
        (
            rule
            for rule in WINS
            if (one in rule.intents and other in rule.over) or (other in rule.intents and one in rule.over)
        ),
        None,
    )


def joined(first: Slots, second: Slots, corrected: bool) -> Slots:
    """What two phrases of one kind carry: the later says it better, and of two numbers the higher counts."""
    number = (
        second.number
        if first.number is None or (corrected and second.number is not None)
        else (first.number if second.number is None else max(first.number, second.number))
    )
    return Slots(number, **{name: getattr(second, name) or getattr(first, name) for name in NAMED})
