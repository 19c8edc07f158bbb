"""What somebody has to have at hand for a routine: known before it begins. Pure."""

from __future__ import annotations

from assistant.core.routine import Equipment, Position, Routine

FURNITURE = {
    Position.SEATED: ("chair",),
    Position.FLOOR: ("mat", "chair"),  # a chair to hold on the way down and up
    Position.BED: ("bed",),
}
"""What is sat, lain or knelt on in a position; standing needs nothing."""
THINGS = tuple(
    dict.fromkeys((*(thing for things in FURNITURE.values() for thing in things), *map(str, Equipment)))
)
"""All that can be needed, in the order in which it is said."""


def needed_for(routine: Routine) -> tuple[str, ...]:
    """What a routine needs, each thing once, what bears the body first; nothing for just standing."""
    needed = {thing for stretch in routine.stretches for thing in FURNITURE.get(stretch.position, ())}
    needed |= {str(thing) for stretch in routine.stretches for thing in stretch.equipment}
    return tuple(thing for thing in THINGS if thing in needed)
