"""From the session to the page: server-sent events with the newest view, and beats.

`publish` and `rest` are called by the session's thread and never wait; all else belongs to the server's loop.
A client that does not read is dropped, and the newest view replaces what waits for it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from assistant.core.view import View, as_json

MOST_CLIENTS = 50
BEAT_SECONDS = 0.25
SLOW_SECONDS = 5.0
"""A client that has not taken what it was sent for so long is dropped."""

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_HELLO = b"retry: 500\n\n"
_BYE = b"event: bye\ndata: {}\n\n"


class Feed:
    """The newest view of a room's session, for every client.

    `clock` is the session's, less its beginning; `level_dbfs` the microphone's, None where there is none.
    """

    def __init__(
        self, clock: Callable[[], float], level_dbfs: Callable[[], float | None] | None = None
    ) -> None:
        self._clock = clock
        self._level_dbfs = level_dbfs
        self._newest = _News(None)
        self._last: View | None = None
        self._encoded: tuple[_News | None, bytes] = None, b""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: set[_Client] = set()
        self._beat = b""
        self._is_open = True
        self.dropped_count = 0
        """Clients that were too slow."""

    def publish(self, view: View) -> None:
        """Show this view from now on; from the session's thread."""
        self._last = view
        self._newest = _News(view, self._clock() - view.at)
        self._wake_soon()

    def rest(self) -> None:
        """There is no session any more; from the session's thread."""
        self._newest = _News(None)
        self._wake_soon()

    @property
    def is_idle(self) -> bool:
        """Whether there is no session to be told anything."""
        return self._newest.view is None

    @property
    def is_full(self) -> bool:
        """Whether there are as many clients as can be."""
        return len(self._clients) >= MOST_CLIENTS

    async def beat(self) -> None:
        """Let every client know, again and again, that the server is there."""
        self._loop, self._is_open = asyncio.get_running_loop(), True
        while self._is_open:
            if self._clients:
                self._beat = self._beat_now()
                for client in self._clients:
                    client.is_beat_due = True
                self._wake()
            await asyncio.sleep(BEAT_SECONDS)

    def close(self) -> None:
        """Say goodbye to every client; from any thread."""
        self._is_open = False
        self._wake_soon()

    async def stream(
        self, receive: Receive, send: Send, is_welcome: Callable[[], bool] = lambda: True
    ) -> None:
        """Send all that comes to one client, until it has gone, is too slow, or is not welcome any more.

        The response has begun.
        """
        client = _Client(is_welcome)
        self._clients.add(client)
        gone = asyncio.ensure_future(_until_gone(receive, client))
        try:
            await self._feed(client, send)
        except TimeoutError:
            self.dropped_count += 1
        finally:
            gone.cancel()
            self._clients.discard(client)

    async def _feed(self, client: _Client, send: Send) -> None:
        shown: _News | None = None
        await _send(send, _HELLO)
        while self._is_open and not client.is_gone and client.is_welcome():
            newest = self._newest
            if newest is not shown:
                shown = newest
                await _send(send, self._view_now(newest))
            elif client.is_beat_due:
                client.is_beat_due = False
                await _send(send, self._beat)
            else:
                await client.woken.wait()
                client.woken.clear()
        if not self._is_open and not client.is_gone:
            await _send(send, _BYE)

    def _wake_soon(self) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has ended; the next one begins with the newest view
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for client in self._clients:
            client.woken.set()

    def _view_now(self, newest: _News) -> bytes:
        """An event with the view; what is the same for every client is made once."""
        if self._encoded[0] is not newest:
            self._encoded = newest, self._encode(newest.view)
        now = "null" if newest.view is None else f"{self._clock() - newest.began:.3f}"
        return b'event: view\ndata: {"now":' + now.encode() + b"," + self._encoded[1]

    def _encode(self, view: View | None) -> bytes:
        last = self._last
        plain = as_json(view) if view else {"idle": True, "last": as_json(last) if last else None}
        return json.dumps(plain, separators=(",", ":")).encode()[1:] + b"\n\n"

    def _beat_now(self) -> bytes:
        newest = self._newest
        beat = {
            "now": None if newest.view is None else round(self._clock() - newest.began, 3),
            "idle": newest.view is None,
            "microphone": None if self._level_dbfs is None else _microphone(self._level_dbfs()),
        }
        return b"event: beat\ndata: " + json.dumps(beat, separators=(",", ":")).encode() + b"\n\n"


class _News:
    """A view, or that there is none; `began` is when its session did. Each is new, whatever is in it."""

    def __init__(self, view: View | None, began: float = 0.0) -> None:
        self.view = view
        self.began = began


class _Client:
    """A page that listens."""

    def __init__(self, is_welcome: Callable[[], bool]) -> None:
        self.is_welcome = is_welcome
        self.woken = asyncio.Event()
        self.is_beat_due = False
        self.is_gone = False


async def _until_gone(receive: Receive, client: _Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.is_gone = True
    client.woken.set()


async def _send(send: Send, data: bytes) -> None:
    """Send a piece. Raises TimeoutError when it is not taken in time."""
    async with asyncio.timeout(SLOW_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})


def _microphone(level_dbfs: float | None) -> dict[str, float | bool | None]:
    level = None if level_dbfs is None else round(level_dbfs, 1)
    return {"level_dbfs": level, "hears": level is not None}
