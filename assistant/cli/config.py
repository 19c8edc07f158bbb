"""`limber config`: where the configuration is, what it can hold, whether it is right.

Runs on the main thread. Must never change a file that is there.
"""

from __future__ import annotations

import typer

from assistant.cli import output
from assistant.errors import ConfigError

_EXAMPLE = "config.example.toml"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="See, write and check the configuration.",
    )
    group.command()(path)
    group.command()(example)
    group.command()(write)
    group.command()(check)
    app.add_typer(group, name="config")


def path() -> None:
    """Print where the configuration is read from."""
    from assistant.config_loading import config_path

    output.out.print(str(output.options.config_path or config_path()))


def example() -> None:
    """Print every key at its default, and what it is for."""
    typer.echo(_example(), nl=False)


def write() -> None:
    """Write that to where the configuration is read from.

    A file that is there already is left as it is.
    """
    from assistant.config_loading import config_path
    from assistant.writing import write_whole

    place = config_path()
    if place.exists():
        raise ConfigError(
            "config_there", f"{place} is there already; `limber config example` prints another."
        )
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, _example().encode())
    except OSError as error:
        raise ConfigError("config_unwritable", f"{place} cannot be written: {error.strerror}.") from error
    output.note(f"Every key is in {place} now, at its default.")


def check() -> None:
    """Check the configuration as a session would.

    Every key that is wrong is named with its line.
    """
    from assistant.config_loading import config_path

    problems: list[str] = []
    output.configuration(problems.append)
    for problem in problems:
        output.out.print(problem)
    if problems:
        raise typer.Exit(1)
    place = output.options.config_path or config_path()
    output.note(
        f"No problems found in {place}." if place.exists() else f"There is no {place}: all is at its default."
    )


def _example() -> str:
    from assistant.resources import resource_path

    return resource_path(_EXAMPLE).read_text(encoding="utf-8")
