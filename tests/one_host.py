"""A host with rooms that are none; it tells what opens and closes: `one_host.py PORT NAME MOST_ROOMS`."""

from __future__ import annotations

import sys

from assistant.config import HostsConfig
from assistant.hosts import Hosts


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class PrintedRooms:
    """Each satellite is connected as soon as its room is open."""

    def __init__(self) -> None:
        self._open: set[str] = set()

    def open_room(self, name: str, address: str) -> None:
        self._open.add(name)
        tell(f"open {name}")

    def close_room(self, name: str) -> None:
        self._open.discard(name)
        tell(f"close {name}")

    def is_heard(self, name: str) -> bool:
        return name in self._open


if __name__ == "__main__":
    port, name, most_rooms = sys.argv[1:]
    config = HostsConfig(broker="127.0.0.1", port=int(port), tls=False, host=name, most_rooms=int(most_rooms))
    hosts = Hosts(config, PrintedRooms(), lambda line: None)
    hosts.open()
    tell(f"here {hosts.host}")
    sys.stdin.read()
    hosts.close()
