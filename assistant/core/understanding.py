"""What somebody means: from words to one meaning, for voice, keyboard, touch and network alike.

Pure functions; the words of a language are data of its pack. No black box decides about safety: a safety
phrase anywhere counts, unless the same words deny it, or it stands in a sentence about something else. Where
several phrases stand in one utterance, `WINS` tells which one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent, Match, Slots, Words
from assistant.core.patterns import NAMED, Walked
from assistant.core.phrases import Found, PhraseTable

I = Intent  # noqa: E741 - the table of rules is read by its columns

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
    Win(frozenset((I.NO,)), frozenset((I.YES,)), "yes and no is neither", is_unclear=True),
    Win(frozenset((I.NO,)), frozenset((I.RESUME, I.READY, I.START)), "a no is not gone over"),
    *(
        Win(frozenset((one,)), frozenset((*_CAUTIOUS[at + 1 :], I.YES, I.NO, I.UNSURE, I.NUMBER)), "cautious")
        for at, one in enumerate(_CAUTIOUS)
    ),
)
"""The first rule that fits two phrases decides. Safety goes first of all, in `find_safety`."""

NUMERIC = frozenset(("number", "score", "over", "decimal", "span", "odd_span", "minutes"))
"""Slots whose values are numbers."""
SHORT_WORDS = 3
"""Of so few words written, a safety phrase among them is no aside."""
MOST_HEAVY_WORDS = 4
"""So many words with a meaning of their own may be written around a report that somebody makes of himself."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The words of an utterance in full, and of each its place among the words as they were said."""

    tokens: Words
    places: tuple[int, ...]

    def without(self, dropped: set[int]) -> _Reading:
        kept = [i for i in range(len(self.tokens)) if i not in dropped]
        return _Reading(tuple(self.tokens[i] for i in kept), tuple(self.places[i] for i in kept))

    def blanked(self, places: set[int]) -> _Reading:
        pairs = zip(self.tokens, self.places, strict=True)
        return replace(self, tokens=tuple(UNKNOWN_WORD if at in places else token for token, at in pairs))


def understand(
    words: Words, table: PhraseTable, intents: Iterable[Intent], *, is_text: bool = False
) -> Match | None:
    """What an utterance that is over means, where these intents are listened for; None for nothing.

    A safety phrase comes first, whatever is listened for. Where the question is what to stretch, what
    somebody says of a part of the body is an answer.
    """
    wanted = frozenset(intents)
    plain = wanted - frozenset(SAFETY_INTENTS)
    return (
        find_complaint(words, table, wanted)
        or _without_longer(find_safety(words, table, is_text=is_text), table.match(words, plain))
        or table.match(words, plain)
        or table.match_half(words, plain)
        or _made_of(words, table, wanted)
    )


def _without_longer(safety: Match | None, whole: Match | None) -> Match | None:
    """The safety phrase; a stop that is a part of what is another phrase as a whole is none."""
    is_part = safety is not None and whole is not None and safety.intent is I.STOP
    return None if is_part and not (whole and whole.is_half_heard) else safety


