"""Hosts at a real broker: shared subscriptions, what is kept, last wills."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from brokers import MOSQUITTO
from plain_broker import Broker, until

from assistant.config import HostsConfig
from assistant.core import sharing
from assistant.errors import AudioError, ConfigError
from assistant.hosts import Hosts

needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="there is no broker: apt install mosquitto")


class FakeRooms:
    """Each satellite is connected as soon as its room is open, unless it is away."""

    def __init__(self, fails: bool = False) -> None:
        self.open: dict[str, str] = {}
        self.away: set[str] = set()
        self.closed: list[str] = []
        self._fails = fails

    def open_room(self, name: str, address: str) -> None:
        if self._fails:
            raise AudioError("none", "There is no voice.")
        self.open[name] = address

    def close_room(self, name: str) -> None:
        del self.open[name]
        self.closed.append(name)

    def is_heard(self, name: str) -> bool:
        return name in self.open and name not in self.away


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    monkeypatch.setattr(sharing, "SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(sharing, "ASK_SECONDS", 0.3)
    one = Broker(tmp_path)
    one.start()
    yield one
    one.stop()


@contextmanager
def host(
    broker: Broker, rooms: FakeRooms, said: list[str] | None = None, most_rooms: int = 2
) -> Iterator[Hosts]:
    config = HostsConfig(broker="127.0.0.1", port=broker.port, tls=False, host="host", most_rooms=most_rooms)
    one = Hosts(config, rooms, ([] if said is None else said).append)
    one.open()
    try:
        yield one
    finally:
        one.close()


OFFERS = {f"room-{number}": f"10.0.0.{number}:10700" for number in range(4)}


@needs_broker
def test_rooms_are_shared_out_each_to_one_host_and_none_has_too_many(broker: Broker) -> None:
    broker.keep(**OFFERS)
    all_rooms = [FakeRooms() for _ in range(3)]
    with ExitStack() as stack:
        for rooms in all_rooms:
            stack.enter_context(host(broker, rooms))
        until(lambda: sum(len(rooms.open) for rooms in all_rooms) == 4)
        time.sleep(0.7)
        assert sorted(name for rooms in all_rooms for name in rooms.open) == sorted(OFFERS)
        assert all(len(rooms.open) <= 2 for rooms in all_rooms)
        assert {**all_rooms[0].open, **all_rooms[1].open, **all_rooms[2].open} == OFFERS
        assert [rooms.closed for rooms in all_rooms] == [[], [], []]
    assert [rooms.open for rooms in all_rooms] == [{}, {}, {}]


@needs_broker
def test_a_killed_host_s_rooms_go_to_another_one_in_a_moment(broker: Broker) -> None:
    broker.keep(gym="10.0.0.1:10700")
    command = [sys.executable, "-m", "one_host", str(broker.port), "first", "2"]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    while process.stdout.readline() != "open gym\n":
        pass
    rooms = FakeRooms()
    with host(broker, rooms):
        time.sleep(0.5)
        assert rooms.open == {}
        process.kill()
        killed_at = time.monotonic()
        until(lambda: rooms.open)
        assert time.monotonic() - killed_at < 1.5
    process.communicate()


@needs_broker
def test_a_host_that_ends_hands_its_rooms_on(broker: Broker) -> None:
    broker.keep(gym="10.0.0.1:10700")
    first, second = FakeRooms(), FakeRooms()
    with host(broker, second, most_rooms=1):
        until(lambda: second.open)
        with host(broker, first):
            pass
        assert first.open == {}
    with host(broker, first):
        until(lambda: first.open)


@needs_broker
def test_a_broker_that_goes_and_forgets_everything_ends_no_room(broker: Broker) -> None:
    broker.keep(gym="10.0.0.1:10700")
    rooms, said = FakeRooms(), list[str]()
    with host(broker, rooms, said) as one:
        until(lambda: rooms.open)
        broker.stop()
        until(lambda: any("The broker is gone" in line for line in said))
        broker.start()
        until(lambda: one._is_connected, 15.0)
        time.sleep(0.5)
        assert (rooms.open, rooms.closed) == ({"gym": "10.0.0.1:10700"}, [])


@needs_broker
def test_a_room_that_is_taken_back_or_cannot_be_run_is_let_go(broker: Broker) -> None:
    broker.keep(gym="10.0.0.1:10700", odd="no address", here="10.0.0.3:1", hall="10.0.0.2:10700")
    rooms, broken, said = FakeRooms(), FakeRooms(fails=True), list[str]()
    with host(broker, broken, said, most_rooms=4), host(broker, rooms, most_rooms=4):
        until(lambda: len(rooms.open) == 2)
        assert set(rooms.open) == {"gym", "hall"}
        broker.keep(gym="")
        until(lambda: rooms.closed == ["gym"])
    assert all("There is no voice." in line for line in said if "cannot be run" in line)


def test_files_that_cannot_be_used_are_told_at_once(tmp_path: Path) -> None:
    for odd in (
        {"ca_file": str(tmp_path / "none")},
        {"user": "limber", "password_file": str(tmp_path / "none")},
    ):
        hosts = Hosts(HostsConfig(broker="127.0.0.1", **odd), FakeRooms(), pytest.fail)
        with pytest.raises(ConfigError, match=str(tmp_path)):
            hosts.open()
