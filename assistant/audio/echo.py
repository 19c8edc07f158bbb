"""Which echo canceller takes our own voice out of what the microphone hears, as the configuration says.

Opened on the main thread; the canceller then belongs to the hearing thread. Must not open a device.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.ports import EchoCanceller
from assistant.errors import AudioError

AUTOMATIC, NONE = "auto", "none"
AUTOMATIC_ORDER = ("speex", "webrtc")


class NoEchoCancellation:
    """Passes on what the microphone hears."""

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        """Give the microphone's block as it is."""
        return near_block


def choose_canceller(wanted: str, tell: Callable[[str], None]) -> EchoCanceller | None:
    """Open the canceller that is wanted, None for "none"; where its library is missing, `tell` so in a line.

    "auto" takes Speex, for it leaves the person's voice intact, and WebRTC where only that is there.
    """
    if wanted == NONE:
        return None
    missing = []
    for name in AUTOMATIC_ORDER if wanted == AUTOMATIC else (wanted,):
        try:
            return open_canceller(name)
        except AudioError as error:
            missing.append(error.message)
    tell(f"{missing[0]} Without it, Limber may take its own voice for yours.")
    return None


def canceller_in_use(wanted: str) -> str:
    """The name of the canceller that `choose_canceller` opens for this, "none" where it opens none."""
    for name in AUTOMATIC_ORDER if wanted == AUTOMATIC else (wanted,):
        try:
            open_canceller(name)
        except AudioError:
            continue
        return name
    return NONE


def open_canceller(name: str) -> EchoCanceller:
    """Open just the canceller named: "none", "speex" or "webrtc". Raises AudioError where it is missing."""
    if name == "speex":
        from assistant.audio.echo_drift import DriftFollower
        from assistant.audio.echo_speex import SpeexEchoCanceller

        return DriftFollower(SpeexEchoCanceller())
    if name == "webrtc":
        from assistant.audio.echo_webrtc import WebrtcEchoCanceller

        return WebrtcEchoCanceller()
    return NoEchoCancellation()
