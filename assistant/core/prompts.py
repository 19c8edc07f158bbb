"""Every sentence that the session itself can speak, by name; the words are data of a language pack.

What a stretch says comes from its routine. Sentences may hold `{name}` placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.intents import PhraseTable
from assistant.core.pain_rules import RedFlag


class Line(StrEnum):
    """Names of the spoken sentences. A language pack has exactly these."""

    CHOOSE = "choose"
    CHOOSE_AGAIN = "choose_again"
    ROUTINES = "routines"
    NOTHING_LEFT = "nothing_left"
    SCREENING = "screening"
    SCREENING_AGAIN = "screening_again"
    HISTORY_ILLNESS = "history_illness"
    HISTORY_BONES = "history_bones"
    HISTORY_INJURY = "history_injury"
    HISTORY_NERVES = "history_nerves"
    HISTORY_AGAIN = "history_again"
    SCORE_NOW = "score_now"
    SCORE_NOW_AGAIN = "score_now_again"
    SCORE_RANGE = "score_range"
    SCORE_UNHEARD = "score_unheard"
    SCORE_ROUGHLY = "score_roughly"
    NEWS = "news"
    NEWS_AGAIN = "news_again"
    CANNOT_SKIP = "cannot_skip"
    SKIPPED_QUESTIONS = "skipped_questions"
    NOT_TODAY = "not_today"
    SEE_PHYSICIAN = "see_physician"
    SOUND_CHECK = "sound_check"
    SOUND_CHECK_AGAIN = "sound_check_again"
    SOUND_CHECK_NOISY = "sound_check_noisy"
    SOUND_CHECK_QUIET = "sound_check_quiet"
    SOUND_CHECK_WORD = "sound_check_word"
    SOUND_CHECKED = "sound_checked"
    SOUND_CHECKED_FAINT = "sound_checked_faint"
    SOUND_CHECKED_NOISY = "sound_checked_noisy"
    INTRODUCE = "introduce"
    PLANNED = "planned"
    PLANNED_WITHOUT = "planned_without"
    LEFT_OUT_TODAY = "left_out_today"
    LEFT_OUT = "left_out"
    NOTHING_TO_BRING_BACK = "nothing_to_bring_back"
    BROUGHT_BACK = "brought_back"
    GROWN = "grown"
    EASIER_TODAY = "easier_today"
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
    AWAY = "away"
    FINISH = "finish"
    FINISH_AGAIN = "finish_again"
    REST_NOW = "rest_now"
    REST_NOW_AGAIN = "rest_now_again"
    EASE_OUT = "ease_out"
    SCORE = "score"
    SCORE_AGAIN = "score_again"
    SPREADING = "spreading"
    SPREADING_AGAIN = "spreading_again"
    DECIDE = "decide"
    DECIDE_AGAIN = "decide_again"
    DECIDE_EASIER = "decide_easier"
    SUGGEST_ENDING = "suggest_ending"
    DECIDE_REGION = "decide_region"
    SKIP_AFTER_PAIN = "skip_after_pain"
    LEAVE_REGION_AFTER_PAIN = "leave_region_after_pain"
    EMERGENCY = "emergency"
    EMERGENCY_SPINE = "emergency_spine"
    EMERGENCY_CHEST = "emergency_chest"
    EMERGENCY_FALL = "emergency_fall"
    EMERGENCY_ILLNESS = "emergency_illness"
    EMERGENCY_STROKE = "emergency_stroke"
    EMERGENCY_FAINT = "emergency_faint"
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
    CLOSE_REPEATED = "close_repeated"
    CLOSE_STRONG = "close_strong"
    CLOSE_SPREADING = "close_spreading"
    CLOSE_UNRATED = "close_unrated"
    CHANGE_LESS = "change_less"
    CHANGE_SAME = "change_same"
    CHANGE_MORE = "change_more"


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """All that is heard and said in one language.

    `words` are single words, for sides, regions and the like. `red_flags` tells of which kind each phrase is
    that needs emergency help, and `advice` what is answered. `answers` are the phrases that count as one to
    some questions: "unclear" (none, ask again), "go_on", "finish".
    """

    code: str
    table: PhraseTable
    lines: Mapping[Line, str]
    words: Mapping[str, str]
    red_flags: Mapping[str, RedFlag]
    advice: Mapping[RedFlag, Line]
    answers: Mapping[str, frozenset[str]]

    def render(self, line: Line, **values: str) -> str:
        """The sentence with its placeholders filled."""
        return self.lines[line].format(**values)

    def number(self, number: int) -> str:
        """A number in words, or in digits where the pack has no words for it."""
        return next((w for w, n in self.table.slots["number"].items() if n == number), str(number))
