"""Wyoming satellites for tests, by the protocol's own library.

Each hears what it is given, and keeps what it plays. They run on one thread, with one loop. Sound goes at the
speed of sound: a block of 20 ms every 20 ms.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
from numpy.typing import NDArray
from wyoming.audio import AudioChunk
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import Attribution, Info, Satellite
from wyoming.ping import Pong

from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ

Samples = NDArray[np.int16]
LOUD = 300
_ROOM_NOISE = np.random.default_rng(1).normal(0, 20, 3 * SAMPLE_RATE_HZ).astype(np.int16)
_NOBODY = Attribution("", "")


class FakeSatellite:
    """A room with somebody in it, as a satellite. `say` and what it keeps are for any thread."""

    def __init__(self, name: str = "kitchen") -> None:
        self.name = name
        self.port = 0
        self.told: list[str] = []
        """The events that came, without the sound, by type."""
        self.played: list[tuple[float, bytes]] = []
        """What came to be played, and when."""
        self.heard_until = 0.0
        """When the last sound that is loud leaves the loudspeaker, if it plays as fast as it can."""
        self.said_until = 0.0
        """When the last word was sent."""
        self.connections = 0
        self.is_mute = False
        """Whether the microphone brings nothing."""
        self._plays_until = 0.0
        self.said: deque[Samples] = deque()
        """What is still to be said, by blocks."""
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def say(self, samples: Samples) -> None:
        """Somebody says this from the next block on."""
        whole = np.append(samples, np.zeros(-len(samples) % BLOCK_SAMPLES, np.int16))
        self.said.extend(whole.reshape(-1, BLOCK_SAMPLES))

    @property
    def sound(self) -> Samples:
        """All that came to be played."""
        return np.frombuffer(b"".join(block for _, block in self.played), np.int16)

    @property
    def is_sounding(self) -> bool:
        """Whether something loud is being played."""
        return time.monotonic() < self.heard_until + 0.1

    def hang_up(self) -> None:
        """As when it is unplugged; it can be connected to again."""
        if self._loop is not None and self._writer is not None:
            self._loop.call_soon_threadsafe(self._writer.close)

    async def begin(self) -> None:
        """Wait for whoever connects."""
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def end(self) -> None:
        """Be gone."""
        if self._server is not None:
            self._server.close()
        if self._writer is not None:
            self._writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.connections += 1
        hearing: asyncio.Task[None] | None = None
        with suppress(ConnectionError):
            while (event := await async_read_event(reader)) is not None:
                if event.type == "run-satellite":
                    hearing = asyncio.create_task(self._hear(writer))
                await self._take(event, writer)
        if hearing is not None:
            hearing.cancel()
        writer.close()

    async def _take(self, event: Event, writer: asyncio.StreamWriter) -> None:
        if AudioChunk.is_type(event.type):
            self._play(event.payload or b"")
            return
        self.told.append(event.type)
        if event.type == "describe":
            found = Satellite(self.name, _NOBODY, installed=True, description=None, version=None)
            await async_write_event(Info(satellite=found).event(), writer)
        elif event.type == "ping":
            await async_write_event(Pong().event(), writer)

    def _play(self, sound: bytes) -> None:
        now = time.monotonic()
        self.played.append((now, sound))
        self._plays_until = max(self._plays_until, now) + len(sound) / 2 / SAMPLE_RATE_HZ
        if np.abs(np.frombuffer(sound, np.int16)).max(initial=0) > LOUD:
            self.heard_until = self._plays_until

    async def _hear(self, writer: asyncio.StreamWriter) -> None:
        due_at, number = time.monotonic(), 0
        with suppress(ConnectionError):
            while True:
                due_at += BLOCK_SECONDS
                await asyncio.sleep(max(0.0, due_at - time.monotonic()))
                if self.is_mute:
                    continue
                number += 1
                start = number * BLOCK_SAMPLES % (len(_ROOM_NOISE) - BLOCK_SAMPLES)
                block = _ROOM_NOISE[start : start + BLOCK_SAMPLES]
                if self.said:
                    block = block + self.said.popleft()
                    self.said_until = time.monotonic()
                await async_write_event(AudioChunk(SAMPLE_RATE_HZ, 2, 1, block.tobytes()).event(), writer)


@contextmanager
def running(*satellites: FakeSatellite) -> Iterator[None]:
    """All of them, on a thread of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="satellites", daemon=True)
    thread.start()

    def done(what: Callable[[FakeSatellite], object]) -> None:
        for one in satellites:
            asyncio.run_coroutine_threadsafe(what(one), loop).result(5.0)  # type: ignore[arg-type]

    try:
        done(FakeSatellite.begin)
        yield
    finally:
        done(FakeSatellite.end)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)
