"""A connection as uvicorn has it, but bounded: so many at once, and no longer without a request than that.

Belongs to the server's loop. Whoever opens connections and says nothing must not keep the session from
opening its devices.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 256
SILENT_SECONDS = 10.0


class Connection(H11Protocol):
    """Closes itself where there are too many, or where no request has come in time."""

    _open: ClassVar[set[Connection]] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connects."""
        if len(self._open) >= MOST_CONNECTIONS:
            transport.abort()
            return
        self._open.add(self)
        self._silence = self.loop.call_later(SILENT_SECONDS, self._close_if_silent)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody has gone."""
        if self in self._open:
            self._open.discard(self)
            self._silence.cancel()
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what was sent, unless it came too late."""
        if self in self._open:
            super().data_received(data)

    def _close_if_silent(self) -> None:
        cycle: Any = self.cycle
        if cycle is None:
            self.transport.abort()
