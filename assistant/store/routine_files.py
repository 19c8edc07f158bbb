"""The shapes of what is written in YAML: stretches, routines, the texts of both, a pack's manifest.

Pydantic models, used on any thread. Must not decide what is safe to say: that is routine_check.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag
from pydantic.config import JsonDict

from assistant.core.hold import BREATH_SECONDS
from assistant.core.precautions import Demand
from assistant.core.routine import (
    UPRIGHT,
    Condition,
    Equipment,
    Kind,
    Position,
    Posture,
    Region,
    Stretch,
    placed,
)

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", max_length=60)]
_SpokenName = Annotated[str, Field(pattern=r"^([^\W\d_A-Z]|')+( ([^\W\d_A-Z]|')+)*$", max_length=60)]
_Text = Annotated[str, Field(pattern=r"\S", max_length=400)]
_Sentences = Annotated[list[_Text], Field(min_length=1, max_length=6)]
_Position = Annotated[Position, Field(strict=False)]
_Repetitions = Annotated[int, Field(ge=1, le=4)]
_HOLD_RANGE: JsonDict = {"minimum": 20, "maximum": 30}  # checked in routine_check, in its own words
_BREATHS_RANGE: JsonDict = {"minimum": 3, "maximum": 6}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StretchFacts(_Strict):
    """What a stretch is, whatever the language."""

    id: _Id = Field(description="Names the stretch in the history; the same stretch has it in every routine.")
    region: Annotated[Region, Field(strict=False)] = Field(description="The part of the body it stretches.")
    position: _Position = Field(description="Where the body is.")
    also_in: list[_Position] = Field(default=[], description="Other positions that the words fit as well.")
    posture: Annotated[Posture | None, Field(strict=False)] = Field(
        default=None, description="How the body is held up; needed on the floor and in bed."
    )
    has_sides: bool = Field(description="Whether it is done left and right.")
    ends_in: Annotated[Posture | None, Field(strict=False)] = Field(
        default=None, description="How the body is held up at the end, if not as in the beginning."
    )
    turns_around: bool = Field(
        default=False, description="Whether the body turns round or rolls over for the second side."
    )
    kind: Annotated[Kind, Field(strict=False)] = Field(
        default=Kind.HOLD, description="Held still, or moved slowly with the breath."
    )
    hold_seconds: int | None = Field(
        default=None, description="How long one hold lasts, 20 to 30.", json_schema_extra=_HOLD_RANGE
    )
    breaths: int | None = Field(
        default=None,
        description="How many breaths a movement takes, 3 to 6.",
        json_schema_extra=_BREATHS_RANGE,
    )
    repetitions: _Repetitions = Field(default=1, description="How many holds for each side.")
    equipment: list[Annotated[Equipment, Field(strict=False)]] = Field(
        default=[], description="What it needs beside the chair, mat or bed of its position."
    )
    demands: list[Annotated[Demand, Field(strict=False)]] = Field(
        default=[], description="What it asks of the body, for the precautions that it must name."
    )
    avoid: list[Annotated[Condition, Field(strict=False)]] = Field(
        default=[], description="Who should leave it out, for the planner."
    )
    source: _Text = Field(description="Where the knowledge comes from.")


class StretchTexts(_Strict):
    """What is shown and said of a stretch; {side} and {other_side} are filled in with its sides."""

    name: _Text = Field(description="The name to show.")
    spoken_name: _SpokenName = Field(description="The name to say: common words in lower case.")
    enter: _Sentences = Field(description="How to get into it, in at most four sentences, position first.")
    starts: dict[_Position, _Text] = Field(
        default={}, description="The first sentence in another position, in place of that of enter."
    )
    feel: _Text = Field(description="What to feel, and where.")
    breath: str = Field(default="", max_length=400, description="How to breathe; said once.")
    leave: _Text = Field(description="How to come back.")
    easier: _Text = Field(description="An easier variation.")
    avoid_if: _Sentences = Field(description="Who should leave it out, in words.")


class StretchFile(StretchTexts, StretchFacts):
    """One stretch of somebody's own, in one place."""


