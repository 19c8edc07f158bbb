"""A group of commands, each read from a module of its own only when it is needed.

Runs on the main thread, for `limber` and scripts/measure. Must not import any of them itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_group

from assistant.cli import output
from assistant.errors import AssistantError


def _hide_types(command: Any) -> None:
    """Help says what a value is in words: "<list[str]>" beside its name says nothing to anybody."""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda ctx: None
        elif parameter.metavar is None and not parameter.is_flag:
            parameter.metavar = parameter.name.upper()
    for inner in getattr(command, "commands", {}).values():
        _hide_types(inner)


class CommandGroup(TyperGroup):
    """Imports a command's module when the command is asked for; errors end it with one sentence.

    `names` are modules of `package`, each with `register(app)`, which adds the command of that name.
    """

    package: ClassVar[str]
    names: ClassVar[tuple[str, ...]]

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order of the help, those that need no module last."""
        return list(dict.fromkeys((*self.names, *self.commands)))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give the command of this name, or None."""
        if cmd_name in self.names and cmd_name not in self.commands:
            module_app = typer.Typer(rich_markup_mode=None)
            import_module(f"{self.package}.{cmd_name}").register(module_app)
            self.commands.update(get_group(module_app).commands)
            _hide_types(self.commands[cmd_name])
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            output.fail(error)
