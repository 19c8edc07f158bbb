"""Which echo canceller takes our own voice out of what the microphone hears, as the configuration says.

Opened on the main thread; the canceller then belongs to the hearing thread. Must not open a device.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.ports import EchoCanceller
from assistant.errors import AudioError

AUTOMATIC, NONE = "auto", "none"


class NoEchoCancellation:
    """Passes on what the microphone hears."""

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        """Give the microphone's block as it is."""
        return near_block


def choose_canceller(wanted: str, *, one_clock: bool, tell: Callable[[str], None]) -> EchoCanceller | None:
    """Open the canceller that is wanted, None for "none"; where its library is missing, `tell` so in a line.

    "auto" takes Speex where microphone and speaker have one clock, for it leaves the person's voice intact,
    else WebRTC where it is installed, else Speex.
    """
    if wanted == NONE:
        return None
    names = [wanted]
    if wanted == AUTOMATIC:
        names = ["speex"] if one_clock else ["webrtc", "speex"]
    missing = []
    for name in names:
        try:
            return open_canceller(name)
        except AudioError as error:
            missing.append(error.message)
    tell(f"{missing[-1]} Without it, Limber may take its own voice for yours.")
    return None


def open_canceller(name: str) -> EchoCanceller:
    """Open just the canceller named: "none", "speex" or "webrtc". Raises AudioError where it is missing."""
    if name == "speex":
        from assistant.audio.echo_speex import SpeexEchoCanceller

        return SpeexEchoCanceller()
    if name == "webrtc":
        from assistant.audio.echo_webrtc import WebrtcEchoCanceller

        return WebrtcEchoCanceller()
    return NoEchoCancellation()
