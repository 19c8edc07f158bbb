"""PortAudio has one list of devices for a whole process: a room must not take it from another."""

from __future__ import annotations

import os
import time
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


def test_what_sounddevice_does_with_stderr_is_not_taken_for_ours(capfd: pytest.CaptureFixture[str]) -> None:
    """It turns stderr away while it looks for devices; a capture that began then gave back the wrong one."""

    def look() -> None:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        time.sleep(0.05)
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)

    for _ in range(5):
        portaudio.call("look for devices", look)
    os.write(2, b"still here\n")
    assert capfd.readouterr().err == "still here\n"
