"""Who should leave a stretch out, by what it asks of the body: tables that a clinician can read.

What a stretch names beyond these tables is its own. Must not know any stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from assistant.core.routine import Condition as C
from assistant.core.routine import Posture, Region


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


ALWAYS = frozenset({C.RECENT_INJURY, C.RECENT_OPERATION})
"""For these every stretch is left out: which part of the body is meant is told in words."""
BY_REGION: Mapping[Region, frozenset[C]] = {
    Region.NECK: frozenset({C.DIZZINESS, C.RHEUMATOID_ARTHRITIS}),
    Region.SHOULDERS: frozenset({C.SHOULDER_TROUBLE}),
    Region.HIPS: frozenset({C.HIP_REPLACEMENT}),
    Region.GLUTES: frozenset({C.HIP_REPLACEMENT}),
    Region.HAMSTRINGS: frozenset({C.TINGLING_LEG}),
    Region.CALVES: frozenset({C.BLOOD_CLOT}),
}
BY_POSTURE: Mapping[Posture, frozenset[C]] = {
    Posture.STANDING: frozenset({C.POOR_BALANCE}),
    Posture.ON_BACK: frozenset({C.PREGNANCY}),
    Posture.ON_BELLY: frozenset({C.PREGNANCY}),
    Posture.KNEELING: frozenset({C.KNEE_TROUBLE}),
    Posture.HANDS_AND_KNEES: frozenset({C.KNEE_TROUBLE, C.WRIST_TROUBLE}),
}
BY_DEMAND: Mapping[Demand, frozenset[C]] = {
    Demand.BENDS_NECK: frozenset({C.RHEUMATOID_ARTHRITIS}),
    Demand.BENDS_BACK: frozenset({C.OSTEOPOROSIS, C.DISC_TROUBLE}),
    Demand.ARCHES_BACK: frozenset({C.SPINAL_STENOSIS, C.SLIPPED_VERTEBRA}),
    Demand.TURNS_BACK: frozenset({C.OSTEOPOROSIS, C.DISC_TROUBLE}),
    Demand.HEAD_LOW: frozenset({C.DIZZINESS, C.GLAUCOMA}),
    Demand.LIES_FLAT: frozenset({C.PREGNANCY}),
    Demand.BENDS_HIP: frozenset({C.HIP_REPLACEMENT}),
    Demand.PULLS_NERVE: frozenset({C.TINGLING_LEG}),
}


def needed(region: Region, posture: Posture, demands: Iterable[Demand]) -> dict[C, str]:
    """The conditions that a stretch must name, each with what it is that asks for it."""
    reasons: dict[C, str] = dict.fromkeys(sorted(ALWAYS), "every stretch")
    reasons |= dict.fromkeys(sorted(BY_REGION.get(region, ())), f"region {region}")
    reasons |= dict.fromkeys(sorted(BY_POSTURE.get(posture, ())), f"posture {posture}")
    for demand in demands:
        reasons |= dict.fromkeys(sorted(BY_DEMAND[demand]), f"demand {demand}")
    return reasons
