"""The command line: global options, and the commands, each read from its module only when it is needed.

Runs on the main thread. Must not import audio, speech or number libraries: `limber --version` is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from assistant import __version__
from assistant.cli import output
from assistant.cli.command_group import CommandGroup


class _Commands(CommandGroup):
    package = __name__
    names = (
        "start",
        "screen",
        "rehearse",
        "hear",
        "understand",
        "say",
        "devices",
        "routines",
        "poses",
        "voices",
        "models",
        "history",
        "forget",
        "status",
        "stop",
        "wake",
        "home",
        "config",
        "doctor",
    )


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: no frames, no types of flags, right for screen readers
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

    Everything happens on this computer: no account, no sound is kept, and no
    network is used unless you ask for it.
    """
    if quiet and verbose:
        raise typer.BadParameter("choose --quiet or --verbose, not both", ctx)
    output.configure(output.GlobalOptions(quiet, verbose, config, log_file))
    if ctx.invoked_subcommand is None:
        start = cast(_Commands, ctx.command).get_command(ctx, "start")
        with start.make_context("start", [], parent=ctx) as start_context:
            start.invoke(start_context)
