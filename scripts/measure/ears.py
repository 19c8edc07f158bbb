"""The whole way from a microphone's block to "cut now", as a session goes it.

The one place that knows how hearing is put together, and the one loop over a recognizer: all else sees
nothing but this. Belongs to the thread that measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.audio.echo import open_canceller
from assistant.core.events import FinalHypothesis, Hypothesis, PartialHypothesis
from assistant.core.intents import UNKNOWN_WORD, Intent, PhraseTable
from assistant.core.reflex import OperatingPoint
from assistant.speech.hearing import HearingPath
from assistant.speech.recognizer import UNKNOWN_WEIGHT, VoskRecognizer
from assistant.speech.vosk_model import VoskModel


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a block brought: hypotheses, whether the speaker is to be ducked, whether it is to be cut.

    `finals` are the recognizer's own texts of utterances that ended, without `[unk]`, before anybody doubted
    them.
    """

    hypotheses: tuple[Hypothesis, ...]
    suspects: bool
    reflex: bool
    finals: tuple[str, ...] = ()


class _Overheard(VoskRecognizer):
    """Keeps its final texts until they are asked for."""

    def __init__(self, model: VoskModel, *, unknown_weight: int = UNKNOWN_WEIGHT) -> None:
        super().__init__(model, unknown_weight=unknown_weight)
        self._finals: list[str] = []

    def accept(self, block: bytes) -> list[PartialHypothesis | FinalHypothesis]:
        found = super().accept(block)
        texts = (text_of(one.words) for one in found if isinstance(one, FinalHypothesis))
        self._finals += [text for text in texts if text]
        return found

    def take_finals(self) -> tuple[str, ...]:
        """Those since this was last asked."""
        finals, self._finals = tuple(self._finals), []
        return finals


class Ears:
    """A hearing path of its own, two recognizers with a canceller, as a session has it.

    `canceller` is "none", "speex" or "webrtc". With `only`, the recognizer knows just these phrases, and not
    even `[unk]`. Raises AudioError.
    """

    def __init__(
        self,
        model: VoskModel,
        table: PhraseTable,
        canceller: str,
        point: OperatingPoint | None = None,
        only: Sequence[str] = (),
    ) -> None:
        opened = None if canceller == "none" else open_canceller(canceller)
        second = None if opened is None else VoskRecognizer(model)
        self._recognizer = _Overheard(model, unknown_weight=0 if only else UNKNOWN_WEIGHT)
        self._hearing = HearingPath(self._recognizer, table, canceller=opened, second=second, point=point)
        self._hearing.listen_for(Intent)
        if only:
            self._recognizer.set_grammar(only)

    def hear(self, near: bytes, far: bytes | None) -> Noticed:
        """Take a block and what was played meanwhile; None where nothing of it can come back."""
        hypotheses = tuple(self._hearing.accept(near, far))
        reflex, finals = self._hearing.take_reflex(), self._recognizer.take_finals()
        return Noticed(hypotheses, self._hearing.suspects, reflex, finals)


def text_of(words: Sequence[str]) -> str:
    """The words without `[unk]`."""
    return " ".join(word for word in words if word != UNKNOWN_WORD)
