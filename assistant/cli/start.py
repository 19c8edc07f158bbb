"""`limber` alone, or `limber start`: begin a session, with whatever this machine has."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import Annotated

import typer

from assistant.cli import output
from assistant.cli.signals import EndedBySignals

ROOM = "here"
FRONT_ENDS = ("terminal",)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(start)


def start(
    routine: Annotated[
        str, typer.Option("--routine", "-r", metavar="ID", help="Begin with this routine, without asking.")
    ] = "",
) -> None:
    """Begin a session (what `limber` does alone).

    With a microphone and a speaker it is live. Without, you read what Limber says and type what you would
    say. Without a terminal too, it rehearses, and prints what happens.
    """
    from assistant.audio.devices import why_no_sound
    from assistant.errors import AudioError, VoiceError
    from assistant.service import Service

    config = output.configuration()
    if routine:
        session = config.session.model_copy(update={"routine": routine})
        config = config.model_copy(update={"session": session})
    reason = why_no_sound(config.audio.microphone or None, config.audio.speaker or None)
    if reason is None:
        _keep_stderr_to_ourselves()
        service = Service(config, output.note)
        with EndedBySignals(service), closing(service):
            try:
                service.open_live(ROOM, FRONT_ENDS)
                service.guide(ROOM)
                return
            except (AudioError, VoiceError) as error:
                reason = error.message
    if sys.stdin.isatty() and sys.stdout.isatty():
        output.note(f"{reason} Read instead of listening, and type what you would say.")
        service = Service(config, output.note)
        with EndedBySignals(service), closing(service):
            service.open_typed(ROOM, FRONT_ENDS, sys.stdin)
            service.guide(ROOM, sound_check=False)
    else:
        from assistant.cli.rehearse import run_rehearsal

        output.note(f"{reason} There is no terminal either, so this is a rehearsal.")
        run_rehearsal(None, None, as_json=False)


def _keep_stderr_to_ourselves() -> None:
    """ALSA, PortAudio and libvosk write to file descriptor 2 from threads of their own: not into captions."""
    if output.options.verbose:
        return
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
