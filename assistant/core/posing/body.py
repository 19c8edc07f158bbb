"""The body of the figure: how long and thick its parts are, how far its joints go, the names of its places.

Plain data, in meters and degrees. Must not solve anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.core.posing.vectors import Vec

SIDES = ("left", "right")

THIGH, SHIN, UPPER_ARM, FOREARM = 0.42, 0.42, 0.29, 0.25
PALM = 0.075  # from the wrist to the middle of the palm
FINGERS = 0.165  # from the wrist to their tips
ANKLE = 0.07  # of the ankle above the sole
HALF_HAND = 0.02
HEEL, TOES = 0.055, 0.165  # behind and before the ankle

HIP: Vec = (0.09, 0.0, 0.0)  # from the middle of the pelvis
WAIST: Vec = (0.0, 0.13, 0.0)
CHEST: Vec = (0.0, 0.12, 0.0)  # from the waist to where the chest turns
SHOULDER: Vec = (0.165, 0.205, 0.0)  # from there
NECK: Vec = (0.0, 0.25, -0.01)
HEAD: Vec = (0.0, 0.09, 0.01)  # from the neck to where the head nods
CROWN: Vec = (0.0, 0.1, 0.02)  # from there to the middle of the head

LIMITS: Mapping[str, tuple[float, float]] = {
    "lumbar.bend": (-25, 50),
    "lumbar.side": (-25, 25),
    "lumbar.turn": (-15, 15),
    "chest.bend": (-25, 45),
    "chest.side": (-28, 28),
    "chest.turn": (-38, 38),
    "neck.bend": (-35, 45),
    "neck.side": (-35, 35),
    "neck.turn": (-75, 75),
    "neck.slide": (-3, 3),
    "head.bend": (-25, 20),
    "blade.lift": (-2, 6),
    "blade.forward": (-5, 6),
    "hip.bend": (-25, 130),
    "hip.out": (-35, 60),
    "hip.turn": (-45, 85),
    "knee.bend": (-3, 158),
    "ankle.bend": (-70, 30),
    "shoulder.bend": (-60, 185),
    "shoulder.out": (-50, 180),
    "shoulder.turn": (-95, 110),
    "elbow.bend": (-3, 152),
    "hand.bend": (-80, 85),
    "hand.turn": (-90, 90),
}
"""How far each angle may go, without its side: of a supple healthy adult, so that a slip stands out."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the body: which part it is on, and where, in the part's own left, up and forward.

    Of a place with sides it is the left one. `out` is which way the skin faces there.
    """

    part: str
    at: Vec
    out: Vec


_MIDDLE = ("pelvis", "waist", "chest", "neck", "head")


def _part(side: str, part: str) -> str:
    return part if part in _MIDDLE else f"{side}_{part}"


def _sided(names: Mapping[str, tuple[str, Vec, Vec]]) -> dict[str, Place]:
    found = {}
    for name, (part, at, out) in names.items():
        found[f"left_{name}"] = Place(_part("left", part), at, out)
        found[f"right_{name}"] = Place(_part("right", part), (-at[0], *at[1:]), (-out[0], *out[1:]))
    return found


_FRONT, _BACK, _OUT, _IN, _TOP = (0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0), (0, 1, 0)

PLACES: Mapping[str, Place] = {
    "crown": Place("head", (0, 0.21, 0.02), _TOP),
    "forehead": Place("head", (0, 0.14, 0.115), _FRONT),
    "nose": Place("head", (0, 0.08, 0.13), _FRONT),
    "chin": Place("head", (0, 0.0, 0.1), _FRONT),
    "head_back": Place("head", (0, 0.11, -0.085), _BACK),
    "nape": Place("neck", (0, 0.05, -0.055), _BACK),
    "breastbone": Place("chest", (0, 0.1, 0.125), _FRONT),
    "between_blades": Place("chest", (0, 0.12, -0.115), _BACK),
    "middle_back": Place("waist", (0, 0.1, -0.105), _BACK),
    "lower_back": Place("pelvis", (0, 0.1, -0.105), _BACK),
    "belly": Place("waist", (0, 0.0, 0.11), _FRONT),
    **_sided(
        {
            "temple": ("head", (0.085, 0.12, 0.03), _OUT),
            "ear": ("head", (0.085, 0.09, 0.005), _OUT),
            "neck_side": ("neck", (0.05, 0.05, 0), _OUT),
            "shoulder_top": ("chest", (0.13, 0.26, 0), _TOP),
            "shoulder_front": ("chest", (0.15, 0.2, 0.07), _FRONT),
            "blade": ("chest", (0.09, 0.13, -0.11), _BACK),
            "ribs": ("chest", (0.17, 0.02, 0), _OUT),
            "waist": ("waist", (0.15, 0.0, 0), _OUT),
            "hip_side": ("pelvis", (0.185, 0.03, 0), _OUT),
            "hip_front": ("pelvis", (0.09, 0.02, 0.105), _FRONT),
            "hip_back": ("pelvis", (0.1, 0.05, -0.105), _BACK),
            "seat": ("pelvis", (0.09, -0.03, -0.105), _BACK),
            "upper_arm": ("upper_arm", (0.045, -0.16, 0), _OUT),
            "elbow": ("upper_arm", (0.0, -0.27, -0.04), _BACK),
            "elbow_inside": ("upper_arm", (0.0, -0.27, 0.04), _FRONT),
            "forearm": ("forearm", (0.035, -0.13, 0), _OUT),
            "palm": ("hand", (-0.02, -0.075, 0), _IN),
            "hand_back": ("hand", (0.02, -0.075, 0), _OUT),
            "thigh": ("thigh", (0, -0.24, 0.07), _FRONT),
            "thigh_upper": ("thigh", (0, -0.14, 0.08), _FRONT),
            "thigh_back": ("thigh", (0, -0.27, -0.065), _BACK),
            "thigh_inside": ("thigh", (-0.07, -0.2, 0), _IN),
            "thigh_outside": ("thigh", (0.07, -0.22, 0), _OUT),
            "knee": ("thigh", (0, -0.4, 0.055), _FRONT),
            "knee_outside": ("thigh", (0.055, -0.4, 0), _OUT),
            "above_knee": ("thigh", (0, -0.34, 0.06), _FRONT),
            "shin": ("shin", (0, -0.16, 0.05), _FRONT),
            "calf": ("shin", (0, -0.14, -0.055), _BACK),
            "ankle_front": ("shin", (0, -0.38, 0.04), _FRONT),
            "ankle_inside": ("shin", (-0.04, -0.4, 0), _IN),
            "heel": ("foot", (0, -0.05, -0.06), _BACK),
            "sole": ("foot", (0, -0.07, 0.06), (0, -1, 0)),
            "toes": ("foot", (0, -0.05, 0.165), _FRONT),
        }
    ),
}
"""What a hand or foot can reach for, by name."""


@dataclass(frozen=True, slots=True)
class Muscle:
    """Where a stretch can be felt: the line along which it glows, each point on a part, and how wide."""

    line: tuple[tuple[str, Vec], ...]
    radius: float


def _muscle(part: str, a: Vec, b: Vec, radius: float) -> Muscle:
    return Muscle(((part, a), (part, b)), radius)


MUSCLES: Mapping[str, Muscle] = {
    "nape": _muscle("neck", (0, 0.09, -0.035), (0, -0.02, -0.045), 0.036),
    "chest_front": _muscle("chest", (0.1, 0.15, 0.085), (-0.1, 0.15, 0.085), 0.05),
    "upper_back": _muscle("chest", (0.08, 0.14, -0.085), (-0.08, 0.14, -0.085), 0.05),
    "middle_back": Muscle(
        (("waist", (0, 0.02, -0.08)), ("waist", (0, 0.08, -0.08)), ("chest", (0, 0.04, -0.08))), 0.055
    ),
    "whole_back": Muscle(
        (
            ("pelvis", (0, 0.05, -0.08)),
            ("waist", (0, 0.0, -0.08)),
            ("waist", (0, 0.09, -0.08)),
            ("chest", (0, 0.04, -0.085)),
            ("chest", (0, 0.15, -0.08)),
        ),
        0.05,
    ),
    "lower_back": _muscle("pelvis", (0.06, 0.09, -0.085), (-0.06, 0.09, -0.085), 0.05),
    "ribs_front": _muscle("waist", (0.08, 0.13, 0.075), (-0.08, 0.13, 0.075), 0.05),
    "belly": _muscle("waist", (0.04, -0.03, 0.08), (-0.04, -0.03, 0.08), 0.05),
    **{
        f"{side}_back": Muscle(
            (
                ("pelvis", (sign * 0.07, 0.08, -0.08)),
                ("waist", (sign * 0.07, 0.0, -0.08)),
                ("waist", (sign * 0.07, 0.08, -0.08)),
            ),
            0.048,
        )
        for side, sign in (("left", 1), ("right", -1))
    },
    **{
        f"{side}_{name}": _muscle(
            _part(side, part),
            (sign * a[0], a[1], a[2]),
            (sign * b[0], b[1], b[2]),
            radius,
        )
        for side, sign in (("left", 1), ("right", -1))
        for name, (part, a, b, radius) in {
            "neck": ("neck", (0.035, 0.1, 0), (0.07, -0.03, -0.01), 0.034),
            "shoulder": ("upper_arm", (0.01, 0.0, 0), (0.01, -0.08, 0), 0.055),
            "shoulder_front": ("chest", (0.12, 0.18, 0.06), (0.15, 0.14, 0.05), 0.045),
            "shoulder_back": ("chest", (0.11, 0.18, -0.06), (0.16, 0.18, -0.03), 0.045),
            "blade": ("chest", (0.08, 0.18, -0.085), (0.08, 0.08, -0.085), 0.048),
            "ribs": ("chest", (0.13, 0.06, 0), (0.11, -0.1, 0), 0.05),
            "waist": ("waist", (0.1, 0.06, -0.02), (0.1, -0.07, -0.02), 0.05),
            "hip_front": ("pelvis", (0.09, 0.07, 0.07), (0.09, -0.07, 0.08), 0.05),
            "seat": ("pelvis", (0.08, 0.02, -0.07), (0.1, -0.07, -0.07), 0.055),
            "thigh_front": ("thigh", (0, -0.1, 0.045), (0, -0.32, 0.03), 0.045),
            "thigh_back": ("thigh", (0, -0.1, -0.045), (0, -0.32, -0.03), 0.045),
            "thigh_inside": ("thigh", (-0.045, -0.08, 0), (-0.03, -0.3, 0), 0.042),
            "calf": ("shin", (0, -0.08, -0.03), (0, -0.24, -0.025), 0.04),
            "calf_low": ("shin", (0, -0.22, -0.025), (0, -0.35, -0.015), 0.034),
            "shin": ("shin", (0, -0.08, 0.02), (0, -0.28, 0.015), 0.036),
        }.items()
    },
}
"""Where a stretch can be felt, by name. What is long on the back bends with it."""
