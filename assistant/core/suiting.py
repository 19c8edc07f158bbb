"""What suits somebody who has a condition: what is left out of a routine, and what takes its place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from assistant.core.routine import Condition, Routine, Stretch


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch that is left out for some conditions, and the one that is taken instead, if there is one."""

    left: Stretch
    conditions: tuple[Condition, ...]
    instead: Stretch | None


def suits(stretch: Stretch, conditions: Set[Condition]) -> bool:
    """Whether nothing of what somebody has speaks against it."""
    return not stretch.avoid & conditions


def ids_unsuitable(stretches: Iterable[Stretch], conditions: Set[Condition]) -> frozenset[str]:
    """The ids of those that do not suit."""
    return frozenset(stretch.id for stretch in stretches if not suits(stretch, conditions))


def suited(
    stretches: tuple[Stretch, ...],
    conditions: Set[Condition],
    library: tuple[Stretch, ...],
    taken: Set[str] = frozenset(),
) -> tuple[tuple[Stretch, ...], tuple[Change, ...]]:
    """The stretches with others in the place of those that do not suit, and what was changed.

    In its place comes a stretch of the library for the same region in the same position, in the same posture
    if there is one; it suits, and its id is none of `taken`. Without one, the stretch is left out.
    """
    fitting: list[Stretch] = []
    changes: list[Change] = []
    used = {*taken, *(stretch.id for stretch in stretches)}
    for stretch in stretches:
        if suits(stretch, conditions):
            fitting.append(stretch)
            continue
        instead = _replacement(stretch, conditions, library, used)
        changes.append(
            Change(stretch, tuple(c for c in Condition if c in stretch.avoid & conditions), instead)
        )
        if instead is not None:
            used.add(instead.id)
            fitting.append(instead)
    return tuple(fitting), tuple(changes)


def suited_routine(
    routine: Routine, conditions: Set[Condition], library: tuple[Stretch, ...], left_out: Set[str]
) -> tuple[Routine | None, tuple[Change, ...]]:
    """The routine as it suits, and what was changed; None where none of it is left without `left_out`."""
    stretches, changes = suited(routine.stretches, conditions, library, left_out)
    if all(stretch.id in left_out for stretch in stretches):
        return None, changes
    return (replace(routine, stretches=stretches) if changes else routine), changes


def _replacement(
    stretch: Stretch, conditions: Set[Condition], library: tuple[Stretch, ...], used: Set[str]
) -> Stretch | None:
    alike = [
        other
        for other in library
        if (other.region, other.position) == (stretch.region, stretch.position)
        and other.id not in used
        and suits(other, conditions)
    ]
    return min(alike, key=lambda other: other.posture is not stretch.posture, default=None)
