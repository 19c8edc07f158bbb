"""Where the command line speaks: results to stdout, notes to stderr, logs to stderr or a file on request.

Used on the main thread by the command lines alone, `limber` and scripts/measure. Stays quick to import: every
command, `--version` too, pays for it.
"""

from __future__ import annotations

import logging
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from assistant.errors import AssistantError, ConfigError
from assistant.private_files import mend
from assistant.showing import PlainConsole, json_line, one_line, speaks_unicode

if TYPE_CHECKING:
    from assistant.config import Config

out = PlainConsole()
"""For results. Styles come as rich objects, never as markup: texts such as "[unk]" stay as they are."""

err = PlainConsole(stderr=True, may_fail=True)
"""For notes, progress and errors."""


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What was asked before the command's name."""

    quiet: bool = False
    verbose: bool = False
    config_path: Path | None = None
    log_path: Path | None = None


options = GlobalOptions()


MOST_COLUMNS = 100
"""Longer lines are hard to read."""


def paragraph(text: str, *, indent: int) -> None:
    """Print a text in lines that fit, for people; in a file or a pipe it is one line."""
    margin = " " * indent
    if not out.is_terminal:
        out.print(margin + text)
        return
    width = min(out.width, MOST_COLUMNS)
    for line in textwrap.wrap(one_line(text), width, initial_indent=margin, subsequent_indent=margin):
        out.print(line)


def note(message: str) -> None:
    """Say something in passing, on stderr; silent with `--quiet`."""
    if not options.quiet:
        err.print(message)


def emit_json(value: object) -> None:
    """Print a value as one line of JSON on stdout, at once."""
    typer.echo(json_line(value, is_ascii=not speaks_unicode(sys.stdout)))


def fail(error: AssistantError) -> NoReturn:
    """Say what is wrong in its one sentence, on stderr, and exit with the code of its kind."""
    logging.getLogger(__name__).info("failed: %s: %s", error.code, error.message)
    err.print(error.message, style="red")
    raise typer.Exit(error.exit_code) from error


def configure(chosen: GlobalOptions) -> None:
    """Take the global options and begin to log. Raises ConfigError when the log file cannot be written."""
    global options  # noqa: PLW0603 - one set of global options per process, chosen here only
    options = chosen
    _log(options.log_path, logging.DEBUG)


def configuration(on_problem: Callable[[str], None] | None = None) -> Config:
    """Read the configuration; its log file counts unless `--log-file` names another. Raises ConfigError.

    `on_problem` gets a line for each key that is left out; without it, the user does.
    """
    from assistant.config_loading import load_config

    config = load_config(options.config_path, on_problem=on_problem or note)
    if config.log.file and options.log_path is None:
        _log(Path(config.log.file), config.log.level.upper())
    return config


def _log(path: Path | None, level: int | str) -> None:
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if options.verbose:
        handlers.append(logging.StreamHandler())
    if path is not None:
        try:
            handlers.append(logging.FileHandler(path, encoding="utf-8"))
            mend(path)
        except OSError as error:
            message = f"The log file {path} cannot be written: {error.strerror}."
            raise ConfigError("log_file", message) from error
        handlers[-1].setLevel(level)
    for handler in handlers:
        handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("assistant").setLevel(logging.DEBUG)


class _OneLine(logging.Formatter):
    """A record is one line, tracebacks too, so that logs can be read line by line."""

    def format(self, record: logging.LogRecord) -> str:
        return one_line(super().format(record).replace("\n", " | "))
