"""Keeps what has been synthesized, sentence by sentence: on disk for later sessions, the latest in memory.

The disk belongs to the threads that synthesize, of one process; `recall` looks into memory alone and may be
called from any thread. A disk that is full, read-only or damaged is no error: the cache then says so once and
does without.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from assistant.core.ports import Speech
from assistant.private_files import make_folder
from assistant.reading import read_bytes

FORMAT = 3
MAX_BYTES = 64 << 20  # some 35 minutes of speech
MAX_MEMORY_BYTES = 8 << 20  # four minutes
MAX_ENTRY_BYTES = 8 << 20  # four minutes; a sentence is some seconds

_log = logging.getLogger(__name__)


def default_folder() -> Path:
    """Tell the user's own folder for cached prompts."""
    return user_cache_path("limber") / "prompts"


def prompt_key(voice_id: str, sentence: str, rate: float) -> str:
    """Name the entry for a sentence in this voice at this rate: a hash that can be a file's name."""
    return hashlib.sha256(json.dumps([FORMAT, voice_id, sentence, round(rate, 3)]).encode()).hexdigest()


class PromptCache:
    """A bounded cache of synthesized sentences; what was used longest ago goes first.

    `folder` None keeps everything in memory only. `on_trouble` gets one line, once, when the disk cannot be
    written.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        on_trouble: Callable[[str], None],
        max_bytes: int = MAX_BYTES,
        max_memory_bytes: int = MAX_MEMORY_BYTES,
    ) -> None:
        self._folder = folder
        self._on_trouble = on_trouble
        self._max_bytes = max_bytes
        self._memory = _Memory(max_memory_bytes)
        self._sizes = _scan(folder) if folder else OrderedDict()
        self._total_bytes = sum(self._sizes.values())
        self._counting = threading.Lock()

    def recall(self, key: str) -> tuple[Speech, ...] | None:
        """Give the pieces when they are in memory. Any thread."""
        return self._memory.get(key)

    @property
    def disk_bytes(self) -> int:
        """How much the disk may keep; 0 where nothing can be kept there."""
        return 0 if self._folder is None else self._max_bytes

    def holds(self, key: str) -> bool:
        """Whether there are pieces on the disk or in memory, as far as is known without looking."""
        return key in self._sizes or self._memory.get(key) is not None

    def get(self, key: str) -> tuple[Speech, ...] | None:
        """Give the pieces from memory or disk, None when there are none; a damaged file is removed."""
        pieces = self._memory.get(key)
        if pieces is not None or self._folder is None:
            return pieces
        path = self._folder / key
        try:
            content = read_bytes(path, MAX_ENTRY_BYTES)
            pieces = _decode(content)
            self._count(key, len(content))
            os.utime(path)
        except (ValueError, TypeError, RecursionError):
            _log.warning("%s was damaged: the sentence is made anew", path)
            self._forget(key)
        except OSError:
            pass  # not there, not readable or, by utime, not writable: what was read is good all the same
        if pieces is not None:
            self._memory.put(key, pieces)
        return pieces

    def size_of(self, key: str) -> int:
        """How much an entry takes on the disk, 0 where there is none; it counts as used just now."""
        with self._counting:
            size = self._sizes.get(key, 0)
            if size:
                self._sizes.move_to_end(key)
        if size and self._folder is not None:
            with suppress(OSError):  # gone or read-only: whoever reads it finds out
                os.utime(self._folder / key)
        return size

    def put(self, key: str, pieces: tuple[Speech, ...], *, soon: bool = True) -> None:
        """Keep the pieces; on disk the entry appears whole or not at all. In memory only what is `soon`."""
        if soon:
            self._memory.put(key, pieces)
        if self._folder is None:
            return
        content = _encode(pieces)
        try:
            make_folder(self._folder)
            _write_atomically(self._folder / key, content)
        except OSError as error:
            self._on_trouble(f"Spoken prompts are not kept for later: {self._folder}: {error.strerror}.")
            self._folder = None
            return
        self._count(key, len(content))
        while (oldest := self._one_too_many()) is not None:
            self._forget(oldest)

    def _one_too_many(self) -> str | None:
        """The entry that was used longest ago, while there is no room for all."""
        with self._counting:
            return next(iter(self._sizes), None) if self._total_bytes > self._max_bytes else None

    def _count(self, name: str, size: int) -> None:
        with self._counting:
            self._total_bytes += size - self._sizes.pop(name, 0)
            self._sizes[name] = size

    def _forget(self, name: str) -> None:
        with self._counting:
            self._total_bytes -= self._sizes.pop(name, 0)
        if self._folder is not None:
            with suppress(OSError):  # read-only: the next write says so
                (self._folder / name).unlink(missing_ok=True)


class _Memory:
    """The latest entries, bounded in bytes; guarded by a lock that is never held for long."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, tuple[Speech, ...]] = OrderedDict()
        self._total_bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> tuple[Speech, ...] | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: str, pieces: tuple[Speech, ...]) -> None:
        with self._lock:
            self._total_bytes += _size(pieces) - _size(self._entries.pop(key, ()))
            self._entries[key] = pieces
            while self._total_bytes > self._max_bytes:
                self._total_bytes -= _size(self._entries.popitem(last=False)[1])


def _size(pieces: tuple[Speech, ...]) -> int:
    return sum(len(piece.samples) for piece in pieces)


def _scan(folder: Path) -> OrderedDict[str, int]:
    """List the folder's files with their sizes, longest unused first; half-written ones count as well."""
    try:
        files = [(entry.stat(), entry.name) for entry in os.scandir(folder) if entry.is_file()]
    except OSError:
        return OrderedDict()
    files.sort(key=lambda file: file[0].st_mtime)
    return OrderedDict((name, stat.st_size) for stat, name in files)


def _write_atomically(path: Path, content: bytes) -> None:
    descriptor, partial = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError:
        os.unlink(partial)
        raise


def _encode(pieces: tuple[Speech, ...]) -> bytes:
    """Write a line of JSON (lengths) after its checksum, then the samples."""
    samples = b"".join(piece.samples for piece in pieces)
    described = json.dumps([len(piece.samples) for piece in pieces])
    checksum = zlib.crc32(samples, zlib.crc32(described.encode()))
    return f"{checksum:08x} {described}\n".encode() + samples


def _decode(content: bytes) -> tuple[Speech, ...]:
    """Read what `_encode` wrote. Raises ValueError when it is damaged."""
    header, _, samples = content.partition(b"\n")
    checksum, _, described = header.partition(b" ")
    if int(checksum or b"-", 16) != zlib.crc32(samples, zlib.crc32(described)):
        raise ValueError("wrong checksum")
    pieces = []
    for length in json.loads(described):
        pieces.append(Speech(samples[:length]))
        samples = samples[length:]
    return tuple(pieces)
