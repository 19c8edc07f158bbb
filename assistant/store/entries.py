"""What is kept of one event: its actions for the history, and the event itself for the journal; plain values.

Values only: whoever writes them is in `history_writer`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from assistant.core.actions import Action, EndSession, ForgetCondition
from assistant.core.events import Event
from assistant.core.journal import as_values

KEPT: dict[str, type] = {
    kind.__name__: kind
    for kind in get_args(Action)
    if kind.__name__.startswith("Record") or kind in (EndSession, ForgetCondition)
}
"""The actions that are for the history, by name."""
HEAD = "begins"
"""The key that the head of a run has in the journal, and no event."""
GAP = '{"gap":true}'
"""Stands in the journal where events are missing: what comes after brings nobody to where the session was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one event brought. `at` is the wall clock's time; `event` is JSON, "" for none.

    With `begins_run` the event is the head of a new run of the journal; `resumes` are a run and its session
    (None where it had none) that go on after they were cut short.
    """

    at: str
    actions: tuple[Action, ...] = ()
    now: float = 0.0
    event: str = ""
    begins_run: bool = False
    resumes: tuple[int, int | None] | None = None

    @property
    def without_event(self) -> Entry:
        """The same for the history alone."""
        return replace(self, event="", begins_run=False, resumes=None)


def kept_of(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Those of the actions that are for the history."""
    return tuple(action for action in actions if type(action).__name__ in KEPT)


def entry_of(at: str, kept: tuple[Action, ...], now: float, event: Event | None) -> Entry:
    """The entry of an event and of what is kept of its actions."""
    return Entry(at, kept, now, "" if event is None else as_json(as_values(event)))


def as_json(values: Mapping[str, Any]) -> str:
    """Plain values in as few characters as possible."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def to_line(entry: Entry) -> str:
    """The entry as one line of JSON."""
    actions = [[type(action).__name__, asdict(action)] for action in entry.actions]
    return as_json({**asdict(replace(entry, actions=())), "actions": actions})


def from_line(line: str) -> Entry:
    """The entry that `to_line` made a line of. Raises ValueError for anything else."""
    try:
        values = json.loads(line)
        actions = tuple(KEPT[name](**fields) for name, fields in values.pop("actions"))
        resumes = values.pop("resumes")
        return Entry(actions=actions, resumes=resumes and (resumes[0], resumes[1]), **values)
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{line[:80]!r}: {error}") from error
