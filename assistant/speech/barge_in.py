"""Barge-in: the loudspeaker obeys what is heard directly after each block, before anybody else knows of it.

Owned by the hearing thread, or by a rehearsal's one thread. Must not wait, and needs nothing of the session's
thread: a suspicion lowers the voice, a safety phrase silences it.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.events import Meaning
from assistant.core.ports import Speaker
from assistant.speech.hearing import HearingPath

SUSPICION_DB = -20.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a block brought for the session. `hush_number` is 0 unless a safety phrase is among it."""

    meanings: list[Meaning]
    hush_number: int = 0


class BargeIn:
    """A hearing path and the loudspeaker that obeys it."""

    def __init__(self, hearing: HearingPath, speaker: Speaker) -> None:
        self._hearing = hearing
        self._speaker = speaker
        self._lowered = False

    def accept(self, near: bytes, far: bytes) -> Reaction:
        """Take a block that was heard, and the one played meanwhile; silence or lower the loudspeaker."""
        return self._react(self._hearing.accept(near, far))

    def finish(self) -> Reaction:
        """Nothing more can be heard for now: end the open utterance."""
        return self._react(self._hearing.finish())

    def _react(self, meanings: list[Meaning]) -> Reaction:
        hush_number = self._speaker.hush() if self._hearing.take_reflex() else 0
        if self._hearing.suspects != self._lowered:
            self._lowered = self._hearing.suspects
            self._speaker.duck(SUSPICION_DB if self._lowered else 0.0)
        return Reaction(meanings, hush_number)
