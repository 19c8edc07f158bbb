"""What the page draws a pose from: the joints in a few frames from start to end, and back, as whole numbers.

Pure functions on any thread. The shape is told at the top of frontends/screen/page/pose.js.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from assistant.core.posing import body
from assistant.core.posing.body import MUSCLES
from assistant.core.posing.pose import Body, Pose, Solid
from assistant.core.posing.solving import body_at, way_back
from assistant.core.posing.vectors import Vec, add, between, placed, unit
from assistant.core.posing.views import is_mirror, matrix, seen

_STEPS = 6  # from one frame to the next, at least
_STEPS_OF_PART = 3  # the least from one stance to the next
UNITS = 500  # in a meter
_MARGIN = 0.06
_WIDEST = 0.13  # radius of the thickest part
_WORD = 0.17  # of room beside a body that is close or upright, for "left" or "right"
_TRUNK = ("pelvis", "waist", "chest")
_LEGS = ("groin", "knee", "ankle", "heel", "ball", "toes", "hip", "pelvis")
_AWAY = 0.5  # the cosine at which the back of the trunk is out of sight

_SIDED: dict[str, tuple[str, Vec]] = {
    "hip": ("pelvis", (0.075, 0.0, 0.0)),
    "waist": ("waist", (0.055, 0.0, 0.0)),
    "chest": ("chest", (0.065, 0.09, 0.0)),
    "shoulder": ("upper_arm", (0.0, 0.0, 0.0)),
    "elbow": ("forearm", (0.0, 0.0, 0.0)),
    "wrist": ("hand", (0.0, 0.0, 0.0)),
    "knuckles": ("hand", (0.0, -0.085, 0.0)),
    "fingers": ("hand", (-0.012, -body.FINGERS + 0.02, 0.0)),
    "thumb": ("hand", (-0.012, -0.088, 0.056)),
    "groin": ("thigh", (0.0, 0.0, 0.0)),
    "knee": ("shin", (0.0, 0.0, 0.0)),
    "ankle": ("foot", (0.0, 0.0, 0.0)),
    "heel": ("foot", (0.0, -0.035, -0.03)),
    "ball": ("foot", (0.0, -0.042, 0.085)),
    "toes": ("foot", (0.0, -0.05, 0.14)),
}
_MIDDLE: dict[str, tuple[str, Vec]] = {
    "pelvis": ("pelvis", (0.0, 0.0, 0.0)),
    "collar": ("neck", (0.0, 0.0, 0.0)),
    "nod": ("head", (0.0, 0.0, 0.0)),
    "skull": ("head", body.CROWN),
    "face": ("head", (0.0, 0.1, 0.12)),
    "top": ("head", (0.0, 0.2, 0.02)),
}

JOINTS = (*_MIDDLE, *(f"{side}_{name}" for side in body.SIDES for name in _SIDED))
"""The names of the points, in their order."""


def points(solved: Body) -> list[Vec]:
    """Where the joints are, in meters."""
    found = [_at(solved, part, local) for part, local in _MIDDLE.values()]
    for side in body.SIDES:
        mirror = 1 if side == "left" else -1
        for part, (x, y, z) in _SIDED.values():
            name = part if part in solved.parts else f"{side}_{part}"
            found.append(_at(solved, name, (x * mirror, y, z)))
    return found


def drawn(pose: Pose) -> dict[str, object]:
    """A pose as the page has it."""
    bodies, returning = _bodies(pose), _bodies(way_back(pose)) if pose.back else []
    places = [[*points(solved), *_glow(solved, pose)] for solved in bodies]
    back = [[*points(solved), *_glow(solved, pose)] for solved in returning]
    return {
        "sides": pose.has_sides,
        "frames": _differences(places),
        "back": _differences(back),
        "views": [
            _view(view, pose, bodies[0], [*places, *back]) | {"unseen": unseen}
            for view, unseen in zip(pose.views, _unseen(pose, bodies[-1]), strict=True)
        ],
        "props": [_solid(solid) for solid in pose.solids],
        "straps": [list(strap) for strap in pose.straps],
        "highlight": [[round(MUSCLES[n].radius * UNITS), len(MUSCLES[n].line)] for n in pose.highlight],
        "arrow": pose.arrow,
        "arrow_from": round(arrow_from(pose), 4),
        "mark": pose.mark,
        "both_ways": pose.both_ways,
        "alternates": pose.alternates,
    }


def arrow_from(pose: Pose) -> float:
    """The share of the way at which the arrow begins: where the last part does."""
    return len(pose.via) / (len(pose.via) + 1)


def _bodies(pose: Pose) -> list[Body]:
    """The bodies of a pose's frames, evenly from start to end; each stance is one of them."""
    parts = len(pose.stances) - 1
    steps = parts * max(_STEPS_OF_PART, ceil(_STEPS / parts))
    return [body_at(pose, number / steps) for number in range(steps + 1)]


