"""What was said last, as it may be shown. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.core.events import Source
from assistant.core.intents import Intent


class Certainty(StrEnum):
    """How far something that was said was understood."""

    SURE = "sure"
    DOUBTFUL = "doubtful"  # a part was lost, which may change what it means, or it may be others' talk
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, the `number`th thing of this session, at `at` on its clock.

    Of what was not understood there is neither intent nor phrase.
    """

    number: int
    at: float
    certainty: Certainty
    intent: Intent | None = None
    phrase: str = ""
    source: Source = Source.VOICE
