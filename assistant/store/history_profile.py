"""What the past means for the next session: pure values for the core's planner and its adaptation.

Called from any thread, before a session. Must not create, change or move anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from assistant.core.adapting import StretchPast
from assistant.core.routine import Condition
from assistant.store.history_connection import Connection
from assistant.store.history_reader import (
    UNREADABLE,
    SessionSummary,
    as_time,
    conditions_of,
    reading,
    sessions_of,
)
from assistant.store.history_server import Where


@dataclass(frozen=True, slots=True)
class Profile:
    """What the history knows of the user.

    `pasts` are the stretches that were done or that hurt, by id; what is missing is new. `conditions` are
    those that were told and not taken back. `physician_checked_on` is the day of the last consent, None where
    a red flag has come after it.
    """

    physician_checked_on: date | None = None
    conditions_asked_on: date | None = None
    last_routine_id: str = ""
    pasts: dict[str, StretchPast] = field(default_factory=dict)
    conditions: frozenset[Condition] = frozenset()


def read_profile(path: Where) -> Profile:
    """What the history knows; an empty profile when there is none yet. Raises StoreError.

    Of sessions in shared rooms it knows nothing: those were of different people.
    """
    with reading(path) as connection:
        if connection is None:
            return Profile()
        told = [one for one in sessions_of(connection) if _tells(one) and not one.is_shared]
        return Profile(
            physician_checked_on=_consent(connection),
            conditions_asked_on=_conditions_asked_on(connection),
            last_routine_id=told[0].routine_id if told else "",
            pasts=_pasts(told, _held_to_the_end(connection)),
            conditions=frozenset(kept.condition for kept in conditions_of(connection) if not kept.over_on),
        )


def _tells(session: SessionSummary) -> bool:
    """Whether anything happened that says how the user is."""
    return session.steps_done > 0 or session.had_pain


def _pasts(sessions: list[SessionSummary], held: set[tuple[int, str]]) -> dict[str, StretchPast]:
    """The past of each stretch, from the sessions, the latest first."""
    ids = {stretch_id for _, stretch_id in held}
    ids |= {hurt.stretch_id for session in sessions for hurt in session.hurts if hurt.stretch_id}
    return {stretch_id: _past(stretch_id, sessions, held) for stretch_id in sorted(ids)}


def _past(stretch_id: str, sessions: list[SessionSummary], held: set[tuple[int, str]]) -> StretchPast:
    """A session in which another stretch hurt neither ends a row without pain nor adds to it."""
    hurt_at, counting_at = (
        [i for i, session in enumerate(sessions) if stretch_id in hurt(session)]
        for hurt in (_hurt_at_all, _hurt_and_counts)
    )
    since = sessions[: hurt_at[0]] if hurt_at else sessions
    return StretchPast(
        hurt_sessions=len(counting_at),
        sessions_since_hurt=counting_at[0] if counting_at else None,
        pain_free_sessions=sum(one.is_pain_free and (one.id, stretch_id) in held for one in since),
    )


def _hurt_at_all(session: SessionSummary) -> set[str]:
    return {hurt.stretch_id for hurt in session.hurts}


def _hurt_and_counts(session: SessionSummary) -> set[str]:
    return {hurt.stretch_id for hurt in session.hurts if not hurt.asked_back_at}


def _held_to_the_end(connection: Connection) -> set[tuple[int, str]]:
    """Session and stretch, where every hold of the stretch was held to its end.

    One that was cut short by the end of the program says nothing: it was done anew, or not at all.
    """
    query = """SELECT session_id, stretch_id FROM steps
        WHERE session_id NOT IN (SELECT id FROM sessions WHERE is_shared = 1) AND outcome != 'interrupted'
        GROUP BY session_id, stretch_id HAVING min(CASE WHEN outcome = 'done' THEN 1 ELSE 0 END) = 1"""
    return set(connection.execute(query))


def _conditions_asked_on(connection: Connection) -> date | None:
    """The local day on which it was last asked what somebody has, if that can be read."""
    row = connection.execute("SELECT at FROM condition_checks ORDER BY id DESC LIMIT 1").fetchone()
    asked_at = as_time(row[0]) if row else UNREADABLE
    return None if asked_at is UNREADABLE else asked_at.date()


def _consent(connection: Connection) -> date | None:
    """The local day of the last consent, if no red flag has come after it and it can be read."""
    query = "SELECT at, withdrawn_at FROM physician_checks ORDER BY id DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    if row is None or row[1] is not None:
        return None
    day = as_time(row[0])
    return None if day is UNREADABLE else day.date()