def _differences(places: list[list[Vec]]) -> list[list[int]]:
    """The numbers of each frame as those by which it differs from the one before, for they are small."""
    rounded = [[round(c * UNITS) for point in frame for c in point] for frame in places]
    changes = [[now - before for before, now in zip(a, b, strict=True)] for a, b in pairwise(rounded)]
    return [*rounded[:1], *changes]


def _at(solved: Body, part: str, local: Vec) -> Vec:
    origin, frame = solved.parts[part]
    return add(origin, placed(frame, local))


def _glow(solved: Body, pose: Pose) -> list[Vec]:
    """The points of each highlight's line."""
    return [_at(solved, part, local) for name in pose.highlight for part, local in MUSCLES[name].line]


def _unseen(pose: Pose, solved: Body) -> list[list[int]]:
    """For each view what the trunk hides at the end; also what no view shows, if some other one is seen."""
    away = [
        [n for n, name in enumerate(pose.highlight) if _is_away(name, v, pose, solved)] for v in pose.views
    ]
    nowhere = set(range(len(pose.highlight))).intersection(*away)
    are_drawn = pose.alternates or len(nowhere) == len(pose.highlight)
    return [[n for n in numbers if n not in nowhere or not are_drawn] for numbers in away]


def _is_away(name: str, view: str, pose: Pose, solved: Body) -> bool:
    """Whether a muscle of the trunk looks away from the viewer."""
    line = MUSCLES[name].line
    (part, first), (_, last) = line[len(line) // 2 - 1], line[-1]
    x, _, z = unit(between((first[0], 0.0, first[2]), (last[0], 0.0, last[2]), 0.5))
    way = placed(solved.parts[part][1], (x, 0.0, z))
    return part in _TRUNK and seen(matrix(view, pose.base), way)[2] < -_AWAY


def _view(view: str, pose: Pose, first: Body, places: list[list[Vec]]) -> dict[str, object]:
    camera = matrix(view, pose.base)
    shown = [point for frame in places for point in _shown(pose, frame)]
    shown += [(-x, y, z) for x, y, z in shown] if pose.alternates else []
    flat = [seen(camera, point) for point in shown]
    if not pose.close:
        solids = [solid for solid in pose.solids if not solid.behind]
        flat += [seen(camera, (x, y, z)) for solid in solids for x, y, z, _ in solid.points]
    margin = _WIDEST + _MARGIN
    left, right = min(p[0] for p in flat) - margin, max(p[0] for p in flat) + margin
    low, high = min(p[1] for p in flat) - margin, max(p[1] for p in flat) + margin
    aside = _WORD if pose.has_sides and (pose.close or right - left < high - low) else 0.0
    box = (left - aside, -high, right - left + 2 * aside, high - low)
    return {
        "name": view,
        "matrix": [round(number, 4) for axis in camera for number in axis],
        "box": [round(number * UNITS) for number in box],
        "mirror": is_mirror(camera, first.parts["pelvis"][1]),
    }


def _shown(pose: Pose, frame: list[Vec]) -> list[Vec]:
    """The points that the picture has to hold: all, or those of the upper body or of the legs alone."""
    if not pose.close:
        return frame
    named = zip(JOINTS, frame, strict=False)
    return [point for name, point in named if name.endswith(_LEGS) == (pose.close == "legs")]


def _solid(solid: Solid) -> dict[str, object]:
    return {
        "tone": solid.tone,
        "behind": solid.behind,
        "points": [[round(number * UNITS) for number in point] for point in solid.points],
    }
