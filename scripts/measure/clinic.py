"""scripts/measure/run clinic: rooms shared out over hosts, and how long a room has none when a host goes.

In simulated time, with the rules that hosts go by, a broker, and satellites that take one connection; and at
a real broker, where a real process is killed. Runs on the main thread.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from brokers import MOSQUITTO
from many_hosts import World
from plain_broker import Broker
from postgres import postgres

from assistant.cli import output
from assistant.core.actions import RecordStep
from assistant.core.events import Started
from assistant.store.history import History
from assistant.store.history_server import HistoryServer
from assistant.store.history_writer import Origin

LAN = (0.001, 0.002, 0.005)
OPEN_SECONDS = 0.5
"""From the request to the first try to connect, where model and voice are loaded already."""
SIZES = ((8, 3, 4), (16, 4, 6), (40, 6, 8), (100, 12, 10))
"""Rooms, hosts, rooms per host at most."""


@dataclass(frozen=True, slots=True)
class Outage:
    """For how many seconds the rooms of a host that went had none, and how many rooms hosts had."""

    alone: list[float]
    fullest_before: int
    fullest_after: int
    without: int


def outage(seed: int, rooms: int, hosts: int, most: int, *, loudly: bool) -> Outage:
    """One host of a clinic in which all goes well goes, and is not there for two minutes."""
    world = World(seed, doubles=0.01, open_seconds=OPEN_SECONDS, delays=LAN)
    for number in range(rooms):
        world.offer(f"room-{number}")
    for _ in range(hosts):
        world.start("host", most)
    world.run(60.0 + world.random.random() * 10.0)
    for alone in world.alone.values():
        alone.clear()
    before = max(len(host.sharing.rooms) for host in world.hosts)
    gone = world.random.choice([host for host in world.hosts if host.sharing.rooms])
    world.die(gone, loudly=loudly)
    world.run(120.0)
    alive = [host for host in world.hosts if host.is_alive]
    return Outage(
        [seconds for alone in world.alone.values() for seconds in alone],
        before,
        max(len(host.sharing.rooms) for host in alive),
        sum(not world.holders(room) for room in world.satellites),
    )


def lines(seeds: int) -> Iterator[str]:
    """A line for each size and each way to go."""
    yield "rooms  hosts  most  goes        without a host: median  worst  fullest before  after  left over"
    for rooms, hosts, most in SIZES:
        for loudly in (True, False):
            found = [outage(seed, rooms, hosts, most, loudly=loudly) for seed in range(seeds)]
            alone = [seconds for one in found for seconds in one.alone]
            how = "killed" if loudly else "power gone"
            yield (
                f"{rooms:5}  {hosts:5}  {most:4}  {how:10}  {statistics.median(alone):18.1f} s "
                f"{max(alone):5.1f} s {max(one.fullest_before for one in found):14} "
                f"{max(one.fullest_after for one in found):6} {max(one.without for one in found):10}"
            )


def killed(tries: int) -> list[float]:
    """At a real broker: seconds from the kill of the process that has a room until another one opens it."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        broker.keep(gym="10.0.0.1:10700")
        here = [_host(broker, f"host-{number}") for number in range(2)]
        opened: list[tuple[int, float]] = []
        for process in here:
            threading.Thread(target=_watch, args=(process, opened), daemon=True).start()
        for number in range(tries):
            _until_opened(opened, number + 1)
            time.sleep(2.5)
            holder = next(one for one in here if one.pid == opened[-1][0])
            here.remove(holder)
            killed_at = time.monotonic()
            holder.kill()
            _until_opened(opened, number + 2)
            found.append(opened[-1][1] - killed_at)
            here.append(_host(broker, f"host-{number + 2}"))
            threading.Thread(target=_watch, args=(here[-1], opened), daemon=True).start()
        for process in here:
            process.kill()
        broker.stop()
    return found


def _host(broker: Broker, name: str) -> subprocess.Popen[str]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, "-m", "one_host", str(broker.port), name, "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    process.stdout.readline()  # it is there
    return process


def _watch(process: subprocess.Popen[str], opened: list[tuple[int, float]]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("open"):
            opened.append((process.pid, time.monotonic()))


def _until_opened(opened: list[tuple[int, float]], count: int) -> None:
    ends_at = time.monotonic() + 30.0
    while len(opened) < count:
        if time.monotonic() > ends_at:
            raise TimeoutError("nobody opens the room")
        time.sleep(0.01)


def written(rooms: int, seconds: float = 5.0) -> tuple[float, float]:
    """Events a second that a real server takes from so many rooms at once, and the seconds for each."""
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        where = HistoryServer(server.url(), Path(folder) / "history.server")
        counts = [0] * rooms
        ends_at = time.monotonic() + seconds

        def write(number: int) -> None:
            with closing(History(where, output.note, origin=Origin(f"room-{number}", "host"))) as history:
                history.begin({"room": f"room-{number}"})
                while time.monotonic() < ends_at:
                    history.keep(1.0, Started(), (RecordStep("calf", "left", 1, 20.0, "done"),))
                    counts[number] += 1

        threads = [threading.Thread(target=write, args=(number,)) for number in range(rooms)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        total = sum(counts)
    return total / seconds, rooms * seconds / total


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("clinic")(clinic)


def clinic(
    seeds: Annotated[int, typer.Option(min=1, help="How often each outage is simulated.")] = 100,
    real: Annotated[int, typer.Option(min=0, help="How often a real process is killed.")] = 10,
    rooms: Annotated[int, typer.Option(min=0, help="How many rooms write to a real server at once.")] = 16,
) -> None:
    """Share out the rooms of a clinic, and let hosts go."""
    for line in lines(seeds):
        output.out.print(line, highlight=False)
    if real and MOSQUITTO:
        found = killed(real)
        median, worst = statistics.median(found), max(found)
        output.out.print(
            f"Killed for real {real} times: opened again after {median:.2f} s, at worst {worst:.2f} s."
        )
    if rooms:
        each_second, each = written(rooms)
        output.out.print(
            f"PostgreSQL takes {each_second:.0f} events a second of {rooms} rooms, {each * 1e3:.0f} ms each."
        )
