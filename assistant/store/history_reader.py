"""Reads the history, also while a session writes it.

Called from any thread: each call has its own read-only connection. Must not create, change or move anything.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import platformdirs

from assistant.errors import StoreError

BUSY_SECONDS = 2.0

INTERRUPTED = "interrupted"
"""Why a session ended that never said so: its process was killed, or it is still going on."""


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One past session. Times are local to where it was; `ended_at` is None when it was interrupted."""

    started_at: datetime
    ended_at: datetime | None
    routine_id: str
    held_seconds: float
    steps_done: int
    steps_skipped: int
    pain_reports: int
    end_reason: str


def history_path() -> Path:
    """Where the history is kept."""
    return platformdirs.user_data_path("limber", appauthor=False) / "history.sqlite"


def read_sessions(path: Path, limit: int | None = None) -> list[SessionSummary]:
    """The sessions, the latest first, at most `limit`. Raises StoreError when the file cannot be read."""
    query = """
        SELECT started_at, ended_at, routine_id,
            (SELECT coalesce(sum(held_seconds), 0.0) FROM steps WHERE session_id = sessions.id),
            (SELECT count(*) FROM steps WHERE session_id = sessions.id AND outcome = 'done'),
            (SELECT count(*) FROM steps WHERE session_id = sessions.id AND outcome = 'skipped'),
            (SELECT count(*) FROM pains WHERE session_id = sessions.id),
            coalesce(end_reason, ?)
        FROM sessions ORDER BY id DESC LIMIT ?"""
    rows = _rows(path, query, (INTERRUPTED, -1 if limit is None else limit))
    return [_summary(row) for row in rows]


def read_physician_checked_on(path: Path) -> date | None:
    """The day on which the user last said that a physician agreed. Raises StoreError."""
    rows = _rows(path, "SELECT at FROM physician_checks ORDER BY id DESC LIMIT 1", ())
    return datetime.fromisoformat(rows[0][0]).date() if rows else None


def _rows(path: Path, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    try:
        if not path.exists():
            return []
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                return []  # a session is just making it
            return connection.execute(query, values).fetchall()
    except (sqlite3.Error, OSError) as error:
        raise StoreError("history_unreadable", f"The history {path} cannot be read: {error}.") from error


def _summary(row: tuple[Any, ...]) -> SessionSummary:
    started_at, ended_at, *rest = row
    ended = datetime.fromisoformat(ended_at) if ended_at else None
    return SessionSummary(datetime.fromisoformat(started_at), ended, *rest)
