"""Hand-written stand-ins for the outside world, shared by tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from assistant.core.ports import Speech
from assistant.errors import VoiceError
from assistant.speech.voice_pieces import sentences


class FakeVoice:
    """A Voice that says each character as 160 samples of its code, one piece per sentence.

    It fails for sentences that contain `fails_on`, and waits at `gate` before each one where there is a gate.
    """

    def __init__(
        self, name: str = "fake", *, fails_on: str | None = None, gate: threading.Semaphore | None = None
    ) -> None:
        self.id = name
        self.spoken: list[str] = []
        self._fails_on = fails_on
        self._gate = gate

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        for sentence in sentences(text):
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
