"""`limber models`: which models there are to hear with, and their installation. For voices: `voices`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

from assistant.cli import output
from assistant.errors import AssistantError
from assistant.speech import models


def register(app: typer.Typer) -> None:
    """Add the command."""
    commands = typer.Typer(help="See and install models for hearing.", no_args_is_help=True)
    commands.command("list")(list_models)
    commands.command("install")(install_models)
    app.add_typer(commands, name="models")


def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each model.")] = False,
) -> None:
    """Show the models that can be installed, and which are."""
    rows = [(model, models.installed(model)) for model in models.manifest() if model.kind == "hearing"]
    if as_json:
        for model, path in rows:
            known = {"name": model.name, "about": model.about, "license": model.license}
            place = {"size_bytes": model.size_bytes, "path": None if path is None else str(path)}
            output.emit_json(known | place)
        return
    table = Table("Model", "Size", "License", "Installed", box=None)
    for model, path in rows:
        megabytes = f"{model.size_bytes / 1e6:.0f} MB"
        table.add_row(model.name, megabytes, model.license, _state(path))
    output.out.print(table)
    used = models.find_speech_model(None)
    output.out.print(
        f"Unless the configuration names another, Limber hears with {used.name} ({used.origin})."
    )
    output.note("What Limber speaks with, `limber voices` lists.")


def install_models(names: Annotated[list[str], typer.Argument(metavar="NAME")]) -> None:
    """Fetch models; an interrupted download is continued."""
    for name in names:
        model = models.named_model(name)
        if model.kind != "hearing":
            message = f"{name} is a voice; `limber voices install {name}` installs it."
            raise AssistantError("model_is_voice", message)
        path = fetch(model)
        output.note(
            f'To hear with it, set model = "{path}" under [speech]. '
            "Nobody has measured how often it misses a stop; scripts/measure/run model does."
        )


def fetch(model: models.InstallableModel) -> Path:
    """Fetch a model or a voice, unless it is there whole, and show how far it is. Raises AssistantError."""
    path = models.installed(model)
    if path and not models.is_damaged(path):
        output.note(f"{model.name} is installed already.")
        return path
    quiet = output.options.quiet or not output.err.is_terminal
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=output.err, transient=True, disable=quiet) as bar:
        task = bar.add_task(model.name, total=model.size_bytes)
        path = models.install(model, on_bytes=partial(_show, bar, task))
    output.note(f"Installed {model.name} in {path} ({model.license}, {model.source}).")
    return path


def _state(path: Path | None) -> str:
    if path is None:
        return "no"
    return "damaged" if models.is_damaged(path) else "yes"


def _show(bar: Progress, task: TaskID, done_bytes: int) -> None:
    bar.update(task, completed=done_bytes)
