"""Keeps the history in SQLite as it happens: every action its own transaction.

Owned by one thread at a time: made on the main thread, then used by the session thread. Must never raise
while a session runs, and never delete what it cannot read. No audio is ever written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

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
from assistant.core.events import Event
from assistant.errors import StoreError
from assistant.store.history_schema import connect, is_damage
from assistant.store.journal import append, new_run

BUSY_SECONDS = 0.25  # another session may be writing; the session thread must not wait longer

OTHER_ROUTINE = "other_routine"
"""Why a session ended when the user chose another routine in the midst of it."""


def local_now() -> datetime:
    """The wall clock with the local offset from UTC."""
    return datetime.now().astimezone()


class History:
    """The history in one file. Problems are told once, in a line, to `on_problem`; nothing raises."""

    def __init__(
        self, path: Path, on_problem: Callable[[str], None], clock: Callable[[], datetime] = local_now
    ) -> None:
        self._path = path
        self._on_problem = on_problem
        self._clock = clock
        self._session_id: int | None = None
        self._pain_id: int | None = None
        self._told_before: list[tuple[str, int]] = []
        self._told = False
        self._run: int | None = None
        self._connection = self._open()

    def record(self, action: Action) -> None:
        """Keep the action if it is for the history; it is on disk when this returns."""
        match action:
            case RecordSession(routine_id):
                self._begin(routine_id)
            case RecordStep(stretch_id, side, repetition, held_seconds, outcome):
                self._add(
                    "steps",
                    stretch_id=stretch_id,
                    side=side,
                    repetition=repetition,
                    held_seconds=float(held_seconds),
                    outcome=outcome,
                )
            case RecordPain(stretch_id, phrase):
                self._pain_id = self._add("pains", stretch_id=stretch_id, phrase=phrase)
            case RecordPainScore(moment, score):
                pain_id = self._pain_id if moment == "during" else None
                self._add("scores", moment=moment, score=score, pain_id=pain_id)
            case RecordRedFlag(kind):
                self._add("red_flags", kind=kind)
            case RecordAskedBack(stretch_id):
                self._write(
                    "UPDATE pains SET asked_back_at = ? WHERE stretch_id = ?", self._now(), stretch_id
                )
            case RecordPhysicianChecked():
                self._write("INSERT INTO physician_checks (at) VALUES (?)", self._now())
            case RecordConditionsAsked():
                self._write("INSERT INTO condition_checks (at) VALUES (?)", self._now())
            case RecordCondition(condition):
                self._write(
                    "INSERT INTO conditions (at, condition) VALUES (?, ?)", self._now(), str(condition)
                )
            case ForgetCondition(condition):
                self._write(
                    "UPDATE conditions SET over_at = ? WHERE condition = ? AND over_at IS NULL",
                    *(self._now(), str(condition)),
                )
            case EndSession(reason):
                self._end(reason)

    def note(self, now: float, event: Event) -> None:
        """Keep for the journal what the session was told at `now`, its own clock."""
        if self._connection is None:
            return
        try:
            if self._run is None:
                self._run = new_run(self._connection)
            append(self._connection, self._run, self._session_id, now, event)
        except sqlite3.Error as error:
            self._tell_unwritten(error)

    def close(self) -> None:
        """Let go of the file; records after this are not kept."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _begin(self, routine_id: str) -> None:
        """A session, with what was told on the way to it: the pain before, and perhaps more."""
        if self._session_id is not None:
            self._end(OTHER_ROUTINE)
        self._session_id = self._write(
            "INSERT INTO sessions (routine_id, started_at) VALUES (?, ?)", routine_id, self._now()
        )
        for table, row_id in self._told_before:
            self._write(f"UPDATE {table} SET session_id = ? WHERE id = ?", self._session_id, row_id)
        self._told_before.clear()

    def _end(self, reason: str) -> None:
        self._write(
            "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ?",
            *(self._now(), reason, self._session_id),
        )
        self._session_id = self._pain_id = None
        self._told_before.clear()

    def _add(self, table: str, **values: str | float | None) -> int | None:
        """A row of the session, or of the one that may follow. Returns its id."""
        row = {"session_id": self._session_id, "at": self._now(), **values}
        marks = ", ".join("?" * len(row))
        row_id = self._write(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())
        if self._session_id is None and row_id is not None:
            self._told_before.append((table, row_id))
        return row_id

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _write(self, statement: str, *values: str | float | None) -> int | None:
        if self._connection is None:
            return None
        try:
            return self._connection.execute(statement, values).lastrowid
        except sqlite3.Error as error:
            self._tell_unwritten(error)
            return None

    def _tell_unwritten(self, error: sqlite3.Error) -> None:
        self._tell(f"The history cannot be written to {self._path}: {error}; the session goes on without it.")

    def _tell(self, message: str) -> None:
        if not self._told:
            self._on_problem(message)
        self._told = True

    def _open(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return connect(self._path, BUSY_SECONDS)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
            aside = self._set_aside()
            self._on_problem(f"The history was damaged: it is kept as {aside}, and a new one begins.")
            return connect(self._path, BUSY_SECONDS)
        except (sqlite3.Error, OSError, StoreError) as error:
            self._tell(
                f"The history cannot be kept in {self._path}: {error}; the session goes on without it."
            )
            return None

    def _set_aside(self) -> Path:
        """Rename the file, and what SQLite keeps beside it, to a name that is free."""
        base = f"{self._path.name}.broken-{self._clock():%Y-%m-%d}"
        names = (base if n == 1 else f"{base}-{n}" for n in range(1, 1_000))
        aside = next(p for p in map(self._path.with_name, names) if not p.exists())
        for suffix in ("-wal", "-shm", ""):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        return aside
