"""Typed sessions that are ended by signals or with their terminal, and what must be true afterwards."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from killing import ROUTINE, Typist, drive

from assistant.store.history_reader import read_sessions
from assistant.store.history_schema import connect

LIMIT_SECONDS = 2.0
REASONS = {
    signal.SIGINT: "interrupted_by_user",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "hung_up",
}
CLOSED = "closed"
"""No signal is sent: the terminal goes."""
SLACK_SECONDS = 0.5
"""Until whoever tests, on a busy machine, has noticed."""


@dataclass(frozen=True)
class Ended:
    """How a program ended: by which that came first or together, of all, with which code, when."""

    by: tuple[signal.Signals, ...]
    of: tuple[signal.Signals, ...]
    code: int
    seconds: float
    text: str


def end(
    typist: Typist, first: signal.Signals | str, again: tuple[tuple[float, signal.Signals], ...] = ()
) -> Ended:
    """Send the first signal, or close the terminal, and then others, each after so many seconds more."""
    began = time.monotonic()
    if first is CLOSED:
        os.close(typist.master)
    else:
        typist.process.send_signal(int(first))  # type: ignore[call-overload]
    for wait_seconds, number in again:
        _wait(typist, wait_seconds, is_open=first is not CLOSED)
        if typist.process.poll() is None:
            typist.process.send_signal(number)
    _wait(typist, 20.0, is_open=first is not CLOSED)
    seconds = time.monotonic() - began
    code = typist.process.wait(1)
    if first is not CLOSED:
        typist.read(0.2)
        os.close(typist.master)
    by = signal.SIGHUP if first is CLOSED else signal.Signals(first)
    together = (number for wait_seconds, number in again[:1] if not wait_seconds)
    return Ended((by, *together), (by, *(number for _, number in again)), code, seconds, typist.text)


def _wait(typist: Typist, seconds: float, *, is_open: bool) -> None:
    until = time.monotonic() + seconds
    while typist.process.poll() is None and time.monotonic() < until:
        if is_open:
            typist.read(0.01)
        else:
            time.sleep(0.01)


def by_chance(random: Random, data: Path) -> Ended:
    """End a session somehow, at a random moment: while the program begins, or later."""
    typist = Typist(data, "start", "--once", "--routine", ROUTINE, controls=True)
    if random.random() < 0.3:
        typist.read(random.uniform(0.0, 3.0))
    else:
        drive(random, typist)
    first = random.choice((*REASONS, CLOSED))
    again = random.choice(
        (
            (),
            (),
            ((0.0, signal.SIGTERM),),
            ((0.1, signal.SIGHUP),),
            ((0.5, signal.SIGINT), (0.1, signal.SIGTERM)),
        )
    )
    return end(typist, first, again)


def check(ended: Ended, data: Path) -> str:
    """Assert that it ended in time and in order; the reason that its last session has, if there is one."""
    assert ended.seconds < LIMIT_SECONDS + SLACK_SECONDS, ended
    is_ours = "Traceback" in ended.text and "assistant" in ended.text  # not the interpreter's own beginning
    assert not is_ours, ended
    assert "bug" not in ended.text, ended
    reason = _reason(data)
    if reason or "Before we begin" in ended.text:
        assert ended.code - 128 in ended.by, ended
    else:  # the interpreter itself may still be beginning, and any of them ends that
        assert ended.code - 128 in ended.by or -ended.code in ended.of, ended
    if reason in REASONS.values():  # else it was ending already, for a reason of its own
        assert reason == REASONS[signal.Signals(ended.code - 128)], (reason, ended)
    return reason


def _reason(data: Path) -> str:
    history = data / "limber" / "history.sqlite"
    if not history.exists():
        return ""
    with closing(connect(history, 1.0)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    sessions = read_sessions(history)
    assert all(session.ended_at for session in sessions)
    return sessions[0].end_reason if sessions else ""
