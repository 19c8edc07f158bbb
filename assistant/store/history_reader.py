"""Reads the history, also while a session writes it.

Called from any thread: each call has its own read-only connection. Must not create, change or move anything:
an older file is brought up to date in a copy in memory.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import platformdirs

from assistant.core.routine import Condition
from assistant.errors import StoreError
from assistant.store.history_connection import Connection
from assistant.store.history_schema import MIGRATIONS, FileConnection, migrate, opened, schema_version
from assistant.store.history_server import HistoryServer, Where
from assistant.store.pending import apply, pending_files

BUSY_SECONDS = 2.0

INTERRUPTED = "interrupted"
"""Why a session ended that never said so: its process was killed, or it is still going on."""

PAINFUL_ENDINGS = ("pain", "emergency")
UNKNOWN_ENDINGS = (INTERRUPTED, "terminated", "hung_up", "cannot_hear", "no_answer")
UNREADABLE = datetime.min.replace(tzinfo=UTC)
"""Stands for a time that cannot be read; what else the row tells counts all the same."""
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Hurt:
    """Pain during a session: `stretch_id` is "" outside any stretch, `score` the number told, if any.

    `asked_back_at` is when the user asked for the stretch again, "" if never: then it counts no more.
    """

    stretch_id: str
    phrase: str
    score: int | None = None
    asked_back_at: str = ""


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One past session. Times are local to where it was; `ended_at` is None when it was interrupted.

    `pain_before` and `pain_after` are None where no number was told. One that `is_shared` was held in a room
    that different people use.
    """

    id: int
    started_at: datetime
    ended_at: datetime | None
    routine_id: str
    held_seconds: float
    steps_done: int
    steps_skipped: int
    end_reason: str
    pain_before: int | None = None
    pain_after: int | None = None
    hurts: tuple[Hurt, ...] = ()
    red_flags: tuple[str, ...] = ()
    room: str = ""
    host: str = ""
    is_shared: bool = False

    @property
    def had_pain(self) -> bool:
        """Whether pain or a red flag was reported, or the pain afterwards was higher than before."""
        before, after = self.pain_before, self.pain_after
        rose = before is not None and after is not None and after > before
        return bool(self.hurts or self.red_flags or rose or self.end_reason in PAINFUL_ENDINGS)

    @property
    def is_pain_free(self) -> bool:
        """Whether something was held, nothing hurt, and the user was still there to say so."""
        return self.steps_done > 0 and not self.had_pain and self.end_reason not in UNKNOWN_ENDINGS


@dataclass(frozen=True, slots=True)
class KeptCondition:
    """A condition that was told on a day, and the day on which it was taken back, if ever."""

    condition: Condition
    told_on: date
    over_on: date | None = None


def history_path() -> Path:
    """Where the history is kept."""
    return platformdirs.user_data_path("limber", appauthor=False) / "history.sqlite"


@contextmanager
def reading(where: Where) -> Iterator[Connection | None]:
    """A connection to one state of the history, which nothing is written by; None when there is none yet.

    What still waits to be written is in it. Raises StoreError when it cannot be read, within as well.
    """
    with where.reading() if isinstance(where, HistoryServer) else _reading_file(where) as connection:
        yield connection


@contextmanager
def _reading_file(path: Path) -> Iterator[FileConnection | None]:
    try:
        waiting = pending_files(path)
        if not path.exists() and not waiting:
            yield None
            return
        with closing(_opened(path)) as file:
            version = schema_version(file)
            if version == 0 and not waiting:
                yield None  # a session is just making it
            elif version < len(MIGRATIONS) or waiting:
                with closing(opened(":memory:")) as copy:
                    file.backup(copy)
                    migrate(copy)
                    apply(copy, waiting)
                    yield copy
            else:
                file.execute("BEGIN")
                yield file
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # also of what SQLite says itself
        raise StoreError("history_unreadable", f"The history {path} cannot be read: {error}.") from error


def _opened(path: Path) -> FileConnection:
    """The file, to be read only; nothing at all where there is none yet."""
    name = f"{path.resolve().as_uri()}?mode=ro" if path.exists() else ":memory:"
    return opened(name, uri=path.exists(), timeout=BUSY_SECONDS)


