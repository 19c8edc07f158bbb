"""Two recognizers hear the same person: what both believe becomes one stream, and is acted on once.

The main one hears what a canceller leaves; the second one the microphone's own sound, for safety phrases
alone, so that no canceller can lose a "stop". Time is passed in. Owned by the hearing path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from assistant.core.events import FinalHypothesis, PartialHypothesis
from assistant.core.intents import Match, PhraseTable
from assistant.core.listening.listener import Listener, NotUnderstood, more_serious

SAME_UTTERANCE_SECONDS = 1.5
"""So far apart two recognizers may confirm one and the same utterance."""


class Ear(Enum):
    """Which of the recognizers."""

    MAIN = "main"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """The last safety phrase that an ear confirmed."""

    utterance_id: int
    match: Match
    at_seconds: float


class _Opinion:
    """What one ear has confirmed, and which of its utterances the other one heard too."""

    def __init__(self, table: PhraseTable) -> None:
        self.listener = Listener(table)
        self.confirmed: _Confirmed | None = None
        self.paired_utterance_id: int | None = None


class TwoOpinions:
    """Joins both streams of believed hypotheses, numbered so that a session acts on each utterance once."""

    def __init__(self, table: PhraseTable) -> None:
        self._opinions = {ear: _Opinion(table) for ear in Ear}
        self._session = Listener(table)  # does as the session's own will
        self._last_id = 0
        self._acted = False
        self._reflex = False

    def take_reflex(self) -> bool:
        """Whether, since this was last asked, something came that a session acts on at once, in any state."""
        reflex, self._reflex = self._reflex, False
        return reflex

    def join(
        self, ear: Ear, hypothesis: PartialHypothesis | FinalHypothesis, now_seconds: float
    ) -> list[PartialHypothesis | FinalHypothesis]:
        """Take what an ear believes; return it under its number in the common stream, or nothing.

        Of the second ear only safety phrases that are new go on, and only as partial hypotheses: it hears our
        echo too, so a red flag, which ends a session for good, is left to the main one to decide.
        """
        if ear is Ear.SECOND and isinstance(hypothesis, FinalHypothesis):
            hypothesis = PartialHypothesis(
                hypothesis.utterance_id,
                hypothesis.words,
                hypothesis.word_end_seconds,
                hypothesis.at_seconds,
            )
        mine = self._opinions[ear]
        meaning = mine.listener.interpret(hypothesis, ())
        if isinstance(meaning, Match):
            known = self._pair(ear, hypothesis.utterance_id, now_seconds)
            mine.confirmed = _Confirmed(hypothesis.utterance_id, meaning, now_seconds)
            if known is None or more_serious(meaning, known):
                return self._tell(hypothesis)
        elif isinstance(meaning, NotUnderstood) and not self._pair(ear, hypothesis.utterance_id, now_seconds):
            return self._tell(hypothesis)
        return self._follow(hypothesis) if isinstance(hypothesis, FinalHypothesis) else []

    def _pair(self, ear: Ear, utterance_id: int, now_seconds: float) -> Match | None:
        """What the other ear confirmed of the same utterance; each is the same as one of the other's only."""
        mine, other = self._opinions[ear], self._opinions[Ear.SECOND if ear is Ear.MAIN else Ear.MAIN]
        confirmed = other.confirmed
        if confirmed is None:
            return None
        is_pair = (mine.paired_utterance_id, other.paired_utterance_id) == (
            utterance_id,
            confirmed.utterance_id,
        )
        is_late = now_seconds - confirmed.at_seconds > SAME_UTTERANCE_SECONDS + 1e-6
        if not is_pair and (is_late or other.paired_utterance_id == confirmed.utterance_id):
            return None
        mine.paired_utterance_id, other.paired_utterance_id = utterance_id, confirmed.utterance_id
        return confirmed.match

    def _tell(
        self, hypothesis: PartialHypothesis | FinalHypothesis
    ) -> list[PartialHypothesis | FinalHypothesis]:
        """It is new: under a number of its own."""
        self._last_id += 1
        told = replace(hypothesis, utterance_id=self._last_id)
        self._acted = isinstance(self._session.interpret(told, ()), Match)
        self._reflex |= self._acted
        return [told]

    def _follow(self, final: FinalHypothesis) -> list[PartialHypothesis | FinalHypothesis]:
        """It adds nothing: under the number of what it adds nothing to, if that was the last to be told."""
        told = replace(final, utterance_id=self._last_id)
        if final.words and (not self._acted or self._session.foresee(told)):
            return []
        return [told]
