"""Turns entries into the history's rows: all of them or none, on whatever connection is given.

Used by whoever owns the connection. Must not open, wait or tell: it raises, and the caller keeps what it had.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.core.actions import (
    Action,
    EndSession,
    ForgetCondition,
    RecordAskedBack,
    RecordCondition,
    RecordConditionsAsked,
    RecordPain,
    RecordPainScore,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    RecordStep,
)
from assistant.errors import StoreError
from assistant.store.entries import Entry
from assistant.store.history_connection import Connection, InDoubtError, RefusedError

OTHER_ROUTINE = "other_routine"
"""Why a session ended when the user chose another routine in the midst of it."""

_TIDY_EVERY = 500
_OF_ONE_PERSON = (
    RecordPhysicianChecked,
    RecordConditionsAsked,
    RecordCondition,
    ForgetCondition,
    RecordAskedBack,
)
"""What holds beyond a session: it is kept of nobody in a room that different people use."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where sessions are held: the names of a room and of its host.

    With `is_shared` different people use the room: what is kept of one says nothing about the next.
    """

    room: str = ""
    host: str = ""
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the history is written to: the rows that the next ones belong to, and what they come from.

    `told_before` are rows, by table, that belong to the session that may follow.
    """

    run: int | None = None
    session_id: int | None = None
    pain_id: int | None = None
    told_before: tuple[tuple[str, int], ...] = ()
    origin: Origin = field(default_factory=Origin)


def place_from(values: Mapping[str, Any]) -> Place:
    """The place that `asdict` made these values of. Raises TypeError, ValueError for anything else."""
    told = tuple((str(table), int(row_id)) for table, row_id in values["told_before"])
    origin = Origin(**values.get("origin", {}))
    return Place(**{**values, "told_before": told, "origin": origin})


def write(
    connection: Connection,
    place: Place,
    entries: Iterable[Entry],
    refuse: Callable[[Action, Exception], None] = lambda action, error: None,
    token: str = "",
) -> Place:
    """Write entries in one transaction; return where the next ones belong. Raises sqlite3.Error, StoreError.

    What the tables do not take, such as a number that is none of the scale, goes to `refuse` and is left
    out. With a `token` it is remembered that these entries were written: `was_written` knows.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for entry in entries:
            place = _write(connection, place, entry, refuse)
        if token:
            _note(connection, replace(place, run=0, session_id=None), 0.0, _mark(token))
        connection.execute("COMMIT")
    except InDoubtError as error:
        raise InDoubtError(error.transaction, place) from error
    except BaseException:
        with suppress(sqlite3.Error, StoreError):
            connection.execute("ROLLBACK")
        raise
    return place


def was_written(connection: Connection, token: str) -> bool:
    """Whether the entries of this token are in the tables already. Raises sqlite3.Error, StoreError."""
    query = "SELECT 1 FROM journal WHERE run = 0 AND event = ?"
    return connection.execute(query, (_mark(token),)).fetchone() is not None


def _mark(token: str) -> str:
    return f'{{"written":"{token}"}}'


def _write(
    connection: Connection,
    place: Place,
    entry: Entry,
    refuse: Callable[[Action, Exception], None],
) -> Place:
    if entry.resumes is not None:
        place = _resume(connection, place.origin, *entry.resumes)
    if entry.begins_run:
        place = replace(place, run=None)
    session_id = place.session_id
    for action in entry.actions:
        try:
            place = _record(_Rows(connection, entry.at), place, action)
        except (sqlite3.IntegrityError, RefusedError) as error:
            refuse(action, error)
    if entry.event:  # it belongs to the session that it begins, or ends
        place = replace(place, run=place.run or connection.new_run(place.origin.room))
        with suppress(RefusedError):  # somebody had this session forgotten: what follows in it is as well
            _note(
                connection, replace(place, session_id=place.session_id or session_id), entry.now, entry.event
            )
    return place


def _note(connection: Connection, place: Place, now: float, event: str) -> None:
    """A row of the journal."""
    insert = "INSERT INTO journal (run, session_id, now, event, room) VALUES (?, ?, ?, ?, ?)"
    values = (place.run, place.session_id, now, event, place.origin.room)
    entry_id = connection.execute(insert, values).lastrowid
    if entry_id is not None and entry_id % _TIDY_EVERY == 0:
        connection.tidy_journal(entry_id, place.run or 0)


def _resume(connection: Connection, origin: Origin, run: int, session_id: int | None) -> Place:
    """A session that was cut short goes on: it has no end yet, and its last pain report may be open."""
    connection.execute("UPDATE sessions SET ended_at = NULL, end_reason = NULL WHERE id = ?", (session_id,))
    query = "SELECT max(id) FROM pains WHERE session_id = ?"
    (pain_id,) = connection.execute(query, (session_id,)).fetchone()
    return Place(run, session_id, pain_id, origin=origin)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Statements of one moment."""

    connection: Connection
    at: str

    def change(self, statement: str, *values: str | float | None) -> int:
        return self.connection.execute(statement, values).lastrowid or 0

    def add(self, place: Place, table: str, **values: str | float | None) -> tuple[Place, int]:
        """A row of the session, or of the one that may follow; its id."""
        row = {"session_id": place.session_id, "at": self.at, **values}
        marks = ", ".join("?" * len(row))
        row_id = self.change(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())
        if place.session_id is None:
            place = replace(place, told_before=(*place.told_before, (table, row_id)))
        return place, row_id


