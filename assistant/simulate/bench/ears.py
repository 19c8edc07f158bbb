"""The whole way from a microphone's block to "cut now", as a session goes it.

The one place that knows how hearing is put together; the benchmark sees nothing but this. Belongs to the
benchmark's thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.audio.echo import open_canceller
from assistant.core.events import Hypothesis
from assistant.core.intents import SAFETY_INTENTS, Intent, Match, PhraseTable
from assistant.core.listening import Listener
from assistant.speech.hearing import HearingPath
from assistant.speech.recognizer import VoskRecognizer
from assistant.speech.vosk_model import VoskModel


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a block brought: hypotheses, whether the speaker is to be ducked, whether it is to be cut."""

    hypotheses: tuple[Hypothesis, ...]
    suspects: bool
    reflex: bool


class Ears:
    """A hearing path of its own. `canceller` is "none", "speex" or "webrtc". Raises AudioError."""

    can_suspect = False
    """Whether there is such a thing as a suspicion, before it is sure."""

    def __init__(self, model: VoskModel, table: PhraseTable, canceller: str = "none") -> None:
        self._hearing = HearingPath(VoskRecognizer(model), table)
        self._hearing.listen_for(Intent)
        self._listener = Listener(table)
        self._canceller = open_canceller(canceller)

    def hear(self, near: bytes, far: bytes | None) -> Noticed:
        """Take a block and what was played meanwhile; None where nothing of it can come back."""
        cleaned = near if far is None else self._canceller.cancel(near, far)
        hypotheses = tuple(self._hearing.accept(cleaned))
        meanings = [self._listener.interpret(hypothesis, Intent) for hypothesis in hypotheses]
        return Noticed(hypotheses, False, any(_is_reflex(meaning) for meaning in meanings))


def _is_reflex(meaning: object) -> bool:
    """Said as a pause or not: whatever silences the speaker is a reflex."""
    return isinstance(meaning, Match) and meaning.intent in (*SAFETY_INTENTS, Intent.PAUSE)
