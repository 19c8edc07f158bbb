"""Hears a piece of sound with any Vosk model, and says what stood in the words and what was believed.

Runs on the caller's thread, in the samples' own time; only the cost is taken from the processor's clock.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import vosk

from assistant.core.events import FinalHypothesis, PartialHypothesis
from assistant.core.intents import UNKNOWN_WORD, Intent, Match, PhraseTable
from assistant.core.listening import Listener
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.core.reflex import Reflex
from assistant.speech.bench_audio import Samples
from assistant.speech.endpointing import Endpointer, EndpointSettings, level_dbfs
from assistant.speech.vosk.judge import Judge
from assistant.speech.vosk.model import VoskModel, same_dither
from assistant.speech.vosk.recognizer import UNKNOWN_WEIGHT


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recognizer believed from `at_seconds` on, until the next one; `final` ends an utterance."""

    at_seconds: float
    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a piece of sound, in order; a hypothesis that repeats the one before it is left out.

    `believed` are the safety intents that the reflex confirmed, and when. What is in doubt when the sound
    ends is not among them: nobody knows whether the talk went on.
    """

    hypotheses: tuple[Hypothesis, ...]
    believed: tuple[tuple[Intent, float], ...] = ()

    @property
    def finals(self) -> tuple[str, ...]:
        """The final texts, without `[unk]`."""
        texts = (h.text.split() for h in self.hypotheses if h.final)
        known = (" ".join(word for word in words if word != UNKNOWN_WORD) for words in texts)
        return tuple(text for text in known if text)

    def said(self, phrase: str) -> bool:
        """Whether a final text is exactly this phrase."""
        return phrase in self.finals

    def suspected(self, table: PhraseTable) -> list[Intent]:
        """The safety intents that stood in the words, however shortly; again when they had vanished."""
        found: list[Intent] = []
        last: Intent | None = None
        for hypothesis in self.hypotheses:
            match = table.find_safety(tuple(hypothesis.text.split()))
            intent = match.intent if match else None
            if intent and intent is not last:
                found.append(intent)
            last = None if hypothesis.final else intent
        return found

    def believed_at(self, intent: Intent) -> float | None:
        """When the intent was first believed, in the samples' time."""
        return next((at for found, at in self.believed if found is intent), None)


class Ear:
    """One grammar on a loaded model. Decodes sound in blocks and asks for a partial hypothesis after each."""

    def __init__(
        self, model: VoskModel, phrases: Sequence[str], table: PhraseTable, *, unknown: bool = True
    ) -> None:
        missing = frozenset(model.missing_words(word for phrase in phrases for word in phrase.split()))
        grammar = [phrase for phrase in phrases if missing.isdisjoint(phrase.split())]
        grammar += [UNKNOWN_WORD] * UNKNOWN_WEIGHT if unknown else []
        self._recognizer = vosk.KaldiRecognizer(model.native, SAMPLE_RATE_HZ, json.dumps(grammar))
        self._model = model
        self._table = table
        self.sound_seconds = 0.0
        self.busy_seconds = 0.0

    def hear(self, samples: Samples) -> Heard:
        """Decode one piece of sound from a fresh start."""
        same_dither(1)
        found: list[Hypothesis] = []
        data, last = samples.tobytes(), ""
        belief = _Belief(self._table, self._model.new_judge())
        for number, start in enumerate(range(0, len(data), BLOCK_BYTES), start=1):
            block = data[start : start + BLOCK_BYTES]
            began = time.thread_time()
            ended = self._recognizer.AcceptWaveform(block) > 0
            answer = self._recognizer.Result() if ended else self._recognizer.PartialResult()
            self.busy_seconds += time.thread_time() - began
            text = str(json.loads(answer)["text" if ended else "partial"])
            new = [Hypothesis(number * BLOCK_SECONDS, text, ended)] if ended or text != last else []
            belief.accept(new, number * BLOCK_SECONDS, block)
            found += new
            last = "" if ended else text
        text = str(json.loads(self._recognizer.FinalResult())["text"])
        self._recognizer.Reset()
        self.sound_seconds += len(samples) / SAMPLE_RATE_HZ
        end = Hypothesis(len(samples) / SAMPLE_RATE_HZ, text, final=True)
        belief.accept([end], end.at_seconds, b"")
        return Heard((*found, end), tuple(belief.found))


class _Belief:
    """The reflex, on the recognizer's own utterances."""

    def __init__(self, table: PhraseTable, judge: Judge) -> None:
        self._judge = judge
        self._reflex = Reflex(table, judge.plausibility)
        self._listener = Listener(table)
        self._endpointer = Endpointer(EndpointSettings())
        self._utterance_id = 0
        self.found: list[tuple[Intent, float]] = []

    def accept(self, new: Iterable[Hypothesis], now_seconds: float, block: bytes) -> None:
        """Take a block and the hypotheses that it brought."""
        self._judge.accept(block)
        self._endpointer.accept(block, ())  # for its quiet alone: libvosk says what an utterance is
        quiet_seconds = self._endpointer.seconds_since_speech
        events: list[PartialHypothesis | FinalHypothesis] = []
        for hypothesis in new:
            kind = FinalHypothesis if hypothesis.final else PartialHypothesis
            word_end_seconds = max(0.0, now_seconds - (quiet_seconds or 0.0))
            words = tuple(hypothesis.text.split())
            events.append(kind(self._utterance_id, words, word_end_seconds, now_seconds))
        level = level_dbfs(block)
        for event in self._reflex.accept(events, now_seconds, quiet_seconds, level, level):
            meaning = self._listener.interpret(event, ())
            if isinstance(meaning, Match):
                self.found.append((meaning.intent, now_seconds))
        if any(hypothesis.final for hypothesis in new):
            self._utterance_id += 1
            self._endpointer.begin()