def _record(rows: _Rows, place: Place, action: Action) -> Place:
    if place.origin.is_shared and isinstance(action, _OF_ONE_PERSON):
        return place
    match action:
        case RecordSession(routine_id):
            return _begin(rows, place, routine_id)
        case RecordStep(stretch_id, side, repetition, held_seconds, outcome):
            place, _ = rows.add(
                place,
                "steps",
                stretch_id=stretch_id,
                side=side,
                repetition=repetition,
                held_seconds=float(held_seconds),
                outcome=outcome,
            )
        case RecordPain(stretch_id, phrase):
            place, pain_id = rows.add(place, "pains", stretch_id=stretch_id, phrase=phrase)
            return replace(place, pain_id=pain_id)
        case RecordPainScore(moment, score):
            of_pain = place.pain_id if moment == "during" else None
            place, _ = rows.add(place, "scores", moment=moment, score=score, pain_id=of_pain)
        case RecordRedFlag(kind):
            place, _ = rows.add(place, "red_flags", kind=kind)
            rows.change("UPDATE physician_checks SET withdrawn_at = ? WHERE withdrawn_at IS NULL", rows.at)
        case RecordAskedBack(stretch_id):
            rows.change("UPDATE pains SET asked_back_at = ? WHERE stretch_id = ?", rows.at, stretch_id)
        case RecordPhysicianChecked():
            rows.change("INSERT INTO physician_checks (at) VALUES (?)", rows.at)
        case RecordConditionsAsked():
            rows.change("INSERT INTO condition_checks (at) VALUES (?)", rows.at)
        case RecordCondition(condition):
            rows.change("INSERT INTO conditions (at, condition) VALUES (?, ?)", rows.at, str(condition))
        case ForgetCondition(condition):
            over = "UPDATE conditions SET over_at = ? WHERE condition = ? AND over_at IS NULL"
            rows.change(over, rows.at, str(condition))
        case EndSession(reason):
            return _end(rows, place, reason)
    return place


def _begin(rows: _Rows, place: Place, routine_id: str) -> Place:
    """A session, with what was told on the way to it: the pain before, and perhaps more."""
    if place.session_id is not None:
        place = _end(rows, place, OTHER_ROUTINE)
    origin = place.origin
    session_id = rows.change(
        "INSERT INTO sessions (routine_id, started_at, room, host, is_shared) VALUES (?, ?, ?, ?, ?)",
        *(routine_id, rows.at, origin.room, origin.host, int(origin.is_shared)),
    )
    for table, row_id in place.told_before:
        rows.change(f"UPDATE {table} SET session_id = ? WHERE id = ?", session_id, row_id)
    return replace(place, session_id=session_id, told_before=())


def _end(rows: _Rows, place: Place, reason: str) -> Place:
    rows.change(
        "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ?", rows.at, reason, place.session_id
    )
    return Place(run=place.run, origin=place.origin)
