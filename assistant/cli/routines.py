"""`limber routines`: the routines there are, what is in one, and whether a file can be one.

Runs on the main thread. Must not judge a routine itself: that is assistant/store.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import ContentError

if TYPE_CHECKING:
    from assistant.core.routine import Routine, Stretch
    from assistant.store.routine_check import FindSafety

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="List, show and check routines.")
    group.command(name="list")(list_routines)
    group.command()(show)
    group.command()(check)
    group.command()(schema)
    app.add_typer(group, name="routines")


def list_routines(as_json: _AsJson = False) -> None:
    """List the routines: those that come with Limber, then your own."""
    from rich.table import Table

    from assistant.core.choosing import routine_minutes
    from assistant.store.routines import user_folder

    routines = _routines()
    if as_json:
        for routine in routines:
            values = {"id": routine.id, "name": routine.name, "spoken_name": routine.spoken_name}
            about = {"minutes": routine_minutes(routine), "stretches": len(routine.stretches)}
            output.emit_json(values | about | {"description": routine.description})
        return
    table = Table("id", "name", "minutes", "stretches", "description", box=None, pad_edge=False)
    for routine in routines:
        numbers = str(routine_minutes(routine)), str(len(routine.stretches))
        table.add_row(routine.id, routine.name, *numbers, routine.description)
    output.out.print(table)
    output.note(f"Your own routines belong in {user_folder()}.")


def show(
    routine_id: Annotated[str, typer.Argument(metavar="ID", help="As `limber routines list` tells.")],
    as_json: _AsJson = False,
) -> None:
    """Show a routine, stretch by stretch."""
    routines = _routines()
    routine = next((one for one in routines if one.id == routine_id), None)
    if routine is None:
        known = ", ".join(one.id for one in routines)
        raise ContentError("routine_unknown", f"There is no routine {routine_id}; there are {known}.")
    if as_json:
        output.emit_json(dataclasses.asdict(routine))
    else:
        _show(routine)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Routine files, YAML.")],
) -> None:
    """Check routine files; every problem is named with its file, line and field."""
    from assistant.store.routines import check_file

    find_safety = _find_safety()
    problems = [problem for path in files for problem in check_file(path, find_safety)]
    for problem in problems:
        output.out.print(str(problem))
    if problems:
        raise typer.Exit(1)
    output.note("No problems found.")


def schema() -> None:
    """Print the JSON Schema of a routine file, for editors."""
    from assistant.store.routines import schema_json

    typer.echo(schema_json(), nl=False)


def _find_safety() -> FindSafety:
    from assistant.language.packs import load_language

    return load_language().table.find_safety


def _routines() -> tuple[Routine, ...]:
    from assistant.store.routines import load_routines

    return load_routines(_find_safety(), output.err.print)


def _show(routine: Routine) -> None:
    from rich.text import Text

    output.out.print(Text(routine.name, style="bold"))
    output.out.print(routine.description)
    for number, stretch in enumerate(routine.stretches, start=1):
        output.out.print()
        output.out.print(Text(f"{number}. {stretch.name}", style="bold"), _particulars(stretch))
        enter = " ".join(stretch.enter)
        for label, text in (
            ("Do", f"{enter} {stretch.feel} {stretch.leave}"),
            ("Easier", stretch.easier),
            ("Leave it out with", "; ".join(stretch.avoid_if)),
            ("Source", stretch.source),
        ):
            told = text.replace("{side}", "left").replace("{other_side}", "right")
            output.out.print(f"   {label}: {told}")


def _particulars(stretch: Stretch) -> str:
    times = f"{stretch.repetitions} times " if stretch.repetitions > 1 else ""
    sides = " on each side, told for the left" if stretch.has_sides else ""
    region = stretch.region.value.replace("_", " ")
    return f"({region}, {stretch.position.value}, {times}{stretch.hold_seconds} seconds{sides})"
