"""`limber hear`: what Limber would hear in audio files, through the hearing path of a live session.

Runs on the main thread. Must not open a sound device.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli import output
from assistant.core.events import Meaning, Said
from assistant.core.intents import Intent
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.core.states import ONLY_AT_REST
from assistant.errors import AudioError

if TYPE_CHECKING:
    from assistant.speech.hearing import HearingPath

_PAUSE_BYTES = SAMPLE_RATE_HZ // 2 * 2  # 0.5 s of silence: the end of what is said


@dataclass(frozen=True, slots=True)
class Heard:
    """An intent that was understood; times count from the beginning of the file."""

    file: str
    intent: str
    phrase: str
    slots: dict[str, Any]
    source: str
    word_end_seconds: float
    at_seconds: float


@dataclass(frozen=True, slots=True)
class HeardFile:
    """A file that was heard to its end."""

    file: str
    seconds: float
    processing_seconds: float


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="hear")(hear)


def hear(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Recordings: WAV, FLAC, Ogg, MP3.")],
    model: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A Vosk model, other than the usual one.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A line of JSON for each intent, and one for each file.")
    ] = False,
) -> None:
    """Show what Limber understands of recordings.

    It listens for everything it knows, wherever a session might be.
    """
    from assistant.opening import load_content, open_hearing, open_speech_model

    config = output.configuration()
    if model is not None:
        speech = config.speech.model_copy(update={"model": str(model)})
        config = config.model_copy(update={"speech": speech})
    pack, _ = load_content(config, output.note)
    loaded = open_speech_model(config, pack, output.note)
    failed = False
    for file in files:
        try:
            path = open_hearing(config, pack, loaded, None)
            _hear_file(file, path, _show_json if as_json else _show)
        except AudioError as error:
            failed = True
            output.err.print(error.message, style="red")
    if failed:
        raise typer.Exit(1)


def _hear_file(file: Path, path: HearingPath, show: Callable[..., None]) -> None:
    from assistant.audio.files import stream_audio

    started = time.perf_counter()
    path.listen_for(frozenset(Intent) - ONLY_AT_REST)
    samples = 0
    meanings: list[Meaning] = []
    for piece in stream_audio(file):
        samples += len(piece)
        meanings += path.accept(piece.tobytes())
    meanings += path.accept(bytes(_PAUSE_BYTES)) + path.finish()
    heard = [_heard(file, said) for said in meanings if isinstance(said, Said)]
    seconds, processing_seconds = samples / SAMPLE_RATE_HZ, time.perf_counter() - started
    show(HeardFile(str(file), round(seconds, 3), round(processing_seconds, 3)), heard)


def _show_json(file: HeardFile, heard: Sequence[Heard]) -> None:
    for record in [asdict(one) for one in heard] + [asdict(file)]:
        output.emit_json(record)


def _show(file: HeardFile, heard: Sequence[Heard]) -> None:
    for one in heard:
        slots = "".join(f", {name} {value}" for name, value in one.slots.items())
        output.out.print(
            f'{file.file}: {one.at_seconds:.2f} s: {one.intent}{slots}: "{one.phrase}" ({one.source})'
        )
    if not heard:
        output.out.print(f"{file.file}: nothing understood")


def _heard(file: Path, said: Said) -> Heard:
    return Heard(
        str(file),
        said.intent.value,
        said.phrase,
        said.slots.filled(),
        "final" if said.is_final else "partial",
        round(said.word_end_seconds, 3),
        round(said.at_seconds, 3),
    )
