"""Routine files: YAML checked by pydantic models, made into the core's routines.

Called on the main thread, before a session. Must not decide what is safe to say: that is routine_check.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

from assistant.core.routine import Position, Region, Routine, Stretch
from assistant.errors import ContentError
from assistant.resources import resource_path
from assistant.store.documents import DocumentError, Problem, read_document, validate
from assistant.store.routine_check import FindSafety, check_routine

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", max_length=60)]
_SpokenName = Annotated[str, Field(pattern=r"^[a-z']+( [a-z']+)*$", max_length=60)]
_Text = Annotated[str, Field(pattern=r"\S", max_length=400)]
_Sentences = Annotated[list[_Text], Field(min_length=1, max_length=6)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StretchFile(_Strict):
    """One stretch. Spoken texts may hold {side} and {other_side}, filled with "left" and "right"."""

    id: _Id = Field(description="Names the stretch in the history; the same stretch has it in every routine.")
    name: _Text = Field(description="The name to show.")
    spoken_name: _SpokenName = Field(description="The name to say: common words in lower case.")
    region: Region = Field(strict=False, description="The part of the body that it stretches.")
    position: Position = Field(strict=False, description="Where the body is.")
    has_sides: bool = Field(description="Whether it is done left and right.")
    hold_seconds: int = Field(
        description="How long one hold lasts, 20 to 30.", json_schema_extra={"minimum": 20, "maximum": 30}
    )
    repetitions: int = Field(default=1, ge=1, le=4, description="How many holds for each side.")
    enter: _Sentences = Field(description="How to get into it, a sentence or two each.")
    feel: _Text = Field(description="What to feel, and where.")
    leave: _Text = Field(description="How to come back.")
    easier: _Text = Field(description="An easier variation.")
    avoid_if: _Sentences = Field(description="Who should leave it out.")
    source: _Text = Field(description="Where the knowledge comes from.")


class RoutineFile(_Strict):
    """A routine: stretches in their order, from the neck down."""

    id: _Id = Field(description="Names the routine in commands, the configuration and the history.")
    name: _Text = Field(description="The name to show.")
    spoken_name: _SpokenName = Field(description="The name to say and to listen for: common words.")
    description: _Text = Field(description="What it is good for, in a sentence.")
    order_reason: str = Field(default="", description="Why it does not go from the neck down, if so.")
    stretches: list[StretchFile] = Field(min_length=1, max_length=40)


def schema_json() -> str:
    """The JSON Schema of a routine file, for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | RoutineFile.model_json_schema()
    return json.dumps(schema, indent=2) + "\n"


def load_routine(path: Path, find_safety: FindSafety | None = None) -> Routine:
    """Read and check one routine file. Raises DocumentError, a ContentError with all its problems."""
    document = read_document(path)
    file = validate(document, RoutineFile, also=check_routine(document, find_safety))
    stretches = tuple(_stretch(item) for item in file.stretches)
    return Routine(file.id, file.name, file.spoken_name, file.description, stretches, file.order_reason)


def check_file(path: Path, find_safety: FindSafety | None = None) -> tuple[Problem, ...]:
    """All problems of a routine file, in the order of their lines; none when it can be used."""
    try:
        load_routine(path, find_safety)
    except DocumentError as error:
        return error.problems
    return ()


def load_routines(find_safety: FindSafety | None, on_problem: Callable[[str], None]) -> tuple[Routine, ...]:
    """The built-in routines, then the user's. `on_problem` gets a line for each file that is left out.

    Raises ContentError when the built-in ones are missing or broken.
    """
    routines = [load_routine(path, find_safety) for path in _routine_files(builtin_folder())]
    for path in _user_files(on_problem):
        try:
            routine = load_routine(path, find_safety)
        except ContentError as error:
            on_problem(f"This routine is left out: {error.message}.")
            continue
        if taken := _taken(routine, routines):
            on_problem(f"This routine is left out: {path}: {taken}; give it another.")
        else:
            routines.append(routine)
    return tuple(routines)


def builtin_folder() -> Path:
    """Where the built-in routines are. Raises ContentError when they are not there."""
    folder = resource_path("routines")
    if not folder.is_dir():
        raise ContentError(
            "routines_missing", f"The built-in routines are missing from {folder}: reinstall Limber."
        )
    return folder


def user_folder() -> Path:
    """Where the user's own routines are looked for."""
    return platformdirs.user_data_path("limber", appauthor=False) / "routines"


def _stretch(file: StretchFile) -> Stretch:
    values = file.model_dump()
    return Stretch(**values | {"enter": tuple(file.enter), "avoid_if": tuple(file.avoid_if)})


def _routine_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith("."))


def _user_files(on_problem: Callable[[str], None]) -> Iterator[Path]:
    folder = user_folder()
    try:
        yield from _routine_files(folder) if folder.exists() else ()
    except OSError as error:
        on_problem(f"Your own routines in {folder} cannot be read: {error.strerror}.")


def _taken(routine: Routine, others: Sequence[Routine]) -> str:
    for other in others:
        if routine.id == other.id:
            return f"id: {routine.id} is another routine's id already"
        if routine.spoken_name == other.spoken_name:
            return f'spoken_name: "{routine.spoken_name}" is how {other.id} is called already'
    return ""
