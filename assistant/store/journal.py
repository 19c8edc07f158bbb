"""The journal, read: every event of a session with its time, kept beside the history, in bounded space.

Called from any thread. No audio is in it, but what was said is: it is forgotten with the session that it
belongs to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.core.events import Event
from assistant.core.journal import from_values
from assistant.errors import StoreError
from assistant.store.entries import GAP, HEAD
from assistant.store.history_reader import reading


@dataclass(frozen=True, slots=True)
class Run:
    """What a session was told from its start to its end, in order, and the head that says what it is made of.

    `is_whole` says that nothing of it is missing. Without a head nobody can be brought to where it was.
    """

    number: int
    session_id: int | None = None
    head: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[tuple[float, Event], ...] = ()
    is_whole: bool = True


MOST_ROOMS_RUNS = 32
"""So many runs back the last one of a room is looked for: the others are of other rooms."""


def read_run(path: Path, number: int | None = None, *, room: str | None = None) -> Run | None:
    """A run, the last one unless another or a room is named; None where there is none. Raises StoreError.

    An entry that cannot be read ends it: what comes after would be told to a session that is elsewhere.
    """
    with reading(path) as connection:
        if connection is None:
            return None
        wanted = number
        if room is not None:
            wanted = _last_of(connection, room)
        elif number is None:
            wanted = connection.execute("SELECT max(run) FROM journal WHERE run > 0").fetchone()[0]
        if wanted is None:
            return None
        query = "SELECT session_id, now, event FROM journal WHERE run = ? ORDER BY id"
        rows = connection.execute(query, (wanted,)).fetchall()
    if not rows:
        return None
    head: dict[str, Any] = {}
    entries: list[tuple[float, Event]] = []
    is_whole = True
    for _, now, event in rows:
        try:
            values = json.loads(event)
            if HEAD in values:
                head |= values[HEAD]
                continue
            if event == GAP:
                is_whole = False
                break
            entries.append((float(now), from_values(values)))
        except (TypeError, ValueError, AttributeError, RecursionError):
            is_whole = False
            break
    session_ids = [session_id for session_id, _, _ in rows if session_id is not None]
    return Run(wanted, session_ids[-1] if session_ids else None, head, tuple(entries), is_whole)


def _last_of(connection: sqlite3.Connection, room: str) -> int | None:
    """The last run of a room; none where one comes after it that does not tell of which room it is."""
    heads = connection.execute(
        "SELECT run, event FROM journal WHERE id IN (SELECT min(id) FROM journal WHERE run > 0 AND run > "
        "(SELECT max(run) FROM journal) - ? GROUP BY run) ORDER BY run DESC",
        (MOST_ROOMS_RUNS,),
    )
    for run, event in heads:
        try:
            of_room = json.loads(event)[HEAD]["room"]
        except (TypeError, ValueError, LookupError, RecursionError):
            return None
        if of_room == room:
            return int(run)
    return None


def read_journal(path: Path, run: int | None = None) -> list[tuple[float, Event]]:
    """What was kept of a run, the last one unless another is named, in order; nothing where nothing was kept.

    Raises StoreError when it cannot be read.
    """
    found = read_run(path, run)
    if found is None:
        return []
    if not found.is_whole:
        raise StoreError("journal", f"The journal in {path} cannot be read: entries of it are missing.")
    return list(found.entries)
