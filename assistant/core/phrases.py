"""One table: phrases → intent and slots. The recognizer's grammar is generated from the same table.

A phrase is a pattern such as "{number} more seconds". The table is data of a language pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from assistant.core.intents import (
    REFUSABLE,
    SAFETY_INTENTS,
    UNKNOWN_WORD,
    WHOLE_ANSWERS,
    Intent,
    Match,
    Words,
    asks_score,
    place_of,
    strip_unknown,
)
from assistant.core.pain_rules import SCALE
from assistant.core.patterns import Patterns, Values, Walked, listed

SECONDS_A_MINUTE = 60
MARKERS = (
    *("others", "told", "own", "turning", "refusing"),
    *("limiting", "correcting", "within", "drawn", "subject"),
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_SAFETY = frozenset(SAFETY_INTENTS)
_Kind = TypeVar("_Kind")
_BRACKETS = re.compile(r"[\[\]()|]")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a template means. An earlier `rank` goes first.

    What `is_alone` counts as all that is said; what `is_core`, among words that are not known, too.
    """

    rank: int
    intent: Intent
    template: str
    is_alone: bool = False
    is_core: bool = False


Found = Walked[Kind]
"""A phrase found among words."""


@dataclass(frozen=True, eq=False)
class PhraseTable:
    """The phrases of one language, ready to match; equal only to itself, so that what is made of one is kept.

    `phrases` maps each intent to its patterns, and `written` to more of them, which are understood but not
    listened for: in a recognizer's grammar they would cost more false alarms than they are said; those of
    `alone` only where nothing else is said, those of `cores` also among words that are not known. `slots`
    maps a slot's name ("number", "span", "score", "region", "position", "routine") to its values by their
    words; of any other name the values carry nothing. `decoys` are listened for so that they are not mistaken
    for commands; they mean nothing. `denied` are patterns that say that something is not there, "no
    {symptom}": no safety phrase within them counts. `spelling` writes words that sound like another one as
    that one: the recognizer could not tell them apart. `long_forms` writes a word as several, "i'm" as "i
    am". `half_heard` is what is left of a request whose number was lost. `lost` tells on which sides of a
    phrase, "before" or "after", what was not heard may belong to a "number", a "span" of time, or may be a
    "refusal". `asides` are words around a phrase that do not change what it means, and `calls`, the longest
    first, tell whom it is for. What is `spotted` may be heard by its sound alone. Answers of which one is
    `unclear` are unclear together.
    """

    phrases: Mapping[Intent, tuple[str, ...]]
    slots: Mapping[str, Mapping[str, int | str]]
    decoys: tuple[str, ...] = ()
    spelling: Mapping[str, str] = field(default_factory=dict)
    half_heard: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)
    written: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)
    alone: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)
    cores: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)
    written_slots: Mapping[str, Mapping[str, int | str]] = field(default_factory=dict)
    denied: tuple[str, ...] = ()
    long_forms: Mapping[str, str] = field(default_factory=dict)
    asides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    spotted: tuple[str, ...] = ()

    @cached_property
    def heard(self) -> PhraseTable:
        """What counts of it from a recognizer."""
        return replace(self, written={}, alone={}, cores={})

    def prepare(self) -> None:
        """Make all that a search needs now."""
        _ = self._patterns, self._alarms, self._denials, self._asides, self.long_decoys, self.known_words

    def match(self, words: Words, intents: Iterable[Intent] | None = None) -> Match | None:
        """The phrase that the words are, unknown ones at its ends aside; among `intents`, if given."""
        lost_before, lost_after = words[:1] == (UNKNOWN_WORD,), words[-1:] == (UNKNOWN_WORD,)
        words = self.spelled(strip_unknown(words))
        wanted = None if intents is None else frozenset(intents)
        found = self.whole(self.in_full(words)[0], wanted)
        if found is None:
            return None
        phrase, intent = " ".join(words), found.kind.intent
        if self.is_half(found, lost_before, lost_after):
            return Match(intent, phrase, is_half_heard=True)
        return Match(intent, phrase, found.slots)

    def whole(self, tokens: Words, intents: frozenset[Intent] | None) -> Found | None:
        """The phrase that all tokens are, in full."""
        found = [one for one in self.found_at(tokens, 0, intents) if one.end == len(tokens)]
        return min(found, key=lambda one: one.kind.rank, default=None)

    def found_at(self, tokens: Words, start: int, intents: frozenset[Intent] | None) -> Iterator[Found]:
        """Every phrase of the intents that begins there."""
        is_safety = intents is not None and intents <= _SAFETY
        for found in (self._alarms if is_safety else self._patterns).walk(tokens, start):
            if intents is None or found.kind.intent in intents:
                yield found

    def denied_at(self, tokens: Words, start: int) -> Iterator[int]:
        """Where a denial that begins there may end."""
        return (found.end for found in self._denials.walk(tokens, start))

    def aside_at(self, side: str, tokens: Words, start: int) -> Iterator[int]:
        """Where an aside that begins there may end: one of "before", "after", "between", "rest"."""
        return (found.end for found in self._asides[side].walk(tokens, start))

    def is_half(self, found: Found, lost_before: bool, lost_after: bool) -> bool:
        """Whether what was lost beside a phrase may have changed its meaning.

        Of a yes or a no it may on either side: "no, it went down my leg". Elsewhere the language knows. A
        count of seconds is at worst smaller than it was.
        """
        intent = found.kind.intent
        if intent in WHOLE_ANSWERS:
            return lost_before or lost_after
        for side, is_lost, edge in zip(
            ("before", "after"), (lost_before, lost_after), found.edges, strict=True
        ):
            parts = {name for name, sides in self.lost.items() if is_lost and side in sides}
            if (
                ("refusal" in parts and intent in REFUSABLE)
                or ("number" in parts and intent is Intent.NUMBER and edge is not None)
                or ("span" in parts and edge == "span")
            ):
                return True
        return False

    def spelled(self, words: Iterable[str]) -> Words:
        """The words as the recognizer would write them."""
        return tuple(self.spelling.get(word, word) for word in words)

    def shown(self, phrase: str) -> str:
        """The phrase as people write it: of those that the recognizer writes alike, the table's first."""
        return self._as_people_write.get(phrase, phrase)

    def in_full(self, words: Words) -> tuple[Words, tuple[int, ...]]:
        """The words without short forms, and of each the place of the word that it comes from."""
        tokens: list[str] = []
        places: list[int] = []
        for place, word in enumerate(words):
            short = _DRAWN_OUT.sub(r"\1\1", word)  # "aaargh", "stooop"
            if short not in self.markers["drawn"]:
                short = _DRAWN_OUT.sub(r"\1", word)
            for part in self._in_full.get(short, (short,)):
                tokens.append(part)
                places.append(place)
        return tuple(tokens), tuple(places)

    def tokens(self, phrase: str) -> Words:
        """The words of a phrase in full: what all ways to write it have in common."""
        return self.in_full(self.spelled(phrase.split()))[0]

    def grammar(self, intents: Iterable[Intent]) -> tuple[str, ...]:
        """The phrases to listen for: those of the intents, of every safety intent, the calls and the decoys.

        One slot varies at a time, for the grammar is a bigram. Where numbers are scores, there are no others.
        """
        wanted = frozenset(intents) | frozenset(SAFETY_INTENTS)
        patterns = (p for intent, patterns in self.phrases.items() if intent in wanted for p in patterns)
        slots = self._scores if asks_score(wanted) else self.slots
        phrases = (phrase for p in patterns for phrase in listed(self.spelled(p.split()), slots))
        return tuple(dict.fromkeys((*phrases, *self.calls, *self.decoys)))

    @cached_property
    def _scores(self) -> dict[str, Mapping[str, int | str]]:
        numbers = {said: number for said, number in self.slots["number"].items() if number in SCALE}
        return {**self.slots, "number": numbers}

    def without_call(self, words: Words) -> tuple[Words, bool]:
        """The words without the first call among them, and whether there is one beside other words."""
        for call in self.calls:
            tokens = tuple(call.split())
            at = place_of(words, tokens)
            if at >= 0 and len(words) > len(tokens):
                return (*words[:at], *words[at + len(tokens) :]), True
        return words, False

    def vocabulary(self) -> frozenset[str]:
        """Every word that a grammar of this table can hold."""
        return frozenset(word for phrase in self.grammar(Intent) for word in phrase.split())

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Every word of any pattern, value or aside, in full."""
        patterns = [
            *(p for table in self._tables for ps in table.values() for p in ps),
            *self.denied,
            *(aside for asides in self.asides.values() for aside in asides),
            *(words for values in (*self.slots.values(), *self.written_slots.values()) for words in values),
        ]
        return frozenset(token for pattern in patterns for token in self.tokens(_BRACKETS.sub(" ", pattern)))

    @cached_property
    def light_words(self) -> frozenset[str]:
        """Words that say little beside a phrase: those of asides, and what a language calls "light"."""
        sides = ("before", "after", "within", "light")
        asides = (aside for side in sides for aside in self.asides.get(side, ()))
        return frozenset((UNKNOWN_WORD, *(token for aside in asides for token in self.tokens(aside))))

    @cached_property
    def markers(self) -> Mapping[str, frozenset[str]]:
        """Single words that tell something about those around them, by what they tell: one of `MARKERS`."""
        return {name: frozenset(self.asides.get(name, ())) for name in MARKERS}

    @cached_property
    def unclear_words(self) -> frozenset[Words]:
        """Each unclear answer, in full."""
        return frozenset(self.tokens(phrase) for phrase in self.unclear)

    @cached_property
    def values(self) -> Values:
        """Of each slot the values by their first word."""
        found: dict[str, dict[str, list[tuple[Words, int | str]]]] = {}
        minutes = {words: int(n) * SECONDS_A_MINUTE for words, n in self._slot("number").items()}
        for name in {*self.slots, *self.written_slots, "minutes"}:
            by_first = found.setdefault(name, {})
            for said, value in (minutes if name == "minutes" else self._slot(name)).items():
                tokens = self.tokens(said)
                by_first.setdefault(tokens[0], []).append((tokens, value))
        return found

    def _slot(self, name: str) -> dict[str, int | str]:
        return {**self.written_slots.get(name, {}), **self.slots.get(name, {})}

    @cached_property
    def _in_full(self) -> dict[str, Words]:
        return {short: tuple(long.split()) for short, long in self.long_forms.items()}

    @cached_property
    def long_decoys(self) -> tuple[Words, ...]:
        """Of decoys those of several words, in full: they hide a safety phrase within them."""
        return tuple(self.tokens(decoy) for decoy in self.decoys if " " in decoy)

    @property
    def _tables(self) -> tuple[Mapping[Intent, tuple[str, ...]], ...]:
        return self.phrases, self.written, self.alone, self.cores

    @cached_property
    def _as_people_write(self) -> Mapping[str, str]:
        patterns = dict.fromkeys(pattern for table in self.phrases.values() for pattern in table)
        spelled = ((" ".join(self.spelled(pattern.split())), pattern) for pattern in reversed(patterns))
        return {one: pattern for one, pattern in spelled if one not in patterns}

    @cached_property
    def _kinds(self) -> tuple[Kind, ...]:
        told = ((table, i, template) for table in self._tables for i, ts in table.items() for template in ts)
        return tuple(
            Kind(rank, intent, template, table is self.alone, table is self.cores)
            for rank, (table, intent, template) in enumerate(told)
        )

    @cached_property
    def _patterns(self) -> Patterns[Kind]:
        return self._of((kind.template, kind) for kind in self._kinds)

    @cached_property
    def _alarms(self) -> Patterns[Kind]:
        """The safety phrases alone: they are looked for all the time."""
        return self._of((kind.template, kind) for kind in self._kinds if kind.intent in _SAFETY)

    @cached_property
    def _denials(self) -> Patterns[None]:
        return self._of((template, None) for template in self.denied)

    @cached_property
    def _asides(self) -> dict[str, Patterns[None]]:
        sides = ("before", "after", "between", "rest", "unwell")
        return {side: self._of((aside, None) for aside in self.asides.get(side, ())) for side in sides}

    def _of(self, templates: Iterable[tuple[str, _Kind]]) -> Patterns[_Kind]:
        patterns = Patterns[_Kind](self.tokens, self.values, self.markers["refusing"])
        for template, kind in templates:
            patterns.add(template, kind)
        return patterns
