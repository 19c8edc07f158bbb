"""Safety phrases that the sound alone has, whatever the recognizer made of it. Pure."""

from __future__ import annotations

from assistant.core.intents import Words
from assistant.core.listening.hypotheses import SpottedHypothesis
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.phrases import PhraseTable
from assistant.core.understanding import find_safety

_COMMON_PHONES = 4
"""So many phones in a row are also in what others say."""
_FEWEST_PHONES = 6
_MOST_PHONES = 16


class Spotting:
    """What is looked for, and how well the sound must fit it."""

    def __init__(self, table: PhraseTable, point: OperatingPoint) -> None:
        self._point = point
        self._at_any_length = frozenset(tuple(phrase.split()) for phrase in table.spotted)

    def believes(self, spotted: SpottedHypothesis) -> bool:
        """Whether the sound fits a phrase well enough: the longer it is, the less likely is that by chance.

        Short ones are believed only where the language pack names them.
        """
        if spotted.phones >= _FEWEST_PHONES:
            counted = min(spotted.phones, _MOST_PHONES) - _COMMON_PHONES
            return spotted.fit >= counted * self._point.spotted_phone_plausibility
        return spotted.words in self._at_any_length and spotted.fit >= self._point.spotted_plausibility


def phrases_to_spot(table: PhraseTable) -> tuple[str, ...]:
    """The safety phrases that are listened for, and those that the language pack adds."""
    phrases = dict.fromkeys((*table.spotted, *table.grammar(())))
    return tuple(phrase for phrase in phrases if find_safety(tuple(phrase.split()), table.heard))


def in_context(phrase: Words, words: Words) -> Words:
    """A spotted phrase after what the recognizer has of the utterance, which may already be a part of it."""
    longest = min(len(phrase), len(words))
    overlap = next(n for n in range(longest, -1, -1) if words[len(words) - n :] == phrase[:n])
    return (*words, *phrase[overlap:])
