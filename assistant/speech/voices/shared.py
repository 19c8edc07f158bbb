"""One voice for several rooms. Threads wait for each other here."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from assistant.core.ports import Speech, Voice


class SharedVoice:
    """One voice that several rooms speak with: one sentence at a time, whoever wants it."""

    def __init__(self, voice: Voice) -> None:
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