def read_sessions(
    path: Where, limit: int | None = None, tell: Callable[[str], None] = lambda line: None
) -> list[SessionSummary]:
    """The sessions, the latest first, at most `limit`. Raises StoreError when the file cannot be read.

    A session whose times cannot be read is left out, and named to `tell` in a line.
    """
    with reading(path) as connection:
        found = [] if connection is None else sessions_of(connection, limit)
    lost = [one.id for one in found if UNREADABLE in (one.started_at, one.ended_at)]
    if lost:
        named = ", ".join(map(str, lost[:MOST_NAMED])) + (", …" if len(lost) > MOST_NAMED else "")
        tell(f"Of the history {path} these sessions cannot be read, and are left out: {named}.")
    return [one for one in found if one.id not in lost]


def read_conditions(path: Where) -> list[KeptCondition]:
    """What was told of the person's conditions, the first one first. Raises StoreError."""
    with reading(path) as connection:
        return [] if connection is None else conditions_of(connection)


def conditions_of(connection: Connection) -> list[KeptCondition]:
    """The conditions that this version knows. Raises sqlite3.Error, StoreError."""
    rows = connection.execute("SELECT condition, at, over_at FROM conditions ORDER BY id")
    return [
        KeptCondition(Condition(condition), as_time(at).date(), as_time(over_at).date() if over_at else None)
        for condition, at, over_at in rows
        if condition in set(Condition)
    ]


def count_sessions(path: Where) -> int:
    """How many sessions there are. Raises StoreError when the file cannot be read."""
    with reading(path) as connection:
        if connection is None:
            return 0
        (count,) = connection.execute("SELECT count(*) FROM sessions").fetchone()
        return int(count)


def as_time(value: object) -> datetime:
    """The time that a row tells; UNREADABLE for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return UNREADABLE
    return found if found.tzinfo is not None else UNREADABLE


_ALL = 1 << 60

_SESSIONS = """
    SELECT id, started_at, ended_at, end_reason, routine_id,
        (SELECT coalesce(sum(held_seconds), 0.0) FROM steps WHERE session_id = sessions.id),
        (SELECT count(*) FROM steps WHERE session_id = sessions.id AND outcome = 'done'),
        (SELECT count(*) FROM steps WHERE session_id = sessions.id AND outcome = 'skipped'),
        (SELECT score FROM scores WHERE session_id = sessions.id AND moment = 'before'
            ORDER BY id DESC LIMIT 1),
        (SELECT score FROM scores WHERE session_id = sessions.id AND moment = 'after'
            ORDER BY id DESC LIMIT 1),
        room, host, is_shared
    FROM sessions ORDER BY id DESC LIMIT ?"""

_HURTS = """
    SELECT session_id, stretch_id, phrase,
        (SELECT score FROM scores WHERE pain_id = pains.id ORDER BY id DESC LIMIT 1),
        coalesce(asked_back_at, '')
    FROM pains WHERE session_id IS NOT NULL ORDER BY id"""

_RED_FLAGS = "SELECT session_id, kind FROM red_flags WHERE session_id IS NOT NULL ORDER BY id"


def sessions_of(connection: Connection, limit: int | None = None) -> list[SessionSummary]:
    """The sessions, the latest first, at most `limit`. Raises sqlite3.Error, StoreError.

    The order is that in which they were written, whatever the clock said. What cannot be read of one is
    UNREADABLE, None or 0, and the rest of it counts.
    """
    hurts = _by_session(connection, _HURTS)
    red_flags = _by_session(connection, _RED_FLAGS)
    rows = connection.execute(_SESSIONS, (_ALL if limit is None else limit,))
    return [
        SessionSummary(
            id=session_id,
            started_at=as_time(started_at),
            ended_at=as_time(ended_at) if ended_at else None,
            routine_id=str(routine_id),
            held_seconds=_as_seconds(held_seconds),
            steps_done=steps_done,
            steps_skipped=steps_skipped,
            end_reason=str(end_reason or INTERRUPTED),
            pain_before=_as_score(before),
            pain_after=_as_score(after),
            hurts=tuple(
                Hurt(str(stretch_id), str(phrase), _as_score(score), str(asked_back_at))
                for stretch_id, phrase, score, asked_back_at in hurts[session_id]
            ),
            red_flags=tuple(str(kind) for (kind,) in red_flags[session_id]),
            room=str(room),
            host=str(host),
            is_shared=bool(is_shared),
        )
        for session_id, started_at, ended_at, end_reason, routine_id, held_seconds, *told in rows
        for steps_done, steps_skipped, before, after, room, host, is_shared in (told,)
    ]


def _as_score(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value <= 10 else None


def _as_seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e6 else 0.0


def _by_session(connection: Connection, query: str) -> defaultdict[int, list[tuple[Any, ...]]]:
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for session_id, *row in connection.execute(query):
        found[session_id].append(tuple(row))
    return found
