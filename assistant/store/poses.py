"""The poses that come with Limber: read beside the stretches, made into what the core solves.

Called on the main thread, before a session. Must not solve or judge a pose: that is assistant/core/posing and
pose_check.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from assistant.core.posing.body import MUSCLES, PLACES
from assistant.core.posing.drawing import JOINTS, drawn
from assistant.core.posing.kinematics import mirrored, place
from assistant.core.posing.pose import Pose, Reach, Stance
from assistant.core.posing.postures import BASES
from assistant.core.posing.props import KINDS, Prop, anchor_names, make
from assistant.core.posing.solving import body_at
from assistant.core.posing.vectors import ORIGIN, Vec
from assistant.core.posing.views import VIEWS
from assistant.core.routine import Kind, Stretch
from assistant.store.documents import (
    Document,
    DocumentError,
    Loc,
    Problem,
    did_you_mean,
    read_document,
    validate,
)
from assistant.store.library import builtin_folder, yaml_files
from assistant.store.pose_files import PoseFile, PosesFile, PropFile, Setting, Touch

_SINGLE = {"knee": "bend", "ankle": "bend", "elbow": "bend", "toes": "out"}
_PLURAL = {
    "hips": "hip",
    "knees": "knee",
    "ankles": "ankle",
    "shoulders": "shoulder",
    "elbows": "elbow",
    "blades": "blade",
    "wrists": "wrist",
    "hands": "hand",
    "feet": "foot",
    "toes": "toes",
}
_TRUNK = ("pelvis", "spine", "lumbar", "chest", "neck")
_ANCHORS = {"left_knee": "left_shin", "right_knee": "right_shin"}
_LUMBAR = {"bend": 0.45, "side": 0.45, "turn": 0.2}
"""How much of a movement of the spine is in the waist; the rest is in the chest."""
_NOD = 0.35  # how much of a bend of the neck is a nod of the head
_BENDS: Mapping[str, Vec] = {
    "out": (1, 0, 0),
    "in": (-1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "front": (0, 0, 1),
    "back": (0, 0, -1),
}
_FURNITURE = {
    "sitting": Prop("chair"),
    "bed_edge": Prop("bed", (0.4, 0.45, 0.45), 0.0, (1.0, 0.25, 1.7)),
    "on_back": Prop("mat", (0, 0, -0.1)),
    "on_side": Prop("mat", (-0.1, 0, -0.1)),
    "on_belly": Prop("mat", (0, 0, 0.0)),
    "long_sitting": Prop("mat", (0, 0, 0.3)),
    "kneeling": Prop("mat", (0, 0, 0.1), 0.0, (0.75, 0, 1.7)),
    "hands_and_knees": Prop("mat", (0, 0, 0.2), 0.0, (0.75, 0, 1.7)),
}


def load_poses(library: Mapping[str, Stretch]) -> dict[str, Pose]:
    """The poses of the library's stretches, by id, in its order. Raises ContentError."""
    found: dict[str, Pose] = {}
    for path in pose_files():
        found |= read_poses(path, library)
    return {id: found[id] for id in library if id in found}


def pose_files() -> list[Path]:
    """The files of poses, a region each. Raises ContentError when they are not there."""
    return yaml_files(builtin_folder("poses"))


def read_poses(path: Path, library: Mapping[str, Stretch]) -> dict[str, Pose]:
    """The poses of one file. Raises DocumentError with all that is wrong in it."""
    return make_poses(read_document(path), library)


def make_poses(document: Document, library: Mapping[str, Stretch]) -> dict[str, Pose]:
    """The poses of a document. Raises DocumentError with all that is wrong in it."""
    told = validate(document, PosesFile).root
    problems = [p for id, pose in told.items() for p in _unknown_names(document, id, pose, library)]
    if problems:
        raise DocumentError(problems)
    return {id: make_pose(id, pose, library[id]) for id, pose in told.items()}


