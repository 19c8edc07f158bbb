"""The command `scripts/measure/run`: each thing that is measured is a subcommand and a module of its own.

Runs on the main thread. Must not measure anything itself.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from assistant.cli import output
from assistant.errors import AssistantError

MEASURES = {"hearing": "hearing", "model": "model", "live": "live"}
"""The subcommands, and the module of each, whose `register(app)` adds it."""
ECHO_PROOF = "echo-proof"
"""Has options of its own."""


class _Measures(TyperGroup):
    """Imports a measure's module when it is asked for; errors end it with one sentence."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the measures in the order of the help."""
        return [*MEASURES, ECHO_PROOF]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give the measure of this name, or None."""
        if cmd_name in MEASURES and cmd_name not in self.commands:
            module_app = typer.Typer()
            module_app.callback()(_measure)  # a group also where it holds one command
            import_module(f"scripts.measure.{MEASURES[cmd_name]}").register(module_app)
            self.commands.update(get_group(module_app).commands)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Measure what was asked for."""
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            output.fail(error)


app = typer.Typer(
    cls=_Measures,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
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


def _measure() -> None:
    """Measure a part of Limber."""


if __name__ == "__main__":
    app(prog_name="scripts/measure/run")
