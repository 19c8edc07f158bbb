"""Hand-written stand-ins for the outside world, shared by tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence

from assistant.core.listening.hypotheses import FinalHypothesis, PartialHypothesis
from assistant.core.ports import BLOCK_SECONDS, Speech
from assistant.core.prompts import speakable
from assistant.errors import VoiceError


class FakeVoice:
    """A Voice that says each character as 160 samples of its code, in one piece.

    It fails for sentences that contain `fails_on`, and waits at `gate` before each one where there is a gate:
    it is in `begun` before it waits, in `spoken` after.
    """

    def __init__(
        self, name: str = "fake", *, fails_on: str | None = None, gate: threading.Semaphore | None = None
    ) -> None:
        self.id = name
        self.begun: list[str] = []
        self.spoken: list[str] = []
        self._fails_on = fails_on
        self._gate = gate

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        if sentence := speakable(text):
            self.begun.append(sentence)
            if self._gate is not None:
                self._gate.acquire()
            if self._fails_on is not None and self._fails_on in sentence:
                raise VoiceError("voice_failed", f"The voice {self.id} failed.")
            self.spoken.append(sentence)
            yield Speech(fake_samples(sentence, rate))


def fake_samples(sentence: str, rate: float = 1.0) -> bytes:
    """What FakeVoice gives for a sentence."""
    count = round(160 / rate)
    return b"".join(ord(char).to_bytes(2, "little") * count for char in sentence)


class FakeRecognizer:
    """A Recognizer that hears by the clock: `heard` gives the words that change with a block, by its number.

    Words that end with "." are final. It is quiet from the block after the words on.
    """

    def __init__(self, heard: Mapping[int, str]) -> None:
        self.heard = dict(heard)
        self.grammars: list[list[str]] = []
        self.blocks: list[bytes] = []
        self.seconds_since_speech: float | None = None
        self.ended_at: list[int] = []
        self.finished_at: list[int] = []
        self._words = ""
        self._utterance_id = 1

    def accept(self, block: bytes) -> list[PartialHypothesis | FinalHypothesis]:
        self.blocks.append(block)
        text = self.heard.get(len(self.blocks))
        if text is not None:
            self.seconds_since_speech = 0.0
            return [self._hypothesis(text)]
        if self.seconds_since_speech is not None:
            self.seconds_since_speech += BLOCK_SECONDS
        return []

    def set_grammar(self, phrases: Sequence[str]) -> None:
        self.grammars.append(list(phrases))

    def end_utterance(self) -> list[PartialHypothesis | FinalHypothesis]:
        self.ended_at.append(len(self.blocks))
        return [self._hypothesis(f"{self._words}.")]

    def finish(self) -> list[PartialHypothesis | FinalHypothesis]:
        self.finished_at.append(len(self.blocks))
        text = self.heard.get(-1)
        return [] if text is None else [self._hypothesis(text)]

    def spot(self, phrases: Sequence[str]) -> None:
        self.spotted = tuple(phrases)

    def plausibility(self, phrase: str, seconds: float) -> float:
        return -0.5

    def _hypothesis(self, text: str) -> PartialHypothesis | FinalHypothesis:
        now_seconds = len(self.blocks) * BLOCK_SECONDS
        self._words = text.rstrip(".")
        words = tuple(self._words.split())
        if not text.endswith("."):
            return PartialHypothesis(self._utterance_id, words, now_seconds, now_seconds)
        self._utterance_id += 1
        self.seconds_since_speech = None
        return FinalHypothesis(self._utterance_id - 1, words, now_seconds, now_seconds)
