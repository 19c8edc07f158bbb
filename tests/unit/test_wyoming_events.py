"""What a satellite sends: events in any pieces, and bounds for whatever is none."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event
from wyoming.ping import Ping

from assistant.audio.wyoming_events import (
    MOST_DATA_BYTES,
    MOST_LINE_BYTES,
    MOST_SOUND_BYTES,
    EventReader,
    OddSatelliteError,
    as_bytes,
    chunk,
    sound_of,
)

EVENTS = [
    Ping("how are you").event(),
    AudioStart(16_000, 2, 1).event(),
    chunk(bytes(range(200)), 1.5),
    Event("run-pipeline", {"name": "ü"}),
    chunk(b"\n" * 640, 2.0),
]


@given(st.lists(st.integers(0, 2000)))
def test_events_come_out_as_they_went_in_whatever_the_pieces(cuts: list[int]) -> None:
    data = b"".join(map(as_bytes, EVENTS))
    places = sorted({min(cut, len(data)) for cut in (0, *cuts, len(data))})
    reader = EventReader()
    found = [event for start, end in pairwise(places) for event in reader.feed(data[start:end])]
    assert found == EVENTS


def line(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "does not speak"),
        (b"\xff\xfe\n", "does not speak"),
        (b"[" * 9000 + b"\n", "does not speak"),
        (b"x" * MOST_LINE_BYTES, "does not end"),
        (b"3\n", "does not speak"),
        (line(data={}), "no event"),
        (line(type=3), "no event"),
        (line(type="ping", data=[1]), "no event"),
        (line(type="audio-chunk", payload_length=MOST_SOUND_BYTES + 1), "a piece of 65537 bytes"),
        (line(type="audio-chunk", payload_length=-1), "a piece of -1"),
        (line(type="audio-chunk", payload_length="9"), "a piece of 9"),
        (line(type="audio-chunk", payload_length=True), "a piece of True"),
        (line(type="info", data_length=MOST_DATA_BYTES + 1), "a piece of"),
        (line(type="info", data_length=10**30), "a piece of 10000000000000000000 bytes"),
        (line(type="info", data_length=2) + b"[]", "does not speak"),
    ],
)
def test_what_is_no_event_is_refused_before_it_takes_room(sent: bytes, reason: str) -> None:
    with pytest.raises(OddSatelliteError, match=reason):
        list(EventReader().feed(sent))


@given(st.binary(max_size=300))
def test_nothing_else_is_raised_whatever_comes(sent: bytes) -> None:
    reader = EventReader()
    try:
        list(reader.feed(sent + b"\n"))
    except OddSatelliteError:
        return
    assert len(reader._bytes) <= MOST_LINE_BYTES


@pytest.mark.parametrize(
    "event",
    [
        AudioChunk(44_100, 2, 1, b"12").event(),
        AudioChunk(16_000, 4, 1, b"1234").event(),
        AudioChunk(16_000, 2, 2, b"1234").event(),
        Event("audio-chunk", {}, b"12"),
        Event("audio-chunk", {"rate": [], "width": {}, "channels": "1"}, b"12"),
        AudioChunk(16_000, 2, 1, b"123").event(),
    ],
)
def test_sound_of_another_form_is_refused(event: Event) -> None:
    with pytest.raises(OddSatelliteError, match="sends"):
        sound_of(event)
    assert sound_of(AudioChunk(16_000, 2, 1, b"1234").event()) == b"1234"