def make_pose(id: str, told: PoseFile, stretch: Stretch) -> Pose:
    """The core's value."""
    base = BASES[told.base]
    props = [PropFile(kind=p) if isinstance(p, str) else p for p in told.props]
    fixed = [_prop(p) for p in props if not p.under]
    if not told.bare and told.base in _FURNITURE:
        fixed.insert(0, _FURNITURE[told.base])
    made = [make(prop) for prop in fixed]
    stances = _one_after_the_other(base.stance, [told.start, *told.via, told.end, *told.back])
    start, *via = stances[: len(told.via) + 1]
    end, *back = stances[len(told.via) + 1 :]
    pose = Pose(
        id=id,
        base=base,
        start=start,
        end=end,
        views=(told.view,) if isinstance(told.view, str) else tuple(told.view),
        highlight=tuple(told.highlight),
        arrow=told.arrow,
        mark=told.mark or _mark(told),
        both_ways=stretch.kind is Kind.MOVEMENT,
        has_sides=stretch.has_sides,
        close=told.close,
        alternates=told.alternates,
        via=tuple(via),
        back=tuple(back),
        solids=tuple(solid for solids, _ in made for solid in solids),
        anchors={name: anchor for _, anchors in made for name, anchor in anchors.items()},
        straps=tuple(map(tuple, told.straps)),
    )
    under = [solid for p in props if p.under for solid in make(_supporting(p, pose))[0]]
    return replace(pose, solids=(*pose.solids, *under))


def poses_json(poses: Iterable[Pose]) -> str:
    """All that the page needs to draw them."""
    file = {"joints": JOINTS, "poses": {pose.id: drawn(pose) for pose in poses}}
    return json.dumps(file, separators=(",", ":"))


def _mark(told: PoseFile) -> str:
    """The knee for what is felt in leg or hip, else the shoulder."""
    part, _ = MUSCLES[told.highlight[0]].line[-1]
    low = any(word in part for word in ("pelvis", "thigh", "shin", "foot"))
    return "left_knee" if low else "left_shoulder"


def _prop(told: PropFile) -> Prop:
    size = _meters(told.size) if told.size else None
    return Prop(told.kind, _meters(told.at), told.turn, size)


def _supporting(told: PropFile, pose: Pose) -> Prop:
    """A prop as high as what rests on it at the end."""
    (x, high, z), _ = place(dict(body_at(pose, 1).parts), str(told.under))
    at, size = _meters(told.at), _meters(told.size) if told.size else (0.44, 0.0, 0.34)
    return Prop(
        told.kind, (x + at[0], at[1], z + at[2]), told.turn, (size[0], max(high - at[1], 0.03), size[2])
    )


def _meters(point: list[float]) -> Vec:
    return (point[0] / 100, point[1] / 100, point[2] / 100)


def _one_after_the_other(before: Stance, settings: Iterable[Setting]) -> list[Stance]:
    """A stance for each setting, told against the one before it."""
    return list(accumulate(settings, _stance, initial=before))[1:]


def _stance(before: Stance, told: Setting) -> Stance:
    """A stance with what is told anew."""
    angles, reaches = dict(before.angles), dict(before.reaches)
    for key, value in told.model_dump(exclude_none=True, exclude={"anchor"}).items():
        for side, joint in _sides_of(key):
            if joint in {"hand", "foot"}:
                limb = f"{side}_{joint}"
                reaches.pop(limb, None)
                raw = getattr(told, key)
                if raw != "free":
                    reaches[limb] = _reach(raw, side, _is_plural(key))
            else:
                angles |= _angles(side, joint, value)
                if side and joint in {"shoulder", "elbow"} and not _touches(told, side, "hand"):
                    reaches.pop(f"{side}_hand", None)
    anchor = _ANCHORS.get(told.anchor, told.anchor) if told.anchor else before.anchor
    return Stance(angles, reaches, anchor)


def _touches(told: Setting, side: str, limb: str) -> bool:
    plural = {"hand": "hands", "foot": "feet"}[limb]
    return getattr(told, f"{side}_{limb}") is not None or getattr(told, plural) is not None


def _is_plural(key: str) -> bool:
    return key in _PLURAL


def _sides_of(key: str) -> list[tuple[str, str]]:
    if key in _TRUNK:
        return [("", key)]
    if key in _PLURAL:
        return [("left", _PLURAL[key]), ("right", _PLURAL[key])]
    side, joint = key.split("_")
    return [(side, joint)]


