"""What a program was to keep, and what of it a fault may have taken: compared with what is there."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.core.actions import (
    Action,
    EndSession,
    RecordCondition,
    RecordPain,
    RecordPainScore,
    RecordRedFlag,
    RecordSession,
    RecordStep,
)
from assistant.store.entries import kept_of

Row = tuple[object, ...]


@dataclass
class Kept:
    """What one event brought for the history, in a run of its session. It `may_lack` when a fault took it."""

    run: int
    actions: tuple[Action, ...]
    may_lack: bool = False


@dataclass
class Expected:
    """A session's row: its reason, and whether it, or its reason, may lack."""

    routine: str
    reasons: set[str | None] = field(default_factory=set)
    may_lack: bool = False


class Ledger:
    """Of one world, over all its processes."""

    def __init__(self) -> None:
        self.entries: list[Kept] = []
        self.returns: dict[int, bool] = {}
        self.run = self.first_run_of_process = 0
        self.is_whole = False
        self.is_torn = False

    def begins(self, *, is_return: bool, has_row: bool = False) -> None:
        """A session is run, or one that was cut short goes on: in its row, if it had come to have one."""
        self.run += 1
        self.is_whole = True
        if is_return:
            self.returns[self.run] = has_row
        self.entries.append(Kept(self.run, ()))

    def told(self, actions: Iterable[Action]) -> None:
        """The session has done this."""
        self.entries.append(Kept(self.run, kept_of(actions)))

    def removed(self) -> None:
        """File or folder went: what ended before is gone with them; what goes on is to be written anew."""
        self.is_whole = False
        begins = len(self.entries)
        while begins and self.entries[begins - 1].run == self.run:
            if any(isinstance(action, EndSession) for action in self.entries[begins - 1].actions):
                break
            begins -= 1
        self._forgive(self.entries[:begins])

    def torn(self) -> None:
        """The file was damaged; the session that goes on is written anew when that is noticed."""
        self.removed()
        self.is_torn = True

    def mended(self) -> None:
        """The damage was noticed while a session went on."""
        self.is_torn = False

    def dies(self, unwritten: int) -> None:
        """A process was killed that had not written so many of the last events."""
        if unwritten:
            self._forgive(self.entries[-unwritten:])
        self.ended(0)

    def ended(self, missing: int) -> None:
        """A process has come to its end; so many events found no room, and that was told."""
        if self.is_torn:
            self.forgive_all()
        if missing:
            self._forgive(entry for entry in self.entries if entry.run >= self.first_run_of_process)
        self.is_torn = False
        self.run += 1
        self.first_run_of_process = self.run

    def forgive_all(self) -> None:
        """All that is known so far may lack."""
        self._forgive(self.entries)

    @staticmethod
    def _forgive(entries: Iterable[Kept]) -> None:
        for entry in entries:
            entry.may_lack = True

    # What is there

    def check(self, connection: sqlite3.Connection, counts: Counter[str]) -> None:
        """Everything that was to be kept is there, and nothing twice."""
        for table, query, row_of in _TABLES:
            most: Counter[Row] = Counter()
            least: Counter[Row] = Counter()
            for entry in self.entries:
                for row in filter(None, map(row_of, entry.actions)):
                    most[row] += 1
                    least[row] += not entry.may_lack
            there = Counter(tuple(row) for row in connection.execute(query))
            counts[f"{table} kept"] += sum(least.values())
            counts[f"{table} that a fault may have taken"] += sum((most - least).values())
            assert not least - there, f"{table} lost: {sorted((least - there).elements(), key=str)}"
            assert not there - most, f"{table} twice: {sorted((there - most).elements(), key=str)}"
        self._check_sessions(connection, counts)

    def _check_sessions(self, connection: sqlite3.Connection, counts: Counter[str]) -> None:
        expected = self._sessions()
        there = connection.execute("SELECT routine_id, end_reason FROM sessions ORDER BY id").fetchall()
        left = list(there)
        for one in expected:
            if one.may_lack:
                continue
            found = next((row for row in left if row[0] == one.routine and row[1] in one.reasons), None)
            assert found is not None, f"no session {one.routine} ended by {one.reasons} in {there}"
            left.remove(found)
            counts["sessions recorded once"] += 1
        may_lack = [one for one in expected if one.may_lack]
        for routine, reason in left:
            found_one = next(
                (o for o in may_lack if o.routine == routine and (reason in o.reasons or reason is None)),
                None,
            )
            assert found_one is not None, f"a session {routine} ended by {reason} is there twice: {there}"
            may_lack.remove(found_one)

    def _sessions(self) -> list[Expected]:
        """The rows of sessions, by the order of what was told."""
        found: list[Expected] = []
        current: Expected | None = None
        run = 0
        for entry in self.entries:
            if entry.run != run and self.returns.get(entry.run):
                current = found[-1] if found else None
                if current is not None:
                    current.reasons = current.reasons | {None} if entry.may_lack else {None}
            elif entry.run != run:
                current = None
            run = entry.run
            for action in entry.actions:
                if isinstance(action, RecordSession):
                    if current is not None:
                        _end(current, "other_routine", entry.may_lack)
                    current = Expected(action.routine_id, {None}, entry.may_lack)
                    found.append(current)
                elif isinstance(action, EndSession) and current is not None:
                    _end(current, action.reason, entry.may_lack)
                    current = None
        return found


def _end(session: Expected, reason: str, may_lack: bool) -> None:
    session.reasons = session.reasons | {reason} if may_lack else {reason}


def _of_pain(action: Action) -> Row | None:
    return (action.stretch_id, action.phrase) if isinstance(action, RecordPain) else None


def _of_score(action: Action) -> Row | None:
    return (action.moment, action.score) if isinstance(action, RecordPainScore) else None


def _of_flag(action: Action) -> Row | None:
    return (action.kind,) if isinstance(action, RecordRedFlag) else None


def _of_step(action: Action) -> Row | None:
    if not isinstance(action, RecordStep):
        return None
    seconds = round(float(action.held_seconds), 3)
    return (action.stretch_id, action.side, action.repetition, seconds, action.outcome)


def _of_condition(action: Action) -> Row | None:
    return (str(action.condition),) if isinstance(action, RecordCondition) else None


_TABLES = (
    ("pains", "SELECT stretch_id, phrase FROM pains", _of_pain),
    ("scores", "SELECT moment, score FROM scores", _of_score),
    ("red flags", "SELECT kind FROM red_flags", _of_flag),
    ("steps", "SELECT stretch_id, side, repetition, round(held_seconds, 3), outcome FROM steps", _of_step),
    ("conditions", "SELECT condition FROM conditions", _of_condition),
)
