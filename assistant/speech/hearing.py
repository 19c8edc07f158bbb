"""The hearing path, one and the same for the live shell, the simulated one and `limber hear`.

Owned by the hearing thread. Must not interpret: it ends at hypotheses, the session decides what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.events import FinalHypothesis, PartialHypothesis
from assistant.core.intents import Intent, PhraseTable
from assistant.core.ports import BLOCK_BYTES, Recognizer

# With all 1,138 phrases, on 267 recordings of "stop", 79 of "yes", 78 of "no" and 32 minutes of other speech:
# weighed alike, 241, 72 and 56 were found, and 15 safety phrases where there were none; with this weight, and
# 10 for [unk], 244, 73 and 57, and 10.
_USUAL_PHRASE_WEIGHT = 20


class HearingPath:
    """Cuts samples into blocks, feeds the recognizer, and makes its grammar from intents."""

    def __init__(self, recognizer: Recognizer, table: PhraseTable) -> None:
        self._recognizer = recognizer
        self._table = table
        self._intents: frozenset[Intent] | None = None
        self._rest = b""

    def listen_for(self, intents: Iterable[Intent]) -> None:
        """Listen for these intents, and for the safety intents always, from the next utterance on."""
        wanted = frozenset(intents)
        if wanted != self._intents:
            self._intents = wanted
            self._recognizer.set_grammar(self._grammar(wanted))

    def _grammar(self, intents: frozenset[Intent]) -> list[str]:
        """The phrases, the first of each intent as often as it is likelier than the others to be said."""
        phrases = self._table.grammar(intents)
        usual = {ways[0] for ways in self._table.phrases.values()}
        return [*phrases, *(p for p in phrases if p in usual for _ in range(_USUAL_PHRASE_WEIGHT - 1))]

    def accept(self, samples: bytes) -> list[PartialHypothesis | FinalHypothesis]:
        """Take any amount of mono int16 at 16 kHz; what does not fill a block waits for more."""
        audio = self._rest + samples
        whole = len(audio) - len(audio) % BLOCK_BYTES
        self._rest = audio[whole:]
        found: list[PartialHypothesis | FinalHypothesis] = []
        for start in range(0, whole, BLOCK_BYTES):
            found += self._recognizer.accept(audio[start : start + BLOCK_BYTES])
        return found

    def finish(self) -> list[PartialHypothesis | FinalHypothesis]:
        """The audio is over: end the open utterance."""
        found = self._recognizer.accept(self._rest.ljust(BLOCK_BYTES, b"\0")) if self._rest else []
        self._rest = b""
        return found + self._recognizer.finish()
