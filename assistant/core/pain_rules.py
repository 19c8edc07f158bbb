"""The pain dialogue's rules, for a clinician to read and to sign: what a report of pain leads to.

Pure data and one function. The numbers of the rules are those of the safety specification: 2 asking for the
number, 3 to 5 what it means, 6 spreading, 7 what comes back. The flow table asks; this module decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

LOWEST_SCORE, HIGHEST_SCORE = 0, 10
SCALE = range(LOWEST_SCORE, HIGHEST_SCORE + 1)
MEANINGFUL_CHANGE = 2
"""Points on the scale from 0 to 10 that are a change and no chance."""
STRONG_SCORE, MODERATE_SCORE, SLIGHT_SCORE = 6, 4, 1
MOST_REPORTS = 2


class RedFlag(StrEnum):
    """What needs emergency help, whatever else is going on."""

    SADDLE = "saddle"  # numbness around the genitals or the seat
    BLADDER = "bladder"  # new trouble with bladder, bowels or sexual function
    BOTH_LEGS = "both_legs"  # weakness, numbness or tingling in both
    CHEST = "chest"  # chest pain, or trouble with breathing
    FALL = "fall"  # a fall or a serious accident
    FEVER_NECK = "fever_neck"  # a stiff neck with fever or severe headache
    STROKE = "stroke"  # sudden trouble with sight, speech, swallowing, the face or one side
    FAINTING = "fainting"
    HELP = "help"  # somebody asks for an ambulance or a doctor


class Answer(StrEnum):
    """What was answered to a question that wants a yes or a no."""

    YES = "yes"
    NO = "no"
    NONE = "none"  # nothing, or "I don't know", as often as it is asked


@dataclass(frozen=True, slots=True)
class PainReport:
    """What is known of a report of pain.

    `score` is from 0 to 10, None where no number was given as often as it was asked for; `score_at_start` is
    None where the session began without one. `has_spread` answers whether it moved further down an arm or a
    leg, or whether numbness, tingling or weakness are new. `reports` counts those of this session, this one
    included. `is_unwell` is somebody who is dizzy or sick: for that there is no number.
    """

    score: int | None
    score_at_start: int | None = None
    has_spread: Answer = Answer.NO
    reports: int = 1
    is_unwell: bool = False

    @property
    def rise(self) -> int:
        """By how many points it is above the number at the start; 0 where either is not known."""
        if self.score is None or self.score_at_start is None:
            return 0
        return self.score - self.score_at_start


class Decision(StrEnum):
    """What a report leads to."""

    END_REPEATED = "end_repeated"
    END_UNANSWERED = "end_unanswered"
    END_STRONG = "end_strong"
    END_SPREADING = "end_spreading"
    SUGGEST_ENDING = "suggest_ending"  # a clear yes goes on, without this region of the body
    SKIP = "skip"  # a clear yes goes on, without this stretch
    OFFER_EASIER = "offer_easier"  # as SKIP; the easier variation for whoever asks for it

    @property
    def ends(self) -> bool:
        """Whether the session is over, without a further question."""
        return self not in (Decision.SUGGEST_ENDING, Decision.SKIP, Decision.OFFER_EASIER)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the number of the safety rule that it keeps, when it holds, what follows."""

    number: int
    when: str
    holds: Callable[[PainReport], bool]
    decision: Decision


RULES: tuple[Rule, ...] = (
    Rule(
        7, "It is the second report of this session.", lambda r: r.reports >= MOST_REPORTS,
        Decision.END_REPEATED,
    ),
    Rule(4, "Somebody is dizzy or sick.", lambda r: r.is_unwell, Decision.SUGGEST_ENDING),
    Rule(2, "No number was given, asked twice.", lambda r: r.score is None, Decision.END_UNANSWERED),
    Rule(5, "The number is 6 or more.", lambda r: _score(r) >= STRONG_SCORE, Decision.END_STRONG),
    Rule(
        6, "It has spread, or something is new.", lambda r: r.has_spread is Answer.YES,
        Decision.END_SPREADING,
    ),
    Rule(
        6, "Whether it has spread was not answered, asked twice.", lambda r: r.has_spread is Answer.NONE,
        Decision.END_UNANSWERED,
    ),
    Rule(4, "The number is 4 or 5.", lambda r: _score(r) >= MODERATE_SCORE, Decision.SUGGEST_ENDING),
    Rule(
        4, "It is 2 or more above the number at the start.", lambda r: r.rise >= MEANINGFUL_CHANGE,
        Decision.SUGGEST_ENDING,
    ),
    Rule(3, "The number is 2 or 3.", lambda r: _score(r) > SLIGHT_SCORE, Decision.SKIP),
    Rule(3, "The number is 0 or 1.", lambda r: True, Decision.OFFER_EASIER),
)  # fmt: skip
"""The first rule that holds decides."""


def deciding_rule(report: PainReport) -> Rule:
    """The first rule that holds."""
    return next(rule for rule in RULES if rule.holds(report))


def decide(report: PainReport) -> Decision:
    """What a report of pain leads to."""
    return deciding_rule(report).decision


def is_score(number: int | None) -> bool:
    """Whether a number is one of the scale."""
    return number in SCALE


def may_begin(score: int | None) -> bool:
    """Whether a session begins with this number; 6 or more ends one (rule 5), so it begins none."""
    return score is None or score < STRONG_SCORE


def _score(report: PainReport) -> int:
    return HIGHEST_SCORE if report.score is None else report.score
