"""The terminal: what Limber says, what it understood, and where the session is.

Belongs to the session's thread. Must never raise or wait for somebody to look: a terminal that has gone is
simply not written to any more.
"""

from __future__ import annotations

import textwrap
import time

from rich.console import Console
from rich.text import Text

from assistant.core.events import Source
from assistant.core.faults import Fault
from assistant.core.heard import Certainty, Heard
from assistant.core.view import View
from assistant.frontends.endings import ending_in_words
from assistant.frontends.typing_console import TypingConsole
from assistant.showing import LEAST_COLUMNS, one_line

FAULTS = {
    Fault.MICROPHONE_LOST: "the microphone is gone",
    Fault.MICROPHONE_SILENT: "the microphone gives silence: is it muted?",
    Fault.MICROPHONE_MOVED: "the sound server listens to another device than the microphone",
    Fault.MICROPHONE_LOSING: "the microphone loses sound",
    Fault.HEARING_STUCK: "hearing hangs",
    Fault.HEARING_BEHIND: "hearing is too slow on this machine just now",
    Fault.HEARING_LATE: "hearing is late: this machine is busy",
    Fault.MACHINE_BUSY: "this machine is busy: what can wait is left out",
    Fault.SPEAKER_LOST: "the speaker is gone",
    Fault.VOICE_LOST: "the voice does not speak: read what is said here",
    Fault.HISTORY_HELD: "the history cannot be written: what happens is held until it can",
    Fault.DISK_NEARLY_FULL: "the disk is nearly full: make room, or the history cannot be written",
    Fault.SESSION_LATE: "the session hangs",
}
TOLD_ALREADY = (Fault.HISTORY_HELD,)
"""By the history itself, in a line with the reason."""


def _is_news(heard: Heard) -> bool:
    """Whether it was understood, and does not stand there already, as it was typed."""
    return heard.certainty is not Certainty.NOT_UNDERSTOOD and heard.source is not Source.KEYBOARD


class Terminal:
    """The FrontEnd port on a console: prints what is new in a view.

    On one with a line to type in, what was heard and the clock of the hold stand above that line.
    """

    def __init__(self, console: Console | TypingConsole) -> None:
        self._console = console
        self._shown: View | None = None

    def publish(self, view: View) -> None:
        """Print what this view means to somebody who has read all before it, if anything."""
        before, self._shown = self._shown, view
        heard, hold = view.heard, view.hold
        if isinstance(self._console, TypingConsole):
            self._show_below(self._console, view)
        elif heard and heard != (before and before.heard) and _is_news(heard):
            self._print("You", heard.phrase, "cyan")
        was_running = before is not None and before.hold is not None and before.hold.ends_at is not None
        if hold and hold.ends_at is not None and not was_running:
            self._print("", f"(hold for {hold.total_seconds - hold.held_seconds:.0f} seconds)", "dim")
        for prompt in view.prompts:
            if before is None or prompt not in before.prompts:
                self._print("Limber", prompt.text[:1].upper() + prompt.text[1:], "bold")
        for fault in view.faults:
            is_new = before is None or fault not in before.faults
            if is_new and fault not in TOLD_ALREADY:
                self._print("", f"({FAULTS[fault]})", "red")
        if view.end_reason and not (before and before.end_reason):
            self._print("", f"({ending_in_words(view.end_reason)})", "dim")

    @staticmethod
    def _show_below(console: TypingConsole, view: View) -> None:
        heard, hold = view.heard, view.hold
        words = ""
        if heard:
            understood = heard.certainty is not Certainty.NOT_UNDERSTOOD
            words = f"heard: {heard.phrase}" if understood else "heard: something that I cannot make out"
        is_running = hold is not None and hold.ends_at is not None
        left = hold.ends_at - view.at if hold is not None and hold.ends_at is not None else 0.0
        console.show(words, time.monotonic() + left if is_running else None)

    def rest(self) -> None:
        """What has been printed stays; the clock goes."""
        if isinstance(self._console, TypingConsole):
            self._console.show("", None)

    def close(self) -> None:
        """What has been printed stays."""

    def _print(self, who: str, text: str, style: str) -> None:
        width = max(self._console.width, LEAST_COLUMNS)
        lines = textwrap.fill(one_line(f"{who:>6}  {text}"), width, subsequent_indent=" " * 8)
        try:
            self._console.print(Text(lines), style=style)
        except (
            OSError,
            SystemExit,
        ):  # rich makes an exit of a broken pipe; a session must outlive its screen
            self._console = Console(quiet=True)
