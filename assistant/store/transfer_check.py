"""A routine as somebody has to follow it: the ways from posture to posture, and how long it takes.

Pure functions on any thread. What they find keeps no routine from use: `limber routines check` tells it.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.pace import routine_seconds
from assistant.core.routine import Routine, plan
from assistant.core.transfers import Body, body_after, body_in, grouped, posture_changes, way
from assistant.store.documents import Document, Loc, Problem

TOLERANCE, ROUNDING_SECONDS = 0.1, 30.0
"""By how much a routine may take longer or shorter than it says, in whole minutes."""


def check_transfers(document: Document, routine: Routine, minutes: int | None = None) -> tuple[Problem, ...]:
    """What is wrong with a routine's ways; with `minutes`, those that its file tells, with its length too."""
    found = [*_missing(routine), *_needless(routine), *_length(routine, minutes)]
    return tuple(document.problem(loc, message) for loc, message in dict.fromkeys(found))


_Found = tuple[Loc, str]


def _missing(routine: Routine) -> Iterator[_Found]:
    at = {stretch.id: index for index, stretch in enumerate(routine.stretches)}
    body: Body | None = None
    for step in plan(routine):
        goal = body_in(step)
        if way(body, goal) is None:
            told = f"{goal.posture} ({goal.place})"
            before = f"{body.posture} ({body.place})" if body else "standing"
            yield (
                ("stretches", at[step.stretch.id]),
                f"has no transfer: nothing tells the way from {before} to {told}",
            )
        body = body_after(step)


def _needless(routine: Routine) -> Iterator[_Found]:
    better = grouped(routine.stretches)
    if not routine.order_reason and posture_changes(better) < posture_changes(routine.stretches):
        order = ", ".join(stretch.id for stretch in better)
        yield ("stretches",), f"changes posture more often than it must: {order}; or give an order_reason"


def _length(routine: Routine, minutes: int | None) -> Iterator[_Found]:
    if minutes is None:
        return
    off_seconds = abs(routine_seconds(routine) - minutes * 60)
    if off_seconds > max(ROUNDING_SECONDS, minutes * 60 * TOLERANCE):
        yield ("minutes",), f"is {minutes}, but it takes about {round(routine_seconds(routine) / 60)}"
