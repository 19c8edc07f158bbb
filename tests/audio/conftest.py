"""The virtual devices as fixtures. Where something they need is not installed, the tests here are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from listening import Listener
from sound_servers import CHOSEN, missing_packages
from virtual_sound import VirtualSound

from assistant.audio import portaudio


@pytest.fixture
def virtual_sound(request: pytest.FixtureRequest) -> Iterator[VirtualSound]:
    """A fresh sound server with its devices; give `virtual_sound.env` to the program under test.

    A test that is parametrized with it names the server; all others run on the one that was chosen.
    """
    server = getattr(request, "param", CHOSEN)
    if missing := missing_packages(server):
        pytest.skip(f"virtual sound devices on {server} need: sudo apt-get install {' '.join(missing)}")
    with VirtualSound.started(server) as sound:
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
