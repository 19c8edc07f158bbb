"""Which safety phrases stand among words, and whether there is anything else. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.intents import UNKNOWN_WORD, Intent, Match, Words, place_of
from assistant.core.phrases import PhraseTable
from assistant.core.understanding import find_safety


class SafetyPhrases:
    """Those of one language."""

    def __init__(self, table: PhraseTable) -> None:
        self._table = table

    def among(self, found: Match, words: Words) -> Iterator[Match]:
        """A safety phrase found in these words, and all others in them."""
        yield found
        rest = _without(found, words)
        if rest != words and (other := find_safety(rest, self._table)):
            yield from self.among(other, rest)

    def is_red_flag(self, words: Words) -> bool:
        """Whether the worst of these words is a warning sign."""
        found = find_safety(words, self._table)
        return found is not None and found.intent is Intent.RED_FLAG

    def is_one(self, words: Words) -> bool:
        """Whether there is just one in these words."""
        found = find_safety(words, self._table)
        return found is not None and find_safety(_without(found, words), self._table) is None

    def are_all(self, words: Words) -> bool:
        """Whether the words are nothing but safety phrases, one after the other."""
        ends = range(len(words), 0, -1)
        return not words or any(self._is_phrase(words[:end]) and self.are_all(words[end:]) for end in ends)

    def _is_phrase(self, words: Words) -> bool:
        found = find_safety(words, self._table)
        return found is not None and len(found.phrase.split()) == len(words)


def _without(found: Match, words: Words) -> Words:
    """The words with `UNKNOWN_WORD` where the phrase first stands; the same where it does not."""
    phrase = tuple(found.phrase.split())
    at = place_of(words, phrase)
    return words if at < 0 else (*words[:at], UNKNOWN_WORD, *words[at + len(phrase) :])
