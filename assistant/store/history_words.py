"""Past sessions in words and plain values, for the table and the charts of `limber history` and the screen.

Pure. Must not judge: it says what was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.core.planner import PLANNED_ID

if TYPE_CHECKING:
    from assistant.core.routine import Routine, Stretch
    from assistant.store.history_reader import Hurt, KeptCondition, SessionSummary

_SIGN = "warning sign: "
Stretches = dict[str, "Stretch"]
"""By id; those of the past that are no more are missing."""


@dataclass(frozen=True, slots=True)
class Known:
    """The stretches that there are, and how routines are called, by id."""

    stretches: Stretches = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, routines: Iterable[Routine], library: Iterable[Stretch]) -> Known:
        """What these routines hold, and the library."""
        stretches, titles = {}, {PLANNED_ID: "Planned by wish"}
        for routine in routines:
            titles[routine.id] = routine.title
            stretches.update({stretch.id: stretch for stretch in routine.stretches})
        return cls(stretches | {stretch.id: stretch for stretch in library}, titles)


def condition_in_words(kept: KeptCondition) -> str:
    """A condition, since when it is known, and until when it was there."""
    name = kept.condition.replace("_", " ")
    over = f", over since {kept.over_on}" if kept.over_on else ""
    return f"Left out for: {name}, told on {kept.told_on}{over}."


def region_of(hurt: Hurt, stretches: Stretches) -> str:
    """Where it hurt, "" where that is not known."""
    stretch = stretches.get(hurt.stretch_id)
    return stretch.region.replace("_", " ") if stretch else ""


def hurt_in_words(session: SessionSummary, stretches: Stretches) -> list[str]:
    """What hurt in a session and where, and how much of 10."""
    said = []
    for hurt in session.hurts:
        stretch = stretches.get(hurt.stretch_id)
        name = stretch.name if stretch else hurt.stretch_id or "outside any stretch"
        region = f" ({region_of(hurt, stretches)})" if stretch else ""
        said.append(name + region + ("" if hurt.score is None else f": {hurt.score} of 10"))
    return said + [f"{_SIGN}{kind.replace('_', ' ')}" for kind in session.red_flags]


def ending_in_words(session: SessionSummary) -> str:
    """Why a session ended."""
    return {
        "ended_by_user": "you ended it",
        "emergency": "warning sign",
        "see_physician": "a doctor was to be asked first",
        "interrupted_by_user": "you ended it",
        "terminated": "program was ended",
        "hung_up": "terminal was closed",
        "cannot_hear": "microphone failed",
        "no_answer": "nobody answered",
        "pain": "something hurt",
    }.get(session.end_reason, session.end_reason.replace("_", " "))


def routine_in_words(session: SessionSummary, titles: Mapping[str, str]) -> str:
    """How the routine is called; its id where it is no more."""
    return titles.get(session.routine_id, session.routine_id)


def session_in_sentences(session: SessionSummary, stretches: Stretches) -> str:
    """All that is told of a session beside when it was and what was done."""
    told = [f"Held {session.held_seconds / 60:.1f} minutes."]
    before, after = session.pain_before, session.pain_after
    if before is not None or after is not None:
        scores = (("before", before), ("after", after))
        told.append(
            "Pain " + ", ".join(f"{score} {when}" for when, score in scores if score is not None) + "."
        )
    hurts = [hurt for hurt in hurt_in_words(session, stretches) if not hurt.startswith(_SIGN)]
    if hurts:
        told.append(f"Hurt: {'; '.join(hurts)}.")
    told += [f"Warning sign: {kind.replace('_', ' ')}." for kind in session.red_flags]
    told.append(f"Ended: {ending_in_words(session)}.")
    return " ".join(told)


def pain_in_words(session: SessionSummary) -> str:
    """The pain before and after, "-" where no number was told."""
    told = [("-" if score is None else str(score)) for score in (session.pain_before, session.pain_after)]
    return "-" if told == ["-", "-"] else " → ".join(told)


def as_plain(session: SessionSummary, known: Known) -> dict[str, object]:
    """All that is told of a session, for programs: names and texts, numbers, lists."""
    return {
        "number": session.id,
        "started_at": session.started_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "routine": session.routine_id,
        "title": routine_in_words(session, known.titles),
        "held_seconds": round(session.held_seconds, 1),
        "steps_done": session.steps_done,
        "steps_skipped": session.steps_skipped,
        "pain_before": session.pain_before,
        "pain_after": session.pain_after,
        "hurt": [
            {
                "stretch": hurt.stretch_id or None,
                "region": region_of(hurt, known.stretches) or None,
                "score": hurt.score,
                "said": hurt.phrase,
            }
            for hurt in session.hurts
        ],
        "red_flags": list(session.red_flags),
        "end_reason": session.end_reason,
    }
