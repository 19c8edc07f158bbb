"""The whole way from a microphone's block to "cut now", as a session goes it.

The one place that knows how hearing is put together, and the one loop over a recognizer: all else sees
nothing but this. Belongs to the thread that measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.audio.echo import open_canceller
from assistant.core.events import Meaning
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.listening.hypotheses import FinalHypothesis, Hypotheses
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.phrases import PhraseTable
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import VoskModel
from assistant.speech.vosk.recognizer import UNKNOWN_WEIGHT, VoskRecognizer


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a block brought: meanings, whether the speaker is to be ducked, whether it is to be cut.

    `finals` are the recognizer's own texts of utterances that ended, without unknown words, before anybody
    doubted them.
    """

    meanings: tuple[Meaning, ...]
    suspects: bool
    reflex: bool
    finals: tuple[str, ...] = ()


class _Overheard(VoskRecognizer):
    """Keeps its final texts until they are asked for."""

    def __init__(self, model: VoskModel, *, unknown_weight: int = UNKNOWN_WEIGHT) -> None:
        super().__init__(model, unknown_weight=unknown_weight)
        self._finals: list[str] = []

    def accept(self, block: bytes) -> Hypotheses:
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

    It listens for `intents`. `canceller` is "none", "speex" or "webrtc". With `only`, the recognizer knows
    just these phrases, and not even that there are others. Raises AudioError.
    """

    def __init__(
        self,
        model: VoskModel,
        table: PhraseTable,
        canceller: str,
        point: OperatingPoint | None = None,
        only: Sequence[str] = (),
        intents: Iterable[Intent] = Intent,
    ) -> None:
        opened = None if canceller == "none" else open_canceller(canceller)
        second = None if opened is None else model.new_recognizer()
        self._recognizer = _Overheard(model, unknown_weight=0 if only else UNKNOWN_WEIGHT)
        self._hearing = HearingPath(self._recognizer, table, canceller=opened, second=second, point=point)
        self._hearing.listen_for(intents)
        if only:
            self._recognizer.set_grammar(only)

    def hear(self, near: bytes, far: bytes | None) -> Noticed:
        """Take a block and what was played meanwhile; None where nothing of it can come back."""
        meanings = tuple(self._hearing.accept(near, far))
        reflex, finals = self._hearing.take_reflex(), self._recognizer.take_finals()
        return Noticed(meanings, self._hearing.suspects, reflex, finals)


def text_of(words: Sequence[str]) -> str:
    """The words, without the unknown ones."""
    return " ".join(word for word in words if word != UNKNOWN_WORD)
