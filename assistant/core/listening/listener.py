"""From hypotheses to meanings: safety phrases at once, on partial hypotheses; the rest when it is certain.

Safety phrases count wherever they are in an utterance and whatever the session listens for. Every other
phrase counts only as a whole utterance, on its final hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.core.events import FinalHypothesis, Hypothesis
from assistant.core.intents import SAFETY_INTENTS, Intent, Match, PhraseTable


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Speech that is none of the phrases."""


class Listener:
    """Interprets the hypotheses of one stream. Owned by the session, or by whoever only listens."""

    def __init__(self, table: PhraseTable) -> None:
        self._table = table
        self._utterance_id = -1
        self._acted: Match | None = None

    def interpret(self, hypothesis: Hypothesis, intents: Iterable[Intent]) -> Match | NotUnderstood | None:
        """What a hypothesis means, once: None when it adds nothing to what was already understood."""
        if hypothesis.utterance_id != self._utterance_id:
            self._utterance_id, self._acted = hypothesis.utterance_id, None
        if safety := self.foresee(hypothesis):
            self._acted = safety
            return safety
        if not isinstance(hypothesis, FinalHypothesis) or self._acted or not hypothesis.words:
            return None
        words, wanted = hypothesis.words, tuple(intents)
        return self._table.match(words, wanted) or self._table.match_half(words, wanted) or NotUnderstood()

    def foresee(self, hypothesis: Hypothesis) -> Match | None:
        """The safety phrase that `interpret` would answer this hypothesis with; nothing is remembered."""
        acted = self._acted if hypothesis.utterance_id == self._utterance_id else None
        safety = self._find_safety(hypothesis)
        return safety if safety and (acted is None or more_serious(safety, acted)) else None

    def _find_safety(self, hypothesis: Hypothesis) -> Match | None:
        """A red flag ends the session for good: until the utterance is over, it only pauses."""
        found = self._table.find_safety(hypothesis.words)
        if found is None or found.intent is not Intent.RED_FLAG or isinstance(hypothesis, FinalHypothesis):
            return found
        sooner = self._table.find_safety(hypothesis.words, (Intent.PAIN, Intent.STOP))
        return sooner or Match(Intent.PAUSE, found.phrase)


def more_serious(found: Match, than: Match) -> bool:
    """Whether one safety phrase says something worse than the other; a pause stands in for a red flag."""
    order = (*SAFETY_INTENTS, Intent.PAUSE)
    return order.index(found.intent) < order.index(than.intent)
