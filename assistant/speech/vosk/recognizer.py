"""Vosk behind the Recognizer port: blocks in, hypotheses out.

Owned by the hearing thread. Must not read a clock or wait: every time is a count of samples.

libvosk takes a new grammar only between utterances (within one it ends the process) and drops the audio
that it has not decoded yet, up to 0.5 s. So a change waits for the end of the utterance, and the last
stretch of audio is played to it again: nothing said at that moment is lost.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.core.intents import UNKNOWN_WORD
from assistant.core.listening.hypotheses import (
    FinalHypothesis,
    Hypotheses,
    PartialHypothesis,
    SpottedHypothesis,
)
from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.speech.endpointing import Endpoint, Endpointer, EndpointSettings
from assistant.speech.vosk.library import vosk

if TYPE_CHECKING:
    from assistant.speech.vosk.model import VoskModel

VOSK_UNKNOWN_WORD = "[unk]"
"""What a grammar and its results have for speech that matched no phrase."""
_REPLAY_SECONDS = 0.6  # what libvosk has not decoded yet, and the beginning of the word in it
_REPLAY_AFTER_WORDS_SECONDS = 0.2  # after words and silence: the onset of the next word
_LONGEST_REPLAY_SECONDS = 1.0
_SAMPLE_BYTES = 2
UNKNOWN_WEIGHT = 14  # phrases that [unk] weighs as much as: docs/model.md has other weights


class VoskRecognizer:
    """Recognizes the phrases of a grammar and `[unk]`, which weighs as much as so many of them."""

    def __init__(
        self,
        model: VoskModel,
        settings: EndpointSettings | None = None,
        *,
        unknown_weight: int = UNKNOWN_WEIGHT,
    ) -> None:
        self._model = model
        self._unknown_weight = unknown_weight
        self._recognizer = vosk.KaldiRecognizer(model.native, SAMPLE_RATE_HZ, _as_json((), UNKNOWN_WEIGHT))
        self._recognizer.SetWords(True)
        self._judge = model.new_judge()
        self._endpointer = Endpointer(settings or EndpointSettings())
        self._pending_grammar: str | None = None
        self._recent: deque[bytes] = deque(maxlen=round(_LONGEST_REPLAY_SECONDS / BLOCK_SECONDS))
        self._utterance_id = 1
        self._decoded: tuple[str, ...] = ()
        self._reported: tuple[str, ...] = ()
        self._was_reported = False
        self._heard_samples = 0
        self._replayed_samples = 0

    def set_grammar(self, phrases: Sequence[str]) -> None:
        """Listen for these phrases and `[unk]` from the next utterance on, except those with missing words.

        libvosk would leave out just the missing word, and "not finished" would become "not".
        """
        unknown = frozenset(self._model.missing_words(word for phrase in phrases for word in phrase.split()))
        known = [phrase for phrase in phrases if unknown.isdisjoint(phrase.split())]
        self._pending_grammar = _as_json(known, self._unknown_weight)
        if not self._heard_samples:
            self._begin_utterance(0.0)

    def accept(self, block: bytes) -> Hypotheses:
        """Take one block; return a partial hypothesis when the words are others, a final one at the end."""
        found: Hypotheses = []
        if self._pending_grammar is not None and not self._endpointer.is_open:
            found += self._end_utterance(Endpoint.CUT)
        self._recent.append(block)
        now = self._now_seconds + BLOCK_SECONDS
        for one in self._judge.accept(block):
            words, end_seconds = tuple(one.phrase.split()), self._speech_end_seconds
            found.append(SpottedHypothesis(self._utterance_id, words, end_seconds, now, one.fit, one.phones))
        self._heard_samples += len(block) // _SAMPLE_BYTES
        decoder_hears_silence = self._recognizer.AcceptWaveform(block) > 0
        decoded = json.loads(self._recognizer.PartialResult())["partial"].split()
        self._decoded = tuple(_known(word) for word in decoded)
        endpoint = self._endpointer.accept(block, self._decoded, is_awaited=self._pending_grammar is not None)
        if self._decoded != self._reported:
            self._reported, self._was_reported = self._decoded, True
            found.append(self._partial(self._decoded))
        if endpoint is Endpoint.NONE and decoder_hears_silence:
            endpoint = Endpoint.CUT
        if endpoint is not Endpoint.NONE:
            found += self._end_utterance(endpoint)
        return found

    def spot(self, phrases: Sequence[str]) -> None:
        """Look for these phrases by the judge alone, too."""
        self._judge.spot(phrases)

    def end_utterance(self) -> Hypotheses:
        """Decide the open utterance though sound goes on; what is not decoded yet begins the next one."""
        return list(self._end_utterance(Endpoint.CUT))

    def finish(self) -> Hypotheses:
        """The audio is over: end the open utterance."""
        self._recent.clear()  # nothing follows that it could belong to
        return list(self._end_utterance(Endpoint.SILENCE))

    def plausibility(self, phrase: str, seconds: float) -> float:
        """How well a phrase, first suspected so many seconds ago, fits the sound: see `Judge`."""
        return self._judge.plausibility(phrase, seconds)

    @property
    def seconds_since_speech(self) -> float | None:
        """How long it has been quiet in this utterance; None where no speech was loud enough to notice."""
        return self._endpointer.seconds_since_speech

    def _partial(self, words: tuple[str, ...]) -> PartialHypothesis:
        return PartialHypothesis(self._utterance_id, words, self._speech_end_seconds, self._now_seconds)

    @property
    def _now_seconds(self) -> float:
        return self._heard_samples / SAMPLE_RATE_HZ

    @property
    def _speech_end_seconds(self) -> float:
        """libvosk times the words of final results only; until then, where the sound last was speech."""
        return max(0.0, self._now_seconds - (self._endpointer.seconds_since_speech or 0.0))

    def _end_utterance(self, endpoint: Endpoint) -> list[FinalHypothesis]:
        """Decide the utterance, and begin the next one."""
        words = self._flush()
        from_seconds = self._now_seconds - _REPLAY_SECONDS
        if endpoint is Endpoint.CUT:
            words, from_seconds = self._cut(words, from_seconds)
        elif words:
            from_seconds = self._now_seconds - _REPLAY_AFTER_WORDS_SECONDS
        texts = tuple(word.text for word in words)
        end_seconds = words[-1].end_seconds if words else self._speech_end_seconds
        spans = tuple((word.start_seconds, word.end_seconds) for word in words)
        final = FinalHypothesis(self._utterance_id, texts, end_seconds, self._now_seconds, spans)
        was_heard = bool(words) or self._was_reported
        self._utterance_id += was_heard
        self._reported = self._decoded = ()
        self._was_reported = False
        self._endpointer.begin(
            heard_speech=self._endpointer.is_open and from_seconds < self._speech_end_seconds
        )
        self._begin_utterance(from_seconds)
        return [final] if was_heard else []

    def _flush(self) -> list[_Word]:
        """Decode all audio there is, and let libvosk begin anew."""
        replayed_seconds = self._replayed_samples / SAMPLE_RATE_HZ
        return [
            _Word(
                _known(word["word"]),
                word["start"] - replayed_seconds,
                min(word["end"] - replayed_seconds, self._now_seconds),
            )
            for word in json.loads(self._recognizer.FinalResult()).get("result", ())
        ]

    def _cut(self, words: list[_Word], from_seconds: float) -> tuple[list[_Word], float]:
        """Within sound the last word may be half a word: it is left to the next utterance, with its audio.

        Words that flushing brought to light are such, and `[unk]` at the end may be. Returns the words that
        stay, and from when on audio belongs to the next utterance.
        """
        stay = len(self._decoded)
        if tuple(word.text for word in words[:stay]) != self._decoded:
            stay = len(words)
        if stay < len(words):
            return words[:stay], words[stay].start_seconds
        if words and words[-1].text == UNKNOWN_WORD:
            return words, words[-1].start_seconds
        return words, max(from_seconds, words[-1].end_seconds) if words else from_seconds

    def _begin_utterance(self, from_seconds: float) -> None:
        """Take the awaited grammar, and play again what was heard since `from_seconds`."""
        if self._pending_grammar is not None:
            self._recognizer.SetGrammar(self._pending_grammar)
            self._pending_grammar = None
        while len(self._recent) * BLOCK_SECONDS > self._now_seconds - from_seconds:
            self._recent.popleft()
        for block in self._recent:
            self._recognizer.AcceptWaveform(block)
            self._replayed_samples += len(block) // _SAMPLE_BYTES


@dataclass(frozen=True, slots=True)
class _Word:
    """A decided word; times are on the microphone's sample clock."""

    text: str
    start_seconds: float
    end_seconds: float


def _known(word: str) -> str:
    """The word as everybody else knows it."""
    return UNKNOWN_WORD if word == VOSK_UNKNOWN_WORD else word


def _as_json(phrases: Sequence[str], unknown_weight: int) -> str:
    return json.dumps([*phrases, *[VOSK_UNKNOWN_WORD] * unknown_weight])
