"""Planted faults: each breaks one rule of the dialogue. The sessions of chance must find every one of them.

A fault that is not found means that what can happen, or what must hold, is to be bettered; never that the
fault is to be left out. Each is planted through `monkeypatch` and gone after its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from assistant.core import adapting, course, entering, flow, guards, hold, hurting, intents, listening, pain, session
from assistant.core.context import Context
from assistant.core.effects import EFFECTS
from assistant.core.flow import IN_PAIN, STRETCHING, UNDER_WAY, Row, Signal, State
from assistant.core.guards import GUARDS
from assistant.core.intents import Intent

Patch = pytest.MonkeyPatch
S, I = State, Intent  # noqa: E741 - as in the flow table


@dataclass(frozen=True)
class Mutant:
    """One fault: what is wrong with it, how it is planted, how many sessions may pass before it is found."""

    wrong: str
    plant: Callable[[Patch], None]
    most_sessions: int = 700


def with_table(patch: Patch, change: Callable[[Row], Row | None]) -> None:
    """A flow table with other rows; a row becomes None to be left out."""
    table = tuple(changed for row in flow.TABLE if (changed := change(row)))
    answered = {s: frozenset(row.trigger for row in table if s in row.sources) for s in State}
    patch.setattr(session, "TABLE", table)
    patch.setattr(session, "ANSWERED", answered)
    session._machine.cache_clear()


def without(trigger: object, *states: State, dest: State | None = None) -> Callable[[Patch], None]:
    """The table without what a trigger does in some states (and with one destination, if given)."""

    def change(row: Row) -> Row | None:
        if row.trigger != trigger or (dest is not None and row.dest is not dest):
            return row
        sources = tuple(state for state in row.sources if state not in states)
        return replace(row, sources=sources) if sources else None

    return lambda patch: with_table(patch, change)


def leads(trigger: object, state: State, dest: State) -> Callable[[Patch], None]:
    """The table with a trigger that leads somewhere else from a state, and does nothing on the way."""

    def plant(patch: Patch) -> None:
        first = Row(trigger, (state,), dest)  # type: ignore[arg-type]
        patch.setattr(flow, "TABLE", (first, *flow.TABLE))
        with_table(patch, lambda row: row)

    return plant


def sets(module: object, name: str, value: object) -> Callable[[Patch], None]:
    """Another number, or another function."""
    return lambda patch: patch.setattr(module, name, value)


def guard(name: str, answer: bool) -> Callable[[Patch], None]:
    """A question of the table that always has the same answer."""
    return lambda patch: patch.setitem(GUARDS, name, lambda context: answer)


def before(name: str, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """An effect that does something more, first."""

    def plant(patch: Patch) -> None:
        usual = EFFECTS[name]

        def effect(context: Context) -> None:
            does(context)
            usual(context)

        patch.setitem(EFFECTS, name, effect)

    return plant


def after(name: str, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """An effect that does something more, last."""

    def plant(patch: Patch) -> None:
        usual = EFFECTS[name]

        def effect(context: Context) -> None:
            usual(context)
            does(context)

        patch.setitem(EFFECTS, name, effect)

    return plant


def does_nothing(name: str) -> Callable[[Patch], None]:
    """An effect that was forgotten."""
    return lambda patch: patch.setitem(EFFECTS, name, lambda context: None)


def entering_also(state: State, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """Something more is done after a state was entered."""

    def plant(patch: Patch) -> None:
        usual = entering.ENTERING[state]

        def enter(context: Context) -> None:
            usual(context)
            does(context)

        patch.setitem(entering.ENTERING, state, enter)

    return plant
