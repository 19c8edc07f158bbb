"""Points and turns in a room: x to the left of who stands in it, y up, z forward; meters and degrees.

Pure functions on any thread. Must not know what a body is.
"""

from __future__ import annotations

from math import cos, hypot, radians, sin

Vec = tuple[float, float, float]
Frame = tuple[Vec, Vec, Vec]
"""Which way a part's own left, up and forward point in the room."""

ORIGIN: Vec = (0.0, 0.0, 0.0)
LEFT: Vec = (1.0, 0.0, 0.0)
UP: Vec = (0.0, 1.0, 0.0)
FORWARD: Vec = (0.0, 0.0, 1.0)
UPRIGHT: Frame = (LEFT, UP, FORWARD)


def add(a: Vec, b: Vec) -> Vec:
    """The sum."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def minus(a: Vec, b: Vec) -> Vec:
    """The way from b to a."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def times(a: Vec, factor: float) -> Vec:
    """As many times as long."""
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def dot(a: Vec, b: Vec) -> float:
    """The inner product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vec, b: Vec) -> Vec:
    """At right angles to both: left by up is forward."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vec) -> float:
    """How long it is."""
    return hypot(*a)


def unit(a: Vec, otherwise: Vec = UP) -> Vec:
    """Its direction; `otherwise` for what has none."""
    long = length(a)
    return times(a, 1 / long) if long > 1e-9 else otherwise


def between(a: Vec, b: Vec, share: float) -> Vec:
    """The point at this share of the way from a to b."""
    return add(a, times(minus(b, a), share))


def across(a: Vec, axis: Vec, otherwise: Vec = FORWARD) -> Vec:
    """The direction of what of `a` is at right angles to `axis`, which is a unit."""
    rest = minus(a, times(axis, dot(a, axis)))
    if length(rest) < 1e-6:
        rest = minus(otherwise, times(axis, dot(otherwise, axis)))
    return unit(rest, LEFT)


def placed(frame: Frame, local: Vec) -> Vec:
    """A part's own direction, in the room."""
    return add(add(times(frame[0], local[0]), times(frame[1], local[1])), times(frame[2], local[2]))


def local_to(frame: Frame, direction: Vec) -> Vec:
    """A direction of the room, as a part sees it."""
    return (dot(direction, frame[0]), dot(direction, frame[1]), dot(direction, frame[2]))


def turned(frame: Frame, *turns: tuple[Vec, float]) -> Frame:
    """A frame turned about its own axes, one turn after the other: each axis, and degrees."""
    for axis, degrees in turns:
        frame = _turned(frame, axis, degrees)
    return frame


def framed(up: Vec, forward: Vec) -> Frame:
    """The frame of this up, with forward as near as can be."""
    ahead = across(forward, up)
    return (cross(up, ahead), up, ahead)


def _turned(frame: Frame, axis: Vec, degrees: float) -> Frame:
    if not degrees:
        return frame
    angle = radians(degrees)
    left, up, forward = (_about(axis, angle, base) for base in UPRIGHT)
    return (placed(frame, left), placed(frame, up), placed(frame, forward))


def _about(axis: Vec, angle: float, vec: Vec) -> Vec:
    along = times(axis, dot(axis, vec) * (1 - cos(angle)))
    return add(add(times(vec, cos(angle)), times(cross(axis, vec), sin(angle))), along)
