"""One table: phrases → intent and slots. The recognizer's grammar is generated from the same table.

A phrase is a pattern of words and slots, such as "{number} more seconds"; a slot's values are words too.
The table itself is data of a language pack; this module compiles and matches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

UNKNOWN_WORD = "?"
"""Stands among words for speech that matched no phrase; each recognizer has a word of its own for that."""


class Intent(StrEnum):
    """What somebody on the mat can mean."""

    STOP = "stop"
    PAIN = "pain"
    RED_FLAG = "red_flag"
    PAUSE = "pause"
    RESUME = "resume"
    READY = "ready"
    NOT_YET = "not_yet"
    REPEAT = "repeat"
    NEXT = "next"
    BACK = "back"
    HOW_LONG = "how_long"
    WHATS_NEXT = "whats_next"
    MORE_TIME = "more_time"
    LONGER = "longer"
    SHORTER = "shorter"
    EASIER = "easier"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HELP = "help"
    YES = "yes"
    NO = "no"
    NUMBER = "number"
    UNSURE = "unsure"
    SKIP_QUESTIONS = "skip_questions"
    BRING_BACK = "bring_back"
    START = "start"
    CHOOSE = "choose"
    END = "end"
    SLEEP = "sleep"


SAFETY_INTENTS = (Intent.RED_FLAG, Intent.PAIN, Intent.STOP)
"""Heard anywhere in an utterance, in every state, the more serious first."""
WHOLE_ANSWERS = frozenset((Intent.YES, Intent.NO))
"""What was lost beside them may have been the answer: "no, but …"."""
REFUSABLE = frozenset((Intent.RESUME, Intent.READY))
"""What was lost beside them may have been a "not"."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What a phrase carries. `number` is a count, or seconds where a span of time was said."""

    number: int | None = None
    region: str | None = None
    routine: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase of the table, as it was said.

    Of one that was half heard the number is not known, and an answer may have been another one.
    """

    intent: Intent
    phrase: str
    slots: Slots = Slots()
    is_half_heard: bool = False


Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """The phrases of one language, ready to match.

    `phrases` maps each intent to its patterns. `slots` maps a slot's name ("number", "span", "score",
    "region", "position", "routine") to its values by their words. `decoys` are listened for so that they are
    not mistaken for commands; they mean nothing. `spelling` writes words that sound like another one as that
    one, in the phrases and in what is heard: the recognizer could not tell them apart. `half_heard` is what
    is left of a request whose number was lost. `lost` tells on which sides of a phrase, "before" or "after",
    what was not heard may belong to a "number", a "span" of time, or may be a "refusal".
    """

    phrases: Mapping[Intent, tuple[str, ...]]
    slots: Mapping[str, Mapping[str, int | str]]
    decoys: tuple[str, ...] = ()
    spelling: Mapping[str, str] = field(default_factory=dict)
    half_heard: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _patterns: tuple[tuple[Intent, Words], ...] = field(init=False, repr=False)
    _by_intent: Mapping[Intent, tuple[Words, ...]] = field(init=False, repr=False)
    _values: Mapping[str, tuple[tuple[Words, int | str], ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        patterns = tuple(
            (intent, self._spelled(p.split())) for intent, ps in self.phrases.items() for p in ps
        )
        values = {
            name: tuple((tuple(words.split()), value) for words, value in by_words.items())
            for name, by_words in self.slots.items()
        }
        object.__setattr__(self, "_patterns", patterns)
        object.__setattr__(self, "_values", values)
        by_intent = {wanted: tuple(p for i, p in patterns if i is wanted) for wanted in self.phrases}
        object.__setattr__(self, "_by_intent", by_intent)

    def match(self, words: Words, intents: Iterable[Intent] | None = None) -> Match | None:
        """The phrase that the words are, unknown ones at its ends aside; among `intents`, if given."""
        lost_before, lost_after = words[:1] == (UNKNOWN_WORD,), words[-1:] == (UNKNOWN_WORD,)
        words = self._spelled(_strip_unknown(words))
        allowed = None if intents is None else frozenset(intents)
        for intent, pattern in self._patterns:
            begins = pattern[0] in words[:1] or _slot_name(pattern[0])
            if begins and (allowed is None or intent in allowed):
                for slots in self._bindings(pattern, words):
                    phrase = " ".join(words)
                    if self._is_half(intent, pattern, lost_before, lost_after):
                        return Match(intent, phrase, is_half_heard=True)
                    return Match(intent, phrase, slots)
        return None

    def match_half(self, words: Words, intents: Iterable[Intent]) -> Match | None:
        """A request whose number was lost, or an answer of which only parts of a number were heard.

        Its slots are empty: no number that was heard can be trusted to be all of it.
        """
        numbers = {word for number in self.slots["number"] for word in number.split()}
        heard = tuple(word for word in self._spelled(words) if word != UNKNOWN_WORD)
        left = " ".join(word for word in heard if word not in numbers)
        allowed = frozenset(intents)
        for intent, phrases in self.half_heard.items():
            if intent not in allowed or left not in phrases:
                continue
            parts = len(heard) - len(left.split())
            if parts >= (2 if not left else intent is Intent.NUMBER):
                return Match(intent, " ".join(heard), is_half_heard=True)
        return None

    def find_safety(self, words: Words, intents: Iterable[Intent] = SAFETY_INTENTS) -> Match | None:
        """The longest safety phrase anywhere in the words, of the first of `intents`; decoys aside."""
        usable = self._without_decoys(self._spelled(words))
        for wanted in intents:
            found = [p for p in self._by_intent.get(wanted, ()) if contains(usable, p)]
            longest = max(found, key=len, default=None)
            if longest:
                return Match(wanted, " ".join(longest))
        return None

    def grammar(self, intents: Iterable[Intent]) -> tuple[str, ...]:
        """The phrases to listen for: those of the intents, of every safety intent, and the decoys.

        A slot's values vary one slot at a time: the recognizer's grammar is a bigram, which knows every
        combination once it knows every neighbour.
        """
        wanted = frozenset(intents) | frozenset(SAFETY_INTENTS)
        found: dict[str, None] = {}
        for intent, pattern in self._patterns:
            if intent in wanted:
                found.update(dict.fromkeys(self._expand(pattern)))
        found.update(dict.fromkeys(self.decoys))
        return tuple(found)

    def vocabulary(self) -> frozenset[str]:
        """Every word that a grammar of this table can hold."""
        return frozenset(word for phrase in self.grammar(Intent) for word in phrase.split())

    def _spelled(self, words: Iterable[str]) -> Words:
        return tuple(self.spelling.get(word, word) for word in words)

    def _expand(self, pattern: Words) -> Iterator[str]:
        names = [_slot_name(token) for token in pattern]
        if not all(self._values[n] for n in names if n):
            return  # a slot without values, such as the routines before any is known
        slotted: list[str | None] = [n for n in names if n]
        for varied in slotted or [None]:
            firsts = {n: " ".join(self._values[n][0][0]) for n in names if n}
            choices = [" ".join(w) for w, _ in self._values[varied]] if varied else [""]
            for choice in choices:
                yield " ".join(
                    token if not name else choice if name == varied else firsts[name]
                    for token, name in zip(pattern, names, strict=True)
                )

    def _bindings(self, pattern: Words, words: Words) -> Iterator[Slots]:
        """Every way to read the words as the pattern."""
        if not pattern or not words:
            if not pattern and not words:
                yield Slots()
            return
        name = _slot_name(pattern[0])
        if not name:
            if pattern[0] == words[0]:
                yield from self._bindings(pattern[1:], words[1:])
            return
        for value_words, value in self._values[name]:
            if words[: len(value_words)] == value_words:
                for rest in self._bindings(pattern[1:], words[len(value_words) :]):
                    yield _bound(rest, name, value)

    def _is_half(self, intent: Intent, pattern: Words, lost_before: bool, lost_after: bool) -> bool:
        """Whether what was lost beside a phrase may have changed its meaning.

        Of a yes or a no it may on either side: "no, it went down my leg". Elsewhere the language knows. A
        count of seconds is at worst smaller than it was.
        """
        if intent in WHOLE_ANSWERS:
            return lost_before or lost_after
        for side, is_lost, edge in (("before", lost_before, pattern[0]), ("after", lost_after, pattern[-1])):
            parts = {name for name, sides in self.lost.items() if is_lost and side in sides}
            if (
                ("refusal" in parts and intent in REFUSABLE)
                or ("number" in parts and intent is Intent.NUMBER and _slot_name(edge) is not None)
                or ("span" in parts and _slot_name(edge) == "span")
            ):
                return True
        return False

    def _without_decoys(self, words: Words) -> Words:
        """A decoy of several words hides the safety phrase within it; one word hides nothing."""
        for decoy in self.decoys:
            if " " in decoy:
                words = _blanked(words, tuple(decoy.split()))
        return words


def _slot_name(token: str) -> str | None:
    return token[1:-1] if token.startswith("{") else None


def _bound(slots: Slots, name: str, value: int | str) -> Slots:
    if isinstance(value, int):
        return replace(slots, number=value)
    if name == "region":
        return replace(slots, region=value)
    if name == "position":
        return replace(slots, position=value)
    return replace(slots, routine=value)


def _strip_unknown(words: Words) -> Words:
    known = [i for i, word in enumerate(words) if word != UNKNOWN_WORD]
    return words[known[0] : known[-1] + 1] if known else ()


def place_of(words: Words, part: Words) -> int:
    """Where the part first stands in the words, in one piece; -1 if it does not."""
    if part[0] not in words:
        return -1  # nearly always
    return next((i for i in range(len(words) - len(part) + 1) if words[i : i + len(part)] == part), -1)


def contains(words: Words, part: Words) -> bool:
    """Whether the part stands in the words, in one piece."""
    return place_of(words, part) >= 0


def _blanked(words: Words, part: Words) -> Words:
    while (at := place_of(words, part)) >= 0:
        words = words[:at] + (UNKNOWN_WORD,) * len(part) + words[at + len(part) :]
    return words
