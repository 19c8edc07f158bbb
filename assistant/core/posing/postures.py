"""The base postures that poses are told against, by name.

Plain data. Must not solve anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.core.posing.pose import Base, Reach, Stance
from assistant.core.posing.vectors import UPRIGHT, Frame, Vec

SEAT = 0.45  # of a chair or a bed above the floor
_BACK: Frame = ((1, 0, 0), (0, 0, -1), (0, 1, 0))  # head toward -z, face up
_BELLY: Frame = ((1, 0, 0), (0, 0, 1), (0, -1, 0))  # head toward +z, face down
_RIGHT_SIDE: Frame = ((0, 1, 0), (0, 0, -1), (-1, 0, 0))  # on the right side, the left one on top


def _both(**angles: float) -> dict[str, float]:
    """Angles of both sides: hip_bend for left_hip.bend and right_hip.bend."""
    pairs = {name.replace("_", ".", 1): value for name, value in angles.items()}
    return {f"{side}_{name}": value for side in ("left", "right") for name, value in pairs.items()}


def _pair(name: str, x: float, y: float, z: float) -> dict[str, Vec]:
    return {f"left_{name}": (x, y, z), f"right_{name}": (-x, y, z)}


_FEET = {"left_foot": Reach("floor"), "right_foot": Reach("floor")}
_HANDS = {"left_hand": Reach("floor"), "right_hand": Reach("floor")}
_ON_THIGHS = {"left_hand": Reach("left_thigh"), "right_hand": Reach("right_thigh")}

BASES: Mapping[str, Base] = {
    base.name: base
    for base in (
        Base(
            "standing",
            (0, 0.905, 0),
            UPRIGHT,
            Stance({**_both(shoulder_out=7, elbow_bend=12, toes_out=6)}, _FEET),
            _pair("foot", 0.1, 0, 0),
            ("feet",),
        ),
        Base(
            "sitting",
            (0, SEAT + 0.1, 0),
            UPRIGHT,
            Stance(_both(hip_bend=88, knee_bend=88), {**_FEET, **_ON_THIGHS}),
            _pair("foot", 0.11, 0, 0.4),
            ("pelvis", "feet"),
        ),
        Base(
            "bed_edge",
            (0, SEAT + 0.1, 0),
            UPRIGHT,
            Stance(
                {**_both(hip_bend=86), "right_hip.out": 35, "left_ankle.bend": 5},
                {"right_foot": Reach("floor"), **_ON_THIGHS},
            ),
            {"left_foot": (0.1, SEAT, 0.8), "right_foot": (-0.36, 0, 0.3)},
            ("pelvis",),
        ),
        Base(
            "long_sitting",
            (0, 0.105, 0),
            UPRIGHT,
            Stance(_both(hip_bend=87), _ON_THIGHS),
            {**_pair("foot", 0.1, 0, 0.5), **_pair("hand", 0.2, 0, -0.25)},
            ("pelvis",),
        ),
        Base(
            "on_back",
            (0, 0.11, 0),
            _BACK,
            Stance(
                _both(hip_bend=50, knee_bend=95, shoulder_out=20, shoulder_bend=-8, elbow_bend=6),
                _FEET,
            ),
            {**_pair("foot", 0.11, 0, 0.42), **_pair("hand", 0.34, 0, 0.0)},
            ("pelvis", "chest", "head"),
        ),
        Base(
            "on_side",
            (0, 0.205, 0),
            _RIGHT_SIDE,
            Stance(
                {
                    **_both(hip_bend=60, knee_bend=75, shoulder_bend=80, elbow_bend=8, ankle_bend=-15),
                    "left_hip.out": -6,
                    "left_shoulder.out": -12,
                }
            ),
            {"left_hand": (-0.4, 0, -0.3), "right_hand": (-0.5, 0, -0.45)},
            ("pelvis", "chest"),
        ),
        Base(
            "on_belly",
            (0, 0.11, 0),
            _BELLY,
            Stance(
                _both(ankle_bend=-65, hip_out=5) | {"neck.bend": -12},
                {
                    side: Reach("floor", bend=(x, 0.0, 0.0))
                    for side, x in (("left_hand", 1.0), ("right_hand", -1.0))
                },
            ),
            _pair("hand", 0.2, 0, 0.62),
            ("pelvis", "chest"),
        ),
        Base(
            "hands_and_knees",
            (0, 0.475, 0),
            _BELLY,
            Stance(
                _both(hip_bend=80, knee_bend=90, ankle_bend=-68) | {"pelvis.bend": -10, "neck.bend": -10},
                _HANDS,
                "knees",
            ),
            _pair("hand", 0.17, 0, 0.45),
            ("knees", "hands"),
        ),
        Base(
            "kneeling",
            (0, 0.475, 0),
            UPRIGHT,
            Stance(_both(knee_bend=90, ankle_bend=-68, shoulder_out=7, elbow_bend=12), {}, "knees"),
            {**_pair("foot", 0.12, 0, 0.4), **_pair("hand", 0.17, 0, 0.5)},
            ("knees",),
        ),
    )
}
"""What a pose names as its base: the postures of assistant/core/routine.py, each as a quiet body."""
