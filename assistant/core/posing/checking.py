"""What no body can do, or no stretch should show: joints too far, limbs through limbs, hands on nothing.

Pure functions on any thread. Each fault is one sentence for who writes poses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from assistant.core.posing.body import LIMITS, SIDES
from assistant.core.posing.drawing import JOINTS, arrow_from, points
from assistant.core.posing.kinematics import bend_between, limb_angles
from assistant.core.posing.pose import Body, Pose
from assistant.core.posing.solving import angles_at, body_at, way_back
from assistant.core.posing.vectors import Vec, add, between, dot, length, minus, times

MISSED_BY = 0.025  # meters that a hand or foot may be away from what it touches
BELOW = 0.03  # meters that skin may be under the ground: it is soft
INTO = 0.045  # meters that limbs may be pressed into each other
LEAST = 0.03  # meters that some joint has to move between start and end
_STILL = 0.004  # meters that are no way for an arrow
_EVEN = 0.01  # meters that left and right may differ and still be alike
SLACK = 4.0  # degrees over a limit that are no slip
_LYING = ("on_back", "on_belly", "on_side")
_MOMENTS = 4  # on the way from one stance to the next

_RADII = {
    "hip": 0.1,
    "waist": 0.09,
    "chest": 0.105,
    "shoulder": 0.05,
    "groin": 0.08,
    "knee": 0.055,
    "ankle": 0.035,
    "elbow": 0.038,
    "wrist": 0.028,
    "fingers": 0.02,
    "toes": 0.015,
    "heel": 0.03,
    "skull": 0.09,
}
_SEGMENTS = (
    ("thigh", "groin", "knee"),
    ("shin", "knee", "ankle"),
    ("arm", "shoulder", "elbow"),
    ("forearm", "elbow", "wrist"),
)
_Capsule = tuple[str, Vec, Vec, float]


def faults(pose: Pose) -> list[str]:
    """All that is wrong with a pose, the same sentence once."""
    found = [*_on_the_way(pose), *(_on_the_way(way_back(pose)) if pose.back else ())]
    first, last = body_at(pose, 0.0), body_at(pose, 1.0)
    if _farthest(first, last) < LEAST:
        found.append("start and end are the same")
    found += _turned_over(pose, last)
    if pose.arrow and _way_of(pose.arrow, body_at(pose, arrow_from(pose)), last) < _STILL:
        found.append(f"the arrow is that of {pose.arrow}, which does not move")
    return _worst(found)


def _on_the_way(pose: Pose) -> Iterator[str]:
    parts = len(pose.stances) - 1
    for number in range(parts * _MOMENTS + 1):
        share = number / (parts * _MOMENTS)
        when = "" if number % _MOMENTS else _name(number // _MOMENTS, parts)
        yield from _of_body(pose, body_at(pose, share), share, when)


def _name(number: int, parts: int) -> str:
    """What authors call a stance."""
    return "start" if number == 0 else "end" if number == parts else f"via {number}"


def headings(pose: Pose) -> dict[str, float]:
    """How far the end goes to the left of the start: meters, or shares of a unit."""
    first, last = body_at(pose, 0.0), body_at(pose, 1.0)
    return {name: way(last) - way(first) for name, way in _WAYS.items()}


def is_even(pose: Pose) -> bool:
    """Whether left and right are alike at the start."""
    places = dict(zip(JOINTS, points(body_at(pose, 0.0)), strict=True))
    pairs = [(places[f"left_{name}"], places[f"right_{name}"]) for name in _RADII if f"left_{name}" in places]
    return all(length(minus(left, (-x, y, z))) < _EVEN for left, (x, y, z) in pairs)


def _against(part: str, axis: int, carrier: str) -> Callable[[Body], float]:
    """How far an axis of a part points to the left of what carries it."""
    return lambda solved: dot(solved.parts[part][1][axis], solved.parts[carrier][1][0])


def _knees(solved: Body) -> float:
    middle = between(_at(solved, "left_knee"), _at(solved, "right_knee"), 0.5)
    origin, frame = solved.parts["chest"]
    return dot(minus(middle, origin), frame[0])


_WAYS: Mapping[str, Callable[[Body], float]] = {
    "head turn": _against("head", 2, "chest"),
    "head tilt": _against("head", 1, "chest"),
    "trunk turn": _against("chest", 2, "pelvis"),
    "trunk lean": _against("chest", 1, "pelvis"),
    "knees": _knees,
}


def _turned_over(pose: Pose, solved: Body) -> Iterator[str]:
    """Who lies on the back, the belly or a side still does so at the end."""
    if pose.base.name in _LYING and dot(solved.parts["waist"][1][2], pose.base.frame[2]) < 0.3:
        yield f"at the end the body no longer lies as {pose.base.name} tells"


def _worst(found: list[str]) -> list[str]:
    """The same fault once, as bad as it gets, in the order in which they were found."""

    def measure(fault: str) -> float:
        return max((abs(float(word.rstrip(","))) for word in fault.split() if _is_number(word)), default=0.0)

    kept: dict[str, str] = {}
    for fault in found:
        kind = " ".join(word for word in fault.split() if not _is_number(word))
        kept[kind] = max(kept.get(kind, fault), fault, key=measure)
    return list(kept.values())


def _is_number(word: str) -> bool:
    return word.rstrip(",").lstrip("-").isdigit()


def _of_body(pose: Pose, solved: Body, share: float, when: str) -> Iterator[str]:
    yield from _beyond(pose, solved, share)
    if when:
        for limb, miss in solved.missed.items():
            if miss > MISSED_BY:
                name = limb.replace("_", " ")
                yield f"at the {when} the {name} is {miss * 100:.0f} cm away from what it touches"
    yield from _sunk(pose, solved)
    yield from _through(solved)


def _beyond(pose: Pose, solved: Body, share: float) -> Iterator[str]:
    """Joints that go farther than they can."""
    angles = dict(angles_at(pose, share))
    for side in SIDES:
        for joint in (
            "hip.bend",
            "hip.out",
            "hip.turn",
            "knee.bend",
            "shoulder.bend",
            "shoulder.out",
            "shoulder.turn",
        ):
            angles.pop(f"{side}_{joint}", None)
        angles.pop(f"{side}_elbow.bend", None)
        parts = solved.parts
        bend, out, turn = limb_angles(parts[f"{side}_thigh"][1], parts["pelvis"][1], side)
        angles |= {f"{side}_hip.bend": bend, f"{side}_hip.out": out, f"{side}_hip.turn": turn}
        knee = bend_between(parts[f"{side}_thigh"][1][1], parts[f"{side}_shin"][1][1])
        elbow = bend_between(parts[f"{side}_upper_arm"][1][1], parts[f"{side}_forearm"][1][1])
        angles |= {f"{side}_knee.bend": knee, f"{side}_elbow.bend": elbow}
        back, across = _behind(solved, side)
        if back > 62:
            yield f"the {side} arm is {back:.0f} degrees behind the trunk, and 62 is the most"
        if across > 60:
            yield f"the {side} arm is {across:.0f} degrees across the trunk, and 60 is the most"
    for name, degrees in angles.items():
        kind = name.removeprefix("left_").removeprefix("right_")
        if kind not in LIMITS:
            continue
        low, high = LIMITS[kind]
        if not low - SLACK <= degrees <= high + SLACK:
            joint = name.replace("_", " ").replace(".", " ")
            yield f"{joint} is {degrees:.0f}, and may be from {low} to {high}"


def _behind(solved: Body, side: str) -> tuple[float, float]:
    """How many degrees an upper arm points behind the trunk, and across it, 0 for before and outside."""
    frame = solved.parts["chest"][1]
    way = times(solved.parts[f"{side}_upper_arm"][1][1], -1.0)
    outward = frame[0] if side == "left" else times(frame[0], -1.0)
    back = bend_between(way, _flat(way, frame[2])) if dot(way, frame[2]) < 0 else 0.0
    inside = bend_between(way, _flat(way, outward)) if dot(way, outward) < 0 else 0.0
    return back, inside


def _flat(way: Vec, axis: Vec) -> Vec:
    return minus(way, times(axis, dot(way, axis)))


def _at(solved: Body, joint: str) -> Vec:
    return points(solved)[JOINTS.index(joint)]


def _way_of(joint: str, first: Body, last: Body) -> float:
    return length(minus(_at(last, joint), _at(first, joint)))


def _farthest(first: Body, last: Body) -> float:
    return max(length(minus(a, b)) for a, b in zip(points(first), points(last), strict=True))


def _sunk(pose: Pose, solved: Body) -> Iterator[str]:
    """What is under the ground: the floor, or the bed's mattress for who sits on its edge."""
    where = dict(zip(JOINTS, points(solved), strict=True))
    for name, point in where.items():
        radius = _RADII.get(name.removeprefix("left_").removeprefix("right_"))
        if radius and point[1] - radius < -BELOW:
            yield f"the {name.replace('_', ' ')} is {(radius - point[1]) * 100:.0f} cm under the ground"


