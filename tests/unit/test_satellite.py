"""A satellite as a room's sound: what it plays and hears, how soon it is silent, what goes wrong with it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest
from satellites import FakeSatellite, running

from assistant.audio import satellite as module
from assistant.audio import satellite_link, stream_watch
from assistant.audio.mixer import Mixer
from assistant.audio.satellite import SatelliteSound
from assistant.audio.satellite_link import is_at_home
from assistant.audio.satellite_sound import MOST_ON_THE_WAY_BYTES
from assistant.audio.wyoming_events import as_bytes, chunk
from assistant.core.events import Event, MicrophoneLost, MicrophoneRestored, SpeakerLost, SpeakerRestored
from assistant.core.liveness import Gauges
from assistant.core.ports import BLOCK_BYTES, SoundBlock, Speech
from assistant.core.vitals import Vitals

TONE = Speech((8000 * np.sin(np.arange(16_000) / 10)).astype(np.int16).tobytes())


class Room:
    """What hears by a satellite, on a thread of its own, and what speaks there."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.mixer = Mixer()
        self.events: list[Event] = []
        self.heard: list[SoundBlock] = []
        self.sound = SatelliteSound(host, port, self.mixer, self.events.append)
        self.sound.open()
        self._thread = threading.Thread(target=lambda: self.heard.extend(self.sound.blocks()), daemon=True)
        self._thread.start()

    def speak(self) -> None:
        self.mixer.begin(1)
        self.mixer.feed(1, TONE)
        self.mixer.end(1)

    def close(self) -> None:
        self.sound.close()
        self._thread.join(2.0)
        assert not self._thread.is_alive()


