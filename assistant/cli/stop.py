"""`limber stop`: what saying "stop" does, from another terminal or a key of the desktop."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli import output
from assistant.cli.status import AT_FAULT, NO_ANSWER, NOBODY, NOT_RUNNING
from assistant.frontends.control import NoAnswerError, ask

OneRoom = Annotated[str, typer.Option("--room", metavar="NAME", help="Only in this room, here or another.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="stop")(stop)


def stop(room: OneRoom = "") -> None:
    """Silence a session and pause it, as by "stop".

    Of several rooms it is done in all.

    Exits with 1 when Limber does not answer, 3 when it is not running.
    """
    done_in_rooms("stop", "stopped", room)


def done_in_rooms(command: str, counted: str, room: str = "") -> int:
    """Let every Limber of this user do it; in how many rooms it was done."""
    answers = ask(command, room=room)
    failed = {pid: answer for pid, answer in answers.items() if isinstance(answer, NoAnswerError)}
    for pid, answer in failed.items():
        output.err.print(NO_ANSWER.format(pid=pid, reason=answer), style="red")
    if failed:
        raise typer.Exit(AT_FAULT)
    if not answers:
        output.note(NOBODY)
        raise typer.Exit(NOT_RUNNING)
    return sum(int(answer.get(counted, 0)) for answer in answers.values() if isinstance(answer, dict))
