"""The virtual devices as fixtures. Where something they need is not installed, the tests here are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from listening import Listener
from virtual_sound import VirtualSound, missing_packages

from assistant.audio import portaudio


@pytest.fixture
def virtual_sound() -> Iterator[VirtualSound]:
    """A fresh sound server with its devices; give `virtual_sound.env` to the program under test."""
    if missing := missing_packages():
        pytest.skip(f"virtual sound devices need: sudo apt-get install {' '.join(missing)}")
    with VirtualSound.started() as sound:
        yield sound


@pytest.fixture
def sound_here(virtual_sound: VirtualSound, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualSound]:
    """The virtual devices in this very process."""
    for name, value in virtual_sound.overrides.items():
        monkeypatch.setenv(name, value)
    portaudio.reinitialize()
    yield virtual_sound
    monkeypatch.undo()
    portaudio.reinitialize()


@pytest.fixture
def listener(sound_here: VirtualSound) -> Iterator[Listener]:
    """Live sound on the virtual devices; `listener.start()` opens it."""
    listener = Listener()
    yield listener
    listener.finish()
