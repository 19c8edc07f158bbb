"""Stretches, routines and the plan of a session: values that assistant/store/routines.py has checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Region(StrEnum):
    """Body regions in the order in which a routine visits them: from the neck down."""

    NECK = "neck"
    SHOULDERS = "shoulders"
    UPPER_BACK = "upper_back"
    MID_BACK = "mid_back"
    LOWER_BACK = "lower_back"
    HIPS = "hips"
    GLUTES = "glutes"
    HAMSTRINGS = "hamstrings"
    CALVES = "calves"


class Position(StrEnum):
    """Where the body is during a stretch."""

    STANDING = "standing"
    SEATED = "seated"
    FLOOR = "floor"
    BED = "bed"


class Posture(StrEnum):
    """How the body is held up during a stretch: what has to change between two of them is a transfer."""

    STANDING = "standing"
    SITTING = "sitting"  # on a chair
    BED_EDGE = "bed_edge"  # sitting on the edge of the bed, a foot on the floor
    LONG_SITTING = "long_sitting"  # on a mat or a bed, the legs in front or the soles together
    ON_BACK = "on_back"
    ON_SIDE = "on_side"
    ON_BELLY = "on_belly"
    KNEELING = "kneeling"
    HANDS_AND_KNEES = "hands_and_knees"


UPRIGHT = {Position.STANDING: Posture.STANDING, Position.SEATED: Posture.SITTING}
"""The positions that have one posture."""


class Kind(StrEnum):
    """What is done in a stretch: it is held still, or moved slowly with the breath."""

    HOLD = "hold"
    MOVEMENT = "movement"


class Side(StrEnum):
    """The side that is stretched; BOTH for a stretch that has no sides."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Condition(StrEnum):
    """What a person can have for which some stretches are left out, unless a clinician agrees."""

    OSTEOPOROSIS = "osteoporosis"
    PREGNANCY = "pregnancy"
    RECENT_OPERATION = "recent_operation"
    RECENT_INJURY = "recent_injury"
    DIZZINESS = "dizziness"
    POOR_BALANCE = "poor_balance"
    HIP_REPLACEMENT = "hip_replacement"
    KNEE_TROUBLE = "knee_trouble"
    SHOULDER_TROUBLE = "shoulder_trouble"
    WRIST_TROUBLE = "wrist_trouble"
    RHEUMATOID_ARTHRITIS = "rheumatoid_arthritis"
    SPINAL_STENOSIS = "spinal_stenosis"
    SLIPPED_VERTEBRA = "slipped_vertebra"
    DISC_TROUBLE = "disc_trouble"
    TINGLING_ARM = "tingling_arm"
    TINGLING_LEG = "tingling_leg"
    GLAUCOMA = "glaucoma"
    BLOOD_CLOT = "blood_clot"