def _made_of(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What several phrases and asides mean together; a phrase that is not listened for here is not cut up."""
    if table.match(words) is not None:
        return _whole(words, table, frozenset(SAFETY_INTENTS))
    return _whole(words, table, wanted | frozenset(SAFETY_INTENTS))


def find_complaint(words: Words, table: PhraseTable, intents: Iterable[Intent]) -> Match | None:
    """What somebody says of his body where that is the answer to a question; None elsewhere.

    Asked what to stretch, he says what is sore; asked whether it has spread, where it went, which is a yes.
    """
    asked = frozenset(intents) & {I.COMPLAIN, I.SPREAD}
    found = _whole(words, table, asked) if asked and words else None
    if found and find_safety(words, table, (I.RED_FLAG,)):
        return None
    return replace(found, intent=I.YES) if found and found.intent is I.SPREAD else found


def find_safety(
    words: Words,
    table: PhraseTable,
    intents: Iterable[Intent] = SAFETY_INTENTS,
    *,
    is_text: bool = False,
    listened_only: bool = False,
) -> Match | None:
    """The longest safety phrase anywhere in the words, of the first of `intents`.

    None counts within a decoy, or where the same words deny it. A recognizer knows few words, and leaves out
    the others: there a phrase counts anywhere. What `is_text` is known to the letter, and a phrase in a
    sentence about something else is none. With `listened_only` it is one of those in a recognizer's grammar.
    """
    spelled = table.spelled(words)
    full = _Reading(*table.in_full(spelled))
    full = replace(full, tokens=table.without_decoys(full.tokens))
    short = _reduced(full, table)
    denied = _denied_places(short, table)
    readings = [full.blanked(denied)]
    if short != full:
        readings.append(short.blanked(denied))
    for wanted in intents:
        found = [
            (one.end - one.start, _as_said(spelled, reading, one))
            for reading in readings
            for at in range(len(reading.tokens))
            for one in table.found_at(reading.tokens, at, frozenset((wanted,)))
            if not (one.kind.is_alone or (listened_only and one.kind.is_written))
            and not (is_text and not _is_meant(one, reading.tokens, table))
        ]
        if found:
            return Match(wanted, max(found, key=lambda pair: pair[0])[1])
    return None


def _denied_places(reading: _Reading, table: PhraseTable) -> set[int]:
    """The places of the words that say that something is not there."""
    tokens, places = reading.tokens, reading.places
    denied: set[int] = set()
    for start in range(len(tokens)):
        for end in table.denied_at(tokens, start):
            before = {tokens[i] for i in range(max(0, start - 3), start) if places[i] not in denied}
            if not before & set(table.asides.get("turning", ())):
                denied.update(places[start:end])
    return denied


def _is_meant(found: Found, tokens: Words, table: PhraseTable) -> bool:
    """Whether somebody writes it of himself, or of what goes on: not in a sentence about something else."""
    rest = (*tokens[: found.start], *tokens[found.end :])
    heavy = sum(token not in table.light_words for token in rest)
    own = set(tokens[max(0, found.start - 1) : found.end]) & set(table.asides.get("own", ()))
    if found.kind.intent in (I.PAIN, I.RED_FLAG):
        return heavy <= (MOST_HEAVY_WORDS if own else 1)
    if len(tokens) <= SHORT_WORDS:
        return True
    is_first = found.start in _ends_of_asides(tokens, table, "before")
    return heavy <= (1 if own or is_first else 0)


def _whole(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What an utterance means that is made of phrases and asides, in any order."""
    spelled = table.spelled(words)
    lost_before, lost_after = spelled[:1] == (UNKNOWN_WORD,), spelled[-1:] == (UNKNOWN_WORD,)
    full = _Reading(*table.in_full(spelled))
    full = full.without({i for i in (0, len(full.tokens) - 1) if full.tokens[i : i + 1] == (UNKNOWN_WORD,)})
    for reading in dict.fromkeys((full, _reduced(full, table))):
        pieces = _pieces(reading.tokens, table, wanted, ("before", "after")) or _pieces(
            reading.tokens, table, wanted, ("before", "between", "after")
        )
        found = [piece for piece in pieces if isinstance(piece, Walked)]
        if not found or _are_two_numbers(pieces) or not _are_corrected(pieces):
            continue
        is_half = (lost_before and table.is_half(found[0], True, False)) or (
            lost_after and table.is_half(found[-1], False, True)
        )
        meant, slots, unclear = _one_of(found, "between" in pieces)
        is_half |= unclear
        return Match(
            meant.kind.intent, _as_said(spelled, reading, meant), Slots() if is_half else slots, is_half
        )
    return None


# --- several phrases in one utterance ------------------------------------------------------------------

Piece = Found | str
"""A phrase, or the name of the side that an aside is of."""


def _pieces(
    tokens: Words, table: PhraseTable, wanted: frozenset[Intent], sides: tuple[str, ...]
) -> list[Piece]:
    """The fewest phrases, and what is left asides, that the tokens are made of; [] where they are not."""
    best: list[tuple[int, int, list[Piece]] | None] = [None] * (len(tokens) + 1)
    best[0] = (0, 0, [])

    def offer(end: int, phrases: int, aside_words: int, pieces: list[Piece]) -> None:
        known = best[end]
        if known is None or (phrases, aside_words) < known[:2]:
            best[end] = (phrases, aside_words, pieces)

    for at in range(len(tokens)):
        so_far = best[at]
        if so_far is None:
            continue
        phrases, aside_words, pieces = so_far
        ranked: dict[int, Found] = {}
        for found in _usable(tokens, at, table, wanted):
            if found.end not in ranked or found.kind.rank < ranked[found.end].kind.rank:
                ranked[found.end] = found
        for end, found in ranked.items():
            offer(end, phrases + 1, aside_words, [*pieces, found])
        for side in sides:
            for end in table.aside_at(side, tokens, at):
                offer(end, phrases, aside_words + end - at, [*pieces, side])
        for _ in table.aside_at("rest", tokens, at):
            if phrases:
                offer(len(tokens), phrases, aside_words + len(tokens) - at, [*pieces, "rest"])
    done = best[-1]
    return done[2] if done and done[0] else []


def _usable(tokens: Words, at: int, table: PhraseTable, wanted: frozenset[Intent]) -> Iterable[Found]:
    """The phrases that begin there; of safety, those that count alone: any other was looked for already."""
    for found in table.found_at(tokens, at, wanted):
        if found.kind.is_alone or found.kind.intent not in SAFETY_INTENTS:
            yield found


def _are_two_numbers(pieces: list[Piece]) -> bool:
    """Whether numbers stand side by side: of what was said between them something was lost."""
    return any(
        isinstance(one, Walked)
        and isinstance(other, Walked)
        and one.edges[1] in NUMERIC
        and other.edges[0] in NUMERIC
        for one, other in pairwise(pieces)
    )


def _are_corrected(pieces: list[Piece]) -> bool:
    """Whether every correction stands between a phrase and another of its kind, or before a number."""
    for at, piece in enumerate(pieces):
        if piece == "between":
            before = [one for one in pieces[:at] if isinstance(one, Walked)]
            after = [one for one in pieces[at:] if isinstance(one, Walked)]
            kinds = {one.kind.intent for one in (*before[-1:], *after[:1])}
            if not after or (len(kinds) > 1 if before else kinds != {I.NUMBER}):
                return False
    return True


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


# --- how people talk -----------------------------------------------------------------------------------


def _reduced(reading: _Reading, table: PhraseTable) -> _Reading:
    """Without stutters, words said twice, and words that only color what is said."""
    tokens, within = reading.tokens, set(table.asides.get("within", ()))
    dropped = {
        i
        for i, token in enumerate(tokens)
        if token in within or (i + 1 < len(tokens) and _is_stutter(token, tokens[i + 1], table))
    }
    return reading.without(dropped) if dropped else reading


def _is_stutter(token: str, following: str, table: PhraseTable) -> bool:
    if token == UNKNOWN_WORD:
        return False
    is_begun = following.startswith(token) and token not in table.known_words
    return token == following or (is_begun and len(token) < len(following))


def _ends_of_asides(tokens: Words, table: PhraseTable, side: str) -> set[int]:
    """Where the asides at the beginning may end."""
    ends, new = {0}, [0]
    while new:
        for end in table.aside_at(side, tokens, new.pop()):
            if end not in ends:
                ends.add(end)
                new.append(end)
    return ends


def _as_said(spelled: Words, reading: _Reading, found: Found) -> str:
    places = reading.places[found.start : found.end]
    return " ".join(spelled[places[0] : places[-1] + 1])
