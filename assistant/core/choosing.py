"""Which routine was meant: by its name, by a part of the body, by the minutes that there are."""

from __future__ import annotations

from assistant.core.context import Context
from assistant.core.intents import Slots
from assistant.core.planner import Request, compose
from assistant.core.routine import Position, Region, Routine, estimated_seconds, plan


def routine_minutes(routine: Routine) -> int:
    """About how many minutes a routine takes, at least one."""
    return max(1, round(estimated_seconds(plan(routine)) / 60))


def available(context: Context) -> tuple[Routine, ...]:
    """The routines of which something is left, without what hurt."""
    return tuple(
        routine
        for routine in context.catalogue
        if any(stretch.id not in context.left_out for stretch in routine.stretches)
    )


def requested(context: Context) -> Routine | None:
    """The routine that was asked for: one of the catalogue, or composed from the library for a region or a
    position. None when none was, or nothing fits."""
    assert context.heard is not None
    slots = context.heard.slots
    if context.library and slots.routine is None and (slots.region or slots.position):
        request = Request(
            minutes=slots.number,
            region=Region(slots.region) if slots.region else None,
            position=Position(slots.position) if slots.position else None,
        )
        return compose(
            context.library, request, left_out=context.left_out, conditions=context.settings.conditions
        )
    return choose_routine(available(context), slots)


def choose_routine(catalogue: tuple[Routine, ...], slots: Slots) -> Routine | None:
    """The routine that fits what was said best; None when neither name, region nor minutes were said.

    Of the routines that visit a region, those that give it the greater share come first; among equals,
    and where only minutes were said, the one whose length is nearest.
    """
    if slots.routine is not None:
        return next((r for r in catalogue if r.id == slots.routine), None)
    if slots.region is None and not slots.number:
        return None
    fitting = [r for r in catalogue if slots.region is None or _share(r, slots.region) > 0]

    def fit(routine: Routine) -> tuple[float, float]:
        off_minutes = abs(routine_minutes(routine) - slots.number) if slots.number is not None else 0
        share = _share(routine, slots.region) if slots.region is not None else 0.0
        return (off_minutes, -share) if slots.number is not None else (-share, off_minutes)

    return min(fitting, key=fit, default=None)


def _share(routine: Routine, region: str) -> float:
    return sum(s.region == region for s in routine.stretches) / len(routine.stretches)
