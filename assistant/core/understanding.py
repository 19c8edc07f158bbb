"""What somebody means: from words to one meaning, for voice, keyboard, touch and network alike.

Pure functions; the words of a language are data of its pack. No black box decides about safety: a safety
phrase anywhere counts, unless the same words deny it, or it stands in a sentence about something else. Where
several phrases stand in one utterance, `WINS` tells which one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.core.clauses import (
    Reading,
    as_said,
    denied_places,
    ends_of_asides,
    phrases_of,
    pieces_of,
    readings,
)
from assistant.core.intents import (
    ABOUT_THE_BODY,
    SAFETY_INTENTS,
    UNKNOWN_WORD,
    WHOLE_ANSWERS,
    Intent,
    Match,
    Slots,
    Words,
)
from assistant.core.patterns import NAMED
from assistant.core.phrases import Found, PhraseTable

I = Intent  # noqa: E741 - the table of rules is read by its columns

_ANSWERS = frozenset((I.YES, I.NO, I.UNSURE))
"""What stands beside something else even where it answers nothing: "yes, next"."""
_CAUTIOUS = (
    *SAFETY_INTENTS,
    *(I.PAUSE, I.END, I.SLEEP, I.NOT_YET, I.EASIER, I.SHORTER, I.BACK, I.REPEAT),
    *(I.MORE_TIME, I.LONGER, I.HOW_LONG, I.WHATS_NEXT, I.QUIETER, I.LOUDER, I.SLOWER, I.FASTER),
    *(I.CHOOSE, I.BRING_BACK, I.SKIP_SIDE, I.OTHER_SIDE, I.NEXT, I.SKIP_QUESTIONS, I.HELP),
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
        frozenset((I.COMPLAIN, I.SPREAD)),
        frozenset((I.YES, I.NO, I.DENIAL)),
        "what is told says more than a yes or a no",
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

SHORT_WORDS = 3
"""Of so few words written, a safety phrase among them is no aside."""
MOST_WORDS_AFTER = 2
"""So many words may be written after a stop that comes first: "stop the music"."""
MOST_HEAVY_WORDS = 4
"""So many words with a meaning of their own may be written around a report that somebody makes of himself."""


def understand(
    words: Words, table: PhraseTable, intents: Iterable[Intent], *, is_text: bool = False
) -> Match | None:
    """What an utterance that is over means, where these intents are listened for; None for nothing.

    A safety phrase comes first, whatever is listened for; an answer about the body where that is asked. Of
    what was heard only numbers may be made of several phrases, "four, no, six": in the talk of others there
    are two commands side by side now and then.
    """
    table = table if is_text else table.heard
    wanted = frozenset(intents)
    plain = wanted - frozenset(SAFETY_INTENTS)
    whole = table.match(words, plain)
    return (
        find_answer(words, table, wanted, is_text=is_text)
        or _without_longer(find_safety(words, table, is_text=is_text), whole)
        or whole
        or table.match_half(words, plain)
        or (_made_of(words, table, wanted) if is_text else _whole(words, table, wanted & {I.NUMBER}))
    )


def _without_longer(safety: Match | None, whole: Match | None) -> Match | None:
    """The safety phrase; none where it is a part of a longer phrase that is all that was said.

    That is so for a stop, and for pain in the answer to how much it is: "my pain is at four".
    """
    if safety is None or whole is None or whole.is_half_heard:
        return safety
    is_part = safety.intent is I.STOP or (safety.intent is I.PAIN and whole.slots.number is not None)
    return None if is_part else safety


def _made_of(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What several phrases and asides mean together; a phrase that is not listened for here is not cut up."""
    safety = frozenset(SAFETY_INTENTS)
    if table.match(words) is not None:
        return _whole(words, table, safety)
    found = _whole(words, table, wanted | safety) or _whole(words, table, wanted | safety | _ANSWERS)
    return found if found and found.intent in wanted | safety else None


def find_answer(
    words: Words, table: PhraseTable, intents: Iterable[Intent], *, is_text: bool = False
) -> Match | None:
    """What somebody says of his body where that is the answer to a question; None elsewhere.

    Asked what to stretch, he says what is sore; asked whether it has spread, where it went, which is a yes;
    asked what is new, what is not there, which is a no.
    """
    asked = frozenset(intents).intersection(ABOUT_THE_BODY)
    if not asked or not words:
        return None
    table = table if is_text else table.heard
    found = _whole(words, table, asked | {I.YES, I.NO})
    if not found or found.intent not in asked or found.is_half_heard:
        return None
    if find_safety(words, table, (I.RED_FLAG,), is_text=is_text):
        return None
    means = {I.SPREAD: I.YES, I.DENIAL: I.NO}
    return replace(found, intent=means.get(found.intent, found.intent))


