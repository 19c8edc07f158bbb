"""Tells systemd how the program is: ready, alive, what it is at, ending. A few lines over $NOTIFY_SOCKET.

Owned by one thread at a time. Must never raise or wait: who is not supervised tells nobody.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

_MOST_STATUS = 200
_log = logging.getLogger(__name__)


class Supervisor:
    """systemd, or nobody.

    It ends the program when it has heard nothing for WATCHDOG_USEC: told twice as often, it hears in time.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._every_seconds = _watchdog_seconds(environment) / 2
        self._alive_at = 0.0
        self._status = ""
        self._is_ready = False
        self._is_unheard = False
        self._socket: socket.socket | None = None

    def look(self, now: float, *, is_ready: bool, is_well: bool, status: str) -> None:
        """Tell what is due at `now`, in seconds of any clock: that it is alive only while it is well."""
        if not self._address:
            return
        if is_ready and not self._is_ready:
            self._is_ready = self._tell("READY=1")
        if status != self._status and self._tell(f"STATUS={status[:_MOST_STATUS]}"):
            self._status = status
        if self._every_seconds and is_well and now >= self._alive_at and self._tell("WATCHDOG=1"):
            self._alive_at = now + self._every_seconds

    def stopping(self) -> None:
        """The program ends."""
        self._tell("STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _tell(self, line: str) -> bool:
        """Whether that was done: what was not is told at the next look."""
        if not self._address:
            return False
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.setblocking(False)
            self._socket.sendto(line.encode(), self._address)
        except (OSError, ValueError) as error:
            if not self._is_unheard:
                _log.warning("systemd was not told %s: %s", line, error)
            self._is_unheard = True
            return False
        self._is_unheard = False
        return True


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    """How long systemd waits for a sign of life; 0 where it waits for none, or for another process."""
    process = environment.get("WATCHDOG_PID", "")
    if process and process != str(os.getpid()):
        return 0.0
    try:
        return max(0, int(environment.get("WATCHDOG_USEC", "0"))) / 1e6
    except ValueError:
        return 0.0
