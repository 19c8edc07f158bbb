"""From angles to a body: each part turns with the one that carries it. And two bones that reach a point.

Pure functions on any thread. Signs: `bend` is forward (of a knee: heel toward the seat), `side` and `turn` of
the trunk are to the left, `out` is away from the middle, `turn` of a limb is outward.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import acos, asin, atan2, cos, degrees, sin

from assistant.core.posing import body
from assistant.core.posing.body import PLACES, SIDES
from assistant.core.posing.vectors import (
    FORWARD,
    LEFT,
    UP,
    Frame,
    Vec,
    across,
    add,
    cross,
    dot,
    length,
    local_to,
    minus,
    placed,
    times,
    turned,
    unit,
)

Parts = dict[str, tuple[Vec, Frame]]
DOWN: Vec = (0.0, -1.0, 0.0)


def sign(side: str) -> int:
    """1 for the left, -1 for the right: what is told for the left, mirrored."""
    return 1 if side == "left" else -1


def mirrored(vec: Vec, side: str) -> Vec:
    """A vector of the left side, on this side."""
    return (vec[0] * sign(side), vec[1], vec[2])


def forward_kinematics(angles: Mapping[str, float], root: Vec, frame: Frame) -> Parts:
    """Where each part begins and how it is turned, from the pelvis outward."""
    parts: Parts = {}
    shift = (_cm(angles, "pelvis.left"), _cm(angles, "pelvis.up"), _cm(angles, "pelvis.forward"))
    parts["pelvis"] = (add(root, shift), _trunk(frame, angles, "pelvis"))
    _carry(parts, ("pelvis", "waist"), body.WAIST, angles, "lumbar")
    _carry(parts, ("waist", "chest"), body.CHEST, angles, "chest")
    _carry(parts, ("chest", "neck"), body.NECK, angles, "neck")
    slide = (0.0, 0.0, -_cm(angles, "neck.slide"))
    _carry(parts, ("neck", "head"), add(body.HEAD, slide), angles, "head")
    for side in SIDES:
        _arm(parts, angles, side)
        _leg(parts, angles, side)
    return parts


def place(parts: Parts, name: str) -> tuple[Vec, Vec]:
    """Where a place of the body is in the room, and which way the skin faces there."""
    told = PLACES[name]
    origin, frame = parts[told.part]
    return add(origin, placed(frame, told.at)), placed(frame, told.out)


def two_bones(start: Vec, goal: Vec, upper: float, lower: float, toward: Vec) -> tuple[Vec, Vec, float]:
    """Middle and end of two bones that reach for `goal`, the middle bent `toward`; and how far they miss."""
    way = minus(goal, start)
    far = length(way)
    reach = min(max(far, abs(upper - lower) + 1e-4), (upper + lower) * 0.9999)
    ahead = unit(way, DOWN)
    inner = (upper * upper + reach * reach - lower * lower) / (2 * upper * reach)
    angle = acos(max(-1.0, min(1.0, inner)))
    aside = across(toward, ahead)
    middle = add(start, add(times(ahead, upper * cos(angle)), times(aside, upper * sin(angle))))
    return middle, add(start, times(ahead, reach)), abs(far - reach)


def bone_frame(start: Vec, end: Vec, forward: Vec) -> Frame:
    """The frame of a bone that hangs from `start` to `end`, its front as near to `forward` as can be."""
    up = unit(minus(start, end))
    ahead = across(forward, up)
    return (cross(up, ahead), up, ahead)


def limb_angles(upper: Frame, carrier: Frame, side: str) -> tuple[float, float, float]:
    """Bend, out and turn of a thigh or an upper arm against what carries it."""
    left, up, forward = (local_to(carrier, axis) for axis in upper)
    out = degrees(asin(max(-1.0, min(1.0, -up[0])))) * sign(side)
    bend = -degrees(atan2(up[2], up[1]))
    turn = degrees(atan2(forward[0], left[0])) * sign(side)
    return (bend + 360 if bend < -120 else bend), out, turn


def bend_between(upper: Vec, lower: Vec) -> float:
    """The degrees from one bone's direction to the next one's."""
    return degrees(atan2(length(cross(upper, lower)), dot(upper, lower)))


def _cm(angles: Mapping[str, float], name: str) -> float:
    return angles.get(name, 0.0) / 100


def _trunk(frame: Frame, angles: Mapping[str, float], name: str) -> Frame:
    turn, bend, side = (angles.get(f"{name}.{what}", 0.0) for what in ("turn", "bend", "side"))
    return turned(frame, (UP, turn), (LEFT, bend), (FORWARD, -side))


def _carry(parts: Parts, pair: tuple[str, str], at: Vec, angles: Mapping[str, float], joint: str) -> None:
    by, name = pair
    origin, frame = parts[by]
    parts[name] = (add(origin, placed(frame, at)), _trunk(frame, angles, joint))


def _limb(frame: Frame, angles: Mapping[str, float], name: str, side: str) -> Frame:
    bend, out, turn = (angles.get(f"{side}_{name}.{what}", 0.0) for what in ("bend", "out", "turn"))
    return turned(frame, (LEFT, -bend), (FORWARD, out * sign(side)), (UP, turn * sign(side)))


def _hang(parts: Parts, upper: str, name: str, long: float, bend: float) -> None:
    origin, frame = parts[upper]
    parts[name] = (add(origin, placed(frame, (0.0, -long, 0.0))), turned(frame, (LEFT, bend)))


def _arm(parts: Parts, angles: Mapping[str, float], side: str) -> None:
    origin, frame = parts["chest"]
    lift, ahead = _cm(angles, f"{side}_blade.lift"), _cm(angles, f"{side}_blade.forward")
    at = add(mirrored(body.SHOULDER, side), (-abs(ahead) * 0.3 * sign(side), lift, ahead))
    parts[f"{side}_upper_arm"] = (add(origin, placed(frame, at)), _limb(frame, angles, "shoulder", side))
    elbow = angles.get(f"{side}_elbow.bend", 0.0)
    _hang(parts, f"{side}_upper_arm", f"{side}_forearm", body.UPPER_ARM, -elbow)
    _hang(parts, f"{side}_forearm", f"{side}_hand", body.FOREARM, 0.0)
    start, hand = parts[f"{side}_hand"]
    bend, turn = angles.get(f"{side}_hand.bend", 0.0), angles.get(f"{side}_hand.turn", 0.0)
    parts[f"{side}_hand"] = (start, turned(hand, (UP, turn * sign(side)), (FORWARD, -bend * sign(side))))


def _leg(parts: Parts, angles: Mapping[str, float], side: str) -> None:
    origin, frame = parts["pelvis"]
    hip = add(origin, placed(frame, mirrored(body.HIP, side)))
    parts[f"{side}_thigh"] = (hip, _limb(frame, angles, "hip", side))
    _hang(parts, f"{side}_thigh", f"{side}_shin", body.THIGH, angles.get(f"{side}_knee.bend", 0.0))
    _hang(parts, f"{side}_shin", f"{side}_foot", body.SHIN, -angles.get(f"{side}_ankle.bend", 0.0))
