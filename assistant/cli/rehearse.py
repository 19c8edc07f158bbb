"""`limber rehearse`: a whole session without sound hardware, faster than real time."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import ContentError, closest

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.core.ports import Voice
    from assistant.simulate.timeline import Row


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rehearse)


def rehearse(
    scene: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENE",
            help="Who says what, and when: a scene that comes with Limber, by its name, or a YAML file.",
        ),
    ] = None,
    output_folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Keep the sound, the timeline and a summary there. Without it nothing is kept.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the timeline as JSON lines.")] = False,
    as_captions: Annotated[
        bool, typer.Option("--captions", help="Print who says what, and when, and nothing else.")
    ] = False,
    show_list: Annotated[
        bool, typer.Option("--list", help="List the scenes that come with Limber, and do nothing else.")
    ] = False,
    show_schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenes, and do nothing else.")
    ] = False,
) -> None:
    """Rehearse a session with a scripted person.

    The room is virtual, recognizer and voice are the real ones, and time goes faster. Prints the timeline
    as it goes. With --output it also writes timeline.jsonl, session.wav and summary.json.
    """
    if show_list:
        for name in _scenes():
            output.out.print(name)
        return
    if show_schema:
        from assistant.simulate.scene import Scene
        from assistant.store.documents import schema_json

        typer.echo(schema_json(Scene), nl=False)
        return
    if as_json and as_captions:
        raise typer.BadParameter("choose one of --json and --captions")
    show = output.emit_json if as_json else _print_caption if as_captions else _print_row
    _rehearse(_scene(scene), output_folder, show)


def _scenes() -> dict[str, Path]:
    """The scenes that come with Limber, by name."""
    from assistant.simulate.scene import DEFAULT_SCENE

    return {path.stem: path for path in sorted(DEFAULT_SCENE.parent.glob("*.yaml"))}


def _scene(named: str | None) -> Path:
    """The file of a scene. Raises ContentError, which says which scenes there are."""
    from assistant.simulate.scene import DEFAULT_SCENE

    if named is None:
        return DEFAULT_SCENE
    path, scenes = Path(named), _scenes()
    if named in scenes and not path.is_file():
        return scenes[named]
    if path.exists() or path.suffix or path.name != named:
        return path
    close = closest(named, scenes)
    guess = f": did you mean {close}?" if close else f"; there are {', '.join(scenes)}, or name a YAML file."
    raise ContentError("scene_unknown", f'There is no scene "{named}"{guess}')


def _rehearse(scene_path: Path, folder: Path | None, show: Callable[[Row], None]) -> None:
    """Rehearse, print, write. Raises AssistantError."""
    from assistant.simulate.rehearsal import Rehearsal, open_engines
    from assistant.simulate.report import summarize, write_report
    from assistant.simulate.scene import load_scene

    scene = load_scene(scene_path)
    config = output.configuration()
    engines = open_engines(scene, config, _voice(config), output.note)
    began = time.monotonic()
    rehearsed = Rehearsal(scene, engines, show, output.note).run()
    summary = summarize(rehearsed, time.monotonic() - began)
    if folder is not None:
        write_report(folder, rehearsed, summary)
    for line in summary["lines_never_said"] if isinstance(summary["lines_never_said"], list) else []:
        output.note(f"Never came to pass in this rehearsal: {line}")
    minutes = rehearsed.seconds / 60
    kept = f"It is all in {folder}." if folder else "Nothing was kept; --output FOLDER keeps it."
    output.note(f"Rehearsed {minutes:.1f} minutes in {summary['work_seconds']} s. {kept}")


def _voice(config: Config) -> Voice:
    """Limber's voice, the same every time; silence where there is none, for a rehearsal all the same."""
    from assistant.errors import VoiceError
    from assistant.opening import open_voice
    from assistant.simulate.silent import SilentVoice

    try:
        return open_voice(config, output.note, steady=True)
    except VoiceError as error:
        output.note(f"{error.message} This rehearsal is silent, and what its person says is taken as heard.")
        return SilentVoice()


def _print_caption(row: Row) -> None:
    """What somebody in the room would hear of it."""
    from assistant.simulate.captions import COLUMN, caption

    if (line := caption(row)) is not None:
        width = max(output.out.width, 2 * COLUMN)
        for part in textwrap.wrap(line, width, subsequent_indent=" " * COLUMN):
            output.out.print(part)


def _print_row(row: Row) -> None:
    """One line a row: time, kind, and what is particular."""
    shown = {k: v for k, v in row.items() if k not in ("t", "kind") and v not in ("", {})}
    particulars = (f"{value}" if key == "text" else f"{key}={value}" for key, value in shown.items())
    output.out.print(f"{row['t']:8.2f}  {row['kind']:<12}  {'  '.join(particulars)}")
