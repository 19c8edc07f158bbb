"""A session typed into a real terminal, on a machine without the sound devices that it is told to use."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


class Typist:
    """Types into the program's terminal, and reads it."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        program: Sequence[str] = (sys.executable, "-m", "assistant"),
        terminal: str = "dumb",
    ) -> None:
        self.master, slave = pty.openpty()
        env = {
            **os.environ,
            "LIMBER_AUDIO_MICROPHONE": "no such microphone",
            "XDG_DATA_HOME": str(data),
            "COLUMNS": "200",
            "TERM": terminal,
        }
        self.process = subprocess.Popen(
            [*program, *arguments], stdin=slave, stdout=slave, stderr=slave, env=env
        )
        os.close(slave)
        self.text = ""

    def type(self, line: str) -> None:
        os.write(self.master, line.encode() + b"\n")

    def read_until(self, wanted: str, limit_seconds: float = 90.0) -> None:
        """Read on until this is shown."""
        end = time.monotonic() + limit_seconds
        while wanted not in self.text:
            assert time.monotonic() < end, f"no {wanted!r} in {self.text!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.master, 65536).decode(errors="replace")
                except OSError:  # the program has ended, and with it the terminal
                    assert wanted in self.text, self.text
        self.text = self.text.split(wanted, 1)[1]

    def read_until_quiet(self, quiet_seconds: float = 2.0, limit_seconds: float = 90.0) -> str:
        """Read on until something was shown, and nothing more for a while."""
        end, shown = time.monotonic() + limit_seconds, ""
        while time.monotonic() < end:
            if select.select([self.master], [], [], quiet_seconds)[0]:
                shown += os.read(self.master, 65536).decode(errors="replace")
            elif "Limber" in shown:
                return shown
        raise AssertionError(f"nothing is asked: {shown!r}")


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    typist = Typist(tmp_path, "start", "--once", "--routine", "at-the-desk")
    yield typist
    typist.process.kill()
    typist.process.wait()
    os.close(typist.master)


def test_a_typed_session_is_guided_stopped_resumed_and_finished(typist: Typist) -> None:
    typist.read_until("type what you would say")
    typist.read_until("Before we begin")
    typist.type("yes")
    typist.read_until("Four short questions")
    typist.type("the weather is nice")
    typist.read_until("I cannot make anything of")
    typist.type("STOP!")
    typist.read_until("Say continue")
    typist.type("continue")
    typist.read_until("Four short questions")
    typist.type("finish")
    typist.read_until("We finish here")
    assert typist.process.wait(20) == 0


def test_bytes_that_are_no_text_are_no_end_and_the_next_line_is_heard(typist: Typist) -> None:
    typist.read_until("Before we begin")
    os.write(typist.master, b"\xff\xfe\xc3(\x1b[31m\n")
    typist.type("STOP!")
    typist.read_until("Say continue")
    typist.type("finish")
    typist.type("yes")
    typist.read_until("session is over")
    assert typist.process.wait(20) == 0


def test_the_end_of_the_input_ends_the_session(typist: Typist) -> None:
    typist.read_until("Before we begin")
    os.write(typist.master, b"\x04")
    typist.read_until("We finish here")
    assert typist.process.wait(20) == 0


@pytest.fixture
def resting(tmp_path: Path) -> Iterator[Typist]:
    """Limber at rest, in a terminal that can draw."""
    typist = Typist(tmp_path, "start", "--typed", "--rest", "--no-screen", terminal="xterm")
    typist.read_until("Ctrl-C ends Limber")
    yield typist
    typist.process.kill()
    typist.process.wait()
    os.close(typist.master)


def test_one_session_follows_another_until_a_goodbye_that_is_meant(resting: Typist) -> None:
    resting.type("next")
    resting.read_until("Press Enter to begin")
    for wake in ("", "wake up"):
        resting.type(wake)
        resting.read_until("What would you like to stretch?")
        resting.type("finish")
        resting.read_until("Finish for today?")
        resting.type("yes")
        resting.read_until("The session is over: you ended it.")
        resting.read_until("I am resting.")
    resting.type("goodbye")
    resting.read_until("Shall I turn myself off?")
    resting.type("yes")
    assert resting.process.wait(20) == 0
    settings = termios.tcgetattr(resting.master)
    assert settings[3] & termios.ECHO, "the terminal is as it was"


def test_a_signal_ends_a_rest_and_gives_the_terminal_back(resting: Typist) -> None:
    resting.process.send_signal(signal.SIGINT)
    assert resting.process.wait(10) == 130
    assert termios.tcgetattr(resting.master)[3] & termios.ECHO
