"""From a stance to a body: angles first, then the anchor, then feet and hands that reach what they touch.

Pure functions on any thread. Between two stances the angles go evenly, and every reach is solved anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assistant.core.posing import body
from assistant.core.posing.body import PLACES
from assistant.core.posing.kinematics import (
    Parts,
    bone_frame,
    forward_kinematics,
    mirrored,
    place,
    sign,
    two_bones,
)
from assistant.core.posing.pose import Anchor, Base, Body, Pose, Reach
from assistant.core.posing.vectors import (
    FORWARD,
    LEFT,
    UP,
    UPRIGHT,
    Frame,
    Vec,
    across,
    add,
    between,
    cross,
    framed,
    minus,
    placed,
    times,
    turned,
    unit,
)

_ARM_BEND: Vec = (0.5, -0.6, -0.5)
_LEG_BEND: Vec = (0.12, 0.0, 1.0)
_Reaches = tuple[Reach | None, Reach | None]
_LATERAL_ANKLE = 0.045  # from the middle of the ankle to its skin
_ANCHORS = {"knees": "shin", "shoulders": "upper_arm"}
_LIMBS = ("left_foot", "right_foot", "left_hand", "right_hand")


def angles_at(pose: Pose, share: float) -> Mapping[str, float]:
    """The angles at this share of the way from start to end."""
    pose, share = _part(pose, share)
    start, end = pose.start.angles, pose.end.angles
    return {
        name: start.get(name, 0.0) + (end.get(name, 0.0) - start.get(name, 0.0)) * share
        for name in dict.fromkeys((*start, *end))
    }


def body_at(pose: Pose, share: float) -> Body:
    """The body at this share of the way, 0 to 1."""
    pose, share = _part(pose, share)
    angles = angles_at(pose, share)
    moment = _Moment(pose, angles)
    parts = forward_kinematics(angles, pose.base.root, pose.base.frame)
    _hold_anchor(parts, pose, share)
    missed: dict[str, float] = {}
    for limb in _in_order(pose):
        first, last = pose.start.reaches.get(limb), pose.end.reaches.get(limb)
        if first != last:
            missed[limb] = _on_its_way(parts, limb, (first, last), share, moment)
        elif first is not None:
            missed[limb] = moment.solve(parts, limb, first)
    return Body(parts, missed)


def way_back(pose: Pose) -> Pose:
    """The same pose as it comes back from its end: 1 is the end still, and 0 the start."""
    return replace(pose, via=pose.back[::-1]) if pose.back else pose


def _part(pose: Pose, share: float) -> tuple[Pose, float]:
    """The pose between the two stances around this share, and the share of the way between these."""
    place = round(share * (len(pose.stances) - 1), 9)
    index = min(int(place), len(pose.stances) - 2)
    first, last = pose.stances[index : index + 2]
    return replace(pose, start=first, end=last, via=()), place - index


def _hold_anchor(parts: Parts, pose: Pose, share: float) -> None:
    """Shift all parts so that the anchor stays where the base posture has it."""
    shifts = [_shift(parts, pose.base, stance.anchor) for stance in (pose.start, pose.end)]
    way = between(shifts[0], shifts[1], share)
    for name, (origin, frame) in parts.items():
        parts[name] = (add(origin, way), frame)


def _shift(parts: Parts, base: Base, anchor: str) -> Vec:
    if anchor == "pelvis":
        return (0.0, 0.0, 0.0)
    there = forward_kinematics(base.stance.angles, base.root, base.frame)
    way = minus(_middle(there, anchor), _middle(parts, anchor))
    return way if anchor in parts else (0.0, way[1], way[2])


def _middle(parts: Parts, anchor: str) -> Vec:
    """Where an anchor is: a part, or what "knees" and "shoulders" have in common."""
    if anchor in parts:
        return parts[anchor][0]
    part = _ANCHORS[anchor]
    return between(parts[f"left_{part}"][0], parts[f"right_{part}"][0], 0.5)


def _in_order(pose: Pose) -> list[str]:
    """The limbs, each after what it reaches for: feet on the floor, feet on legs, hands, a hand on a hand."""

    def rank(limb: str) -> int:
        targets = [r.on for r in (pose.start.reaches.get(limb), pose.end.reaches.get(limb)) if r]
        carried = any(t in PLACES for t in targets)
        on_arm = any(
            t in PLACES and PLACES[t].part.split("_")[-1] in {"arm", "forearm", "hand"} for t in targets
        )
        return (2 if limb.endswith("hand") else 0) + carried + on_arm

    return sorted(_LIMBS, key=rank)


def _on_its_way(parts: Parts, limb: str, reaches: _Reaches, share: float, moment: _Moment) -> float:
    """Move a limb from one reach to another, or from hanging free; how far it fell short."""
    trials, missed = [], []
    for reach in reaches:
        trial = dict(parts)
        missed.append(moment.solve(trial, limb, reach) if reach else 0.0)
        trials.append(trial)
    if share in {0.0, 1.0}:
        parts.update(trials[int(share)])
        return missed[int(share)]
    upper, lower, last = _chain(limb)
    first, then = trials
    joint = between(first[lower][0], then[lower][0], share)
    goal = between(first[last][0], then[last][0], share)
    frame = _between_frames(first[last][1], then[last][1], share)
    return _set_chain(parts, limb, goal, minus(joint, between(parts[upper][0], goal, 0.5)), frame)


def _between_frames(a: Frame, b: Frame, share: float) -> Frame:
    up = unit(between(a[1], b[1], share))
    return framed(up, between(a[2], b[2], share))


def _chain(limb: str) -> tuple[str, str, str]:
    side, end = limb.split("_")
    return (
        (f"{side}_upper_arm", f"{side}_forearm", limb)
        if end == "hand"
        else (f"{side}_thigh", f"{side}_shin", limb)
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a reach has to know: the pose, and the angles of this moment."""

    pose: Pose
    angles: Mapping[str, float]

    def solve(self, parts: Parts, limb: str, reach: Reach) -> float:
        """Let a limb reach; how far it fell short, in meters."""
        return self._hand(parts, limb, reach) if limb.endswith("hand") else self._foot(parts, limb, reach)

    def _hand(self, parts: Parts, limb: str, reach: Reach) -> float:
        side = limb.split("_", maxsplit=1)[0]
        toward = placed(parts["chest"][1], reach.bend or mirrored(_ARM_BEND, side))
        if held := self._held(limb, reach):
            palm = add(add(held.point, reach.move), times(held.out, body.HALF_HAND))
            return _lay_hand(
                parts, limb, (palm, held.out, unit(reach.fingers or held.fingers)), toward, reach
            )
        at, out = place(parts, reach.on)
        palm = add(add(at, reach.move), times(out, body.HALF_HAND))
        start = parts[_chain(limb)[0]][0]
        middle, _, _ = two_bones(start, palm, body.UPPER_ARM, body.FOREARM + body.PALM, toward)
        along = unit(reach.fingers or minus(palm, middle))
        return _lay_hand(parts, limb, (palm, out, along), toward, reach)

    def _held(self, limb: str, reach: Reach) -> Anchor | None:
        """What a hand is on, if it is not on the body."""
        if reach.on in self.pose.anchors:
            return self.pose.anchors[reach.on]
        if reach.on in PLACES:
            return None
        return Anchor(self.pose.base.floor[limb] if reach.at is None else reach.at, UP, FORWARD)

    def _foot(self, parts: Parts, limb: str, reach: Reach) -> float:
        side = limb.split("_", maxsplit=1)[0]
        toward = placed(parts["pelvis"][1], reach.bend or mirrored(_LEG_BEND, side))
        at, out = self._stood_on(parts, limb, reach)
        rise = _LATERAL_ANKLE if reach.by == "ankle" else body.ANKLE
        ankle = add(add(at, reach.move), times(out, rise))
        if reach.by == "sole" and reach.on not in PLACES:
            toes = self.angles.get(f"{side}_toes.out", 0.0) * sign(side)
            return _set_chain(parts, limb, ankle, toward, turned(UPRIGHT, (UP, toes)))
        miss = _set_chain(parts, limb, ankle, toward, UPRIGHT)
        shin = parts[f"{side}_shin"][1]
        bend = self.angles.get(f"{side}_ankle.bend", 0.0)
        parts[limb] = (parts[limb][0], turned(shin, (LEFT, -bend)))
        return miss

    def _stood_on(self, parts: Parts, limb: str, reach: Reach) -> tuple[Vec, Vec]:
        if reach.on in PLACES:
            return place(parts, reach.on)
        if reach.on in self.pose.anchors:
            anchor = self.pose.anchors[reach.on]
            return anchor.point, anchor.out
        return (self.pose.base.floor[limb] if reach.at is None else reach.at), UP


