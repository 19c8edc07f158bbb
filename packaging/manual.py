"""Write limber's manual page to stdout, in man's own language, from what the command line says of itself.

    .venv/bin/python packaging/manual.py >limber.1

SOURCE_DATE_EPOCH, in seconds, is the date that it bears. Runs by itself; must not start a session.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant import __version__
from assistant.cli import app

FILES = (
    ("~/.config/limber/config.toml", "Your settings; `limber config example` explains every key."),
    ("~/.local/share/limber", "Your history, your routines, and the voices that you installed."),
    ("~/.cache/limber", "Sentences that were spoken before. You may delete it."),
)
STATUS = (
    ("0", "All went well."),
    ("1", "Something could not be done; one sentence on stderr says what."),
    ("2", "The command was used in a wrong way."),
    ("66", "There is no routine of that name."),
    ("69", "There is no sound, and no terminal to type in."),
)


def page() -> str:
    """The whole page, commands in the order of the help."""
    root = get_command(app)
    context = typer.Context(root, info_name="limber", **root.context_settings)
    about, *more = _paragraphs(root)
    lines = [
        f'.TH LIMBER 1 "{_date()}" "limber {__version__}" "User Commands"',
        *(".SH NAME", r"limber \- guides you, hands free, through stretches for a sore neck or back"),
        *(".SH SYNOPSIS", r"\fBlimber\fR [\fIOPTIONS\fR] [\fICOMMAND\fR [\fIARGUMENTS\fR]]"),
        *(".SH DESCRIPTION", about),
        *(line for paragraph in more for line in (".PP", paragraph)),
        *(".PP", _plain(str(root.epilog))),
        *(".SH OPTIONS", *_options(root, context)),
        *(".SH COMMANDS", *_commands(root, context)),
        *(".SH FILES", *_listed(FILES)),
        *(".SH EXIT STATUS", *_listed(STATUS)),
    ]
    return "\n".join(lines) + "\n"


def _commands(group: Any, context: Any) -> Iterator[str]:
    """A heading for each command that does something, its text and its options; groups are gone into."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = typer.Context(command, info_name=name, parent=context)
        if command.hidden:
            continue
        if hasattr(command, "list_commands"):
            yield from _commands(command, inner)
            continue
        yield f".SS {_plain(inner.command_path)}"
        usage = " ".join(command.collect_usage_pieces(inner))
        yield rf"\fB{_plain(inner.command_path)}\fR {_plain(usage)}"
        for paragraph in _paragraphs(command):
            yield from (".PP", paragraph)
        yield from _options(command, inner)


def _options(command: Any, context: Any) -> Iterator[str]:
    """All but the help of a command, which is told once for all."""
    parameters = (one for one in command.get_params(context) if one.name != "help" or context.parent is None)
    return _listed(record for one in parameters if (record := one.get_help_record(context)))


def _listed(pairs: Any) -> Iterator[str]:
    for term, told in pairs:
        yield from (".TP", rf"\fB{_plain(term)}\fR", _plain(told) or r"\&")


def _paragraphs(command: Any) -> list[str]:
    text = inspect.cleandoc(command.help or "").split("\f")[0]
    return [_plain(part) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _plain(text: str) -> str:
    """A text in one line, with nothing in it that man takes for an order."""
    line = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti")
    line = line.replace("`", '"').replace("→", r"\(->")
    return rf"\&{line}" if line[:1] in (".", "'") else line


def _date() -> str:
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


if __name__ == "__main__":
    sys.stdout.write(page())
