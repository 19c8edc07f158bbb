"""The hearing path, one and the same for the live shell, the simulated one and `limber hear`.

Owned by the hearing thread. Must not interpret: it ends at hypotheses, the session decides what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.events import FinalHypothesis, PartialHypothesis
from assistant.core.intents import Intent, PhraseTable
from assistant.core.ports import BLOCK_BYTES, Recognizer


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
            self._recognizer.set_grammar(self._table.grammar(wanted))

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
