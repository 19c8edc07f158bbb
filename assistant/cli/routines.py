"""`limber routines`: the routines there are, what is in one, whether a file can be one, packs from others.

Runs on the main thread. Must not judge a routine itself: that is assistant/store.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.cli.routine_words import OURS, as_plain, origin, print_heading, show_all
from assistant.errors import StoreError, UnknownRoutineError

if TYPE_CHECKING:
    from assistant.core.adapting import Pasts
    from assistant.core.prompts import LanguagePack
    from assistant.store.routines import Listed

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="List, show and check routines; add and remove packs.",
    )
    group.command(name="list")(list_routines)
    group.command()(show)
    group.command()(check)
    group.command()(sheet)
    group.command()(schema)
    group.command()(add)
    group.command()(remove)
    app.add_typer(group, name="routines")


def list_routines(as_json: _AsJson = False) -> None:
    """List the routines there are.

    First those that come with Limber, then your own, then those of packs. Minutes are as a session would
    take now: holds grow with sessions that go well.
    """
    from assistant.store.routines import user_folder

    pasts = _pasts()
    found = [_today(listed, pasts) for listed in _listed()]
    if as_json:
        for listed in found:
            output.emit_json(as_plain(listed))
        return
    mixed = any(origin(listed) != OURS for listed in found)
    for listed in found:
        print_heading(listed.routine)
        whose = f" From {origin(listed)}." if mixed else ""
        output.paragraph(f"{listed.routine.description}{whose}", indent=3)
    output.out.print()
    output.note("Say a name to begin a routine; `limber routines show NAME` tells what is in it.")
    output.note(f"Your own routines belong in {user_folder()}.")


def show(
    wanted: Annotated[
        list[str], typer.Argument(metavar="NAME", help="Its name, its id, or what you would say to Limber.")
    ],
    as_json: _AsJson = False,
) -> None:
    """Show a routine, stretch by stretch.

    Holds are as long as a session would have them now.
    """
    listed = _today(_find(" ".join(wanted)), _pasts())
    if as_json:
        output.emit_json(_plain(dataclasses.asdict(listed.routine)))
    else:
        show_all(listed, _language().words)


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Routines, packs, prompts; without any: all that can be spoken."),
    ] = None,
) -> None:
    """Check routines, packs and prompts.

    Every problem is named with its file, line and field.
    """
    from assistant.store.content_check import check_paths, everything

    language = _language()
    paths = files or everything(language.code)
    problems = check_paths(paths, language)
    for problem in problems:
        output.out.print(str(problem))
    if problems:
        raise typer.Exit(1)
    output.note(f"No problems found in {len(paths)} file{'' if len(paths) == 1 else 's'}.")


def sheet(
    routine_id: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Of one routine; without it, of the whole library.")
    ] = None,
) -> None:
    """Print the sheet for a clinician to review and sign."""
    from assistant.store.library import load_library
    from assistant.store.sheet import sheet as make

    language = _language()
    if routine_id is None:
        typer.echo(make(load_library(language.code).values(), language.words), nl=False)
        return
    listed = _find(routine_id)
    reviewer = listed.pack.reviewed_by if listed.pack else "nobody"
    typer.echo(make(listed.routine.stretches, language.words, reviewer), nl=False)


def schema(
    stretches: Annotated[bool, typer.Option("--stretches", help="Of a file of the library instead.")] = False,
) -> None:
    """Print the JSON Schema of a routine file, for editors."""
    from assistant.store.documents import schema_json
    from assistant.store.routine_files import LibraryFile, RoutineFile

    typer.echo(schema_json(LibraryFile if stretches else RoutineFile), nl=False)


def add(
    source: Annotated[Path, typer.Argument(metavar="FOLDER|ZIP", help="The pack, with its manifest.yaml.")],
) -> None:
    """Add a pack of routines.

    It is checked wholly before anything is copied.
    """
    from assistant.store.library import load_library
    from assistant.store.packs import PackError, add_pack

    language = _language()
    others = [listed.routine for listed in _listed()]
    try:
        pack, routines = add_pack(source, load_library(language.code), others, language)
    except PackError as error:
        for problem in error.problems:
            output.out.print(str(problem))
        output.err.print("Nothing was added.", style="red")
        raise typer.Exit(1) from error
    names = ", ".join(routine.spoken_name for routine in routines)
    output.note(f"Added {pack.name} by {pack.author}, reviewed by {pack.reviewed_by}: {names}.")


def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="The pack's name.")]) -> None:
    """Remove a pack of routines."""
    from assistant.store.packs import remove_pack
    from assistant.store.routines import installed_packs

    pack = remove_pack(name, installed_packs(output.err.print))
    output.note(f"Removed {pack.name} from {pack.folder.parent}.")


def _language() -> LanguagePack:
    """The language that is configured, which the texts are taken to be in."""
    from assistant.languages.packs import load_language

    return load_language(output.configuration().session.language)


def _listed() -> list[Listed]:
    from assistant.store.routines import list_routines

    return list_routines(_language(), output.err.print)


def _find(wanted: str) -> Listed:
    """The routine of this id, or that would begin if this was said. Raises UnknownRoutineError."""
    routines = _listed()
    found = next((listed for listed in routines if listed.routine.id == wanted), None)
    found = found or _meant(wanted, routines)
    if found is None:
        raise UnknownRoutineError(wanted, [listed.routine.spoken_name for listed in routines])
    return found


def _meant(wanted: str, routines: list[Listed]) -> Listed | None:
    """What would begin if somebody said so where Limber asks what to stretch."""
    from assistant.core.events import Said, Source
    from assistant.core.intents import Intent
    from assistant.core.listening.listener import meaning_of
    from assistant.core.selection import meant
    from assistant.languages.packs import with_routines
    from assistant.store.library import builtin_folder, load_library
    from assistant.store.routines import Listed

    catalogue = tuple(listed.routine for listed in routines)
    pack = with_routines(_language(), catalogue)
    said = meaning_of(pack.typed(wanted), pack.table, frozenset((Intent.CHOOSE,)), Source.KEYBOARD)
    if not isinstance(said, Said):
        return None
    routine = meant(catalogue, tuple(load_library(pack.code).values()), said.slots)
    if routine is None:
        return None
    there = next((listed for listed in routines if listed.routine is routine), None)
    told = "Chosen from the library, from the neck down."
    planned = dataclasses.replace(routine, spoken_name="planned for this", description=told)
    return there or Listed(planned, builtin_folder() / routine.id, None)


def _pasts() -> Pasts:
    """What the history knows of each stretch; nothing where there is no history."""
    from assistant.cli.known_content import history_kept
    from assistant.store.history_profile import read_profile

    try:
        return read_profile(history_kept()).pasts
    except StoreError as error:
        output.note(error.message)
        return {}


def _today(listed: Listed, pasts: Pasts) -> Listed:
    """The routine with holds as long as a session would have them now."""
    from assistant.core.adapting import adapted_routine

    return dataclasses.replace(listed, routine=adapted_routine(listed.routine, pasts))


def _plain(value: object) -> object:
    """Sets as sorted lists, which JSON can hold."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
