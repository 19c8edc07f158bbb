"""Two recognizers hear the same person: what both believe becomes one stream of meanings, each acted on once.

The main one hears what a canceller leaves; the second one the microphone's own sound, for safety phrases
alone, so that no canceller can lose a "stop". A third one, where there is one, hears commands and answers in
place of the main one. Time is passed in. Owned by the hearing path.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from assistant.core.events import Meaning, NotUnderstood, Said, TalkHeard
from assistant.core.intents import Intent, Words
from assistant.core.listening.hypotheses import Believed, FinalHypothesis
from assistant.core.listening.listener import is_worse
from assistant.core.phrases import PhraseTable
from assistant.core.understanding import find_safety

SAME_UTTERANCE_SECONDS = 1.5
"""So far apart two recognizers may confirm one and the same utterance."""


class Stream(Enum):
    """Which recognizer's."""

    MAIN = "main"
    SECOND = "second"
    COMMANDS = "commands"


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """The last safety phrase that a stream confirmed."""

    utterance_id: int
    intent: Intent
    at_seconds: float


@dataclass(slots=True)
class _Opinion:
    """What one stream has confirmed, and which of its utterances the other one heard too."""

    confirmed: _Confirmed | None = None
    paired_utterance_id: int | None = None


class JoinedStream:
    """Joins what is believed of the streams, so that a session is told of each utterance once.

    With `commands_apart` the main stream is for safety phrases alone, and the third one for all others.
    """

    def __init__(self, table: PhraseTable, *, commands_apart: bool = False) -> None:
        self._table = table
        self._commands_apart = commands_apart
        self._opinions = {stream: _Opinion() for stream in Stream}
        self._told: Meaning | None = None
        self._reflex = False

    def take_reflex(self) -> bool:
        """Whether, since this was last asked, something came that a session acts on at once, in any state."""
        reflex, self._reflex = self._reflex, False
        return reflex

    def join(self, stream: Stream, believed: Believed, now_seconds: float) -> list[Meaning]:
        """Take what is believed of a stream; return what it means for the session, or nothing.

        Of the second stream, whose listener is for safety only, nothing but safety phrases that are new goes
        on: it hears our echo too, so a red flag, which ends a session for good, is left to the main one.
        """
        hypothesis, meaning = believed.hypothesis, believed.meaning
        is_safety = isinstance(meaning, Said) and meaning.is_safety
        if self._commands_apart and is_safety is (stream is Stream.COMMANDS):
            meaning = None
        if isinstance(meaning, Said) and meaning.is_safety:
            known = self._pair(stream, hypothesis.utterance_id, now_seconds)
            confirmed = _Confirmed(hypothesis.utterance_id, meaning.intent, now_seconds)
            self._opinions[stream].confirmed = confirmed
            if known is None or is_worse(meaning.intent, known):
                return self._tell(meaning)
        elif (
            isinstance(meaning, Said | NotUnderstood)
            and self._pair(stream, hypothesis.utterance_id, now_seconds) is None
        ):
            return self._tell(meaning)
        is_over = stream is Stream.MAIN and isinstance(hypothesis, FinalHypothesis)
        return self._follow(hypothesis.words) if is_over else []

    def _pair(self, stream: Stream, utterance_id: int, now_seconds: float) -> Intent | None:
        """What the other stream confirmed of the same utterance; each one is one of the other's only."""
        mine = self._opinions[stream]
        other = self._opinions[Stream.SECOND if stream is Stream.MAIN else Stream.MAIN]
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
        return confirmed.intent

    def _tell(self, meaning: Said | NotUnderstood) -> list[Meaning]:
        """It is new."""
        self._told = meaning
        self._reflex |= isinstance(meaning, Said) and meaning.is_safety
        return [meaning]

    def _follow(self, words: Words) -> list[Meaning]:
        """The end of an utterance adds nothing: that is talk after a safety phrase, if it was told last."""
        told = self._told
        if not words or not isinstance(told, Said) or not told.is_safety:
            return []
        found = find_safety(words, self._table)
        return [] if found and is_worse(found.intent, told.intent) else [TalkHeard(words)]
