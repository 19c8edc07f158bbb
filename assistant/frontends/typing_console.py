"""A terminal with a line to type in: what is printed goes above it, what was heard and a clock just above it.

A thread of its own writes, and nobody waits for it: a terminal that is slow, stopped, full or gone never
holds up a session. The keyboard's thread reads. The terminal's own keys, Ctrl-C among them, stay signals.
"""

from __future__ import annotations

import os
import termios
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from assistant.frontends.line_editor import LineEditor
from assistant.showing import USUAL_COLUMNS, PlainConsole, one_line

PROMPT = "> "
MOST_WAITING = 500
"""Texts that the terminal has not taken yet; beyond it the oldest are dropped."""
CLOCK_SECONDS = 0.25
CLOSING_SECONDS = 0.5
_LFLAG = 3


class TypingConsole:
    """One terminal. Any thread prints; `readline` is for one thread."""

    def __init__(self, keys: int = 0, screen: int = 1) -> None:
        self._keys, self._screen = keys, screen
        self._console = PlainConsole()
        self._editor = LineEditor()
        self._lines: deque[str] = deque()
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._heard = ""
        self._ends_at: float | None = None
        self._drawn: tuple[str, ...] = ()
        self._is_closing = self._is_stale = False
        self._modes: list[Any] | None = None
        self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)

    def open(self) -> None:
        """Take the keys one by one, without echo, and begin to draw."""
        with suppress(termios.error):
            self._modes = termios.tcgetattr(self._keys)
            modes = termios.tcgetattr(self._keys)
            modes[_LFLAG] &= ~(termios.ICANON | termios.ECHO)
            termios.tcsetattr(self._keys, termios.TCSANOW, modes)
        self._thread.start()

    def close(self) -> None:
        """Draw what is left, for a moment, and give the terminal back as it was."""
        with self._changed:
            self._is_closing = True
            self._tell()
        if self._thread.is_alive():
            self._thread.join(CLOSING_SECONDS)
        self.restore()

    def restore(self) -> None:
        """Give back the terminal's modes; from any thread, more than once."""
        if self._modes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._keys, termios.TCSANOW, self._modes)

    @property
    def width(self) -> int:
        """Columns."""
        with suppress(OSError):
            return os.get_terminal_size(self._screen).columns or USUAL_COLUMNS
        return USUAL_COLUMNS

    def print(self, text: str | Text, style: str | None = None) -> None:
        """Print above the line that is typed; from any thread, without waiting."""
        with self._console.capture() as captured:
            self._console.print(text, style=style)
        with self._changed:
            self._waiting.append(captured.get())
            self._tell()

    def show(self, heard: str, ends_at: float | None) -> None:
        """What was heard last, and when the hold ends, on the monotonic clock; None without one."""
        with self._changed:
            self._heard, self._ends_at = one_line(heard), ends_at
            self._tell()

    def readline(self, limit: int, /) -> str:
        """The next line with its end, "" when the input has ended. Raises OSError when it is gone."""
        while not self._lines:
            if self._editor.has_ended:
                return ""
            keys = os.read(self._keys, 1024)
            with self._changed:
                self._lines.extend(self._editor.feed(keys))
                self._editor.has_ended = self._editor.has_ended or not keys
                self._tell()
        return self._lines.popleft()[: limit - 1] + "\n"

    def _tell(self) -> None:
        """Something is to be drawn anew; with the lock held."""
        self._is_stale = True
        self._changed.notify()

    def _run(self) -> None:
        with suppress(OSError):  # it is gone: then nobody reads
            while not self._is_closing:
                with self._changed:
                    seconds = CLOCK_SECONDS if self._ends_at is not None else None
                    self._changed.wait_for(lambda: self._is_stale, seconds)
                    self._is_stale = False
                    texts, below = self._taken(), self._below()
                self._draw(texts, below)
            self._draw(self._taken(), ())

    def _taken(self) -> str:
        texts = "".join(self._waiting)
        self._waiting.clear()
        return texts

    def _below(self) -> tuple[str, ...]:
        """The lines below what is printed, each of less than the terminal's width."""
        width = self.width - 1
        left = "" if self._ends_at is None else f"{max(0.0, self._ends_at - time.monotonic()):.0f} s left"
        status = "   ".join(part for part in (left, self._heard) if part)
        typed = self._editor.text
        while cell_len(PROMPT + typed) > width and typed:
            typed = typed[1:]
        return (*([_cropped(status, width)] if status else []), PROMPT + typed)

    def _draw(self, texts: str, below: tuple[str, ...]) -> None:
        if not texts and below == self._drawn:
            return
        width = max(1, self.width)
        rows = sum(max(1, -(-cell_len(line) // width)) for line in self._drawn)
        up = f"\x1b[{rows - 1}A" if rows > 1 else ""
        text = f"\r{up}\x1b[J{texts}" + "\n".join(below)
        self._drawn = below
        data = text.encode(errors="replace")
        while data:
            data = data[os.write(self._screen, data) :]


def _cropped(line: str, width: int) -> str:
    return line if cell_len(line) <= width else set_cell_size(line, width)
