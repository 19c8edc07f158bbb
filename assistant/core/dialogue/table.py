"""What the files of this package are made of: rows of one table, and the behaviors that they make up.

A row says: on this trigger, in these states, if all its guards hold, do this and move there. Rows are tried
in order, safety rows of every behavior first. What no row answers stands in `unanswered`, so that every pair
of state and trigger has an answer on purpose; a test checks the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.core.context import Context
from assistant.core.states import State, Trigger

Guard = Callable[[Context], bool]
"""A question that a row asks; it changes nothing."""
Effect = Callable[[Context], None]
"""What a row does before the session moves, or what a state begins with."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `dest` None means that the session answers without moving."""

    trigger: Trigger
    sources: tuple[State, ...]
    dest: State | None
    when: tuple[Guard, ...] = ()
    do: Effect | None = None


@dataclass(frozen=True, slots=True)
class Behavior:
    """One thing that a session does.

    `safety` are the rows that nothing may veto. `entering` says what its states begin with, and `unanswered`
    which triggers mean nothing in them, by name.
    """

    rows: tuple[Row, ...] = ()
    safety: tuple[Row, ...] = ()
    entering: Mapping[State, Effect] = field(default_factory=dict)
    unanswered: Mapping[State, str] = field(default_factory=dict)


def named(name: str, function: Guard) -> Guard:
    """A guard made for a value, under the name that the table's page shows."""
    function.__name__ = name
    return function
