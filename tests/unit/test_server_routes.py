"""Where our streams are, by the word of a sound server: a stand-in for `pactl` answers."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from assistant.audio import server_routes
from assistant.audio.server_routes import Placement, ServerRoutes

MICROPHONE, MONITOR, SPEAKER = 4, 1, 2


def test_a_stream_is_moved_when_it_is_not_where_it_was_first_seen() -> None:
    placement = Placement()
    assert placement.is_moved({}) is None
    assert placement.is_moved({3: "mic"}) is False
    assert placement.is_moved({3: "other"})
    assert not placement.is_moved({3: "mic"})
    assert placement.is_moved({3: "spk.monitor"})
    assert placement.is_moved({}) is None, "it is on its way"
    assert placement.is_moved({3: "spk.monitor"})
    assert not placement.is_moved({5: "other"}), "it was opened anew"
    assert not placement.is_moved({3: "spk.monitor"}), "the old one is forgotten"


def test_a_monitor_is_no_microphone_unless_it_was_asked_for() -> None:
    assert Placement(accepts_monitor=False).is_moved({3: "spk.monitor"})
    assert not Placement(accepts_monitor=True).is_moved({3: "spk.monitor"})


class Server:
    """Answers as PulseAudio 16 does, about this process and another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.on(MICROPHONE)
        devices = [{"index": MICROPHONE, "name": "mic"}, {"index": MONITOR, "name": "spk.monitor"}]
        self.answers("sources", devices)
        self.answers("sinks", [{"index": SPEAKER, "name": "spk"}])
        pactl = folder / "pactl"
        pactl.write_text(f'#!/bin/sh\nexec cat "{folder}/$4"\n')
        pactl.chmod(0o755)

    def answers(self, question: str, answer: object) -> None:
        (self._folder / question).write_text(json.dumps(answer))

    def on(self, source: int, sink: int = SPEAKER) -> None:
        mine, another = {"application.process.id": str(os.getpid())}, {"application.process.id": "1"}
        of_another = {"index": 1, "source": 9, "sink": 9, "properties": another}
        self.answers(
            "source-outputs",
            [
                of_another,
                {"index": 3, "source": source, "properties": mine},
                {"index": 8, "source": 0xFFFFFFFF, "properties": mine},
            ],
        )
        self.answers("sink-inputs", [of_another, {"index": 5, "sink": sink, "properties": mine}])


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(server_routes, "ASK_SECONDS", 0.02)
    return Server(tmp_path)


def until_moved(routes: ServerRoutes, moved: tuple[bool | None, bool | None]) -> None:
    asked = time.monotonic()
    while time.monotonic() < asked + 10:
        latest = routes.latest
        if latest and latest.asked_at > asked and (latest.microphone_moved, latest.speaker_moved) == moved:
            return
        time.sleep(0.01)
    raise TimeoutError


def test_the_server_is_asked_again_and_again(server: Server) -> None:
    routes = ServerRoutes(lambda: True, accepts_monitor=True)
    routes.open()
    try:
        until_moved(routes, (False, False))
        server.on(MONITOR)
        until_moved(routes, (True, False))
        server.on(MICROPHONE)
        until_moved(routes, (False, False))
        server.answers("sink-inputs", [])
        until_moved(routes, (False, None))
        server.answers("sink-inputs", "nonsense")
        until_moved(routes, (None, None))
    finally:
        routes.close()


def test_nobody_is_asked_while_the_streams_are_gone(server: Server) -> None:
    routes = ServerRoutes(lambda: False, accepts_monitor=True)
    routes.open()
    time.sleep(0.1)
    routes.close()
    assert routes.latest is None


def test_without_pactl_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    routes = ServerRoutes(lambda: True, accepts_monitor=True)
    routes.open()
    routes.close()
    assert routes.latest is None
