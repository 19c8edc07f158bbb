"""Signals in every kind of state, the second one, and both at once: it is over within two seconds."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from killing import ROUTINE, Typist, begin
from signalling import CLOSED, LIMIT_SECONDS, REASONS, by_chance, check, end

HELD_UP = """
import sys, time
from assistant.cli.signals import EndedBySignals

class HeldUp:
    is_guiding = True
    def end(self, reason):
        print("end", reason, flush=True)

with EndedBySignals(HeldUp()):
    print("open", flush=True)
    while True:
        time.sleep(60)
"""


def to_questions(typist: Typist) -> None:
    typist.read_until("Before we begin")


def to_routine(typist: Typist) -> None:
    begin(typist)


def to_words(typist: Typist) -> None:
    begin(typist)
    typist.type("ready")
    typist.read_until("We stretch the left side")


def saying(words: str, wanted: str) -> Callable[[Typist], None]:
    """In the midst of a hold somebody says something."""

    def to_state(typist: Typist) -> None:
        to_words(typist)
        typist.type("ready")
        typist.read_until("(hold for")
        typist.type(words)
        typist.read_until(wanted)

    return to_state


@pytest.mark.parametrize(
    ("way", "first"),
    [
        pytest.param(to_questions, signal.SIGINT, id="questions"),
        pytest.param(to_routine, signal.SIGHUP, id="introducing"),
        pytest.param(to_words, CLOSED, id="instructing"),
        pytest.param(saying("that hurts", "Ease out slowly"), signal.SIGINT, id="easing"),
        pytest.param(saying("i can't breathe", "stay still"), signal.SIGTERM, id="emergency"),
        pytest.param(saying("end", "Finish for today"), signal.SIGHUP, id="finishing"),
        pytest.param(saying("help", "what the matter is"), signal.SIGTERM, id="helping"),
        pytest.param(saying("pause", "All right."), CLOSED, id="paused"),
    ],
)
def test_in_every_kind_of_state_it_ends_in_order(
    tmp_path: Path, way: Callable[[Typist], None], first: signal.Signals | str
) -> None:
    typist = Typist(tmp_path, "start", "--once", "--routine", ROUTINE, controls=True)
    way(typist)
    ended = end(typist, first)
    assert ended.seconds < LIMIT_SECONDS
    check(ended, tmp_path)


class HeldUp:
    """A program whose session does not end, however much it is asked to."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", HELD_UP], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "open\n"

    def ends(self, *signals: tuple[float, signal.Signals]) -> tuple[int, float, str]:
        """Its exit code, when it was over, in seconds after the first signal, and what it printed."""
        began = time.monotonic()
        for at, number in signals:
            time.sleep(max(0.0, began + at - time.monotonic()))
            self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - began, said


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_the_second_signal_ends_at_once_who_is_held_up(second: signal.Signals) -> None:
    code, seconds, said = HeldUp().ends((0.0, signal.SIGTERM), (0.6, second))
    assert (code, said) == (143, "end terminated\n")
    assert 0.6 <= seconds < 1.2


@pytest.mark.parametrize("number", REASONS, ids=lambda number: number.name)
def test_who_is_held_up_is_over_after_two_seconds(number: signal.Signals) -> None:
    code, seconds, said = HeldUp().ends((0.0, number))
    assert (code, said) == (128 + number, f"end {REASONS[number]}\n")
    assert LIMIT_SECONDS - 0.1 < seconds < LIMIT_SECONDS + 0.7


def test_two_that_come_together_are_one_and_agree_on_the_reason() -> None:
    code, seconds, said = HeldUp().ends((0.0, signal.SIGTERM), (0.0, signal.SIGINT), (0.5, signal.SIGHUP))
    assert said == f"end {REASONS[signal.Signals(code - 128)]}\n"
    assert code in (130, 143)
    assert LIMIT_SECONDS - 0.1 < seconds < LIMIT_SECONDS + 0.7


@pytest.mark.parametrize("seed", range(3))
def test_at_any_moment_it_ends_in_order(tmp_path: Path, seed: int) -> None:
    check(by_chance(Random(seed), tmp_path), tmp_path)


INTERRUPTED = """
import builtins, signal
from assistant import __main__
plain = builtins.__import__

def interrupted(name, *more, **others):
    if name == "assistant.cli.program":
        signal.raise_signal(signal.SIGINT)
    return plain(name, *more, **others)

builtins.__import__ = interrupted
__main__.main()
"""


def test_who_is_interrupted_while_it_begins_says_nothing_of_its_insides() -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
