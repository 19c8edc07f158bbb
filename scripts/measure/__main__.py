"""The command `scripts/measure/run`: each thing that is measured is a subcommand and a module of its own.

Runs on the main thread. Must not measure anything itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli import output
from assistant.cli.command_group import CommandGroup

ECHO_PROOF = "echo-proof"
"""Has options of its own."""


class _Measures(CommandGroup):
    package = "scripts.measure"
    names = (
        "hearing",
        "model",
        "live",
        "touch",
        "home",
        "rooms",
        "voice",
        "signals",
        "visited",
        "quota",
        "clinic",
    )


app = typer.Typer(
    cls=_Measures,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def measure(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print results only, no notes.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Use this configuration file."),
    ] = None,
) -> None:
    """Measure Limber: what it hears, its speech model, a live session, its own echo."""
    output.configure(output.GlobalOptions(quiet=quiet, config_path=config))


@app.command(
    ECHO_PROOF,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def echo_proof(ctx: typer.Context) -> None:
    """Play all that Limber says to its own ears; exit with 1 where it takes it for a safety phrase."""
    from scripts.measure.echo_proof import main

    sys.argv = [f"run {ECHO_PROOF}", *ctx.args]
    raise typer.Exit(main())


if __name__ == "__main__":
    app(prog_name="scripts/measure/run")
