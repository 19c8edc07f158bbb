"""The machine under the whole program: a sound card in place of PortAudio, a sound server, a disk, clocks.

All of it goes by the clock of virtual_threads. A fault is a value that is set, and set back.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
from virtual_threads import NEVER, Killed, Threads

from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES, BLOCK_SECONDS

NO_TROUBLE = SimpleNamespace(input_overflow=False, output_underflow=False)
PERSON, OTHERS = 3000, 1200
WORD_BLOCKS = 12
SILENT = bytes(BLOCK_BYTES)


@cache
def floor_block() -> bytes:
    """A quiet room: never exactly zero."""
    return np.resize(np.array([2, -2, 1, -1], np.int16), BLOCK_SAMPLES).tobytes()


@cache
def word_block(number: int, part: int, level: int) -> bytes:
    """A part of a word that is said: a tone, with the word's number in its first samples."""
    block = np.resize(np.array([level, -level], np.int16), BLOCK_SAMPLES)
    block[:4] = (77, number // 200, number % 200, part)
    return block.tobytes()


def word_in(block: bytes) -> tuple[int, int] | None:
    """The number of the word and the part of it that are in a block; None where nobody speaks."""
    if block[:2] != b"\x4d\x00":
        return None
    _, high, low, part = np.frombuffer(block[:8], np.int16)
    return int(high) * 200 + int(low), int(part)


class Stream:
    """One of PortAudio's streams."""

    def __init__(self, card: SoundCard, is_microphone: bool, callback: Callable[..., None]) -> None:
        self.card, self.is_microphone, self.callback = card, is_microphone, callback
        self.latency = 0.02
        self.is_started = self.has_failed = self.is_moved = False
        card.stream_count += 1
        self.number = card.stream_count

    @property
    def active(self) -> bool:
        return self.is_started and not self.has_failed

    def start(self) -> None:
        self.card.wait_while_frozen()
        self.is_started = True
        self.card.streams.append(self)
        if self.is_microphone:
            self.card.opened_at = self.card.threads.now

    def abort(self) -> None:
        self.card.wait_while_frozen()
        self.is_started = False
        if self in self.card.streams:
            self.card.streams.remove(self)

    close = abort


class SoundCard:
    """A microphone and a speaker, and what PortAudio and the sound server tell of them.

    `hear` is asked for what the microphone hears in each block; `played` is told what a person hears.
    """

    class PortAudioError(Exception):
        """As in sounddevice."""

    def __init__(self, threads: Threads, random: Random) -> None:
        self.threads, self.random = threads, random
        self.default = SimpleNamespace(device=(0, 1))
        self.streams: list[Stream] = []
        self.stream_count = 0
        self.has_microphone = self.has_speaker = True
        self.is_active_though_gone = False
        self.is_zero = False
        self.loses = 0.0
        self.frozen_until = 0.0
        self.opened_at = 0.0
        self.good_at = 0.0
        self.last_played = SILENT
        self.sounded_at = -NEVER
        self.hear: Callable[[], bytes] = floor_block
        self.played: Callable[[bytes, bool], None] = lambda block, is_heard: None
        threads.at(0.0, self._tick)

    # As in sounddevice

    def query_devices(self) -> list[dict[str, Any]]:
        self.wait_while_frozen()
        there = [("microphone", 1, 0)] * self.has_microphone + [("speaker", 0, 1)] * self.has_speaker
        return [
            {"name": name, "max_input_channels": i, "max_output_channels": o, "default_samplerate": 16000.0}
            for name, i, o in there
        ]

    def RawInputStream(self, *, callback: Callable[..., None], **_: object) -> Stream:  # noqa: N802
        return self._open(True, self.has_microphone, callback)

    def RawOutputStream(self, *, callback: Callable[..., None], **_: object) -> Stream:  # noqa: N802
        return self._open(False, self.has_speaker, callback)

    def _open(self, is_microphone: bool, is_there: bool, callback: Callable[..., None]) -> Stream:
        self.wait_while_frozen()
        if not is_there:
            raise self.PortAudioError("Error opening stream: Device unavailable")
        return Stream(self, is_microphone, callback)

    def _terminate(self) -> None:
        self.wait_while_frozen()
        self.streams.clear()

    def _initialize(self) -> None:
        self.wait_while_frozen()

    _exit_handler = None

    def wait_while_frozen(self) -> None:
        """A frozen server answers nobody."""
        while self.threads.now < self.frozen_until:
            self.threads.sleep(self.frozen_until - self.threads.now)

    # As the sound server

    def listed(self, what: str) -> Any:
        if self.threads.now < self.frozen_until:
            raise TimeoutError
        if what in ("sources", "sinks"):
            kind = "source" if what == "sources" else "sink"
            return [{"index": 0, "name": kind}, {"index": 1, "name": "speaker.monitor"}]
        is_microphone, key = what == "source-outputs", "source" if what == "source-outputs" else "sink"
        return [
            {
                "index": one.number,
                key: int(one.is_moved),
                "properties": {"application.process.id": str(os.getpid())},
            }
            for one in self.streams
            if one.is_microphone is is_microphone
        ]

    # What happens

    def lose(self, is_microphone: bool, is_lost: bool, stays_active: bool = False) -> None:
        """A device goes, or is there again; its stream does not come back by itself."""
        if is_microphone:
            self.has_microphone = not is_lost
        else:
            self.has_speaker = not is_lost
        for one in self.streams:
            if is_lost and one.is_microphone is is_microphone:
                one.has_failed, one.is_started = not stays_active, stays_active
                one.callback = lambda *_: None

    def move(self, is_microphone: bool) -> None:
        """The server puts the stream on another device."""
        for one in self.streams:
            if one.is_microphone is is_microphone:
                one.is_moved = True

    def _tick(self) -> None:
        """20 ms: a block is played, and one is heard."""
        threads = self.threads
        threads.at(threads.now + BLOCK_SECONDS, self._tick)
        heard = self.hear()
        if threads.now < self.frozen_until:
            return
        for one in tuple(self.streams):
            if not one.active:
                continue
            if one.is_microphone:
                self._deliver(one, heard)
            else:
                output = bytearray(BLOCK_BYTES)
                one.callback(output, BLOCK_SAMPLES, None, NO_TROUBLE)
                block = self.last_played = bytes(output)
                if self.has_speaker:
                    self.played(block, not one.is_moved)

    def _deliver(self, stream: Stream, heard: bytes) -> None:
        if self.loses and self.random.random() < self.loses:
            return
        if stream.is_moved:
            heard = self.last_played
        elif self.is_zero:
            heard = SILENT
        elif self.has_microphone and not self.loses:
            self.good_at = self.threads.now
        stream.callback(heard, BLOCK_SAMPLES, None, NO_TROUBLE)


class Disk:
    """Where the history is: what SQLite and the files beside it find there, and where a process dies.

    With `dies_after` so many steps of writing, `die` is called in the midst of it.
    """

    def __init__(self) -> None:
        self.is_full = self.has_no_room_beside = False
        self.dies_after: int | None = None
        self.die: Callable[[], None] = lambda: None
        self.steps: Counter[str] = Counter()
        self._lock: sqlite3.Connection | None = None

    def step(self, name: str) -> None:
        """Something is about to be written, or has been."""
        self.steps[name] += 1
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after <= 0:
                self.dies_after = None
                self.die()
                raise Killed

    def lock(self, path: Path, kind: str) -> None:
        """Another program holds the history."""
        if self._lock is None and path.exists():
            lock = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
            try:
                lock.execute(f"BEGIN {kind}")
            except sqlite3.Error:
                lock.close()
            else:
                self._lock = lock

    def unlock(self) -> None:
        """It lets go."""
        if self._lock is not None:
            with suppress(sqlite3.Error):
                self._lock.execute("ROLLBACK")
            self._lock.close()
            self._lock = None

    def connection(self) -> type[sqlite3.Connection]:
        """What SQLite's connections are on this disk."""
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                head = statement.lstrip()[:6]
                if disk.is_full and head in ("INSERT", "UPDATE", "CREATE", "ALTER "):
                    error = sqlite3.OperationalError("database or disk is full")
                    error.sqlite_errorcode = sqlite3.SQLITE_FULL
                    raise error
                if head == "COMMIT":
                    disk.step("before it is written")
                    cursor = super().execute(statement, *values)
                    disk.step("after it is written")
                    return cursor
                return super().execute(statement, *values)

        return Connection

    def os(self) -> Any:
        """What the file beside the history finds in place of `os`."""
        disk = self

        class Calls:
            def __getattr__(self, name: str) -> Any:
                return getattr(os, name)

            def write(self, descriptor: int, data: bytes) -> int:
                if disk.has_no_room_beside:
                    raise OSError(errno.ENOSPC, "No space left on device")
                disk.step("before it is kept beside")
                return os.write(descriptor, data)

            def fsync(self, descriptor: int) -> None:
                disk.step("after it is kept beside")

        return Calls()

    def sqlite(self) -> Any:
        """What the history finds in place of `sqlite3`."""
        kind = self.connection()

        class Module:
            def __getattr__(self, name: str) -> Any:
                return getattr(sqlite3, name)

            def connect(
                self, *args: Any, factory: type[sqlite3.Connection] = sqlite3.Connection, **options: Any
            ) -> sqlite3.Connection:
                bases = (kind,) if factory is sqlite3.Connection else (kind, factory)
                return sqlite3.connect(*args, factory=type("OnThisDisk", bases, {}), **options)

        return Module()
