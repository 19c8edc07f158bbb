"""Seen from outside, with sound: `limber status` and systemd's watchdog beside a live session."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from live import live_limber
from virtual_sound import VirtualSound

ROUTINE = {"LIMBER_SESSION_ROUTINE": "at-the-desk", "LIMBER_SESSION_SOUND_CHECK": "false"}
WATCHDOG_SECONDS = 1.0


@pytest.fixture
def short() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def status(runtime: Path) -> tuple[set[str], dict[str, Any]]:
    """What is at fault besides a busy machine, and the room that it tells of."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "status", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
    )
    (room,) = json.loads(done.stdout)["rooms"]
    faults = {one["fault"] for one in room["faults"]}
    assert done.returncode == (1 if faults else 0)
    return faults - {"hearing_late", "machine_busy"}, room


def alive_at(systemd: socket.socket, seconds: float) -> list[float]:
    """When signs of life came, in seconds from now."""
    came: list[float] = []
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        with suppress(BlockingIOError):
            while True:
                if systemd.recv(4096) == b"WATCHDOG=1":
                    came.append(now)
        time.sleep(0.02)
    return came


def test_devices_are_named_and_a_sound_system_that_hangs_is_told_to_both(
    virtual_sound: VirtualSound, tmp_path: Path, short: Path
) -> None:
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.bind(str(short / "notify"))
    systemd.setblocking(False)
    supervised = {
        "XDG_RUNTIME_DIR": str(short),
        "NOTIFY_SOCKET": str(short / "notify"),
        "WATCHDOG_USEC": str(round(WATCHDOG_SECONDS * 1e6)),
    }
    with live_limber(virtual_sound, tmp_path, **ROUTINE, **supervised) as limber:
        limber.wait_for("Before we begin.")
        faults, room = status(short)
        assert faults == set()
        assert room["microphone"]
        assert room["speaker"]
        assert 40 < room["last_second"]["delivered"] < 60
        assert 40 < room["last_second"]["played"] < 60
        assert len(alive_at(systemd, 4.0)) >= 6
        virtual_sound.freeze_server(True)
        assert max(alive_at(systemd, 6.0), default=0.0) < 2.0
        assert status(short)[0] >= {"microphone_lost", "speaker_lost"}
        virtual_sound.freeze_server(False)


def test_hearing_that_hears_again_is_alive_again(
    virtual_sound: VirtualSound, tmp_path: Path, short: Path
) -> None:
    with live_limber(virtual_sound, tmp_path, **ROUTINE, XDG_RUNTIME_DIR=str(short)) as limber:
        limber.wait_for("Before we begin.")
        virtual_sound.mute_microphone(True)
        limber.wait_for("I cannot hear", limit_seconds=15)
        faults, room = status(short)
        assert (faults, room["session"]["state"]) == ({"microphone_silent"}, "deaf")
        virtual_sound.mute_microphone(False)
        limber.wait_for("I can hear you again", limit_seconds=15)
        assert status(short)[0] == set()
