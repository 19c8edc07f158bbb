"""One voice for several rooms. Any thread may ask it; whoever speaks has it to the end of the sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from assistant.core.ports import Speech, Voice
from assistant.speech.voices.fallback import Call

LOOK_SECONDS = 0.1


class PatientVoice(Voice, Protocol):
    """A voice that can also be asked by whom nobody waits for: see `FallbackVoice`."""

    def begin_ahead(self, text: str, rate: float) -> Call | None:
        """Begin a sentence; None where that cannot be now."""

    def take_ahead(self, call: Call) -> list[Speech] | None:
        """What was made, if it was."""


class Made(NamedTuple):
    """A sentence that was made ahead, and by which voice; no pieces where it failed."""

    voice_id: str
    pieces: tuple[Speech, ...]


class SharedVoice:
    """One voice that several rooms speak with: one sentence at a time, whoever wants it."""

    def __init__(self, voice: PatientVoice) -> None:
        self._voice = voice
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        """Name the voice that speaks now."""
        return self._voice.id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield one piece per sentence. Raises VoiceError."""
        with self._lock:
            yield from list(self._voice.synthesize(text, rate))

    def ahead(self, text: str, rate: float, is_wanted: Callable[[], bool]) -> Made | None:
        """Make a sentence that nobody waits for. Whoever wants another one meanwhile is not held up by this.

        None once it is not wanted any more, or where the voice is busy.
        """
        with self._lock:
            call = self._voice.begin_ahead(text, rate)
            voice_id = self._voice.id
        if call is None:
            return None
        while not call.wait(LOOK_SECONDS):
            if not is_wanted():
                return None
        with self._lock:
            return Made(voice_id, tuple(self._voice.take_ahead(call) or ()))
