"""A session by the satellite that people have: wyoming-satellite from PyPI, in an environment of its own.

WYOMING_SATELLITE names the folder of that environment; it is made where it is not there. Microphone and
loudspeaker are two small programs, the latter as slow as a sound card with a buffer of 80 ms.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from test_satellite_session import said, settings, until

from assistant.config_loading import load_config
from assistant.rooms import RoomState
from assistant.service import Service

PACKAGE = "wyoming-satellite==1.0.0"
FOLDER = os.environ.get("WYOMING_SATELLITE", "")
pytestmark = pytest.mark.skipif(
    not (FOLDER and shutil.which("espeak-ng")),
    reason="set WYOMING_SATELLITE to a folder for wyoming-satellite; needs espeak-ng",
)

MICROPHONE = """
import pathlib, random, struct, sys, time
folder, due_at, words = pathlib.Path(sys.argv[1]), time.monotonic(), b""
noise = [struct.pack("<320h", *(round(random.gauss(0, 20)) for _ in range(320))) for _ in range(50)]
number = 0
while True:
    if not words and (folder / "say").exists():
        words = (folder / "say").read_bytes()
        (folder / "say").unlink()
    number += 1
    block, words = (words[:640].ljust(640, b"\\0"), words[640:]) if words else (noise[number % 50], b"")
    due_at += 0.02
    time.sleep(max(0.0, due_at - time.monotonic()))
    sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    if not words and (folder / "saying").exists():
        (folder / "saying").unlink()
        (folder / "said").write_text(str(time.monotonic()))
    if words:
        (folder / "saying").touch()
"""
LOUDSPEAKER = """
import array, pathlib, sys, time
folder, read = pathlib.Path(sys.argv[1]), lambda: sys.stdin.buffer.read(640)
blocks, due_at = [read() for _ in range(4)], time.monotonic()
while blocks[0]:
    block, blocks = blocks[0], [*blocks[1:], b""]
    due_at = max(due_at, time.monotonic() - 0.005) + 0.02
    if max(map(abs, array.array("h", block))) > 300:
        (folder / "heard.new").write_text(str(due_at))
        (folder / "heard.new").replace(folder / "heard")
    blocks[-1] = read()
    time.sleep(max(0.0, due_at - time.monotonic()))
"""


def program() -> Path:
    """The satellite's Python, installed the first time."""
    python = Path(FOLDER) / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PACKAGE], check=True)
    return python


@contextmanager
def satellite(folder: Path) -> Iterator[int]:
    """It runs, with a port of its own."""
    for name, text in (("microphone.py", MICROPHONE), ("loudspeaker.py", LOUDSPEAKER)):
        (folder / name).write_text(text)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    process = subprocess.Popen(
        [
            *(program(), "-m", "wyoming_satellite", "--name", "kitchen", "--no-zeroconf"),
            *("--uri", f"tcp://127.0.0.1:{port}", "--mic-command-samples-per-chunk", "320"),
            *("--mic-command", f"{sys.executable} {folder / 'microphone.py'} {folder}"),
            *("--snd-command", f"{sys.executable} {folder / 'loudspeaker.py'} {folder}"),
            *("--snd-command-rate", "16000"),
        ],
        stderr=(folder / "log").open("wb"),
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_a_room_is_woken_and_silenced_by_voice(tmp_path: Path) -> None:
    told: list[str] = []
    with satellite(tmp_path) as port:
        (tmp_path / "config.toml").write_text(settings(("kitchen", port)))
        config = load_config(tmp_path / "config.toml", {})
        service = Service(config, told.append, tmp_path / "history.sqlite")
        with closing(service):
            service.open_live("kitchen", ())
            service.stay_aside("kitchen")
            until(lambda: service._rooms["kitchen"].look().microphone == "kitchen")
            say(tmp_path, "wake up")
            until(lambda: service.state("kitchen") is RoomState.GUIDING)
            delays = []
            for _ in range(5):
                began = time.monotonic()
                until(lambda began=began: heard(tmp_path) > began + 1.0)
                delays.append(stop(tmp_path))
                time.sleep(2.0)
                say(tmp_path, "continue")
    logging.getLogger(__name__).warning("word end to silence: %s", [round(delay, 3) for delay in delays])
    assert max(delays) < 1.0
    assert told == []


def say(folder: Path, text: str) -> float:
    """When the last word was sent."""
    (folder / "said").unlink(missing_ok=True)
    (folder / "say.new").write_bytes(said(text).tobytes())
    (folder / "say.new").replace(folder / "say")
    until((folder / "said").exists)
    time.sleep(0.05)
    return float((folder / "said").read_text())


def heard(folder: Path) -> float:
    """When the last loud block left the loudspeaker."""
    place = folder / "heard"
    return float(place.read_text()) if place.exists() else 0.0


def stop(folder: Path) -> float:
    """How long after the word it was silent."""
    word_end = say(folder, "stop")
    until(lambda: time.monotonic() > max(word_end, heard(folder)) + 0.4)
    return heard(folder) - word_end