def _through(solved: Body) -> Iterator[str]:
    """Limbs that go through each other, through the trunk or the head."""
    where = dict(zip(JOINTS, points(solved), strict=True))
    limbs = list(_capsules(where))
    for one, other in combinations(limbs, 2):
        if _belong(one[0], other[0]):
            continue
        apart = distance(one[1:3], other[1:3]) - one[3] - other[3]
        if apart < -INTO:
            yield f"the {one[0]} goes {-apart * 100:.0f} cm into the {other[0]}"


def _capsules(where: dict[str, Vec]) -> Iterator[_Capsule]:
    for side in SIDES:
        for name, first, last in _SEGMENTS:
            a, b = where[f"{side}_{first}"], where[f"{side}_{last}"]
            radius = (_RADII[first] + _RADII[last]) / 2
            # The ends are left out: there a limb is joined to the next, and it is soft.
            yield f"{side} {name}", between(a, b, 0.2), between(a, b, 0.9), radius * 0.85
    waist = between(where["left_waist"], where["right_waist"], 0.5)
    chest = between(where["left_chest"], where["right_chest"], 0.5)
    yield "trunk", waist, chest, 0.085
    yield "head", where["skull"], add(where["skull"], (0.0, 0.001, 0.0)), 0.085


def _belong(one: str, other: str) -> bool:
    """Whether two parts are joined, so that they touch by nature."""
    parts = {one, other}
    for side in SIDES:
        if parts in ({f"{side} thigh", f"{side} shin"}, {f"{side} arm", f"{side} forearm"}):
            return True
    return parts in (
        {"left thigh", "right thigh"},
        {"trunk", "head"},
        {"left arm", "trunk"},
        {"right arm", "trunk"},
    )


def distance(one: tuple[Vec, Vec], other: tuple[Vec, Vec]) -> float:
    """The least distance of two lines, each from one point to another, in meters."""
    steps = [number / 12 for number in range(13)]
    return min(_to_line(between(one[0], one[1], share), other) for share in steps)


def _to_line(point: Vec, line: tuple[Vec, Vec]) -> float:
    along = minus(line[1], line[0])
    square = dot(along, along)
    share = max(0.0, min(1.0, dot(minus(point, line[0]), along) / square)) if square else 0.0
    return length(minus(point, between(line[0], line[1], share)))
