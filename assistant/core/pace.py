"""About how long a session takes: holds, settling, speech and the transfers between two postures.

Pure. The settling and the rest are those of a session whose settings nobody changed.
"""

from __future__ import annotations

from assistant.core.routine import Routine, Step, estimated_seconds, plan
from assistant.core.transfers import Body, body_after, way_to, way_up

TRANSFER_SECONDS = 32.0
"""One transfer, with what is said of it: about forty words, and the time to do it."""
AROUND_SECONDS = 14.0
"""What is said before the first step and after the last."""


def steps_seconds(steps: tuple[Step, ...], body: Body | None = None) -> float:
    """How long these steps take with the transfers to them, from how somebody is now."""
    transfers = 0
    for step in steps:
        transfers += len(way_to(step, body))
        body = body_after(step)
    return estimated_seconds(steps) + transfers * TRANSFER_SECONDS


def routine_seconds(routine: Routine) -> float:
    """How long a routine takes, from its name to the last word."""
    steps = plan(routine)
    up = way_up(body_after(steps[-1]), stays_lying=routine.ends_lying)
    return AROUND_SECONDS + steps_seconds(steps) + len(up) * TRANSFER_SECONDS