def make_stretch(facts: StretchFacts, texts: StretchTexts) -> Stretch:
    """The core's value."""
    told = {name: getattr(texts, name) for name in StretchTexts.model_fields}
    known = {name: getattr(facts, name) for name in StretchFacts.model_fields if name != "demands"}
    sequences = {
        "enter": tuple(texts.enter),
        "starts": tuple(texts.starts.items()),
        "avoid_if": tuple(texts.avoid_if),
    }
    sets = {name: frozenset(known[name]) for name in ("also_in", "equipment", "avoid")}
    posture = facts.posture or UPRIGHT.get(facts.position, Posture.ON_BACK)
    breaths = facts.breaths or 0
    seconds = facts.hold_seconds or round(breaths * BREATH_SECONDS)
    return Stretch(
        **told | known | sequences | sets | {"posture": posture, "breaths": breaths, "hold_seconds": seconds}
    )


class StretchUse(_Strict):
    """A stretch of the library, with numbers or a position of its own."""

    use: str = Field(description="The id of a stretch in routines/stretches.")
    hold_seconds: int | None = Field(
        default=None, description="20 to 30, of a hold.", json_schema_extra=_HOLD_RANGE
    )
    repetitions: _Repetitions | None = Field(default=None, description="How many holds for each side.")
    position: _Position | None = Field(default=None, description="Another position that its words fit.")

    def changed(self, stretch: Stretch) -> Stretch:
        """The stretch with what is given anew."""
        return replace(
            placed(stretch, self.position or stretch.position),
            hold_seconds=self.hold_seconds or stretch.hold_seconds,
            repetitions=self.repetitions or stretch.repetitions,
        )


def _kind(item: object) -> str | None:
    if isinstance(item, str):
        return "<id>"
    if isinstance(item, dict):
        return "<use>" if "use" in item else "<stretch>"
    return None


_Item = Annotated[
    Annotated[str, Tag("<id>")]
    | Annotated[StretchUse, Tag("<use>")]
    | Annotated[StretchFile, Tag("<stretch>")],
    Discriminator(_kind),
]


class RoutineTexts(_Strict):
    """What is shown and said of a routine."""

    spoken_name: _SpokenName = Field(
        description="Its one name, to say, to listen for and to show: common words."
    )
    description: _Text = Field(description="What it is good for, in a sentence.")


class _RoutineFacts(_Strict):
    id: _Id = Field(description="Names the routine in commands, the configuration and the history.")
    order_reason: str = Field(default="", description="Why it does not go from the neck down, if so.")
    minutes: int | None = Field(
        default=None, ge=1, description="How long it takes, if that is to be told; it is checked."
    )
    ends_lying: bool = Field(
        default=False, description="Whether nobody gets up after it, such as before sleep."
    )


class BuiltInRoutine(_RoutineFacts):
    """A routine that comes with Limber, of stretches of the library. Every language has its texts."""

    stretches: list[
        Annotated[Annotated[str, Tag("<id>")] | Annotated[StretchUse, Tag("<use>")], Discriminator(_kind)]
    ] = Field(min_length=1, max_length=40)


class RoutineFile(RoutineTexts, _RoutineFacts):
    """A routine: stretches in their order, from the neck down; ids of the library, or written out."""

    name: _Text | None = Field(None, description="Has no use any more: a routine has its spoken_name.")
    stretches: list[_Item] = Field(min_length=1, max_length=40)


class LibraryFile(_Strict):
    """Stretches of the library. Every language has their texts."""

    stretches: list[StretchFacts] = Field(min_length=1, max_length=40)


class StretchTextsFile(RootModel[dict[str, StretchTexts]]):
    """The texts of the library's stretches in a language, by id."""


class RoutineTextsFile(RootModel[dict[str, RoutineTexts]]):
    """The texts of the routines that come with Limber in a language, by id."""


class ManifestFile(_Strict):
    """Who made a pack of routines, and who reviewed it."""

    name: _Id = Field(description="Names the pack in commands, and its folder.")
    author: _Text = Field(description="Who made it.")
    licence: _Text = Field(description="Under which terms it may be used and passed on.")
    reviewed_by: _Text = Field(description='Which clinician reviewed it; "nobody" if nobody did.')
