"""Every sentence that the session itself can speak, by name; the words are data of a language pack.

What a stretch says comes from its routine. Sentences may hold `{name}` placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.intents import PhraseTable


class Line(StrEnum):
    """Names of the spoken sentences. A language pack has exactly these."""

    CHOOSE = "choose"
    CHOOSE_AGAIN = "choose_again"
    ROUTINES = "routines"
    SCREENING = "screening"
    SCREENING_AGAIN = "screening_again"
    SEE_PHYSICIAN = "see_physician"
    SOUND_CHECK = "sound_check"
    SOUND_CHECK_AGAIN = "sound_check_again"
    SOUND_CHECKED = "sound_checked"
    INTRODUCE = "introduce"
    STRETCH = "stretch"
    STRETCH_SIDE = "stretch_side"
    OTHER_SIDE = "other_side"
    ONCE_MORE = "once_more"
    ONCE_MORE_SIDE = "once_more_side"
    SETTLE_FIRST = "settle_first"
    SETTLE = "settle"
    SETTLE_BACK = "settle_back"
    HOLD = "hold"
    BREATHE_OUT = "breathe_out"
    HALF_WAY = "half_way"
    COUNT = "count"
    REST = "rest"
    PAUSED = "paused"
    PAUSED_AGAIN = "paused_again"
    GO_ON_OR_FINISH = "go_on_or_finish"
    EASE_OUT = "ease_out"
    DECIDE = "decide"
    DECIDE_AGAIN = "decide_again"
    SKIP_AFTER_PAIN = "skip_after_pain"
    EMERGENCY = "emergency"
    DEAF = "deaf"
    HEARING_AGAIN = "hearing_again"
    ASLEEP = "asleep"
    SHORTLY = "shortly"
    TIME_GIVEN = "time_given"
    LONGER = "longer"
    SHORTER = "shorter"
    AT_LIMIT = "at_limit"
    EASIER = "easier"
    REMAINING_HOLD = "remaining_hold"
    REMAINING = "remaining"
    REMAINING_SHORT = "remaining_short"
    NEXT_IS = "next_is"
    NEXT_IS_END = "next_is_end"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HELP_CHOOSING = "help_choosing"
    HELP_QUESTION = "help_question"
    HELP_STRETCH = "help_stretch"
    HELP_PAUSED = "help_paused"
    HELP_ASLEEP = "help_asleep"
    CLOSE_DONE = "close_done"
    CLOSE_EARLY = "close_early"
    CLOSE_PAIN = "close_pain"
    CLOSE_UNANSWERED = "close_unanswered"


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """All that is heard and said in one language. `words` are single words for sides and the like."""

    code: str
    table: PhraseTable
    lines: Mapping[Line, str]
    words: Mapping[str, str]

    def render(self, line: Line, **values: str) -> str:
        """The sentence with its placeholders filled."""
        return self.lines[line].format(**values)

    def number(self, number: int) -> str:
        """A number in words, or in digits where the pack has no words for it."""
        return next((w for w, n in self.table.slots["number"].items() if n == number), str(number))
