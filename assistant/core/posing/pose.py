"""What a pose is: angles, and what hands and feet reach for, at its start, on the way and at its end.

Plain data. Angles are named such as "neck.bend" or "left_hip.out", in degrees; "pelvis.left", "pelvis.up" and
"pelvis.forward", "neck.slide" and "left_blade.lift" are centimeters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.core.posing.vectors import ORIGIN, Frame, Vec

Close = Literal["upper", "legs"]
"""What of the body alone is shown, larger."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a hand or a foot touches.

    `on` is a place of the body, an anchor of a prop, or "floor"; `at` a point of the room instead. `move`
    shifts it, in meters of the room. `bend` is where elbow or knee point to, as the trunk sees it. `by` is
    what of a foot touches: "sole", "heel" or "ankle". `fingers` is where the fingers of a hand point to, and
    `palm` where its palm looks, both as seen in the room; without, the arm and what is touched tell.
    """

    on: str = ""
    at: Vec | None = None
    move: Vec = ORIGIN
    bend: Vec | None = None
    by: str = "sole"
    fingers: Vec | None = None
    palm: Vec | None = None


@dataclass(frozen=True, slots=True)
class Stance:
    """The body at one moment, as an author tells it: each joint not named is at 0, each limb not named free.

    `anchor` is the joint that stays where the base posture has it.
    """

    angles: Mapping[str, float] = field(default_factory=dict)
    reaches: Mapping[str, Reach] = field(default_factory=dict)
    anchor: str = "pelvis"


@dataclass(frozen=True, slots=True)
class Base:
    """A base posture: where the pelvis is and how it is turned, and what a stance is told against.

    `floor` has the points that `floor` means for a foot or hand; `lies` which parts rest on the ground.
    """

    name: str
    root: Vec
    frame: Frame
    stance: Stance
    floor: Mapping[str, Vec]
    lies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place on a prop that a hand can hold: where it is, which way it faces, where fingers point to."""

    point: Vec
    out: Vec
    fingers: Vec


@dataclass(frozen=True, slots=True)
class Solid:
    """A part of a prop: the hull of spheres (x, y, z, radius); `behind` is drawn before the body."""

    kind: str
    tone: str
    points: tuple[tuple[float, float, float, float], ...]
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Pose:
    """The pose of one stretch, told for the left side.

    It goes from `start` through each of `via` to `end`, and through each of `back` to the start. `close`
    shows the upper body or the legs alone. What `alternates` goes to the other side with every other breath.
    """

    id: str
    base: Base
    start: Stance
    end: Stance
    views: tuple[str, ...]
    highlight: tuple[str, ...]
    arrow: str | None = None
    mark: str | None = None
    both_ways: bool = False
    has_sides: bool = False
    close: Close | None = None
    alternates: bool = False
    via: tuple[Stance, ...] = ()
    back: tuple[Stance, ...] = ()
    solids: tuple[Solid, ...] = ()
    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    straps: tuple[tuple[str, ...], ...] = ()

    @property
    def stances(self) -> tuple[Stance, ...]:
        """All on the way from start to end, evenly in time."""
        return (self.start, *self.via, self.end)


@dataclass(frozen=True, slots=True)
class Body:
    """A solved body: where each part begins and how it is turned, and how far each reach fell short."""

    parts: Mapping[str, tuple[Vec, Frame]]
    missed: Mapping[str, float] = field(default_factory=dict)
