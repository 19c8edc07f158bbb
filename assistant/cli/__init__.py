"""The command line: global options, and the commands, each read from its module only when it is needed.

Runs on the main thread. Must not import audio, speech or number libraries: `limber --version` is quick.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_group

from assistant import __version__
from assistant.cli import output
from assistant.errors import AssistantError

COMMANDS = (
    "start",
    "rehearse",
    "hear",
    "say",
    "devices",
    "routines",
    "models",
    "history",
    "forget",
    "doctor",
)
"""Each is a module of this package with `register(app)`, which adds the command of that name."""


class _Commands(TyperGroup):
    """Imports a command's module when the command is asked for; errors end it with one sentence."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give the command of this name, or None."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module_app = typer.Typer()
            import_module(f"{__name__}.{cmd_name}").register(module_app)
            self.commands.update(get_group(module_app).commands)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for, or begin a session."""
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            output.fail(error)


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`limber` alone begins a session. `limber COMMAND --help` tells more about a command.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"limber {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def limber(
    ctx: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print results only, no notes.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens, on stderr.")] = False,
    log_file: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Log what happens to this file.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Use this configuration file."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Limber guides you, hands free, through stretches for a sore neck or back.

    It tells you what to do, keeps the time, and listens: say "stop" whenever you like.

    Everything happens on this computer: no account, no network, and nothing you say is kept.
    """
    if quiet and verbose:
        raise typer.BadParameter("choose --quiet or --verbose, not both", ctx)
    output.configure(output.GlobalOptions(quiet, verbose, config, log_file))
    if ctx.invoked_subcommand is None:
        start = cast(_Commands, ctx.command).get_command(ctx, "start")
        with start.make_context("start", [], parent=ctx) as start_context:
            start.invoke(start_context)
