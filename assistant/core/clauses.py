"""What an utterance is made of: phrases, denials and asides, among fillers, stutters and corrections.

Pure functions. What the phrases mean together is decided in `core/understanding.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent, Match, Words, place_of
from assistant.core.pain_rules import SCALE
from assistant.core.patterns import Walked
from assistant.core.phrases import Found, PhraseTable

NUMERIC = frozenset(("number", "score", "over", "decimal", "span", "odd_span", "minutes"))
"""Slots whose values are numbers."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of an utterance in full, and of each its place among the words as they were said."""

    tokens: Words
    places: tuple[int, ...]

    def with_subject(self, subject: str, at: int) -> Reading:
        """With a word that people leave out before a token, in the place of that one."""
        tokens = (*self.tokens[:at], subject, *self.tokens[at:])
        return Reading(tokens, (*self.places[:at], self.places[at], *self.places[at:]))

    def without(self, dropped: set[int]) -> Reading:
        """Without these tokens."""
        kept = [i for i in range(len(self.tokens)) if i not in dropped]
        return Reading(tuple(self.tokens[i] for i in kept), tuple(self.places[i] for i in kept))

    def blanked(self, places: set[int]) -> Reading:
        """With `UNKNOWN_WORD` for the words at these places."""
        pairs = zip(self.tokens, self.places, strict=True)
        return replace(self, tokens=tuple(UNKNOWN_WORD if at in places else token for token, at in pairs))


def without_decoys(tokens: Words, table: PhraseTable) -> Words:
    """With `UNKNOWN_WORD` for the words of each decoy."""
    for decoy in table.long_decoys:
        while (at := place_of(tokens, decoy)) >= 0:
            tokens = tokens[:at] + (UNKNOWN_WORD,) * len(decoy) + tokens[at + len(decoy) :]
    return tokens


def match_half(words: Words, table: PhraseTable, intents: Iterable[Intent]) -> Match | None:
    """A request whose number was lost, or an answer of which only parts of a number were heard.

    Its slots are empty: no number that was heard can be trusted to be all of it.
    """
    numbers = {word for number in table.slots["number"] for word in number.split()}
    heard = tuple(word for word in table.spelled(words) if word != UNKNOWN_WORD)
    left = " ".join(word for word in heard if word not in numbers)
    allowed = frozenset(intents)
    for intent, phrases in table.half_heard.items():
        if intent not in allowed or left not in phrases:
            continue
        parts = len(heard) - len(left.split())
        if parts >= (2 if not left else intent is Intent.NUMBER):
            return Match(intent, " ".join(heard), is_half_heard=True)
    return None


def denied_places(reading: Reading, table: PhraseTable) -> set[int]:
    """The places of the words that say that something is not there."""
    tokens, places = reading.tokens, reading.places
    denied: set[int] = set()
    for start in range(len(tokens)):
        for end in table.denied_at(tokens, start):
            before = {tokens[i] for i in range(max(0, start - 3), start) if places[i] not in denied}
            if not before & table.markers["turning"]:
                denied.update(places[start:end])
    return denied


def values_in(words: Words, table: PhraseTable, name: str, *, even_denied: bool = False) -> frozenset[str]:
    """What a slot's values anywhere among the words mean, the longest first; none that is denied."""
    full = Reading(*table.in_full(table.spelled(words)))
    denied = set[int]() if even_denied else denied_places(full, table)
    found: set[str] = set()
    at = 0
    while at < len(full.tokens):
        values = table.values[name].get(full.tokens[at], [])
        fitting = [(said, value) for said, value in values if full.tokens[at : at + len(said)] == said]
        said, value = max(fitting, default=((), ""), key=lambda one: len(one[0]))
        if said and full.places[at] not in denied:
            found.add(str(value))
        at += max(1, len(said))
    return frozenset(found)


Piece = Found | str
"""A phrase, or the name of the side that an aside is of; `UNKNOWN_WORD` for a word that is passed over."""


def phrases_of(pieces: list[Piece]) -> list[Found]:
    """The pieces without asides."""
    return [piece for piece in pieces if isinstance(piece, Walked)]


class _Cost(NamedTuple):
    """What speaks against a way to take words apart, the worst first."""

    heavy: int = 0
    passed: int = 0
    phrases: int = 0
    asides: int = 0

    def plus(self, heavy: int = 0, passed: int = 0, phrases: int = 0, asides: int = 0) -> _Cost:
        """With so much more of each."""
        more = heavy, passed, phrases, asides
        return _Cost(*(one + other for one, other in zip(self, more, strict=True)))


