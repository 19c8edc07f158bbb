"""The shape of a file of poses, in YAML: what an author tells of the body, in degrees and centimeters.

Pydantic models, used on any thread. Must not solve a pose: that is assistant/core/posing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

Number = Annotated[float, Field(ge=-400, le=400, strict=False)]
Point = Annotated[list[Number], Field(min_length=3, max_length=3)]
BendName = Literal["out", "in", "up", "down", "front", "back"]
_Name = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Trunk(_Strict):
    """How a part of the trunk is turned against what carries it: forward, to its left, turned to its left."""

    bend: Number = Field(default=0, description="Forward; backward is negative.")
    side: Number = Field(default=0, description="To the left; to the right is negative.")
    turn: Number = Field(default=0, description="To the left; to the right is negative.")


class Pelvis(Trunk):
    """How the pelvis is turned against the base posture, and how far it has moved in the room."""

    left: Number = Field(default=0, description="Centimeters to the left of who stands in the room.")
    up: Number = Field(default=0, description="Centimeters upward.")
    forward: Number = Field(default=0, description="Centimeters forward.")


class Neck(Trunk):
    """How the head is held."""

    nod: Number = Field(default=0, description="Of the head on the neck: chin to the throat.")
    slide: Number = Field(default=0, description="Centimeters that the head slides straight back.")


class Limb(_Strict):
    """A hip or a shoulder: thigh or upper arm against the trunk."""

    bend: Number = Field(default=0, description="Forward and up.")
    out: Number = Field(default=0, description="Away from the middle.")
    turn: Number = Field(default=0, description="Outward about its own length.")


class Blade(_Strict):
    """A shoulder blade, in centimeters."""

    lift: Number = Field(default=0, description="Up, toward the ear.")
    forward: Number = Field(default=0, description="Forward; drawn back is negative.")


class Wrist(_Strict):
    """A hand against its forearm."""

    bend: Number = Field(default=0, description="Toward the palm.")
    turn: Number = Field(default=0, description="Outward about the forearm: the palm looks forward.")


class Touch(_Strict):
    """What a hand or a foot touches."""

    to: _Name = Field(default="", description="A place of the body, an anchor of a prop, or floor.")
    at: Point | None = Field(default=None, description="A point of the room instead, in centimeters.")
    move: Point = Field(default=[0, 0, 0], description="Shifts it: left, up, forward, in centimeters.")
    bend: BendName | Point | None = Field(
        default=None, description="Where elbow or knee point to, as the trunk sees it."
    )
    fingers: Point | None = Field(
        default=None, description="Where the fingers point to, as seen in the room."
    )
    palm: Point | None = Field(default=None, description="Where the palm looks, as seen in the room.")
    by: Literal["sole", "heel", "ankle"] = Field(default="sole", description="What of a foot touches.")


_Touch = Annotated[_Name | Touch, Field(description="Where it is: a name, more about it, or free.")]


class Setting(_Strict):
    """The body at one moment: what differs from the moment before, at the start from the base posture."""

    anchor: Literal["pelvis", "knees", "left_knee", "right_knee", "shoulders"] | None = Field(
        default=None, description="What stays where the base posture has it."
    )
    pelvis: Pelvis | None = None
    spine: Trunk | None = Field(default=None, description="All of the back, waist and chest together.")
    lumbar: Trunk | None = Field(default=None, description="The waist against the pelvis, instead of spine.")
    chest: Trunk | None = Field(default=None, description="The chest against the waist, instead of spine.")
    neck: Neck | None = None
    hips: Limb | None = None
    left_hip: Limb | None = None
    right_hip: Limb | None = None
    knees: Number | None = None
    left_knee: Number | None = None
    right_knee: Number | None = None
    ankles: Number | None = Field(default=None, description="Toes toward the shin; pointed is negative.")
    left_ankle: Number | None = None
    right_ankle: Number | None = None
    toes: Number | None = Field(default=None, description="Of a foot on the ground: turned outward.")
    left_toes: Number | None = None
    right_toes: Number | None = None
    shoulders: Limb | None = None
    left_shoulder: Limb | None = None
    right_shoulder: Limb | None = None
    elbows: Number | None = None
    left_elbow: Number | None = None
    right_elbow: Number | None = None
    blades: Blade | None = None
    left_blade: Blade | None = None
    right_blade: Blade | None = None
    wrists: Wrist | None = None
    left_wrist: Wrist | None = None
    right_wrist: Wrist | None = None
    hands: _Touch | None = None
    left_hand: _Touch | None = None
    right_hand: _Touch | None = None
    feet: _Touch | None = None
    left_foot: _Touch | None = None
    right_foot: _Touch | None = None


class PropFile(_Strict):
    """Something that stands or lies there."""

    kind: str = Field(description="What it is.")
    at: Point = Field(default=[0, 0, 0], description="The middle of its foot, in centimeters.")
    turn: Number = Field(default=0, description="Degrees to the left.")
    size: Point | None = Field(default=None, description="Width, height and depth, in centimeters.")
    under: _Name | None = Field(
        default=None, description="The place of the body that rests on it at the end; then at is not needed."
    )


class PoseFile(_Strict):
    """The pose of one stretch, told for the left side."""

    base: str = Field(description="The base posture.")
    view: str | list[str] = Field(description="From where it is seen; a twist may have two.")
    highlight: list[str] = Field(min_length=1, max_length=4, description="Where it is felt.")
    start: Setting = Field(default=Setting(), description="What differs from the base posture.")
    via: list[Setting] = Field(
        default=[], max_length=4, description="Stances on the way: each what differs from the one before."
    )
    end: Setting = Field(description="What differs from the one before: the start, or the last via.")
    back: list[Setting] = Field(
        default=[], max_length=2, description="Stances on another way back, each against the one before."
    )
    arrow: str | None = Field(default=None, description="The joint whose way is drawn.")
    mark: str | None = Field(default=None, description="The joint beside which left or right is written.")
    props: list[str | PropFile] = Field(default=[], max_length=8, description="What is there besides.")
    close: Literal["upper", "legs"] | None = Field(
        default=None, description="Shows the upper body or the legs alone, larger."
    )
    bare: bool = Field(default=False, description="Without the chair, mat or bed of its base posture.")
    alternates: bool = Field(default=False, description="Goes to the other side with every other breath.")
    straps: list[list[str]] = Field(default=[], max_length=2, description="A band through these joints.")


class PosesFile(RootModel[dict[str, PoseFile]]):
    """The poses of a region's stretches, by their ids."""
