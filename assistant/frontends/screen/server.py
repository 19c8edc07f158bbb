"""The server's thread: an event loop of its own, which is begun anew when it fails.

Must never make the session wait: opening and closing take no longer than a moment, and whatever happens here
ends in the log. Libraries of the web are imported on this thread alone.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.frontends.screen.feed import Feed

if TYPE_CHECKING:
    import uvicorn

_log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 10.0
CLOSING_SECONDS = 0.6
"""The whole program has two seconds to end, and the history is written after this."""
GOODBYE_SECONDS = 1
MOST_HEADER_BYTES = 16_384


class Server:
    """Serves an application on listening sockets, which it owns; `make_app` is called on its thread."""

    def __init__(self, make_app: Callable[[], Any], feed: Feed, sockets: Sequence[socket.socket]) -> None:
        self._make_app = make_app
        self._feed = feed
        self._sockets = sockets
        self._serving: uvicorn.Server | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)
        self.start_count = 0
        """How often it began to serve."""

    def open(self) -> None:
        """Begin to serve, soon: who connects meanwhile waits."""
        self._thread.start()

    def close(self) -> None:
        """Say goodbye to every client and let go of the port; waits for a moment at most."""
        self._closing.set()
        self._feed.close()
        if self._serving is not None:
            self._serving.should_exit = True
        self._thread.join(CLOSING_SECONDS)
        for listening in self._sockets:
            listening.close()

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._closing.is_set():
            try:
                asyncio.run(self._serve())
            except (Exception, SystemExit):  # noqa: BLE001 - the thread's top; uvicorn exits where it cannot start
                _log.exception("the screen's server stopped")
            self._closing.wait(pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    async def _serve(self) -> None:
        import uvicorn

        from assistant.frontends.screen.connection import Connection

        config = uvicorn.Config(
            self._make_app(),
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            h11_max_incomplete_event_size=MOST_HEADER_BYTES,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
        self._serving = serving = uvicorn.Server(config)
        serving.should_exit = self._closing.is_set()
        self.start_count += 1
        beating = asyncio.create_task(self._feed.beat())
        try:
            await serving.serve([listening.dup() for listening in self._sockets])
        finally:
            beating.cancel()
