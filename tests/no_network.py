"""Runs Limber with these arguments; whatever turns to another computer ends it, with a code of its own.

    python tests/no_network.py COMMAND…

Python's own sockets are seen here; those of libraries written in C only by the empty network namespace.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

EXIT_CODE = 77
_TO_AN_ADDRESS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
_NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")


def leads_away(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether this is about another computer; a socket of the file system, as a sound server's, is not."""
    if event in _TO_AN_ADDRESS:
        address = arguments[1]
        return isinstance(address, tuple) and not _is_here(address[0])
    if event in _NAMES:
        return not _is_here(arguments[0])
    return event == "urllib.Request"


def _is_here(host: object) -> bool:
    name = host[0] if isinstance(host, tuple) else host
    name = name.decode() if isinstance(name, bytes) else name
    if name in (None, "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(("socket.", "urllib.")) and leads_away(event, arguments):
        os.write(2, f"network: {event} {arguments[1:]}\n".encode())
        os._exit(EXIT_CODE)


if __name__ == "__main__":
    sys.addaudithook(_watch)
    from assistant.__main__ import main

    main()