def until(is_so: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def kitchen() -> Iterator[FakeSatellite]:
    satellite = FakeSatellite()
    with running(satellite):
        yield satellite


@pytest.fixture
def room(kitchen: FakeSatellite) -> Iterator[Room]:
    with closing(Room(kitchen.port)) as room:
        yield room


def test_it_is_heard_and_plays_what_the_mixer_gives(kitchen: FakeSatellite, room: Room) -> None:
    until(lambda: room.sound.counts.delivered > 5)
    assert room.sound.devices == ("kitchen", "kitchen")
    assert kitchen.told == ["describe", "run-satellite", "ping"]
    assert kitchen.played == []  # nothing is sent where nothing is to be heard
    room.speak()
    until(room.mixer.ended)
    until(lambda: not kitchen.is_sounding)
    loud = np.flatnonzero(np.abs(kitchen.sound) > 300)
    assert abs(loud[-1] - loud[0] - 16_000) < 30
    assert "audio-start" in kitchen.told
    room.close()
    until(lambda: kitchen.told[-2:] == ["audio-stop", "pause-satellite"])
    sounding = [block for block in room.heard if any(block.far)]
    assert len(sounding) >= 49  # the canceller is given what was played
    assert {len(block.near) for block in room.heard} == {BLOCK_BYTES}


def test_what_is_cut_is_silent_soon(kitchen: FakeSatellite, room: Room) -> None:
    until(lambda: room.sound.counts.delivered)
    room.speak()
    until(lambda: kitchen.is_sounding)
    cut_at = time.monotonic()
    room.mixer.cut()
    until(lambda: not kitchen.is_sounding)
    assert kitchen.heard_until - cut_at < 0.3  # 0.1 s on an idle machine


def test_one_that_goes_is_lost_and_comes_back(kitchen: FakeSatellite, room: Room) -> None:
    until(lambda: room.sound.counts.delivered)
    kitchen.hang_up()
    until(lambda: len(room.events) == 2)
    assert room.events == [SpeakerLost(), MicrophoneLost("lost")]
    assert room.sound.counts.openings == 0  # nothing is open: nobody takes the program for hung
    assert room.sound.devices == ("", "")
    until(lambda: len(room.events) == 4)
    assert set(room.events[2:]) == {SpeakerRestored(), MicrophoneRestored()}
    assert room.sound.counts.openings == 2


def test_one_that_is_gone_is_no_reason_to_start_the_program_anew(kitchen: FakeSatellite, room: Room) -> None:
    """As systemd would, which is told that all is well while nothing stands still."""
    until(lambda: room.sound.counts.delivered)
    kitchen.is_mute = True
    kitchen.hang_up()
    until(lambda: room.sound.counts.openings == 0)
    openings, delivered, waiting, played = room.sound.counts
    vitals = Vitals()
    for look in range(20):
        vitals.look(look / 2, Gauges(openings, delivered, waiting, delivered, look, True, played), ())
    assert vitals.stopped == frozenset()


def test_one_that_is_not_there_is_waited_for() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        kitchen = FakeSatellite()
        kitchen.port = taken.getsockname()[1]
    with closing(Room(kitchen.port)) as room:
        until(lambda: MicrophoneLost("lost") in room.events)
        with running(kitchen):
            until(lambda: MicrophoneRestored() in room.events)


@contextmanager
def sends(data: bytes, *, again: float = 0.0) -> Iterator[int]:
    """Whoever connects is sent this, once or all the time, and is not listened to."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while not over.is_set():
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.settimeout(0.1)
                    while not over.is_set():
                        try:
                            client.sendall(data)
                        except TimeoutError:
                            continue
                        except OSError:
                            break
                        if not again:
                            over.wait(5.0)
                        over.wait(again)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join(2.0)


SECOND = as_bytes(chunk(bytes(32_000), 0.0))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "does not speak the Wyoming protocol"),
        (b'{"type": "info", "data": {"tts": []}}\n', "is no satellite"),
        (SECOND.replace(b"16000", b"44100"), "sends sound of another form"),
        (SECOND * 5, "sends more sound than there is time for"),
    ],
)
def test_an_odd_one_is_told_of_and_asked_again(
    data: bytes, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with sends(data) as port, closing(Room(port)) as room:
        until(lambda: any(isinstance(event, MicrophoneLost) for event in room.events))
        until(lambda: reason in caplog.text)
        assert room.sound.counts.openings == 0


def test_one_that_sends_no_sound_is_left(
    kitchen: FakeSatellite, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SOUNDLESS_SECONDS", 0.2)
    kitchen.is_mute = True
    with closing(Room(kitchen.port)) as room:
        until(lambda: "without a wake word of its own" in caplog.text)
        until(lambda: kitchen.connections == 2)
        assert room.sound.counts.openings == 0
        kitchen.is_mute = False
        until(lambda: room.sound.counts.openings == 1)


def test_a_flood_takes_no_more_than_its_share_and_keeps_no_other_room_waiting(
    kitchen: FakeSatellite,
) -> None:
    flood = json.dumps({"type": "x"}).encode() + b"\n"
    with (
        sends(flood * 4000, again=1e-4) as port,
        closing(Room(port)) as flooded,
        closing(Room(kitchen.port)) as other,
    ):
        until(lambda: other.sound.counts.delivered)
        began, count, used = time.monotonic(), other.sound.counts.delivered, _cpu_seconds(flooded)
        time.sleep(0.5)
        seconds = time.monotonic() - began
        assert other.sound.counts.delivered - count > 40 * seconds
        assert _cpu_seconds(flooded) - used < 0.25 * seconds


def _cpu_seconds(room: Room) -> float:
    """Processor time that the satellite's thread has used."""
    ident = room.sound._thread.ident
    assert ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(ident))


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was just opened may be judged."""
    monkeypatch.setattr(stream_watch, "START_SECONDS", 0.3)


@pytest.mark.usefixtures("_soon")
def test_what_one_does_not_take_is_not_given(
    kitchen: FakeSatellite, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine acknowledges nothing: the mixer waits, so that what is sent later is not old."""
    until(lambda: room.sound.counts.delivered)
    monkeypatch.setattr(
        satellite_link.SatelliteLink, "on_the_way_bytes", property(lambda link: MOST_ON_THE_WAY_BYTES + 1)
    )
    time.sleep(0.05)
    count = room.mixer.blocks_played
    room.speak()
    until(lambda: SpeakerLost() in room.events)
    assert room.mixer.blocks_played == count
    assert MicrophoneLost("lost") not in room.events
    monkeypatch.undo()
    until(lambda: SpeakerRestored() in room.events and kitchen.is_sounding)


@pytest.mark.parametrize(
    ("address", "is_near"),
    [
        ("127.0.0.1", True),
        ("192.168.1.20", True),
        ("10.1.2.3", True),
        ("fd00::7", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.168.1.20", True),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("2606:4700::1111", False),
        ("100.64.0.1", False),
        ("example", False),
    ],
)
def test_sound_goes_nowhere_but_in_the_home(address: str, *, is_near: bool) -> None:
    assert is_at_home(address) is is_near


def test_an_address_elsewhere_is_never_connected_to(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    connected: list[object] = []
    monkeypatch.setattr(satellite_link, "_connected", lambda *found: connected.append(found))
    with closing(Room(10_700, "8.8.8.8")) as room:
        until(lambda: MicrophoneLost("lost") in room.events)
    assert "8.8.8.8 is not in the home network" in caplog.text
    assert connected == []
