"""`limber say`: hear a voice, or write what it says to a file. Runs on the main thread."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import AudioError

if TYPE_CHECKING:
    from assistant.audio.mixer import Mixer
    from assistant.audio.speaker_stream import SpeakerStream
    from assistant.config import Config
    from assistant.core.ports import Speech, Voice

_PROMPT_ID = 1
_STALL_SECONDS = 3.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="say")(say)


def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say.")],
    voice: Annotated[
        str | None,
        typer.Option(metavar="VOICE", help="A name of `limber voices`, a file, flite:slt, espeak:en-us+f3 …"),
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.5, max=2.0, help="1 is usual, 1.2 is faster.")] = None,
    wav: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE.wav", dir_okay=False, help="Write a WAV file, play nothing."
        ),
    ] = None,
) -> None:
    """Say a text with the voice that Limber speaks with."""
    from assistant.languages.packs import load_language
    from assistant.speech.engines import choose_voices, open_voice
    from assistant.speech.voice_files import installed_voices

    config = output.configuration()
    sentences = load_language(config.session.language).sentences(text)
    if not sentences:
        raise typer.BadParameter("there is nothing in it that can be said", param_hint="TEXT")
    rate = rate or config.speech.rate
    models = installed_voices()
    if voice and voice != "auto":
        chosen: Voice = open_voice(voice, installed=models)
    else:
        wanted = voice or config.speech.voice
        language = config.session.language
        chosen = choose_voices(wanted, language=language, installed=models, on_fallback=output.note)
    if wav:
        write(chosen, spoken(chosen, sentences, rate), wav)
    else:
        play(spoken(chosen, sentences, rate), config)


def spoken(voice: Voice, sentences: Sequence[str], rate: float) -> Iterator[Speech]:
    """Yield the speech of the sentences. Raises VoiceError."""
    for sentence in sentences:
        yield from voice.synthesize(sentence, rate)


def write(voice: Voice, said: Iterable[Speech], path: Path) -> None:
    """Write speech as a WAV file."""
    import numpy as np

    from assistant.audio.files import write_wav

    samples = b"".join(piece.samples for piece in said)
    write_wav(path, np.frombuffer(samples, np.int16))
    output.note(f"{path}: {len(samples) / 32000:.1f} seconds, spoken by {voice.id}.")


def play(said: Iterable[Speech], config: Config) -> None:
    """Play speech on the configured speaker, and wait for its end. Raises AudioError."""
    from assistant.audio.mixer import Mixer
    from assistant.audio.speaker_stream import SpeakerStream

    mixer = Mixer()
    mixer.set_volume(config.audio.volume_db)
    stream = SpeakerStream(mixer, config.audio.speaker or None)
    stream.open()
    try:
        mixer.begin(_PROMPT_ID)
        for piece in said:
            mixer.feed(_PROMPT_ID, piece)
        mixer.end(_PROMPT_ID)
        _wait_until_played(mixer, stream)
    finally:
        stream.close()


def _wait_until_played(mixer: Mixer, stream: SpeakerStream) -> None:
    """Wait for the prompt's end to leave the speaker. Raises AudioError when the device takes nothing."""
    blocks, moved_at = mixer.blocks_played, time.monotonic()
    while not mixer.ended():
        time.sleep(0.02)
        if mixer.blocks_played != blocks:
            blocks, moved_at = mixer.blocks_played, time.monotonic()
        elif time.monotonic() - moved_at > _STALL_SECONDS:
            raise AudioError("speaker_stalled", "The speaker takes no sound: plug it in again.")
    time.sleep(stream.latency_seconds)