class Equipment(StrEnum):
    """What a stretch needs beside its position's chair, mat or bed."""

    CHAIR = "chair"
    WALL = "wall"
    DOORWAY = "doorway"
    STRAP = "strap"
    PILLOW = "pillow"
    TOWEL = "towel"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch. Spoken texts may hold `{side}` and `{other_side}`, filled with "left" and "right".

    `breath` is said once, before the first hold. `also_in` are the positions that it can be done in besides
    `position`. `avoid` is `avoid_if` for programs. A movement is done for `breaths`, and `hold_seconds` is
    what they take. `turns_around` says that the body turns round or rolls over for the second side, `ends_in`
    how it is held up at the end, where that is not `posture`. `starts` are first sentences in other
    positions, in place of that of `enter`.
    """

    id: str
    name: str
    spoken_name: str
    region: Region
    position: Position
    posture: Posture
    has_sides: bool
    hold_seconds: int
    repetitions: int
    enter: tuple[str, ...]
    feel: str
    leave: str
    easier: str
    avoid_if: tuple[str, ...]
    source: str
    breath: str = ""
    also_in: frozenset[Position] = frozenset()
    equipment: frozenset[Equipment] = frozenset()
    avoid: frozenset[Condition] = frozenset()
    kind: Kind = Kind.HOLD
    breaths: int = 0
    turns_around: bool = False
    ends_in: Posture | None = None
    starts: tuple[tuple[Position, str], ...] = ()

    @property
    def entering(self) -> tuple[str, ...]:
        """How to get into it, in its position."""
        start = dict(self.starts).get(self.position)
        return (start, *self.enter[1:]) if start else self.enter


@dataclass(frozen=True, slots=True)
class Routine:
    """An ordered list of stretches. `order_reason` says why it does not run from the neck down, if so.

    `ends_lying` is for a routine after which nobody gets up, such as one before sleep.
    """

    id: str
    spoken_name: str
    description: str
    stretches: tuple[Stretch, ...]
    order_reason: str = ""
    ends_lying: bool = False

    def is_called(self, name: str) -> bool:
        """Whether this is its name, or its id."""
        return name.lower() in (self.spoken_name.lower(), self.id)

    @property
    def title(self) -> str:
        """Its one name as the beginning of a line, or its id where it has none."""
        return (self.spoken_name[:1].upper() + self.spoken_name[1:]) or self.id


@dataclass(frozen=True, slots=True)
class Step:
    """One hold of a plan: a stretch, its side and which repetition of that side, from 1."""

    stretch: Stretch
    side: Side
    repetition: int


def placed(stretch: Stretch, position: Position) -> Stretch:
    """The stretch in another position: who sits on a chair for it sits on the mat, or on the bed's edge."""
    if position is stretch.position:
        return stretch
    seats = {Position.FLOOR: Posture.LONG_SITTING, Position.BED: Posture.BED_EDGE}
    sits = seats.get(position, stretch.posture)
    posture = sits if stretch.posture in UPRIGHT.values() else stretch.posture
    return replace(stretch, position=position, posture=UPRIGHT.get(position, posture))


def plan(routine: Routine) -> tuple[Step, ...]:
    """The steps of a routine in order, one stretch after the other."""
    return tuple(step for stretch in routine.stretches for step in steps_of(stretch))


def steps_of(stretch: Stretch) -> tuple[Step, ...]:
    """The steps of one stretch: for every repetition left, then right."""
    sides = (Side.LEFT, Side.RIGHT) if stretch.has_sides else (Side.BOTH,)
    return tuple(
        Step(stretch, side, repetition) for repetition in range(1, stretch.repetitions + 1) for side in sides
    )


def instruction(step: Step, before: Step | None) -> tuple[str, ...]:
    """What is said to get into a step: all of it, only the way in for the other side, nothing once more."""
    if before is None or before.stretch.id != step.stretch.id:
        said = (*step.stretch.entering, step.stretch.feel, step.stretch.breath)
        return tuple(text for text in said if text)
    return step.stretch.entering if is_other_side(step, before) else ()


def is_other_side(step: Step, before: Step | None) -> bool:
    """Whether a step is the second side of what was held before it."""
    if before is None or before.stretch.id != step.stretch.id:
        return False
    return step.repetition == before.repetition and step.side is not before.side


WORDS_PER_SECOND = 2.6
SETTLE_SECONDS, REST_SECONDS = 20.0, 8.0
ANNOUNCING_WORDS = 6
"""How many words name a step, such as "Once more, the left side."."""


def estimated_seconds(steps: tuple[Step, ...]) -> float:
    """About how long these steps take, speech included, when each has its full time to settle."""
    seconds = 0.0
    for before, step in zip((None, *steps), steps, strict=False):
        words = sum(len(text.split()) for text in (*instruction(step, before), step.stretch.leave))
        seconds += (words + ANNOUNCING_WORDS) / WORDS_PER_SECOND + step.stretch.hold_seconds
        seconds += SETTLE_SECONDS + REST_SECONDS
    return seconds
