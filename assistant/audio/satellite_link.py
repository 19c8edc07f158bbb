"""A connection to a Wyoming satellite: events in, events out, and neither is ever waited for.

Belongs to one thread. What is on its way is counted until the other machine has acknowledged it, so that
whoever plays can keep it short. Sound goes to computers of the home network only.
"""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
import termios
from collections.abc import Iterator
from typing import Any

from wyoming.event import Event

from assistant.audio.wyoming_events import EventReader, OddSatelliteError, as_bytes
from assistant.errors import AudioError

CONNECT_SECONDS = 3.0
MOST_READ_BYTES = 1 << 12
"""At a time, every 20 ms: four times as much as sound takes. Whoever sends more has to wait."""
MOST_UNSENT_BYTES = 1 << 16


class SatelliteLink:
    """Both ways to a satellite; use it in a `with`."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = EventReader()
        self._unsent = bytearray()

    def __enter__(self) -> SatelliteLink:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def read(self) -> Iterator[Event]:
        """What has come. Raises OddSatelliteError, OSError."""
        try:
            data = self._socket.recv(MOST_READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise OddSatelliteError("hung up")
        yield from self._reader.feed(data)

    def send(self, *events: Event) -> None:
        """Send events, now or as soon as there is room. Raises OddSatelliteError, OSError."""
        for event in events:
            self._unsent += as_bytes(event)
        if not self._unsent:
            return
        try:
            count = self._socket.send(self._unsent)
        except BlockingIOError:
            count = 0
        del self._unsent[:count]
        if len(self._unsent) > MOST_UNSENT_BYTES:
            raise OddSatelliteError("does not take what it asks for")

    @property
    def on_the_way_bytes(self) -> int:
        """How much was sent that the satellite's machine has not acknowledged."""
        answer = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
        return int(struct.unpack("i", answer)[0]) + len(self._unsent)


def connect(host: str, port: int) -> SatelliteLink:
    """Connect to a satellite. Raises AudioError with the reason."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AudioError(
            "satellite_unknown", f"There is no computer called {host} in the network."
        ) from error
    near = [one for one in found if is_at_home(one[4][0])]
    if not near:
        message = f"{host} is not in the home network: sound goes nowhere else."
        raise AudioError("satellite_away", message)
    try:
        return SatelliteLink(_connected(*near[0]))
    except OSError as error:
        reason = error.strerror or "no answer"
        raise AudioError("satellite_gone", f"{host} cannot be reached: {reason}.") from error


def _connected(family: int, kind: int, protocol: int, _name: str, address: Any) -> socket.socket:
    opened = socket.socket(family, kind, protocol)
    try:
        opened.settimeout(CONNECT_SECONDS)
        opened.connect(address)
    except BaseException:
        opened.close()
        raise
    return opened


def is_at_home(address: object) -> bool:
    """Whether an address is one of a private network, or of this machine."""
    try:
        return ipaddress.ip_address(str(address).partition("%")[0]).is_private
    except ValueError:
        return False
