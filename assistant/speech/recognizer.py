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

import vosk

from assistant.core.events import FinalHypothesis, PartialHypothesis
from assistant.core.intents import UNKNOWN_WORD
from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.speech.endpointing import Endpoint, Endpointer, EndpointSettings
from assistant.speech.vosk_model import VoskModel

_REPLAY_SECONDS = 0.6  # libvosk's undecoded audio, and the beginning of the word in it
_REPLAY_AFTER_WORDS_SECONDS = 0.2  # once words were decided: just the onset of the next one
_SAMPLE_BYTES = 2


class VoskRecognizer:
    """Recognizes the phrases of a grammar and `[unk]`."""

    def __init__(self, model: VoskModel, settings: EndpointSettings | None = None) -> None:
        self._model = model
        self._recognizer = vosk.KaldiRecognizer(model.native, SAMPLE_RATE_HZ, _as_json(()))
        self._recognizer.SetWords(True)
        self._endpointer = Endpointer(settings or EndpointSettings())
        self._pending_grammar: str | None = None
        self._recent: deque[bytes] = deque(maxlen=round(_REPLAY_SECONDS / BLOCK_SECONDS))
        self._utterance_id = 1
        self._reported: tuple[str, ...] = ()
        self._heard_samples = 0
        self._replayed_samples = 0

    def set_grammar(self, phrases: Sequence[str]) -> None:
        """Listen for these phrases and `[unk]` from the next utterance on, except those with missing words.

        libvosk would leave out just the missing word, and "not finished" would become "not".
        """
        unknown = frozenset(self._model.missing_words(word for phrase in phrases for word in phrase.split()))
        self._pending_grammar = _as_json([p for p in phrases if unknown.isdisjoint(p.split())])

    def accept(self, block: bytes) -> list[PartialHypothesis | FinalHypothesis]:
        """Take one block; return a partial hypothesis if its words are new, a final one at the end."""
        found: list[PartialHypothesis | FinalHypothesis] = []
        if self._pending_grammar is not None and not self._endpointer.is_open:
            found += self._end_utterance(flush=True)
        self._recent.append(block)
        self._heard_samples += len(block) // _SAMPLE_BYTES
        decoder_hears_silence = self._recognizer.AcceptWaveform(block) > 0
        words = tuple(json.loads(self._recognizer.PartialResult())["partial"].split())
        endpoint = self._endpointer.accept(block, words, is_awaited=self._pending_grammar is not None)
        if words and words != self._reported:
            self._reported = words
            found.append(self._partial(words))
        if endpoint is Endpoint.SILENCE:
            found += self._end_utterance(flush=True)
        elif endpoint is Endpoint.CUT or decoder_hears_silence:
            found += self._end_utterance(flush=not words)
        return found

    def finish(self) -> list[PartialHypothesis | FinalHypothesis]:
        """The audio is over: end the open utterance."""
        return list(self._end_utterance(flush=True))

    def _partial(self, words: tuple[str, ...]) -> PartialHypothesis:
        return PartialHypothesis(self._utterance_id, words, self._speech_end_seconds, self._now_seconds)

    @property
    def _now_seconds(self) -> float:
        return self._heard_samples / SAMPLE_RATE_HZ

    @property
    def _speech_end_seconds(self) -> float:
        """libvosk times the words of final results only; until then, where the sound last was speech."""
        return max(0.0, self._now_seconds - self._endpointer.seconds_since_speech)

    def _end_utterance(self, *, flush: bool) -> list[FinalHypothesis]:
        """Decide the utterance. `flush`: all audio, now; else what is undecoded begins the next one."""
        result = json.loads(self._recognizer.FinalResult() if flush else self._recognizer.Result())
        words, ends = tuple(result["text"].split()), [word["end"] for word in result.get("result", ())]
        end_seconds = self._speech_end_seconds
        if ends:
            end_seconds = min(ends[-1] - self._replayed_samples / SAMPLE_RATE_HZ, self._now_seconds)
        final = FinalHypothesis(self._utterance_id, words, end_seconds, self._now_seconds)
        was_heard = bool(words or self._reported)
        self._utterance_id += was_heard
        self._reported = ()
        self._endpointer.begin()
        self._begin_utterance(final, flush=flush)
        return [final] if was_heard else []

    def _begin_utterance(self, last: FinalHypothesis, *, flush: bool) -> None:
        """Take the awaited grammar; play again what may belong to the new utterance, but no word twice."""
        if self._pending_grammar is not None:
            self._recognizer.SetGrammar(self._pending_grammar)
            self._pending_grammar = None
        elif not flush:
            return
        seconds = _REPLAY_SECONDS
        if last.words and last.words[-1] != UNKNOWN_WORD:
            seconds = min(seconds, self._now_seconds - last.word_end_seconds)
        if last.words and flush:
            seconds = min(seconds, _REPLAY_AFTER_WORDS_SECONDS)
        while len(self._recent) * BLOCK_SECONDS > seconds:
            self._recent.popleft()
        for block in self._recent:
            self._recognizer.AcceptWaveform(block)
            self._replayed_samples += len(block) // _SAMPLE_BYTES


def _as_json(phrases: Sequence[str]) -> str:
    return json.dumps([*phrases, UNKNOWN_WORD])
