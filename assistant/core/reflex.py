"""When a safety phrase is believed: suspected at once, confirmed when it has held, else taken back.

One `Reflex` watches one recognizer's stream, in every state of a session; nothing vetoes or delays it.
Time is passed in, counted in samples of the microphone. Owned by the hearing path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.core.events import FinalHypothesis, PartialHypothesis
from assistant.core.intents import Intent, PhraseTable, Words
from assistant.core.listening import Listener

_ROUNDING_SECONDS = 1e-6


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """How much is asked of a safety phrase before it is believed, in one place. A final one always is.

    Words decoded in the middle of a sentence often turn into others with the next syllable: docs/hearing.md
    has what is missed and what is made up with these values. A phrase is alone when its utterance has no
    other words so far; what other people say is mistaken for a phrase among words most of all.
    """

    alone_quiet_seconds: float = 0.1
    """A phrase alone is believed when it has been so long quiet since the last speech."""
    alone_stood_seconds: float = 0.24
    """Or when it has stood there for so long, though sound goes on."""
    among_quiet_seconds: float = 0.3
    """A phrase before or after other words is believed after so long a quiet since the last speech."""
    among_stood_seconds: float = 0.5
    """Or when it has stood there for so long, though sound and words go on."""
    suspicion_seconds: float = 0.6
    """A suspicion lowers the voice for so long at most; what is confirmed later acts all the same."""


class Reflex:
    """Watches the hypotheses of one recognizer, block by block."""

    def __init__(self, table: PhraseTable, point: OperatingPoint | None = None) -> None:
        self._table = table
        self._point = point or OperatingPoint()
        self._listener = Listener(table)
        self._standing: PartialHypothesis | None = None
        self._stands_alone = False
        self._changed_at = 0.0
        self._suspected: Intent | None = None
        self._suspected_at = 0.0
        self._now = 0.0

    @property
    def suspects(self) -> bool:
        """Whether a safety phrase stands in the words, not yet confirmed, and not for too long."""
        return self._suspected is not None and self._now - self._suspected_at < self._point.suspicion_seconds

    def accept(
        self,
        hypotheses: Iterable[PartialHypothesis | FinalHypothesis],
        now_seconds: float,
        seconds_since_speech: float | None,
    ) -> list[PartialHypothesis | FinalHypothesis]:
        """Take what a block brought, which may be nothing; return what may be believed, in order.

        Every change of the words has to come, also to none. `seconds_since_speech` is None where no speech
        has been noticed since the last utterance ended. What is believed are the final hypotheses, and the
        partial ones with a safety phrase that is new in its utterance and has held.
        """
        self._now = now_seconds
        believed: list[PartialHypothesis | FinalHypothesis] = []
        for hypothesis in hypotheses:
            if isinstance(hypothesis, FinalHypothesis):
                self._listener.interpret(hypothesis, ())
                self._forget()
                believed.append(hypothesis)
            else:
                self._look(hypothesis)
        if self._standing is not None and self._has_held(seconds_since_speech):
            at_seconds = self._standing.at_seconds + now_seconds - self._changed_at
            word_end_seconds = max(0.0, at_seconds - (seconds_since_speech or 0.0))
            held = replace(self._standing, at_seconds=at_seconds, word_end_seconds=word_end_seconds)
            self._listener.interpret(held, ())
            self._forget()
            believed.append(held)
        return believed

    def _look(self, hypothesis: PartialHypothesis) -> None:
        """The words have changed: does a safety phrase stand in them that has not been confirmed?"""
        match = self._listener.foresee(hypothesis)
        if match is None:
            self._forget()
            return
        self._standing, self._changed_at = hypothesis, self._now
        self._stands_alone = self._is_alone(hypothesis.words)
        if match.intent is not self._suspected:
            self._suspected, self._suspected_at = match.intent, self._now

    def _forget(self) -> None:
        self._standing = self._suspected = None

    def _has_held(self, seconds_since_speech: float | None) -> bool:
        limits = self._point
        quiet_enough, stood_enough = limits.among_quiet_seconds, limits.among_stood_seconds
        if self._stands_alone:
            quiet_enough, stood_enough = limits.alone_quiet_seconds, limits.alone_stood_seconds
        quiet_seconds = (seconds_since_speech or 0.0) + _ROUNDING_SECONDS
        stood_seconds = self._now - self._suspected_at + _ROUNDING_SECONDS
        return quiet_seconds >= quiet_enough or stood_seconds >= stood_enough

    def _is_alone(self, words: Words) -> bool:
        """Whether the words are nothing but safety phrases, one after the other."""
        ends = range(len(words), 0, -1)
        return not words or any(
            self._is_safety_phrase(words[:end]) and self._is_alone(words[end:]) for end in ends
        )

    def _is_safety_phrase(self, words: Words) -> bool:
        found = self._table.find_safety(words)
        return found is not None and len(found.phrase.split()) == len(words)
