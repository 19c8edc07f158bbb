"""`limber stop`: what saying "stop" does, from another terminal or a key of the desktop."""

from __future__ import annotations

import typer

from assistant.cli import output
from assistant.cli.status import AT_FAULT, NO_ANSWER, NOBODY, NOT_RUNNING
from assistant.frontends.control import NoAnswerError, ask


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="stop")(stop)


def stop() -> None:
    """Silence a session and pause it, as by "stop".

    Exits with 1 when Limber does not answer, 3 when it is not running.
    """
    answers = ask("stop")
    failed = {pid: answer for pid, answer in answers.items() if isinstance(answer, NoAnswerError)}
    for pid, answer in failed.items():
        output.err.print(NO_ANSWER.format(pid=pid, reason=answer), style="red")
    if failed:
        raise typer.Exit(AT_FAULT)
    if not answers:
        output.note(NOBODY)
        raise typer.Exit(NOT_RUNNING)
