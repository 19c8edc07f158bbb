"""A rehearsal on a machine that has no voice at all: prompts are silence of their length.

Belongs to the rehearsal's one thread.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.ports import SAMPLE_RATE_HZ, Speech
from assistant.core.routine import WORDS_PER_SECOND


class SilentVoice:
    """The Voice port without a voice: nothing is heard, for as long as it would take to say it."""

    id = "silent"

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield silence, one piece."""
        seconds = len(text.split()) / WORDS_PER_SECOND / rate
        yield Speech(bytes(2 * round(seconds * SAMPLE_RATE_HZ)))
