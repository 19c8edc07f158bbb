"""A session in another room, by a satellite: "wake up", and "stop" while Limber speaks."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from satellites import FakeSatellite, Samples, running

from assistant.config import AudioConfig, Config, SessionConfig, SpeechConfig
from assistant.config_rooms import RoomConfig
from assistant.service import RoomState, Service
from assistant.speech.engines import open_voice

pytestmark = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs: sudo apt-get install espeak-ng")


def said(text: str) -> Samples:
    pieces = open_voice("espeak:en-us").synthesize(text, 1.0)
    sound = np.frombuffer(b"".join(piece.samples for piece in pieces), np.int16)
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 300)
    return sound[loud[0] : loud[-1] + 1]


def until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def configured(*satellites: FakeSatellite) -> Config:
    rooms = [RoomConfig(name=one.name, address=f"127.0.0.1:{one.port}") for one in satellites]
    return Config(
        audio=AudioConfig(echo="none"),
        speech=SpeechConfig(voice="espeak:en-us", cache_megabytes=0),
        session=SessionConfig(sound_check=False, routine="at-the-desk"),
        rooms=rooms,
    )


def test_a_room_is_woken_and_silenced_by_voice_while_another_rests(tmp_path: Path) -> None:
    kitchen, bedroom = FakeSatellite("kitchen"), FakeSatellite("bedroom")
    with running(kitchen, bedroom):
        service = Service(configured(kitchen, bedroom), lambda line: None, tmp_path / "history.sqlite")
        for one in (kitchen, bedroom):
            service.open_live(one.name, ())
            service.stay_aside(one.name)
        until(lambda: all(service.state(one.name) is RoomState.RESTING for one in (kitchen, bedroom)))
        until(lambda: kitchen.connections and bedroom.connections)
        kitchen.say(said("wake up"))
        until(lambda: kitchen.is_sounding)
        time.sleep(0.3)
        kitchen.say(said("stop"))
        until(lambda: not kitchen.said)
        word_end = kitchen.said_until
        until(lambda: time.monotonic() > max(word_end, kitchen.heard_until) + 0.3)
        assert kitchen.heard_until - word_end < 1.0  # 0.2 s where nothing else is done
        (found,) = (room for room in service._overview.report()["rooms"] if room["name"] == "kitchen")
        assert found["session"]["state"] == "paused"
        assert service.state("bedroom") is RoomState.RESTING
        assert bedroom.played == []
        service.close()
