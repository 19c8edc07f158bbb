"""What a recognizer believes was said. Hypotheses end here: what they mean goes on, as events.

Times count samples of the microphone since it was opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.events import Meaning
from assistant.core.intents import Words


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recognizer believes was said in one utterance.

    `words` includes `UNKNOWN_WORD` where speech matched no phrase. `word_end_seconds` is when the last word
    ended and `at_seconds` how much audio had been consumed when the hypothesis came out, both on the
    microphone's sample clock. `utterance_id` is the same for all hypotheses of one utterance.
    """

    utterance_id: int
    words: Words
    word_end_seconds: float
    at_seconds: float


@dataclass(frozen=True, slots=True)
class PartialHypothesis(Hypothesis):
    """The utterance is still going on; later hypotheses may differ."""


@dataclass(frozen=True, slots=True)
class SpottedHypothesis(PartialHypothesis):
    """A phrase that the sound may have, whatever the recognizer hears.

    `fit` is its plausibility now, in nats a phone, and `phones` is how many it has.
    """

    fit: float = 0.0
    phones: int = 0


@dataclass(frozen=True, slots=True)
class FinalHypothesis(Hypothesis):
    """The utterance is over and this is what it was.

    `spans` are from when to when each word sounded, on the clock of the other times; none where nobody knows.
    """

    spans: tuple[tuple[float, float], ...] = ()


Hypotheses = list[PartialHypothesis | FinalHypothesis]


@dataclass(frozen=True, slots=True)
class Believed:
    """A hypothesis that is believed, and what it means; None for no words."""

    hypothesis: PartialHypothesis | FinalHypothesis
    meaning: Meaning | None
