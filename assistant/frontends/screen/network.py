"""Where the server listens: loopback, the local network where that is wanted, or what systemd hands over.

Called on the main thread, before a session. Must not ask the network for anything.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from assistant.errors import FrontEndError

LOOPBACK = "127.0.0.1"
WAITING = 64
_FIRST_GIVEN = 3
"""systemd's SD_LISTEN_FDS_START."""
_SIOCGIFADDR = 0x8915
_ROUTES = Path("/proc/net/route")


def given_socket(environ: Mapping[str, str] = os.environ) -> socket.socket | None:
    """The listening socket that systemd hands over to this process; None where it does not."""
    if environ.get("LISTEN_PID") != str(os.getpid()) or environ.get("LISTEN_FDS", "0") == "0":
        return None
    with suppress(OSError):
        given = socket.socket(fileno=os.dup(_FIRST_GIVEN))
        if given.family == socket.AF_INET and given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return given
        given.close()
    return None


def listen(address: str, port: int) -> socket.socket:
    """A listening socket. Raises FrontEndError where the port is taken."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address, port))
        opened.listen(WAITING)
    except OSError as error:
        opened.close()
        message = (
            f"There is no screen this time: {address}:{port} cannot be used ({error.strerror}). "
            "Another Limber may run; screen.port names another port."
        )
        raise FrontEndError("screen_port", message) from error
    return opened


def local_address() -> str:
    """This machine's private address in the local network, "" where it has none."""
    usual = _usual_interface()
    names = sorted((name for _, name in socket.if_nameindex()), key=lambda name: name != usual)
    for name in names:
        with suppress(OSError):
            address = ipaddress.IPv4Address(_address_of(name))
            if address.is_private and not address.is_loopback:
                return str(address)
    return ""


def _address_of(interface: str) -> bytes:
    """Its IPv4 address. Raises OSError where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        request = struct.pack("256s", interface[:15].encode())
        return fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, request)[20:24]


def _usual_interface() -> str:
    """The one that leads everywhere else."""
    with suppress(OSError):
        for line in _ROUTES.read_text("ascii", "replace").splitlines()[1:]:
            name, destination, *_ = line.split()
            if destination == "00000000":
                return name
    return ""
