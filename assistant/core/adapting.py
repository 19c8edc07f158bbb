"""How a stretch changes over the weeks: longer holds only after sessions without pain, gentler ones after it.

Pure rules over what the history tells. A row of `RULES` is one sentence that a clinician can read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.core.routine import Kind, Routine, Stretch

FIRST_HOLD_SECONDS, LONGEST_USUAL_HOLD_SECONDS, HOLD_STEP_SECONDS = 20, 30, 5
SESSIONS_PER_HOLD_STEP = 3
PAUSED_SESSIONS = 2
EASIER_SESSIONS = 3
HURT_SESSIONS_TO_LEAVE = 2


@dataclass(frozen=True, slots=True)
class StretchPast:
    """What the history knows of one stretch.

    `hurt_sessions` counts the sessions in which it hurt since it was last asked back; `sessions_since_hurt`
    those of any kind after the last of them, None if it never hurt; `pain_free_sessions` those in which it
    was held to the end on every occasion, since it last hurt.
    """

    hurt_sessions: int = 0
    sessions_since_hurt: int | None = None
    pain_free_sessions: int = 0


NEW = StretchPast()
Pasts = Mapping[str, StretchPast]
"""By the stretch's id; what is missing is new."""


class Form(StrEnum):
    """How a stretch takes part today."""

    GONE = "gone"  # until it is asked back
    PAUSED = "paused"  # not today
    EASIER = "easier"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule that holds decides."""

    says: str
    holds: Callable[[StretchPast], bool]
    form: Form


RULES: tuple[Rule, ...] = (
    Rule(
        "It hurt in two sessions: it leaves until it is asked back.",
        lambda past: past.hurt_sessions >= HURT_SESSIONS_TO_LEAVE,
        Form.GONE,
    ),
    Rule(
        "It hurt within the last two sessions: it pauses.",
        lambda past: past.hurt_sessions > 0 and (past.sessions_since_hurt or 0) < PAUSED_SESSIONS,
        Form.PAUSED,
    ),
    Rule(
        "It hurt before that, and was held without pain in fewer than three sessions since: the easier way.",
        lambda past: past.hurt_sessions > 0 and past.pain_free_sessions < EASIER_SESSIONS,
        Form.EASIER,
    ),
    Rule("Otherwise: as it is.", lambda past: True, Form.USUAL),
)


def form_today(past: StretchPast) -> Form:
    """How a stretch with this past takes part today."""
    return next(rule.form for rule in RULES if rule.holds(past))


def hold_seconds_after(pain_free_sessions: int) -> int:
    """20 s at first, 5 s more for every three sessions without pain, 30 s at most."""
    earned = pain_free_sessions // SESSIONS_PER_HOLD_STEP * HOLD_STEP_SECONDS
    return min(LONGEST_USUAL_HOLD_SECONDS, FIRST_HOLD_SECONDS + earned)


def grew_today(past: StretchPast) -> bool:
    """Whether the hold is longer than the last time."""
    before = max(0, past.pain_free_sessions - 1)
    return hold_seconds_after(past.pain_free_sessions) > hold_seconds_after(before)


def adapted(stretch: Stretch, pasts: Pasts) -> Stretch:
    """The stretch with the hold that its past allows; a movement keeps its breaths."""
    if stretch.kind is Kind.MOVEMENT:
        return stretch
    past = pasts.get(stretch.id, NEW)
    return replace(stretch, hold_seconds=hold_seconds_after(past.pain_free_sessions))


def adapted_routine(routine: Routine, pasts: Pasts) -> Routine:
    """The routine with every hold as long as its stretch's past allows."""
    return replace(routine, stretches=tuple(adapted(stretch, pasts) for stretch in routine.stretches))


def ids_in(pasts: Pasts, *forms: Form) -> frozenset[str]:
    """The stretches that take part in one of these ways today."""
    return frozenset(stretch_id for stretch_id, past in pasts.items() if form_today(past) in forms)
