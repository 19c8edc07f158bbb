"""Signals, keys and a closed terminal: a typed session ends in order, and the next start knows of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from killing import ROUTINE, Typist, begin, check, killed, left_by

from assistant.store.history_reader import read_sessions

SECONDS = 2.0
REASONS = {
    signal.SIGINT: ("interrupted_by_user", 130),
    signal.SIGTERM: ("terminated", 143),
    signal.SIGHUP: ("hung_up", 129),
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Typist]]:
    typists: list[Typist] = []

    def start() -> Typist:
        typists.append(Typist(tmp_path, "start", "--once", "--routine", ROUTINE))
        return typists[-1]

    yield start
    for typist in typists:
        typist.close()


def history(folder: Path) -> Path:
    return folder / "limber" / "history.sqlite"


def to_hold(typist: Typist) -> None:
    begin(typist)
    typist.type("ready")
    typist.type("ready")
    typist.read_until("(hold for")
    typist.read(1.5)


def to_pause(typist: Typist) -> None:
    to_hold(typist)
    typist.type("pause")
    typist.read_until("Say continue")


def to_pain(typist: Typist) -> None:
    to_hold(typist)
    typist.text = ""  # the question at the beginning ends in the same words
    typist.type("that hurts")
    typist.read_until("zero to ten", 20)


def to_questions(typist: Typist) -> None:
    typist.read_until("Before we begin")


def ended(typist: Typist, number: int) -> tuple[int, float]:
    """Exit code and seconds after a signal."""
    began = time.monotonic()
    typist.process.send_signal(number)
    while typist.process.poll() is None and time.monotonic() < began + 20:
        typist.read(0.02)
    return typist.process.wait(1), time.monotonic() - began


@pytest.mark.parametrize("number", REASONS, ids=lambda number: number.name)
@pytest.mark.parametrize("way", [to_hold, to_pause])
def test_a_signal_ends_a_session_in_order(
    start: Callable[[], Typist], tmp_path: Path, number: signal.Signals, way: Callable[[Typist], None]
) -> None:
    typist = start()
    way(typist)
    reason, code = REASONS[number]
    found, seconds = ended(typist, number)
    assert (found, seconds < SECONDS) == (code, True)
    assert "Traceback" not in typist.text
    (session,) = read_sessions(history(tmp_path))
    assert (session.end_reason, session.ended_at is not None) == (reason, True)
    with closing(sqlite3.connect(history(tmp_path))) as connection:
        ((held, outcome),) = connection.execute("SELECT held_seconds, outcome FROM steps").fetchall()
    assert (held > 1.0, outcome) == (True, "interrupted")
    again = start()
    if number is signal.SIGINT:
        again.read_until("How sore are you now")
        assert "Shall we go on" not in again.text
        return
    again.read_until("We were at the left side of")
    again.read_until("Shall we go on?")
    again.type("yes")
    again.read_until("We stretch the left side")
    assert [one.end_reason for one in read_sessions(history(tmp_path))] == ["interrupted"]


def test_before_a_session_there_is_nothing_to_wait_for(start: Callable[[], Typist]) -> None:
    typist = start()
    typist.read(0.6)
    code, seconds = ended(typist, signal.SIGTERM)
    assert code in (143, -signal.SIGTERM)
    assert seconds < SECONDS


def test_in_the_questions_it_ends_as_well(start: Callable[[], Typist]) -> None:
    typist = start()
    to_questions(typist)
    code, seconds = ended(typist, signal.SIGTERM)
    assert (code, seconds < SECONDS) == (143, True)
    again = start()
    again.read_until("Before we begin")
    assert "Shall we go on" not in again.text


def test_pain_that_was_being_talked_about_comes_first(start: Callable[[], Typist], tmp_path: Path) -> None:
    typist = start()
    to_pain(typist)
    assert ended(typist, signal.SIGTERM)[0] == 143
    (session,) = read_sessions(history(tmp_path))
    assert (session.end_reason, len(session.hurts)) == ("pain", 1)
    again = start()
    again.read_until("I was away for a moment")
    again.read_until("zero to ten")
    again.type("2")
    again.read_until("Has it moved down")
    again.read(0.5)
    (session,) = read_sessions(history(tmp_path))
    assert [hurt.score for hurt in session.hurts] == [2]


def test_a_terminal_that_is_closed_ends_it(tmp_path: Path) -> None:
    typist = Typist(tmp_path, "start", "--once", "--routine", ROUTINE, controls=True)
    to_hold(typist)
    began = time.monotonic()
    os.close(typist.master)
    assert typist.process.wait(10) == 129
    assert time.monotonic() - began < SECONDS
    (session,) = read_sessions(history(tmp_path))
    assert session.end_reason == "hung_up"


def test_ctrl_c_is_a_key_like_any_other_signal(tmp_path: Path) -> None:
    typist = Typist(tmp_path, "start", "--once", "--routine", ROUTINE, controls=True)
    to_hold(typist)
    os.write(typist.master, b"\x03")
    typist.read(3.0)
    assert typist.process.wait(10) == 130
    os.close(typist.master)
    assert read_sessions(history(tmp_path))[0].end_reason == "interrupted_by_user"


def test_nothing_that_was_said_is_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "limber.log"
    typist = Typist(tmp_path, "--log-file", str(log), "start", "--once", "--routine", ROUTINE)
    to_hold(typist)
    typist.type("that hurts")
    typist.read(1.0)
    typist.close()
    again = Typist(tmp_path, "--log-file", str(log), "start", "--once", "--routine", ROUTINE)
    again.read_until("zero to ten")
    again.close()
    assert "hurt" not in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_declined_it_is_over_and_another_one_begins(start: Callable[[], Typist], tmp_path: Path) -> None:
    typist = start()
    to_hold(typist)
    typist.process.kill()
    again = start()
    again.read_until("Shall we go on?")
    again.type("no")
    again.read_until("How sore are you now")
    _, session = read_sessions(history(tmp_path))
    assert (session.end_reason, session.ended_at is not None) == ("interrupted", True)


@pytest.mark.parametrize("seed", range(4))
def test_who_is_killed_at_any_moment_loses_nothing_but_an_event(tmp_path: Path, seed: int) -> None:
    check(left_by(killed(Random(seed), tmp_path), tmp_path))
