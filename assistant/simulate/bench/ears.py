"""The whole way from a microphone's block to "cut now", as a session goes it.

The one place that knows how hearing is put together; the benchmark sees nothing but this. Belongs to the
benchmark's thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.audio.echo import open_canceller
from assistant.core.events import Hypothesis
from assistant.core.intents import Intent, PhraseTable
from assistant.core.reflex import OperatingPoint
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import VoskModel
from assistant.speech.vosk.recognizer import VoskRecognizer


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a block brought: hypotheses, whether the speaker is to be ducked, whether it is to be cut."""

    hypotheses: tuple[Hypothesis, ...]
    suspects: bool
    reflex: bool


class Ears:
    """A hearing path of its own, two recognizers with a canceller, as a session has it.

    `canceller` is "none", "speex" or "webrtc". Raises AudioError.
    """

    def __init__(
        self, model: VoskModel, table: PhraseTable, canceller: str, point: OperatingPoint | None = None
    ) -> None:
        opened = None if canceller == "none" else open_canceller(canceller)
        second = None if opened is None else VoskRecognizer(model)
        self._hearing = HearingPath(
            VoskRecognizer(model), table, canceller=opened, second=second, point=point
        )
        self._hearing.listen_for(Intent)

    def hear(self, near: bytes, far: bytes | None) -> Noticed:
        """Take a block and what was played meanwhile; None where nothing of it can come back."""
        hypotheses = tuple(self._hearing.accept(near, far))
        return Noticed(hypotheses, self._hearing.suspects, self._hearing.take_reflex())