def find_safety(
    words: Words,
    table: PhraseTable,
    intents: Iterable[Intent] = SAFETY_INTENTS,
    *,
    is_text: bool = False,
) -> Match | None:
    """The longest safety phrase anywhere in the words, of the first of `intents`.

    None counts within a decoy, or where the same words deny it. A recognizer knows few words, and leaves out
    the others: of what it listens for a phrase counts anywhere. What `is_text` is known to the letter: there
    is more to find, and a phrase in a sentence about something else is none.
    """
    table = table if is_text else table.heard
    spelled = table.spelled(words)
    full = Reading(*table.in_full(spelled))
    full = replace(full, tokens=table.without_decoys(full.tokens))
    as_told = readings(full, table)
    denied = {place for reading in as_told for place in denied_places(reading, table)}
    undenied = [reading.blanked(denied) for reading in as_told]
    if is_text:  # "can't breathe"
        undenied += [
            reading.with_subject(subject, at)
            for reading in undenied
            for at in ends_of_asides(reading.tokens, 0, table, "before")
            for subject in table.asides.get("subject", ())
            if at < len(reading.tokens)
        ]
    wanted = frozenset(intents)
    found: dict[Intent, tuple[int, str]] = {}
    for reading in undenied:
        for at in range(len(reading.tokens)):
            for one in table.found_at(reading.tokens, at, wanted):
                length = one.end - one.start
                if (
                    length > found.get(one.kind.intent, (0, ""))[0]
                    and not one.kind.is_alone
                    and not (is_text and not _is_meant(one, reading.tokens, table))
                ):
                    found[one.kind.intent] = length, as_said(spelled, reading, one)
    return next((Match(intent, found[intent][1]) for intent in intents if intent in found), None)


def _is_meant(found: Found, tokens: Words, table: PhraseTable) -> bool:
    """Whether somebody writes it of himself, or of what goes on: not in a sentence about something else."""
    rest = (*tokens[: found.start], *tokens[found.end :])
    heavy = sum(token not in table.light_words for token in rest)
    own = set(tokens[max(0, found.start - 1) : found.end]) & set(table.asides.get("own", ()))
    if found.kind.intent in (I.PAIN, I.RED_FLAG):
        return heavy <= (MOST_HEAVY_WORDS if own else 1)
    if len(tokens) <= SHORT_WORDS:
        return True
    before = found.start - max(
        end for end in ends_of_asides(tokens, 0, table, "before") if end <= found.start
    )
    after = len(tokens) - max(ends_of_asides(tokens, found.end, table, "after"))
    return before + after <= (MOST_WORDS_AFTER if not before else 1 if own else 0)


def _whole(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What an utterance means that is made of phrases and asides, in any order."""
    spelled = table.spelled(words)
    lost_before, lost_after = spelled[:1] == (UNKNOWN_WORD,), spelled[-1:] == (UNKNOWN_WORD,)
    full = Reading(*table.in_full(spelled))
    full = full.without({i for i in (0, len(full.tokens) - 1) if full.tokens[i : i + 1] == (UNKNOWN_WORD,)})
    ways = [(reading, pieces_of(reading, table, wanted)) for reading in readings(full, table)]
    whole = [(reading, pieces) for reading, pieces in ways if pieces]
    if not whole:
        return None
    reading, pieces = min(whole, key=lambda way: len(phrases_of(way[1])))
    found = phrases_of(pieces)
    meant, slots, is_unclear = _one_of(found, "between" in pieces)
    vague = any(reading.tokens[one.start : one.end] in table.unclear_words for one in found)
    is_half = (
        is_unclear
        or (vague and len(found) > 1 and meant.kind.intent in WHOLE_ANSWERS)
        or (lost_before and table.is_half(found[0], True, False))
        or (lost_after and table.is_half(found[-1], False, True))
    )
    phrase = as_said(spelled, reading, meant)
    return Match(meant.kind.intent, phrase, Slots() if is_half else slots, is_half)


def _one_of(found: list[Found], corrected: bool) -> tuple[Found, Slots, bool]:
    """The one that is meant, what it carries, and whether that cannot be told."""
    meant, slots, is_unclear = found[0], found[0].slots, False
    for other in found[1:]:
        if other.kind.intent is meant.kind.intent:
            meant, slots = other, _joined(slots, other.slots, corrected)
        elif rule := _rule(meant.kind.intent, other.kind.intent):
            is_unclear |= rule.is_unclear
            if other.kind.intent in rule.intents:
                meant, slots = other, other.slots
    return meant, slots, is_unclear


def _rule(one: Intent, other: Intent) -> Win | None:
    """The rule that decides between two."""
    return next(
        (
            rule
            for rule in WINS
            if (one in rule.intents and other in rule.over) or (other in rule.intents and one in rule.over)
        ),
        None,
    )


def _joined(first: Slots, second: Slots, corrected: bool) -> Slots:
    """What two phrases of one kind carry: the later says it better, and of two numbers the higher counts."""
    number = (
        second.number
        if first.number is None or (corrected and second.number is not None)
        else (first.number if second.number is None else max(first.number, second.number))
    )
    return Slots(number, **{name: getattr(second, name) or getattr(first, name) for name in NAMED})
