"""`limber wake`: what saying "wake up" does, from another terminal or a key of the desktop."""

from __future__ import annotations

import typer

from assistant.cli import output
from assistant.cli.status import AT_FAULT
from assistant.cli.stop import OneRoom, done_in_rooms


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="wake")(wake)


def wake(room: OneRoom = "") -> None:
    """Begin a session where Limber rests, as by "wake up".

    Of several rooms it is done in all.

    Exits with 1 when Limber does not answer or does not rest, 3 when it is not running.
    """
    if not done_in_rooms("wake", "woken", room):
        output.note("Limber does not rest: a session is under way.")
        raise typer.Exit(AT_FAULT)
