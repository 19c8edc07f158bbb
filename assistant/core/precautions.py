"""Who should leave a stretch out, by what it asks of the body: tables that a clinician can read.

What a stretch names beyond these tables is its own. Must not know any stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from assistant.core.routine import Condition, Posture, Region


class Demand(StrEnum):
    """What a stretch asks of the body, beside its region and its posture."""

    BENDS_NECK = "bends_neck"
    BENDS_BACK = "bends_back"
    ARCHES_BACK = "arches_back"
    TURNS_BACK = "turns_back"
    HEAD_LOW = "head_low"
    LIES_FLAT = "lies_flat"  # on the way, where the posture that it begins in is another
    BENDS_HIP = "bends_hip"  # beyond what sitting does
    PULLS_NERVE = "pulls_nerve"  # the one down the back of the leg


ALWAYS = frozenset({Condition.RECENT_INJURY, Condition.RECENT_OPERATION})
"""For these every stretch is left out: which part of the body is meant is told in words."""
BY_REGION: Mapping[Region, frozenset[Condition]] = {
    Region.NECK: frozenset({Condition.DIZZINESS, Condition.RHEUMATOID_ARTHRITIS}),
    Region.SHOULDERS: frozenset({Condition.SHOULDER_TROUBLE}),
    Region.HIPS: frozenset({Condition.HIP_REPLACEMENT}),
    Region.GLUTES: frozenset({Condition.HIP_REPLACEMENT}),
    Region.HAMSTRINGS: frozenset({Condition.TINGLING_LEG}),
    Region.CALVES: frozenset({Condition.BLOOD_CLOT}),
}
BY_POSTURE: Mapping[Posture, frozenset[Condition]] = {
    Posture.STANDING: frozenset({Condition.POOR_BALANCE}),
    Posture.ON_BACK: frozenset({Condition.PREGNANCY}),
    Posture.ON_BELLY: frozenset({Condition.PREGNANCY}),
    Posture.KNEELING: frozenset({Condition.KNEE_TROUBLE}),
    Posture.HANDS_AND_KNEES: frozenset({Condition.KNEE_TROUBLE, Condition.WRIST_TROUBLE}),
}
BY_DEMAND: Mapping[Demand, frozenset[Condition]] = {
    Demand.BENDS_NECK: frozenset({Condition.RHEUMATOID_ARTHRITIS}),
    Demand.BENDS_BACK: frozenset({Condition.OSTEOPOROSIS, Condition.DISC_TROUBLE}),
    Demand.ARCHES_BACK: frozenset({Condition.SPINAL_STENOSIS, Condition.SLIPPED_VERTEBRA}),
    Demand.TURNS_BACK: frozenset({Condition.OSTEOPOROSIS, Condition.DISC_TROUBLE}),
    Demand.HEAD_LOW: frozenset({Condition.DIZZINESS, Condition.GLAUCOMA}),
    Demand.LIES_FLAT: frozenset({Condition.PREGNANCY}),
    Demand.BENDS_HIP: frozenset({Condition.HIP_REPLACEMENT}),
    Demand.PULLS_NERVE: frozenset({Condition.TINGLING_LEG}),
}


def needed(region: Region, posture: Posture, demands: Iterable[Demand]) -> dict[Condition, str]:
    """The conditions that a stretch must name, each with what it is that asks for it."""
    reasons: dict[Condition, str] = dict.fromkeys(sorted(ALWAYS), "every stretch")
    reasons |= dict.fromkeys(sorted(BY_REGION.get(region, ())), f"region {region}")
    reasons |= dict.fromkeys(sorted(BY_POSTURE.get(posture, ())), f"posture {posture}")
    for demand in demands:
        reasons |= dict.fromkeys(sorted(BY_DEMAND[demand]), f"demand {demand}")
    return reasons
