"""A session in another room, by a satellite and the program: "wake up", and "stop" while Limber speaks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from satellites import FakeSatellite, Samples, running

from assistant.frontends.control import ask
from assistant.speech.engines import open_voice

pytestmark = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs: sudo apt-get install espeak-ng")
PROGRAM = """
import sys
from assistant.audio import devices
from assistant.cli import start
devices.why_no_sound = lambda *names: "No sound device was found."
start.WAIT_FOR_SOUND_SECONDS = 0.0
sys.argv = ["limber", *sys.argv[1:]]
from assistant.__main__ import main
main()
"""
"""`limber` on a machine without sound of its own."""


def said(text: str) -> Samples:
    pieces = open_voice("espeak:en-us").synthesize(text, 1.0)
    sound = np.frombuffer(b"".join(piece.samples for piece in pieces), np.int16)
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 300)
    return sound[loud[0] : loud[-1] + 1]


def until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def settings(*rooms: tuple[str, int]) -> str:
    """What the configuration of these rooms, by name and port, is."""
    tables = [f'[[rooms]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\n' for name, port in rooms]
    return "".join(
        [
            '[audio]\necho = "none"\n[speech]\nvoice = "espeak:en-us"\ncache_megabytes = 0\n',
            '[session]\nsound_check = false\nroutine = "at-the-desk"\n',
            *tables,
        ]
    )


def rooms(folder: Path) -> dict[str, Any]:
    """What `limber status` tells of each room."""
    (answer,) = ask("status", folder / "limber").values()
    assert isinstance(answer, dict)
    return {room["name"]: room for room in answer["rooms"]}


def test_a_room_is_woken_and_silenced_by_voice_while_another_rests(tmp_path: Path) -> None:
    kitchen, bedroom = FakeSatellite("kitchen"), FakeSatellite("bedroom")
    with running(kitchen, bedroom):
        config = tmp_path / "config.toml"
        config.write_text(settings(*((one.name, one.port) for one in (kitchen, bedroom))))
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--config", str(config), "start"],
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            until(lambda: kitchen.connections and bedroom.connections)
            kitchen.say(said("wake up"))
            until(lambda: kitchen.is_sounding)
            time.sleep(0.3)
            kitchen.say(said("stop"))
            until(lambda: not kitchen.said)
            word_end = kitchen.said_until
            until(lambda: time.monotonic() > max(word_end, kitchen.heard_until) + 0.3)
            assert kitchen.heard_until - word_end < 1.0  # 0.2 s where nothing else is done
            found = rooms(tmp_path)
            assert found["kitchen"]["session"]["state"] == "paused"
            assert found["bedroom"]["is_resting"]
            assert bedroom.played == []
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=5.0)
            assert process.returncode == 128 + signal.SIGTERM
            assert "The other rooms go on" in " ".join(errors.decode().split())
            until(lambda: kitchen.told[-1] == "pause-satellite")
        finally:
            process.kill()
            process.wait()
