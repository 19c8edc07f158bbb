"""What systemd is told, over a real socket: ready, alive only while it is well, what it is at, ending."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from assistant.core.liveness import SESSION, STALLED, Gauges
from assistant.overview import Overview
from assistant.room import Look
from assistant.supervisor import Supervisor


class Systemd:
    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)

    def told(self) -> list[str]:
        lines: list[str] = []
        with suppress(BlockingIOError):
            while True:
                lines.append(self.socket.recv(4096).decode())
        return lines


@pytest.fixture(params=["file", "abstract"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield (
            f"{folder}/notify" if request.param == "file" else f"@limber-{os.getpid()}-{time.monotonic_ns()}"
        )


def environment(address: str, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000000", **more}


def test_it_tells_what_is_due_and_nothing_twice(address: str) -> None:
    systemd, supervisor = Systemd(address), Supervisor(environment(address))
    supervisor.look(0.0, is_ready=False, is_well=True, status="waits for sound")
    assert systemd.told() == ["STATUS=waits for sound", "WATCHDOG=1"]
    for now in (0.5, 0.9):
        supervisor.look(now, is_ready=True, is_well=True, status="here: holding")
    assert systemd.told() == ["READY=1", "STATUS=here: holding"]
    supervisor.look(1.0, is_ready=True, is_well=True, status="here: holding")
    assert systemd.told() == ["WATCHDOG=1"], "half of the time that it has"
    supervisor.look(5.0, is_ready=True, is_well=False, status="here: holding")
    assert systemd.told() == []
    supervisor.look(5.1, is_ready=True, is_well=True, status="x" * 5000)
    assert [len(line) for line in systemd.told()] == [len("STATUS=") + 200, len("WATCHDOG=1")]
    supervisor.stopping()
    assert systemd.told() == ["STOPPING=1"]


@pytest.mark.parametrize(
    "more", [{"WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "-5"}]
)
def test_it_is_not_told_that_we_live_where_it_does_not_ask_us(address: str, more: dict[str, str]) -> None:
    systemd, supervisor = Systemd(address), Supervisor(environment(address, **more))
    supervisor.look(0.0, is_ready=True, is_well=True, status="")
    assert systemd.told() == ["READY=1"]


def test_our_own_number_is_ours(address: str) -> None:
    systemd, supervisor = Systemd(address), Supervisor(environment(address, WATCHDOG_PID=str(os.getpid())))
    supervisor.look(0.0, is_ready=False, is_well=True, status="")
    assert systemd.told() == ["WATCHDOG=1"]


def test_what_finds_no_room_is_told_at_the_next_look(address: str) -> None:
    systemd, supervisor = Systemd(address), Supervisor(environment(address))
    for now in range(200):
        supervisor.look(float(now), is_ready=False, is_well=True, status="")
    systemd.told()
    supervisor.look(200.0, is_ready=True, is_well=True, status="")
    assert systemd.told() == ["READY=1", "WATCHDOG=1"]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "x" * 300, "@" + "y" * 300])
def test_who_is_not_there_is_told_nothing(address: str) -> None:
    supervisor = Supervisor(environment(address))
    supervisor.look(0.0, is_ready=True, is_well=True, status="here: holding")
    supervisor.stopping()


class Room:
    """Counts by the clock, but for what is frozen."""

    def __init__(self) -> None:
        self.frozen = ""
        self.counts = {"delivered": 0, "heard": 0, "played": 0, "beats": 0}

    def look(self) -> Look:
        for name in self.counts:
            self.counts[name] += name != self.frozen
        return Look(Gauges(openings=1, waiting=5, is_guided=True, **self.counts), None, 0.0, "", "", True)


@pytest.mark.parametrize("frozen", ["delivered", "heard", "played", "beats"])
def test_whatever_hangs_ends_the_signs_of_life_and_they_come_again(address: str, frozen: str) -> None:
    systemd, room, now = Systemd(address), Room(), [10.0]
    overview = Overview(
        lambda: {"here": room},  # type: ignore[dict-item]
        Supervisor(environment(address, WATCHDOG_USEC="500000")),
        lambda: now[0],
    )

    status = ""

    def alive(seconds: float) -> int:
        nonlocal status
        count = 0
        for _ in range(round(seconds / 0.25)):
            now[0] += 0.25
            overview.look()
            for line in systemd.told():
                count += line == "WATCHDOG=1"
                status = line if line.startswith("STATUS=") else status
        return count

    assert alive(5.0) == 20
    room.frozen = frozen
    assert alive(max(STALLED.limit, SESSION.limit) + 0.25) <= 5
    assert alive(60.0) == 0
    assert status.startswith("STATUS=here: no session; ")
    room.frozen = ""
    assert alive(5.0) == 20
    assert status == "STATUS=here: no session"


def test_its_thread_tells_it_by_itself_and_says_when_it_ends(address: str) -> None:
    systemd, room, told = Systemd(address), Room(), list[str]()
    overview = Overview(lambda: {"here": room}, Supervisor(environment(address)))  # type: ignore[dict-item]
    overview.open()
    end = time.monotonic() + 10
    while "WATCHDOG=1" not in told and time.monotonic() < end:
        told += systemd.told()
        threading.Event().wait(0.02)
    overview.close()
    told += systemd.told()
    assert told[:3] == ["READY=1", "STATUS=here: no session", "WATCHDOG=1"]
    assert told[-1] == "STOPPING=1"
