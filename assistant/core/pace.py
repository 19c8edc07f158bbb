"""About how long a session takes: holds, settling, speech and the transfers between two postures.

Pure. The settling and the rest are those of a session whose settings nobody changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.core.routine import Routine, Step, Stretch, estimated_seconds, steps_of
from assistant.core.transfers import Body, body_after, way_to, way_up

TRANSFER_SECONDS = 32.0
"""One transfer, with what is said of it: about forty words, and the time to do it."""
AROUND_SECONDS = 14.0
"""What is said before the first step and after the last."""


def steps_seconds(steps: tuple[Step, ...], body: Body | None = None) -> float:
    """How long these steps take with the transfers to them, from how somebody is now."""
    return estimated_seconds(steps) + _transfers(steps, body)[0] * TRANSFER_SECONDS


def stretch_seconds(stretch: Stretch) -> float:
    """How long a stretch takes, without the transfers: the same after any other."""
    return estimated_seconds(steps_of(stretch))


def routine_seconds(routine: Routine) -> float:
    """How long a routine takes, from its name to the last word."""
    stretches = routine.stretches
    return with_transfers(
        stretches, [stretch_seconds(one) for one in stretches], ends_lying=routine.ends_lying
    )


def with_transfers(
    stretches: Sequence[Stretch], seconds: Iterable[float], *, ends_lying: bool = False
) -> float:
    """How long stretches in their order take that take these seconds each."""
    transfers, body = _transfers([step for one in stretches for step in steps_of(one)])
    transfers += len(way_up(body, stays_lying=ends_lying))
    return AROUND_SECONDS + sum(seconds) + transfers * TRANSFER_SECONDS


def _transfers(steps: Iterable[Step], body: Body | None = None) -> tuple[int, Body | None]:
    """How many transfers lead to these steps, and how somebody is after them."""
    count = 0
    for step in steps:
        count += len(way_to(step, body))
        body = body_after(step)
    return count, body
