"""What somebody on the mat can mean: an intent, and what it carries. Data only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

UNKNOWN_WORD = "?"
"""Stands among words for speech that matched no phrase; each recognizer has a word of its own for that."""


class Intent(StrEnum):
    """What somebody on the mat can mean."""

    STOP = "stop"
    PAIN = "pain"
    RED_FLAG = "red_flag"
    DISTRESS = "distress"
    PAUSE = "pause"
    RESUME = "resume"
    READY = "ready"
    NOT_YET = "not_yet"
    REPEAT = "repeat"
    NEXT = "next"
    OTHER_SIDE = "other_side"
    SKIP_SIDE = "skip_side"
    BACK = "back"
    HOW_LONG = "how_long"
    WHATS_NEXT = "whats_next"
    MORE_TIME = "more_time"
    LONGER = "longer"
    SHORTER = "shorter"
    EASIER = "easier"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HELP = "help"
    YES = "yes"
    NO = "no"
    NUMBER = "number"
    UNSURE = "unsure"
    SKIP_QUESTIONS = "skip_questions"
    BRING_BACK = "bring_back"
    START = "start"
    CHOOSE = "choose"
    OTHER_ROUTINE = "other_routine"
    COMPLAIN = "complain"
    SPREAD = "spread"
    DENIAL = "denial"
    NEEDS = "needs"
    SUITS = "suits"
    TELL_HEALTH = "tell_health"
    CONDITION = "condition"
    HAS_CONDITION = "has_condition"
    CONDITION_OVER = "condition_over"
    REMIND = "remind"
    END = "end"
    SLEEP = "sleep"


SAFETY_INTENTS = (Intent.RED_FLAG, Intent.PAIN, Intent.DISTRESS, Intent.STOP)
"""Heard anywhere in an utterance, in every state, the more serious first."""
WHOLE_ANSWERS = frozenset((Intent.YES, Intent.NO))
"""What was lost beside them may have been the answer: "no, but …"."""
ABOUT_THE_BODY = (Intent.COMPLAIN, Intent.SPREAD, Intent.DENIAL, Intent.CONDITION)
"""What is told of the body where that is the answer to a question; elsewhere it is a report, or nothing."""
REFUSABLE = frozenset((Intent.RESUME, Intent.READY))
"""What was lost beside them may have been a "not"."""


def asks_score(intents: frozenset[Intent]) -> bool:
    """Whether a number that is said where these are listened for can only be a score."""
    return Intent.NUMBER in intents and not intents & {Intent.CHOOSE, Intent.MORE_TIME}


@dataclass(frozen=True, slots=True)
class Slots:
    """What a phrase carries. `number` is a count, seconds where a span of time was said,
    or minutes after midnight where a time of the day was.
    """

    number: int | None = None
    region: str | None = None
    routine: str | None = None
    position: str | None = None
    side: str | None = None

    def filled(self) -> dict[str, int | str]:
        """Those that something was said of, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase of the table, as it was said.

    Of one that was half heard the number is not known, and an answer may have been another one.
    """

    intent: Intent
    phrase: str
    slots: Slots = Slots()
    is_half_heard: bool = False


Words = tuple[str, ...]
BREAK = ","
"""Stands among words that are written for any sign between two clauses: a comma, a full stop."""


def place_of(words: Words, part: Words) -> int:
    """Where the part first stands in the words, in one piece; -1 if it does not."""
    if part[0] not in words:
        return -1  # nearly always
    return next((i for i in range(len(words) - len(part) + 1) if words[i : i + len(part)] == part), -1)


def stand_near(words: Words, part: Words) -> bool:
    """Whether the part stands in the words in its order, with at most one other word between two of it."""
    ends = {at for at, word in enumerate(words) if part and word == part[0]}
    for wanted in part[1:]:
        ends = {at + step for at in ends for step in (1, 2) if words[at + step : at + step + 1] == (wanted,)}
    return bool(ends)


def strip_unknown(words: Words) -> Words:
    """The words without unknown ones at their ends."""
    known = [i for i, word in enumerate(words) if word != UNKNOWN_WORD]
    return words[known[0] : known[-1] + 1] if known else ()