def _lay_hand(parts: Parts, limb: str, on: tuple[Vec, Vec, Vec], toward: Vec, reach: Reach) -> float:
    """Lay a hand on: the middle of its palm, which way the skin or prop faces, where the fingers point to."""
    palm, out, along = on
    frame = _hand_frame(times(along, -1.0), reach.palm or times(out, -1.0), limb.split("_", maxsplit=1)[0])
    return _set_chain(parts, limb, minus(palm, times(along, body.PALM)), toward, frame)


def _hand_frame(up: Vec, palm: Vec, side: str) -> Frame:
    """The frame of a hand whose fingers point against `up`; the palm of a left hand looks to its right."""
    left = across(times(palm, -1.0 if side == "left" else 1.0), up)
    return (left, up, cross(left, up))


def _set_chain(parts: Parts, limb: str, goal: Vec, toward: Vec, frame: Frame) -> float:
    """Put the bones of a limb so that its hand or foot begins at `goal`; returns by how much they miss."""
    upper, lower, last = _chain(limb)
    start = parts[upper][0]
    is_arm = limb.endswith("hand")
    longs = (body.UPPER_ARM, body.FOREARM) if is_arm else (body.THIGH, body.SHIN)
    middle, end, miss = two_bones(start, goal, *longs, toward)
    front = times(toward, -1.0) if is_arm else toward
    parts[upper] = (start, bone_frame(start, middle, front))
    parts[lower] = (middle, bone_frame(middle, end, front))
    parts[last] = (end, frame)
    return miss
