"""Which routine was meant: by its name, by a part of the body, by the minutes that there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assistant.core.context import Context
from assistant.core.intents import Slots
from assistant.core.pace import routine_seconds
from assistant.core.planner import Request, compose
from assistant.core.routine import Condition, Position, Region, Routine, Stretch
from assistant.core.suiting import suited_routine

LAST = "last"
"""In place of a routine's id: the one of the last session."""


def routine_minutes(routine: Routine) -> int:
    """About how many minutes a routine takes, at least one."""
    return max(1, round(routine_seconds(routine) / 60))


def available(context: Context) -> tuple[Routine, ...]:
    """The routines of which something is left, without what hurt and what does not suit."""
    offer, left_out = _Offer(context.catalogue, context.library), frozenset(context.left_out)
    return _suitable(offer, left_out, frozenset(context.conditions))


def usual(context: Context) -> Routine:
    """The routine for somebody who does not choose: the last one, or else the first that needs nothing."""
    known = available(context)
    last = (routine for routine in known if routine.id == context.settings.last_routine_id)
    bare = (routine for routine in known if not any(stretch.equipment for stretch in routine.stretches))
    return next(last, None) or next(bare, known[0])


def requested(context: Context) -> Routine | None:
    """The routine that was asked for: one of the catalogue, or composed from the library for a region or a
    position. None when none was, or nothing fits.

    Several guards and the effect ask within one event: the answer to the same question is kept.
    """
    assert context.heard is not None
    if context.heard.slots.routine == LAST and available(context):
        return usual(context)
    offer = _Offer(context.catalogue, context.library)
    left_out = frozenset(context.left_out)
    return _meant(offer, context.heard.slots, left_out, frozenset(context.conditions))


def meant(catalogue: tuple[Routine, ...], library: tuple[Stretch, ...], slots: Slots) -> Routine | None:
    """The routine that would be begun for this, if nothing has hurt and nothing has to be left out."""
    return _meant(_Offer(catalogue, library), slots, frozenset(), frozenset())


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    """What there is to choose from. Equal when it is the same objects: to hash the texts of every stretch
    anew would take longer than to compose."""

    catalogue: tuple[Routine, ...]
    library: tuple[Stretch, ...]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Offer) and other.catalogue is self.catalogue and other.library is self.library
        )

    def __hash__(self) -> int:
        return hash((id(self.catalogue), id(self.library)))


@lru_cache(maxsize=1)
def _suitable(
    offer: _Offer, left_out: frozenset[str], conditions: frozenset[Condition]
) -> tuple[Routine, ...]:
    return tuple(
        routine
        for routine in offer.catalogue
        if suited_routine(routine, conditions, offer.library, left_out)[0] is not None
    )


@lru_cache(maxsize=1)
def _meant(
    offer: _Offer, slots: Slots, left_out: frozenset[str], conditions: frozenset[Condition]
) -> Routine | None:
    if offer.library and slots.routine is None and (slots.region or slots.position):
        request = Request(
            minutes=slots.number,
            region=Region(slots.region) if slots.region else None,
            position=Position(slots.position) if slots.position else None,
        )
        return compose(offer.library, request, left_out=left_out, conditions=conditions)
    return choose_routine(_suitable(offer, left_out, conditions), slots)


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