def pieces_of(
    reading: Reading, table: PhraseTable, wanted: frozenset[Intent], *, among_others: bool = False
) -> list[Piece]:
    """What a reading is made of; a word that corrects is looked for where it is needed only.

    With `among_others` other words may stand around phrases that count there.
    """
    for sides in (("before", "after"), ("before", "between", "after")):
        pieces = _pieces(reading, table, wanted, sides, among_others)
        if pieces and not _are_two_numbers(pieces) and _are_corrected(pieces):
            return pieces
    return []


def _pieces(
    reading: Reading,
    table: PhraseTable,
    wanted: frozenset[Intent],
    sides: tuple[str, ...],
    among_others: bool,
) -> list[Piece]:
    """The fewest phrases, and what is left asides, that the tokens are made of; [] where they are not."""
    tokens, denied = reading.tokens, denied_places(reading, table)
    best: list[tuple[_Cost, list[Piece]] | None] = [None] * (len(tokens) + 1)
    best[0] = _Cost(), []

    def offer(end: int, cost: _Cost, pieces: list[Piece]) -> None:
        known = best[end]
        if known is None or cost < known[0]:
            best[end] = cost, pieces

    for at, token in enumerate(tokens):
        so_far = best[at]
        if so_far is None:
            continue
        cost, pieces = so_far
        ranked: dict[int, Found] = {}
        for found in _usable(reading, at, table, wanted, denied):
            if among_others and not _counts_among_others(found, tokens):
                continue
            if found.end not in ranked or found.kind.rank < ranked[found.end].kind.rank:
                ranked[found.end] = found
        for end, found in ranked.items():
            offer(end, cost.plus(phrases=1), [*pieces, found])
        for side in sides:
            for end in table.aside_at(side, tokens, at):
                offer(end, cost.plus(asides=end - at), [*pieces, side])
        for _ in table.aside_at("rest", tokens, at):
            if cost.phrases:
                offer(len(tokens), cost.plus(asides=len(tokens) - at), [*pieces, "rest"])
        if among_others:
            passed = cost.plus(heavy=token not in table.light_words, passed=1)
            offer(at + 1, passed, [*pieces, UNKNOWN_WORD])
    done = best[-1]
    return done[1] if done and done[0].phrases else []


def _usable(
    reading: Reading, at: int, table: PhraseTable, wanted: frozenset[Intent], denied: set[int]
) -> Iterable[Found]:
    """The phrases that begin there; of safety, those that count alone: any other was looked for already."""
    for found in table.found_at(reading.tokens, at, wanted):
        is_free = found.kind.is_alone and not denied & set(reading.places[found.start : found.end])
        if found.kind.intent not in SAFETY_INTENTS or is_free:
            yield found


def _counts_among_others(found: Found, tokens: Words) -> bool:
    """Whether a phrase is meant among words that are not known; a score where it is no count of something."""
    if found.kind.intent is not Intent.NUMBER:
        return found.kind.is_core
    is_score, length = found.slots.number in SCALE and found.edges[1] == "number", found.end - found.start
    return is_score and (length > 1 or found.start == 0 or found.end == len(tokens))


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
            before, after = phrases_of(pieces[:at]), phrases_of(pieces[at:])
            kinds = {one.kind.intent for one in (*before[-1:], *after[:1])}
            if not after or (len(kinds) > 1 if before else kinds != {Intent.NUMBER}):
                return False
    return True


def readings(full: Reading, table: PhraseTable) -> tuple[Reading, ...]:
    """As it was said; without stutters; and without words that only color what is said."""
    words: dict[int, Words] = {}
    for token, place in zip(full.tokens, full.places, strict=True):
        words[place] = (*words.get(place, ()), token)
    stuttered = {
        place
        for (place, said), (_, following) in pairwise(words.items())
        if said == following != (UNKNOWN_WORD,) or _is_begun(said, following, table)
    }
    fluent = full.without({i for i, place in enumerate(full.places) if place in stuttered})
    plain = fluent.without({i for i, token in enumerate(fluent.tokens) if token in table.markers["within"]})
    return tuple(dict.fromkeys((full, fluent, plain)))


def _is_begun(said: Words, following: Words, table: PhraseTable) -> bool:
    """Whether a word was begun, and then said."""
    begun = said[0]
    is_part = len(said) == 1 and len(begun) < len(following[0]) and following[0].startswith(begun)
    return is_part and begun != UNKNOWN_WORD and begun not in table.known_words


def ends_of_asides(tokens: Words, start: int, table: PhraseTable, side: str) -> set[int]:
    """Where asides, one after the other, may end; where they begin, too."""
    ends, new = {start}, [start]
    while new:
        for end in table.aside_at(side, tokens, new.pop()):
            if end not in ends:
                ends.add(end)
                new.append(end)
    return ends


def as_said(spelled: Words, reading: Reading, found: Found) -> str:
    """The words of a phrase as they were said."""
    places = reading.places[found.start : found.end]
    return " ".join(spelled[places[0] : places[-1] + 1])
