"""What stands, lies or hangs in a pose: its shapes, and where a hand or a foot can hold on to it.

Pure functions on any thread. A prop is told by where it is, in meters of the room, and which way it faces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.core.posing.body import SIDES
from assistant.core.posing.pose import Anchor, Solid
from assistant.core.posing.postures import SEAT
from assistant.core.posing.vectors import UP, UPRIGHT, Frame, Vec, add, placed, turned


@dataclass(frozen=True, slots=True)
class Prop:
    """One prop: its kind, the middle of its foot, and how many degrees it is turned to the left of the body.

    `size` is its width, height and depth where these may differ.
    """

    kind: str
    at: Vec = (0.0, 0.0, 0.0)
    turn: float = 0.0
    size: Vec | None = None


Made = tuple[list[Solid], dict[str, Anchor]]


def make(prop: Prop) -> Made:
    """A prop's shapes and its anchors by name."""
    frame = turned(UPRIGHT, (UP, prop.turn))
    return _MAKERS[prop.kind](prop, frame)


def _box(
    frame: Frame, at: Vec, low: Vec, high: Vec, radius: float
) -> tuple[tuple[float, float, float, float], ...]:
    corners = [
        (x, y, z)
        for x in {low[0] + radius, high[0] - radius}
        for y in {low[1] + radius, high[1] - radius}
        for z in {low[2] + radius, high[2] - radius}
    ]
    return tuple((*add(at, placed(frame, corner)), radius) for corner in sorted(corners))


def _pair(name: str, frame: Frame, at: Vec, point: Vec, ways: tuple[Vec, Vec]) -> dict[str, Anchor]:
    """Two anchors, named by the side of the body that they are on, however the prop is turned."""
    (x, y, z), (out, fingers) = point, ways
    both = [
        _anchor(frame, at, (x * mirror, y, z), (out[0] * mirror, out[1], out[2]), fingers)
        for mirror in (1, -1)
    ]
    both.sort(key=lambda anchor: (-round(anchor.point[0], 6), -anchor.point[2]))
    return {f"{name}_{side}": anchor for side, anchor in zip(SIDES, both, strict=True)}


def _anchor(frame: Frame, at: Vec, point: Vec, out: Vec, fingers: Vec) -> Anchor:
    return Anchor(add(at, placed(frame, point)), placed(frame, out), placed(frame, fingers))


def _chair(prop: Prop, frame: Frame) -> Made:
    def part(tone: str, low: Vec, high: Vec, radius: float, behind: bool = False) -> Solid:
        return Solid("chair", tone, _box(frame, prop.at, low, high, radius), behind)

    half, thin = 0.22, 0.018
    shapes = [
        part("wood", (x - thin, 0, z - thin), (x + thin, SEAT - 0.02, z + thin), thin)
        for x in (-half + thin, half - thin)
        for z in (-0.19, 0.21)
    ]
    shapes.append(part("seat", (-half, SEAT - 0.045, -0.21), (half, SEAT, 0.23), 0.02))
    posts = [
        part("wood", (x - thin, SEAT - 0.02, -0.225), (x + thin, 0.92, -0.19), 0.0175)
        for x in (-half + thin, half - thin)
    ]
    shapes += [*posts, part("seat", (-half, 0.66, -0.23), (half, 0.92, -0.19), 0.02)]
    anchors = {
        **_pair("seat", frame, prop.at, (half, SEAT - 0.02, 0.0), ((1, 0, 0), (0, -1, 0))),
        **_pair("back", frame, prop.at, (half * 0.7, 0.92, -0.21), ((0, 1, 0), (0, 0, 1))),
        **_pair("on_seat", frame, prop.at, (half * 0.5, SEAT, 0.05), ((0, 1, 0), (0, 0, -1))),
    }
    return shapes, anchors


def _wall(prop: Prop, frame: Frame) -> Made:
    wide, high, _ = prop.size or (2.4, 2.2, 0.0)
    shape = Solid(
        "wall", "wall", _box(frame, prop.at, (-wide / 2, 0, -0.1), (wide / 2, high, 0.0), 0.01), True
    )
    return [shape], _pair("wall", frame, prop.at, (0.17, 1.3, 0), ((0, 0, 1), (0, 1, 0)))


def _doorway(prop: Prop, frame: Frame) -> Made:
    shapes = []
    for x in (0.5, -0.5):
        low, high = (x - 0.06, 0, -0.05), (x + 0.06, 2.05, 0.05)
        shapes.append(Solid("doorway", "wood", _box(frame, prop.at, low, high, 0.02), True))
    top = _box(frame, prop.at, (-0.56, 2.0, -0.05), (0.56, 2.1, 0.05), 0.02)
    shapes.append(Solid("doorway", "wood", top, True))
    return shapes, _pair("frame", frame, prop.at, (0.48, 1.5, -0.05), ((0, 0, -1), (0, 1, 0)))


def _block(tone: str, size: Vec, radius: float, behind: bool = False) -> Callable[[Prop, Frame], Made]:
    """A maker of something that lies on the floor as a block, its top to be reached for."""

    def maker(prop: Prop, frame: Frame) -> Made:
        wide, high, deep = prop.size or size
        round_by = min(radius, high / 2, wide / 2, deep / 2)
        corners = _box(frame, prop.at, (-wide / 2, 0, -deep / 2), (wide / 2, high, deep / 2), round_by)
        top = _anchor(frame, prop.at, (0, high, 0), (0, 1, 0), (0, 0, 1))
        return [Solid(prop.kind, tone, corners, behind)], {prop.kind: top}

    return maker


def _mat(prop: Prop, frame: Frame) -> Made:
    wide, _, deep = prop.size or (0.75, 0.0, 2.1)
    low, high = (-wide / 2, -0.03, -deep / 2), (wide / 2, -0.005, deep / 2)
    return [Solid("mat", "mat", _box(frame, prop.at, low, high, 0.012), True)], {}


def _bed(prop: Prop, frame: Frame) -> Made:
    """A mattress whose top is at the height of `at`."""
    wide, high, deep = prop.size or (1.1, 0.26, 2.1)
    mattress = _box(frame, prop.at, (-wide / 2, -high, -deep / 2), (wide / 2, -0.005, deep / 2), 0.05)
    under = _box(frame, prop.at, (-wide / 2, -high - 0.15, -deep / 2), (wide / 2, -high, deep / 2), 0.02)
    return [Solid("bed", "wood", under, True), Solid("bed", "mat", mattress, True)], {}


_MAKERS: Mapping[str, Callable[[Prop, Frame], Made]] = {
    "chair": _chair,
    "wall": _wall,
    "doorway": _doorway,
    "pillow": _block("pillow", (0.42, 0.1, 0.32), 0.05),
    "towel": _block("towel", (0.5, 0.09, 0.1), 0.045),
    "step": _block("wood", (0.5, 0.13, 0.3), 0.015),
    "mat": _mat,
    "bed": _bed,
}
KINDS = tuple(_MAKERS)


def anchor_names() -> frozenset[str]:
    """All that a hand or foot can reach for on props."""
    return frozenset(name for kind in KINDS for name in make(Prop(kind))[1])
