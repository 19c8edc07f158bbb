"""Events of the Wyoming protocol, out of the bytes that a satellite sends. Pure: no socket, no clock.

The library's own readers take lines and pieces of any length. Here each has a bound, for what is in the
network may be anything.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from wyoming.audio import AudioChunk
from wyoming.event import Event, write_event

from assistant.core.ports import SAMPLE_RATE_HZ

MOST_LINE_BYTES = 1 << 14
MOST_DATA_BYTES = 1 << 18
MOST_SOUND_BYTES = 1 << 16
"""Two seconds."""
WIDTH_BYTES = 2


class OddSatelliteError(Exception):
    """What came is nothing that a satellite sends; says what, as the end of a sentence."""


class EventReader:
    """Takes bytes as they come, and gives the events that are whole. After an error it is of no use."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._header: tuple[dict[str, Any], int, int] | None = None

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take what came, give each event that it completes. Raises OddSatelliteError."""
        self._bytes += data
        while (event := self._next()) is not None:
            yield event

    def _next(self) -> Event | None:
        if self._header is None:
            end = self._bytes.find(b"\n", 0, MOST_LINE_BYTES)
            if end < 0 and len(self._bytes) >= MOST_LINE_BYTES:
                raise OddSatelliteError("sends a line that does not end")
            if end < 0:
                return None
            self._header = _header(bytes(self._bytes[:end]))
            del self._bytes[: end + 1]
        header, data_size, sound_size = self._header
        if len(self._bytes) < data_size + sound_size:
            return None
        data = header.get("data") or {}
        if data_size:
            data = {**data, **_as_dict(bytes(self._bytes[:data_size]))}
        sound = bytes(self._bytes[data_size : data_size + sound_size])
        del self._bytes[: data_size + sound_size]
        self._header = None
        return Event(header["type"], data, sound or None)


def _header(line: bytes) -> tuple[dict[str, Any], int, int]:
    """What a line says, and how many bytes of data and of sound follow it."""
    header = _as_dict(line)
    sizes = header.get("data_length") or 0, header.get("payload_length") or 0
    if not isinstance(header.get("type"), str) or not isinstance(header.get("data") or {}, dict):
        raise OddSatelliteError("sends what is no event")
    for size, most in zip(sizes, (MOST_DATA_BYTES, MOST_SOUND_BYTES), strict=True):
        if type(size) is not int or not 0 <= size <= most:
            raise OddSatelliteError(f"sends a piece of {str(size)[:20]} bytes")
    return header, *sizes


def _as_dict(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise OddSatelliteError("does not speak the Wyoming protocol")
    return value


def sound_of(event: Event) -> bytes:
    """The samples of a piece of sound: mono int16 at 16 kHz. Raises OddSatelliteError for any other form."""
    form = tuple(event.data.get(name) for name in ("rate", "width", "channels"))
    if form != (SAMPLE_RATE_HZ, WIDTH_BYTES, 1):
        told = ", ".join(str(one)[:10] for one in form)
        raise OddSatelliteError(f"sends sound of another form ({told}): let it send 16000 Hz, 16 bits, mono")
    sound = event.payload or b""
    if len(sound) % WIDTH_BYTES:
        raise OddSatelliteError("sends half a sample")
    return sound


def chunk(samples: bytes, at_seconds: float) -> Event:
    """A piece of sound to be played, so many seconds after the first."""
    return AudioChunk(SAMPLE_RATE_HZ, WIDTH_BYTES, 1, samples, round(at_seconds * 1000)).event()


def as_bytes(event: Event) -> bytes:
    """An event, as it is sent."""
    out = io.BytesIO()
    write_event(event, out)
    return out.getvalue()
