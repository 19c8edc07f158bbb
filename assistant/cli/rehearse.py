"""`limber rehearse`: a whole session without sound hardware, faster than real time."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.core.ports import Voice


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rehearse)


def rehearse(
    scene: Annotated[
        Path | None,
        typer.Argument(help="A scene: a YAML file that says who says what, and when. Default: our own."),
    ] = None,
    output_folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where to write. Default: a new folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the timeline as JSON lines.")] = False,
    show_schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenes, and do nothing else.")
    ] = False,
) -> None:
    """Rehearse a session: a scripted person, a virtual room, the real recognizer and voice.

    Prints the timeline as it goes, and writes timeline.jsonl, session.wav and summary.json.
    """
    if show_schema:
        from assistant.simulate.scene import Scene
        from assistant.store.documents import schema_json

        typer.echo(schema_json(Scene), nl=False)
        return
    run_rehearsal(scene, output_folder, as_json)


def run_rehearsal(scene_path: Path | None, folder: Path | None, as_json: bool) -> None:
    """Rehearse, print, write. Raises AssistantError."""
    from assistant.simulate.rehearsal import Rehearsal, open_engines
    from assistant.simulate.report import summarize, write_report
    from assistant.simulate.scene import DEFAULT_SCENE, load_scene

    scene = load_scene(scene_path or DEFAULT_SCENE)
    config = output.configuration()
    engines = open_engines(scene, config, _voice(config), output.note)
    show = output.emit_json if as_json else _print_row
    began = time.monotonic()
    rehearsed = Rehearsal(scene, engines, show, output.note).run()
    summary = summarize(rehearsed, time.monotonic() - began)
    target = folder or _new_folder()
    write_report(target, rehearsed, summary)
    for line in summary["lines_never_said"] if isinstance(summary["lines_never_said"], list) else []:
        output.note(f"Never came to pass in this rehearsal: {line}")
    minutes = rehearsed.seconds / 60
    output.note(f"Rehearsed {minutes:.1f} minutes in {summary['work_seconds']} s. It is all in {target}.")


def _new_folder() -> Path:
    from assistant.errors import StoreError

    try:
        return Path(tempfile.mkdtemp(prefix="limber-rehearsal-"))
    except OSError as error:
        message = f"There is no place for temporary files ({error.strerror}): say --output FOLDER."
        raise StoreError("no_temporary_place", message) from error


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


def _print_row(row: dict[str, object]) -> None:
    """One line a row: time, kind, and what is particular."""
    shown = {k: v for k, v in row.items() if k not in ("t", "kind") and v not in ("", {})}
    particulars = (f"{value}" if key == "text" else f"{key}={value}" for key, value in shown.items())
    output.out.print(f"{row['t']:8.2f}  {row['kind']:<12}  {'  '.join(particulars)}")
