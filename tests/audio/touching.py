"""Touches the page of a running Limber on virtual devices, and measures how late it is silent."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from live import LOUD, silence_after
from screens import press
from virtual_sound import RATE_HZ, Tape, VirtualSound

from assistant.frontends.screen import network


class Page:
    """Where the page of a running Limber is."""

    def __init__(self) -> None:
        free = network.listen(network.LOOPBACK, 0)
        self.port: int = free.getsockname()[1]
        free.close()

    @property
    def settings(self) -> dict[str, str]:
        return {
            "LIMBER_SESSION_ROUTINE": "at-the-desk",
            "LIMBER_SESSION_SOUND_CHECK": "false",
            "LIMBER_SCREEN_ENABLED": "always",
            "LIMBER_SCREEN_PORT": str(self.port),
        }


def post_stop(page: Page, token: str) -> None:
    """Send what a touch sends."""
    assert press(page, "/say", {"intent": "stop"}, token=token).status == 200


def touched_to_silence(sound: VirtualSound, touch: Callable[[], object]) -> float:
    """Seconds from the touch to silence, too many by what the recording is always behind.

    `touch` comes back once it was sent. Raises AssertionError where it did not speak when it was touched.
    """
    with sound.recording() as tape:
        began = _began(tape)
        _until_it_speaks(tape)
        touched_at = round((time.monotonic() - began) * RATE_HZ)
        touch()
        time.sleep(0.8)
    played = np.abs(tape.speaker()[touched_at - RATE_HZ // 10 : touched_at].astype(np.int32))
    assert played.max() > LOUD, "it was not speaking"
    return silence_after(tape.speaker(), touched_at)


def _until_it_speaks(tape: Tape) -> None:
    """Between two sentences it is silent; a touch there would show nothing."""
    ends_at = time.monotonic() + 4.0
    while time.monotonic() < ends_at:
        if np.abs(tape.speaker()[-RATE_HZ // 5 :].astype(np.int32)).max(initial=0) > LOUD:
            return
        time.sleep(0.02)


def _began(tape: Tape) -> float:
    """When the recording began on our clock: it is written in pieces, and just after one it is true."""
    began, ends_at = time.monotonic(), time.monotonic() + 0.5
    while time.monotonic() < ends_at:
        began = min(began, time.monotonic() - tape.seconds())
        time.sleep(0.001)
    return began
