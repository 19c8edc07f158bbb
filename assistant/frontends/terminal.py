"""The terminal as a screen: what Limber says, what it understood, and where the session is.

Belongs to the session's thread. Must never raise or wait for somebody to look: a terminal that has gone is
simply not written to any more.
"""

from __future__ import annotations

import textwrap

from rich.console import Console

from assistant.core.actions import Action, EndSession, ReportHeard, ReportHoldStarted, Speak


class Terminal:
    """The Screen port on a rich console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, action: Action) -> None:
        """Print what this action means to somebody who looks, if anything."""
        match action:
            case Speak(_, text):
                self._print("Limber", text[:1].upper() + text[1:], "bold")
            case ReportHeard(_, phrase, _, _, _, _):
                self._print("You", phrase, "cyan")
            case ReportHoldStarted(_, seconds):
                self._print("", f"(hold for {seconds:.0f} seconds)", "dim")
            case EndSession(reason):
                self._print("", f"(session over: {reason.replace('_', ' ')})", "dim")
            case _:
                pass

    def _print(self, who: str, text: str, style: str) -> None:
        lines = textwrap.fill(f"{who:>6}  {text}", self._console.width, subsequent_indent=" " * 8)
        try:
            self._console.print(lines, style=style)
        except (
            OSError,
            SystemExit,
        ):  # rich makes an exit of a broken pipe; a session must outlive its screen
            self._console = Console(quiet=True)
