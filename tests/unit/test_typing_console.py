"""A terminal with a line to type in: captions never break it, and a terminal that is slow holds up nobody."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Iterator

import pytest

from assistant.frontends.line_editor import MOST_LETTERS, LineEditor
from assistant.frontends.typing_console import MOST_WAITING, TypingConsole


def test_keys_make_a_line_and_those_that_move_a_cursor_do_nothing() -> None:
    editor = LineEditor()
    assert editor.feed(b"no\x7f\x7fyes\x1b[A\x1b[1;5C\x1bOP please") == []
    assert editor.text == "yes please"
    assert editor.feed(b"\x17\r\nstop\r") == ["yes", "", "stop"]
    assert editor.feed("é".encode()[:1]) == []
    editor.feed("é".encode()[1:] + b"\x00\x1bxy")
    assert editor.text == "éy"
    editor.feed(b"\x04")
    assert not editor.has_ended, "only on an empty line"
    editor.feed(b"\x15\x04")
    assert editor.has_ended


def test_a_line_that_never_ends_comes_in_pieces() -> None:
    editor = LineEditor()
    typed = "it rains " * 50 + "stop"
    pieces = editor.feed(typed.encode() + b"\n")
    assert "".join(pieces) == typed
    assert max(len(piece) for piece in pieces) == MOST_LETTERS


class Terminal:
    """The other end of a pseudo terminal."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.console = TypingConsole(self.slave, self.slave)
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read_until(self, wanted: str) -> None:
        end = time.monotonic() + 20
        while wanted not in self.text:
            assert time.monotonic() < end, self.text
            if select.select([self.master], [], [], 0.05)[0]:
                self.text += os.read(self.master, 65536).decode()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.delenv("COLUMNS", raising=False)
    opened = Terminal()
    fcntl.ioctl(opened.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    before = termios.tcgetattr(opened.slave)
    opened.console.open()
    yield opened
    opened.console.close()
    assert termios.tcgetattr(opened.slave)[3] == before[3]
    os.close(opened.master)
    os.close(opened.slave)


def test_what_is_printed_goes_above_what_is_half_typed(terminal: Terminal) -> None:
    terminal.console.print("Limber  Sit tall.")
    terminal.read_until("Sit tall.\r\n> ")
    terminal.type("that hu")
    for number in range(7):
        reading = terminal.console._editor
        while len(reading.text) <= number:
            terminal.console._editor.feed(os.read(terminal.slave, 1))
    terminal.console.print("Limber  Breathe out.")
    terminal.read_until("\r\x1b[JLimber  Breathe out.\r\n> that hu")


def test_lines_are_read_and_their_end_is_the_end_of_the_input(terminal: Terminal) -> None:
    terminal.type("stop\nyes\n\x04")
    assert [terminal.console.readline(300) for _ in range(3)] == ["stop\n", "yes\n", ""]


def test_what_was_heard_and_the_clock_stand_above_the_line(terminal: Terminal) -> None:
    terminal.console.show("heard: ten more seconds", time.monotonic() + 14.2)
    terminal.read_until("14 s left   heard: ten more seconds\r\n> ")
    terminal.read_until("13 s left")
    terminal.console.show("x" * 200, None)
    terminal.read_until("\r\x1b[1A\x1b[J" + "x" * 59 + "\r\n> ")


def test_nobody_waits_for_a_terminal_that_takes_nothing(terminal: Terminal) -> None:
    began = time.monotonic()
    for number in range(3 * MOST_WAITING):
        terminal.console.print(f"{number} " + "x" * 500)
    assert time.monotonic() - began < 20
    assert len(terminal.console._waiting) <= MOST_WAITING
    began = time.monotonic()
    terminal.console.close()
    assert time.monotonic() - began < 2
    os.read(terminal.master, 65536)
