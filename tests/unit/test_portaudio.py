"""PortAudio has one list of devices for a whole process: a room must not take it from another."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assistant.audio import portaudio


class Stream:
    """A stream that opens and closes."""

    def __init__(self, **settings: object) -> None:
        pass

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_devices_are_not_looked_for_anew_under_another_rooms_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    module = SimpleNamespace(
        RawInputStream=Stream,
        PortAudioError=OSError,
        _terminate=lambda: done.append("terminate"),
        _initialize=lambda: done.append("initialize"),
    )
    monkeypatch.setattr(portaudio, "sounddevice", lambda: module)
    first, _ = portaudio.open_stream("RawInputStream", 0, 48_000, lambda: None)
    second, _ = portaudio.open_stream("RawInputStream", 0, 48_000, lambda: None)
    portaudio.close_stream("close one", first)
    portaudio.reinitialize()
    assert done == [], "the other room's stream is open"
    portaudio.close_stream("close the other", second)
    portaudio.reinitialize()
    assert done == ["terminate", "initialize"]
