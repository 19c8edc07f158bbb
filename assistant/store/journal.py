"""The journal, read: every event of a session with its time, kept beside the history, in bounded space.

Called from any thread. No audio is in it, but what was said is: it is forgotten with the session that it
belongs to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.core.events import Event
from assistant.core.journal import from_values
from assistant.errors import StoreError
from assistant.store.entries import GAP, HEAD
from assistant.store.history_reader import reading
from assistant.store.history_server import Where


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


def read_run(path: Where, number: int | None = None, room: str | None = None) -> Run | None:
    """A run, the last one, of a room if one is named, or that with a number; None where there is none.

    Raises StoreError.

    An entry that cannot be read ends it: what comes after would be told to a session that is elsewhere.
    """
    with reading(path) as connection:
        if connection is None:
            return None
        last = "SELECT max(run) FROM journal WHERE run > 0"
        of_room = () if room is None else (room,)
        latest = connection.execute(f"{last} AND room = ?" if of_room else last, of_room).fetchone()[0]
        wanted = latest if number is None else number
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


def read_journal(path: Where, run: int | None = None) -> list[tuple[float, Event]]:
    """What was kept of a run, the last one unless another is named, in order; nothing where nothing was kept.

    Raises StoreError when it cannot be read.
    """
    found = read_run(path, run)
    if found is None:
        return []
    if not found.is_whole:
        raise StoreError("journal", f"The journal in {path} cannot be read: entries of it are missing.")
    return list(found.entries)
