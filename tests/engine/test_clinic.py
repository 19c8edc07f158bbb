"""Two real hosts, a broker, a database and a satellite: a session goes on at another host when one is killed.

It takes two minutes, and runs when CLINIC_HOSTS_KILLED says how many hosts are to be killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brokers import MOSQUITTO
from plain_broker import Broker
from postgres import postgres, program
from satellites import LOUD, FakeSatellite, Samples, running

from assistant.core.states import UNDER_WAY, State
from assistant.frontends.control import ask
from assistant.speech.engines import open_voice

KILLED = int(os.environ.get("CLINIC_HOSTS_KILLED", "0"))
pytestmark = [
    pytest.mark.skipif(not KILLED, reason="takes two minutes: CLINIC_HOSTS_KILLED=2 runs it"),
    pytest.mark.skipif(MOSQUITTO is None, reason="there is no broker: apt install mosquitto"),
    pytest.mark.skipif(program("initdb") is None, reason="there is no server: apt install postgresql"),
    pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs: sudo apt-get install espeak-ng"),
]
SETTINGS = """
[audio]
echo = "none"
[speech]
voice = "espeak:en-us"
cache_megabytes = 0
[session]
sound_check = false
routine = "at-the-desk"
[history]
database = "{database}"
shared = true
[hosts]
broker = "127.0.0.1"
port = {port}
tls = false
host = "{host}"
most_rooms = 1
"""
WORDS = ("wake up", "yes", *5 * ("no",), "two", "no", "no")
"""What leads to the first stretch: a doctor agreed, nothing else is the case, and it hurts a little."""


def said(text: str) -> Samples:
    pieces = open_voice("espeak:en-us").synthesize(text, 1.0)
    sound = np.frombuffer(b"".join(piece.samples for piece in pieces), np.int16)
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > LOUD)
    return sound[loud[0] : loud[-1] + 1]


def until(is_so: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


class Host:
    """A Limber on a machine of its own, as far as it can tell."""

    def __init__(self, folder: Path, name: str, database: str, port: int) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        config = self.folder / "config.toml"
        config.write_text(SETTINGS.format(database=database, port=port, host=name))
        folders = {f"XDG_{kind}_HOME": str(self.folder / kind) for kind in ("DATA", "CACHE", "STATE")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "--config", str(config), "start", "--other-rooms"],
            env={**os.environ, **folders, "XDG_RUNTIME_DIR": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stderr=(self.folder / "told").open("wb"),
        )

    def rooms(self) -> dict[str, Any]:
        """What `limber status` tells of each of its rooms; nothing before it answers."""
        answers = [answer for answer in ask("status", self.folder / "limber").values() if answer]
        return {room["name"]: room for answer in answers for room in answer["rooms"]}

    @property
    def is_ready(self) -> bool:
        return any(answer and answer["is_well"] for answer in ask("status", self.folder / "limber").values())

    @property
    def state(self) -> str:
        """That of the session in the room, "" where there is none."""
        session = self.rooms().get("gym", {}).get("session")
        return str(session["state"]) if session else ""


@contextmanager
def hosts(folder: Path, database: str, port: int) -> Iterator[Callable[[str], Host]]:
    """Begins hosts, and ends those that are left."""
    with ExitStack() as stack:

        def begin(name: str) -> Host:
            host = Host(folder, name, database, port)
            stack.callback(host.process.wait)
            stack.callback(host.process.kill)
            until(lambda: host.is_ready)
            return host

        yield begin


def answer(satellite: FakeSatellite, host: Host) -> None:
    """Say what leads to the first stretch, each time that it is silent for a while."""
    words, said_at, ends_at = iter(WORDS), 0.0, time.monotonic() + 100.0
    while host.state not in UNDER_WAY:
        now = time.monotonic()
        assert now < ends_at
        if not (satellite.is_sounding or satellite.said) and now > max(said_at, satellite.heard_until) + 2.5:
            said_at = now
            satellite.say(said(next(words)))
        time.sleep(0.05)


def test_a_session_goes_on_at_another_host_when_one_is_killed(tmp_path: Path) -> None:
    satellite, broker = FakeSatellite("gym"), Broker(tmp_path)
    with running(satellite), postgres() as database, ExitStack() as stack:
        broker.start()
        stack.callback(broker.stop)
        broker.keep(gym=f"127.0.0.1:{satellite.port}")
        taken, heard = list[float](), list[float]()
        with hosts(tmp_path, database.url(), broker.port) as begin:
            runs, waits = begin("host-0"), begin("host-1")
            until(lambda: runs.rooms() or waits.rooms())
            if not runs.rooms():
                runs, waits = waits, runs
            answer(satellite, runs)
            for number in range(KILLED):
                time.sleep(3.0)
                connections = satellite.connections
                runs.process.send_signal(signal.SIGKILL)
                killed_at = time.monotonic()
                until(lambda n=connections: satellite.connections > n)  # type: ignore[misc]
                taken.append(time.monotonic() - killed_at)
                before = len(satellite.played)
                until(lambda n=before: is_loud(satellite, n))  # type: ignore[misc]
                heard.append(time.monotonic() - killed_at)
                until(lambda one=waits: one.state == State.GOING_ON)  # type: ignore[misc]
                until(lambda: not satellite.is_sounding)
                satellite.say(said("yes"))
                until(lambda one=waits: one.state in UNDER_WAY)  # type: ignore[misc]
                runs, waits = waits, begin(f"host-{number + 2}")
    for name, times in (("connected", taken), ("heard", heard)):
        sys.stderr.write(f"{name}: median {statistics.median(times):.2f} s, worst {max(times):.2f} s\n")
    assert max(heard) < 10.0


def is_loud(satellite: FakeSatellite, since: int) -> bool:
    """Whether something loud came to be played since so many blocks."""
    sound = b"".join(block for _, block in satellite.played[since:])
    return bool(np.abs(np.frombuffer(sound, np.int16).astype(np.int32)).max(initial=0) > LOUD)