def _angles(side: str, joint: str, value: Any) -> dict[str, float]:
    if joint in _SINGLE:
        return {f"{side}_{joint}.{_SINGLE[joint]}": value}
    if joint == "spine":
        lower = {f"lumbar.{what}": degrees * _LUMBAR[what] for what, degrees in value.items()}
        return lower | {f"chest.{what}": degrees * (1 - _LUMBAR[what]) for what, degrees in value.items()}
    if joint == "neck":
        kept = {f"neck.{what}": number for what, number in value.items() if what != "nod"}
        nod = value["bend"] * _NOD + value["nod"]
        return kept | {"neck.bend": value["bend"] * (1 - _NOD), "head.bend": nod}
    name = "hand" if joint == "wrist" else joint
    prefix = f"{side}_{name}" if side else name
    return {f"{prefix}.{what}": number for what, number in value.items()}


def _reach(told: str | Touch, side: str, is_plural: bool) -> Reach:
    touch = Touch(to=told) if isinstance(told, str) else told
    turned = side if is_plural else "left"
    bend = _BENDS[touch.bend] if isinstance(touch.bend, str) else _way(touch.bend)
    fingers, palm = _way(touch.fingers), _way(touch.palm)
    return Reach(
        on=_named(touch.to, side),
        at=mirrored(_meters(touch.at), turned) if touch.at else None,
        move=mirrored(_meters(touch.move), turned) if any(touch.move) else ORIGIN,
        bend=mirrored(bend, side if isinstance(touch.bend, str) else turned) if bend else None,
        by=touch.by,
        fingers=mirrored(fingers, turned) if fingers else None,
        palm=mirrored(palm, turned) if palm else None,
    )


def _way(told: list[float] | None) -> Vec | None:
    return (told[0], told[1], told[2]) if told else None


def _named(name: str, side: str) -> str:
    """A name as it is meant on this side: thigh is the own one, other_thigh the other one."""
    other = "right" if side == "left" else "left"
    known = {*PLACES, *anchor_names(), "floor", ""}
    own = name.removeprefix("other_")
    whose = side if own == name else other
    tried = (name, f"{whose}_{own}", f"{own}_{whose}")
    return next((one for one in tried if one in known), name)


def _unknown_names(
    document: Document, id: str, pose: PoseFile, library: Mapping[str, Stretch]
) -> list[Problem]:
    """Names that nothing has."""
    found: list[Problem] = []

    def check(name: str, known: Iterable[str], *loc: str | int) -> None:
        if name not in (names := set(known)):
            place: Loc = (id, *loc)
            found.append(document.problem(place, f"there is no {name}{did_you_mean(name, names)}"))

    check(id, library)
    check(pose.base, BASES, "base")
    for view in [pose.view] if isinstance(pose.view, str) else pose.view:
        check(view, VIEWS, "view")
    for number, name in enumerate(pose.highlight):
        check(name, MUSCLES, "highlight", number)
    if pose.arrow is not None:
        check(pose.arrow, JOINTS, "arrow")
    if pose.mark is not None:
        check(pose.mark, (joint for joint in JOINTS if "_" in joint), "mark")
    for number, prop in enumerate(pose.props):
        check(prop if isinstance(prop, str) else prop.kind, KINDS, "props", number)
        if isinstance(prop, PropFile) and prop.under:
            check(prop.under, PLACES, "props", number, "under")
    for number, strap in enumerate(pose.straps):
        for joint in strap:
            check(joint, JOINTS, "straps", number)
    settings: list[tuple[Loc, Setting]] = [(("start",), pose.start), (("end",), pose.end)]
    settings += [(("via", number), setting) for number, setting in enumerate(pose.via)]
    settings += [(("back", number), setting) for number, setting in enumerate(pose.back)]
    for loc, setting in settings:
        for key in ("hands", "left_hand", "right_hand", "feet", "left_foot", "right_foot"):
            touch = getattr(setting, key)
            name = touch.to if isinstance(touch, Touch) else touch
            if name and name != "free":
                side = "right" if key.startswith("right") else "left"
                check(_named(name, side), {*PLACES, *anchor_names(), "floor"}, *loc, key)
    return found
