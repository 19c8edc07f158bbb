"""Every sentence that the session itself can speak, by name; the words are data of a language pack.

What a stretch says comes from its routine. Sentences may hold `{name}` placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.core.intents import BREAK, Intent, Words
from assistant.core.numbers import Number
from assistant.core.pain_rules import RedFlag
from assistant.core.phrases import PhraseTable
from assistant.core.transfers import Transfer, TransferTexts
from assistant.core.wording import Wording

_CLAUSE_END = re.compile(r"[,.;:!?\u2026]+[\"'\u2019\u201d)]*(?=\s|$)|\s[-\u2013\u2014]+\s|\u2014")


class Line(StrEnum):
    """Names of the spoken sentences. A language pack has exactly these."""

    CHOOSE = "choose"
    CHOOSE_AGAIN = "choose_again"
    CHOOSE_KNOWN = "choose_known"
    HELLO = "hello"
    HELLO_AGAIN = "hello_again"
    UNHEARD = "unheard"
    ROUTINES = "routines"
    ROUTINES_MORE = "routines_more"
    NOTHING_LEFT = "nothing_left"
    SCREENING = "screening"
    SCREENING_AGAIN = "screening_again"
    SCREENING_MEANS = "screening_means"
    HISTORY_ILLNESS = "history_illness"
    HISTORY_BONES = "history_bones"
    HISTORY_INJURY = "history_injury"
    HISTORY_NERVES = "history_nerves"
    HISTORY_MEANS = "history_means"
    CONDITIONS = "conditions"
    CONDITIONS_AGAIN = "conditions_again"
    CONDITIONS_MEANS = "conditions_means"
    CONDITIONS_MORE = "conditions_more"
    CONDITIONS_TAKEN = "conditions_taken"
    CONDITION_OVER = "condition_over"
    CONDITION_UNKNOWN = "condition_unknown"
    NOTHING_SUITS = "nothing_suits"
    LEFT_OUT_FOR = "left_out_for"
    LEFT_OUT_SEVERAL = "left_out_several"
    TAKEN_INSTEAD = "taken_instead"
    TAKEN_SEVERAL = "taken_several"
    NEEDS = "needs"
    NEEDS_NOTHING = "needs_nothing"
    LEAVE_OUT_IF = "leave_out_if"
    LEAVE_OUT_IF_MORE = "leave_out_if_more"
    SUITS_MOST = "suits_most"
    SUITS_TELL = "suits_tell"
    SCORE_NOW = "score_now"
    SCORE_NOW_AGAIN = "score_now_again"
    SCORE_RANGE = "score_range"
    SCORE_UNHEARD = "score_unheard"
    SCORE_BACK = "score_back"
    SCORE_ROUGHLY = "score_roughly"
    NEWS = "news"
    NEWS_AGAIN = "news_again"
    NEWS_MEANS = "news_means"
    CANNOT_SKIP = "cannot_skip"
    SKIPPED_QUESTIONS = "skipped_questions"
    NOT_TODAY = "not_today"
    SEE_PHYSICIAN = "see_physician"
    SOUND_CHECK = "sound_check"
    SOUND_CHECK_AGAIN = "sound_check_again"
    SOUND_CHECK_NOISY = "sound_check_noisy"
    SOUND_CHECK_UNHEARD = "sound_check_unheard"
    SOUND_CHECK_QUIET = "sound_check_quiet"
    SOUND_CHECK_WORD = "sound_check_word"
    SOUND_CHECKED = "sound_checked"
    SOUND_CHECKED_FAINT = "sound_checked_faint"
    SOUND_CHECKED_NOISY = "sound_checked_noisy"
    CHOSEN = "chosen"
    INTRODUCE = "introduce"
    INTRODUCE_KNOWN = "introduce_known"
    PLANNED = "planned"
    PLANNED_WITHOUT = "planned_without"
    LEFT_OUT_TODAY = "left_out_today"
    LEFT_OUT = "left_out"
    NOTHING_TO_BRING_BACK = "nothing_to_bring_back"
    BROUGHT_BACK = "brought_back"
    GROWN = "grown"
    EASIER_TODAY = "easier_today"
    TRANSFER_READY = "transfer_ready"
    TRANSFER_AGAIN = "transfer_again"
    STRETCH = "stretch"
    STRETCH_SIDE = "stretch_side"
    OTHER_SIDE = "other_side"
    ONCE_MORE = "once_more"
    ONCE_MORE_SIDE = "once_more_side"
    SETTLE_FIRST = "settle_first"
    SETTLE = "settle"
    SETTLE_BACK = "settle_back"
    HOLD = "hold"
    MOVE = "move"
    MOVE_AGAIN = "move_again"
    LAST_BREATH = "last_breath"
    MORE_BREATHS = "more_breaths"
    FEWER_BREATHS = "fewer_breaths"
    BREATHE_OUT = "breathe_out"
    HALF_WAY = "half_way"
    COUNT = "count"
    REST = "rest"
    PAUSED = "paused"
    PAUSED_AGAIN = "paused_again"
    GO_ON_OR_FINISH = "go_on_or_finish"
    CHOOSE_OR_GO_ON = "choose_or_go_on"
    AWAY = "away"
    WE_BEGAN = "we_began"
    WE_WERE_AT = "we_were_at"
    WE_WERE_AT_SIDE = "we_were_at_side"
    SHALL_WE_GO_ON = "shall_we_go_on"
    NO_SIDES = "no_sides"
    SIDE_LEFT_OUT = "side_left_out"
    WONDER = "wonder"
    WONDER_AGAIN = "wonder_again"
    WHAT_IS_WRONG = "what_is_wrong"
    GET_HELP = "get_help"
    FINISH = "finish"
    FINISH_AGAIN = "finish_again"
    REST_NOW = "rest_now"
    REST_NOW_AGAIN = "rest_now_again"
    EASE_OUT = "ease_out"
    STAY_DOWN = "stay_down"
    DECIDE_UNWELL = "decide_unwell"
    SCORE = "score"
    SCORE_AGAIN = "score_again"
    SPREADING = "spreading"
    SPREADING_AGAIN = "spreading_again"
    SPREADING_MEANS = "spreading_means"
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
    DEAF_LOSING = "deaf_losing"
    DEAF_ITSELF = "deaf_itself"
    HEARING_LATE = "hearing_late"
    SOUND_GONE = "sound_gone"
    HEARING_AGAIN = "hearing_again"
    ASLEEP = "asleep"
    ASLEEP_UNANSWERED = "asleep_unanswered"
    TURN_OFF = "turn_off"
    TURN_OFF_REMINDING = "turn_off_reminding"
    OFFER_REMINDER = "offer_reminder"
    REMINDER_SET = "reminder_set"
    REMINDER_SET_SAME = "reminder_set_same"
    REMINDER_DROPPED = "reminder_dropped"
    REMINDER = "reminder"
    SHORTLY = "shortly"
    TIME_GIVEN = "time_given"
    TIME_GIVEN_AT_MOST = "time_given_at_most"
    LONGER = "longer"
    LONGER_AT_MOST = "longer_at_most"
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
    GET_UP = "get_up"
    GET_UP_FLOOR = "get_up_floor"
    GET_UP_BED = "get_up_bed"
    CLOSE_DONE = "close_done"
    CLOSE_PARTLY = "close_partly"
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


class Rules(Protocol):
    """What is asked about a language while it is spoken: `rules.py` of its folder. Pure functions."""

    def sentences(self, text: str) -> list[str]:
        """Cut a text into its sentences."""

    def words(self, text: str) -> Words:
        """The words of a text as a recognizer would give them."""

    def written_out(self, text: str) -> str:
        """What is typed in signs, "7/10", in words and digits as they would be said."""

    def number(self, number: int) -> str:
        """A number in words, or in digits where the language does without."""

    def plural(self, number: int) -> str:
        """Which of its forms a word has beside that number: a category of CLDR, such as "one" or "other"."""

    def all_of(self, names: Sequence[str]) -> str:
        """Names within a sentence: this, that and that."""

    def any_of(self, names: Sequence[str]) -> str:
        """Names within a sentence: this, that or that."""


def speakable(text: str) -> str:
    """A text with its white space tidied, without what cannot be printed; "" without a letter or a digit."""
    if not any(char.isalnum() for char in text):
        return ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """All that is heard and said in one language.

    `words` are single words: how the sides are called. `red_flags` tells of which kind each phrase is that
    needs emergency help, and `advice` what is answered. `answers` are the phrases that count as one to some
    questions: "unclear" (none, ask again), "go_on", "finish". `facts` are the templates that are a yes only
    to a question about the body. `articles` are left out of a routine's name at will. `rules` and `wording`
    are what only the language itself can know.
    """

    code: str
    table: PhraseTable
    lines: Mapping[Line, str]
    transfers: Mapping[Transfer, TransferTexts]
    words: Mapping[str, str]
    red_flags: Mapping[str, RedFlag]
    advice: Mapping[RedFlag, Line]
    answers: Mapping[str, frozenset[str]]
    facts: frozenset[str]
    articles: frozenset[str]
    rules: Rules
    wording: Wording

    def render(self, line: Line, **values: str) -> str:
        """The sentence with its placeholders filled."""
        return self.lines[line].format(**values)

    def counts_as(self, phrase: str, answer: str) -> bool:
        """Whether a phrase, however it is written, is one of those that count as this answer."""
        tokens = self.table.tokens(phrase)
        return any(self.table.tokens(counted) == tokens for counted in self.answers[answer])

    def is_fact(self, phrase: str) -> bool:
        """Whether a yes only tells something of the body, as "I am pregnant" does."""
        found = self.table.whole(self.table.tokens(phrase), frozenset((Intent.YES,)))
        return found is not None and found.kind.template in self.facts

    def is_unwell(self, phrase: str) -> bool:
        """Whether a report tells of being dizzy or sick, and not of pain."""
        tokens = self.table.tokens(phrase)
        return any(True for at in range(len(tokens)) for _ in self.table.aside_at("unwell", tokens, at))

    def red_flag(self, phrase: str) -> RedFlag:
        """Of which kind a phrase is that needs emergency help; for one that is none, any help."""
        found = self.table.whole(self.table.tokens(phrase), frozenset((Intent.RED_FLAG,)))
        return self.red_flags[found.kind.template] if found else RedFlag.HELP

    def number(self, number: int) -> Number:
        """A number for a sentence."""
        return Number(self.rules.number(number), self.rules.plural(number))

    def sentences(self, text: str) -> list[str]:
        """The sentences of a text, tidied; pieces that cannot be spoken are dropped."""
        return [piece for piece in self.rules.sentences(speakable(text)) if speakable(piece)]

    def typed(self, line: str) -> Words:
        """The words of a typed line as they would be heard, with `BREAK` between its clauses."""
        written_out = self.rules.written_out(line)
        said = re.sub(r"\d+", lambda digits: f" {self.number(int(digits[0]))} ", written_out)
        clauses = [words for part in _CLAUSE_END.split(said) if (words := self.rules.words(part))]
        return tuple(word for clause in clauses for word in (BREAK, *clause))[1:]
