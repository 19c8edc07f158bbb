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

PAUSE_SECONDS = 0.3
"""So long without speech is a pause: what is said after it is no running speech any more."""
_ROUNDING_SECONDS = 1e-6


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """How much is asked of a safety phrase before it is believed, in one place. A final one always is.

    Words decoded in the middle of a sentence often turn into others with the next syllable: 32 minutes of
    speech without any held 44 safety phrases among all words, 15 among those that held as long as here. It
    costs a "stop" 60 ms (median).
    """

    hold_quiet_seconds: float = 0.12
    """Believed when it has been so long quiet since the last speech: nothing follows that could change it."""
    hold_steady_seconds: float = 0.3
    """Or when no word of the utterance has changed for so long, though sound goes on."""
    embedded_hold_seconds: float = 0.3
    """In place of `hold_steady_seconds` for a phrase in the middle of running speech: with words before it in
    its utterance, or after running speech; what others say is mistaken for a phrase there most of all."""
    running_speech_seconds: float = 1.0
    """Speech that has gone on for longer, without a pause, when the phrase appears is running speech."""
    suspicion_seconds: float = 0.6
    """A suspicion lowers the voice for so long at most; what is confirmed later acts all the same."""


class Reflex:
    """Watches the hypotheses of one recognizer, block by block."""

    def __init__(self, table: PhraseTable, point: OperatingPoint | None = None) -> None:
        self._table = table
        self._point = point or OperatingPoint()
        self._listener = Listener(table)
        self._standing: PartialHypothesis | None = None
        self._changed_at = 0.0
        self._suspected: Intent | None = None
        self._suspected_at = 0.0
        self._is_after_words = False
        self._in_running_speech = False
        self._speech_since: float | None = None
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
        self._follow_speech(seconds_since_speech)
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

    def _follow_speech(self, seconds_since_speech: float | None) -> None:
        if seconds_since_speech is None or seconds_since_speech > PAUSE_SECONDS:
            self._speech_since = None
        elif self._speech_since is None:
            self._speech_since = self._now

    def _look(self, hypothesis: PartialHypothesis) -> None:
        """The words have changed: does a safety phrase stand in them that has not been confirmed?"""
        match = self._listener.foresee(hypothesis)
        if match is None:
            self._forget()
            return
        self._standing, self._changed_at = hypothesis, self._now
        self._is_after_words = not self._begins_with_safety(hypothesis.words)
        if match.intent is not self._suspected:
            self._suspected, self._suspected_at = match.intent, self._now
            since = self._now if self._speech_since is None else self._speech_since
            self._in_running_speech = self._now - since > self._point.running_speech_seconds

    def _begins_with_safety(self, words: Words) -> bool:
        found = self._table.find_safety(words)
        return found is not None and found == self._table.find_safety(words[: len(found.phrase.split())])

    def _forget(self) -> None:
        self._standing = self._suspected = None

    def _has_held(self, seconds_since_speech: float | None) -> bool:
        quiet_seconds = seconds_since_speech or 0.0
        if quiet_seconds + _ROUNDING_SECONDS >= self._point.hold_quiet_seconds:
            return True
        steady_seconds = self._now - self._changed_at
        limits = self._point
        is_embedded = self._is_after_words or self._in_running_speech
        needed = limits.embedded_hold_seconds if is_embedded else limits.hold_steady_seconds
        return steady_seconds + _ROUNDING_SECONDS >= needed
