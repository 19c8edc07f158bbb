"""What somebody has to have at hand for a routine: known before it begins. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set

from assistant.core.planner import PLANNED_ID
from assistant.core.routine import Equipment, Position, Routine

FURNITURE = {Position.SEATED: "chair", Position.FLOOR: "mat", Position.BED: "bed"}
"""What is sat, lain or knelt on in a position; standing needs nothing."""
THINGS = tuple(dict.fromkeys((*FURNITURE.values(), *map(str, Equipment))))
"""All that can be needed, in the order in which it is said."""


def needed_for(routine: Routine) -> tuple[str, ...]:
    """What a routine needs, each thing once, what bears the body first; nothing for just standing."""
    needed = {FURNITURE[position] for position in _positions(routine) if position in FURNITURE}
    needed |= {str(thing) for stretch in routine.stretches for thing in stretch.equipment}
    return tuple(thing for thing in THINGS if thing in needed)


def _positions(routine: Routine) -> Set[Position]:
    """Where the body is; a composed routine stays in the one position that all its stretches allow."""
    if routine.id != PLANNED_ID:
        return {stretch.position for stretch in routine.stretches}
    own = Counter(stretch.position for stretch in routine.stretches)
    allowed = Counter(p for stretch in routine.stretches for p in {stretch.position, *stretch.also_in})
    return {max(Position, key=lambda position: (allowed[position], own[position]))}
