"""`limber status` and `limber stop` beside a session that somebody types."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import ROUTINE, Typist, begin

NOT_RUNNING = 3


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as short:
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        yield Path(short)


def limber(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_what_a_session_is_at_is_told_to_another_program_which_can_stop_it(
    tmp_path: Path, runtime: Path
) -> None:
    assert limber("status").returncode == limber("stop").returncode == NOT_RUNNING
    typist = Typist(tmp_path, "start", "--once", "--routine", ROUTINE)
    begin(typist)
    typist.type("ready")
    typist.type("ready")
    typist.read_until("(hold for")
    asked = limber("status", "--json")
    (room,) = json.loads(asked.stdout)["rooms"]
    assert asked.returncode == 0, asked
    assert room["faults"] == []
    assert room["is_history_written"]
    session = room["session"]
    assert (session["state"], session["routine"], session["step"]) == ("holding", ROUTINE, 1)
    assert 0 < session["hold_seconds_left"] < 60
    assert "All is well." in limber("status").stdout
    assert limber("stop").returncode == 0
    typist.read_until("Say continue")
    typist.type("continue")
    typist.read_until("(hold for")
    typist.type("that hurts")
    typist.read_until("zero to ten")
    told = limber("status", "--json").stdout + limber("status").stdout
    assert '"state": "paused"' in told or '"state":"paused"' in told
    for word in ("hurt", "pain", "easing", "scoring", "doctor"):
        assert word not in told
    typist.process.send_signal(signal.SIGKILL)
    typist.process.wait()
    os.close(typist.master)
    assert list((runtime / "limber").glob("*.socket"))
    assert limber("status").returncode == NOT_RUNNING
    assert list((runtime / "limber").glob("*")) == []


def test_who_ends_in_order_leaves_no_socket(tmp_path: Path, runtime: Path) -> None:
    typist = Typist(tmp_path, "start", "--once", "--routine", ROUTINE)
    typist.read_until("Before we begin")
    assert len(list((runtime / "limber").glob("*"))) == 1
    typist.process.send_signal(signal.SIGTERM)
    typist.read(2.0)
    assert typist.process.wait(10) == 143
    os.close(typist.master)
    assert list((runtime / "limber").glob("*")) == []
