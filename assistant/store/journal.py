"""The journal: every event of a session with its time, kept beside the history, in bounded space.

Written by whoever owns the history's connection; read by anybody. No audio is in it, but what was said is: it
is forgotten with the session that it belongs to.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from assistant.core.events import Event
from assistant.core.journal import as_values, from_values
from assistant.errors import StoreError
from assistant.store.history_reader import reading

MOST_ENTRIES = 20_000
"""Some hours of stretching, about 4 MB; the oldest make room."""
_TIDY_EVERY = 500


def new_run(connection: sqlite3.Connection) -> int:
    """A number for what one process does from its start to its end. Raises sqlite3.Error."""
    (last,) = connection.execute("SELECT coalesce(max(run), 0) FROM journal").fetchone()
    return int(last) + 1


def append(
    connection: sqlite3.Connection, run: int, session_id: int | None, now: float, event: Event
) -> None:
    """Keep an event that a session was told at `now`, its own clock. Raises sqlite3.Error."""
    row = (run, session_id, now, json.dumps(as_values(event), ensure_ascii=False, separators=(",", ":")))
    entry_id = connection.execute(
        "INSERT INTO journal (run, session_id, now, event) VALUES (?, ?, ?, ?)", row
    ).lastrowid
    if entry_id is not None and entry_id % _TIDY_EVERY == 0:
        connection.execute("DELETE FROM journal WHERE id <= ?", (entry_id - MOST_ENTRIES,))


def read_journal(path: Path, run: int | None = None) -> list[tuple[float, Event]]:
    """What was kept of a run, the last one unless another is named, in order; nothing where nothing was kept.

    Raises StoreError when it cannot be read.
    """
    with reading(path) as connection:
        if connection is None:
            return []
        wanted = connection.execute("SELECT max(run) FROM journal").fetchone()[0] if run is None else run
        rows = connection.execute("SELECT now, event FROM journal WHERE run = ? ORDER BY id", (wanted,))
        try:
            return [(float(now), from_values(json.loads(event))) for now, event in rows]
        except ValueError as error:
            raise StoreError("journal", f"The journal in {path} cannot be read: {error}.") from error
