"""From where a figure is seen: which way the camera looks, and whether the picture is turned over.

Pure functions on any thread. Left is left: where left and right lie apart, left is on the left of the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians, sin

from assistant.core.posing.pose import Base
from assistant.core.posing.vectors import Frame, Vec, cross, dot

VIEWS: Mapping[str, tuple[float, float]] = {
    "front": (0, 14),
    "front_left": (38, 18),
    "left": (90, 6),
    "left_high": (80, 32),
    "back_left": (142, 14),
    "back": (180, 14),
    "back_right": (-142, 14),
    "right": (-90, 6),
    "right_high": (-80, 32),
    "front_right": (-38, 18),
    "front_high": (0, 42),
    "back_high": (180, 42),
    "top": (90, 88),
}
"""By name: degrees from the front toward the left of the body, and degrees upward. Of a body on its back,
"front" is at the feet and "back" at the head; of one on its side, "front" is before the face."""

_APART = 0.3  # of the way from right to left: less is one before the other
_FRONTS = {"on_side": -90.0}


def matrix(view: str, base: Base) -> Frame:
    """The picture's right, its up, and the way toward who looks, in the room."""
    turn, rise = VIEWS[view]
    angle, up = radians(turn + _FRONTS.get(base.name, 0.0)), radians(rise)
    toward = (sin(angle) * cos(up), sin(up), cos(angle) * cos(up))
    right = (cos(angle), 0.0, -sin(angle))
    return (right, cross(toward, right), toward)


def is_mirror(camera: Frame, pelvis: Frame) -> bool:
    """Whether the picture has to be turned over, so that left is on its left."""
    return dot(camera[0], pelvis[0]) > _APART


def seen(camera: Frame, point: Vec) -> Vec:
    """Right, up and toward of a point."""
    return (dot(camera[0], point), dot(camera[1], point), dot(camera[2], point))
