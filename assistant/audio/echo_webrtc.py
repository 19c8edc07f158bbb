"""Echo cancellation by WebRTC's AEC3, from the `livekit` package, which is optional: 30 MB on disk.

Belongs to the hearing thread. Finds the delay by itself and bears clocks that drift apart, but lowers the
person's voice while ours sounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.core.ports import BLOCK_BYTES, SAMPLE_RATE_HZ
from assistant.errors import AudioError

if TYPE_CHECKING:
    from livekit.rtc import AudioFrame

_FRAME_BYTES = BLOCK_BYTES // 2  # it takes 10 ms at a time
_FRAME_SAMPLES = _FRAME_BYTES // 2


class WebrtcEchoCanceller:
    """AEC3 alone: no noise suppression and no gain control, which would change what the recognizer hears.

    Raises AudioError where the package is not installed.
    """

    def __init__(self) -> None:
        try:
            from livekit.rtc import AudioFrame, AudioProcessingModule  # slow to import, and optional
        except ImportError as error:
            message = 'Echo cancellation by WebRTC needs its package: run `pip install "limber[webrtc]"`.'
            raise AudioError("no_webrtc", message) from error
        self._frame = AudioFrame
        self._processing = AudioProcessingModule(echo_cancellation=True)

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        """Give the microphone's block without the echo of what was played."""
        cleaned = bytearray()
        for start in range(0, BLOCK_BYTES, _FRAME_BYTES):
            self._processing.process_reverse_stream(self._frame_of(far_block, start))
            near = self._frame_of(near_block, start)
            self._processing.set_stream_delay_ms(0)  # its own estimate takes over from this hint
            self._processing.process_stream(near)
            cleaned += near.data.cast("B")
        return bytes(cleaned)

    def _frame_of(self, block: bytes, start: int) -> AudioFrame:
        samples = bytearray(block[start : start + _FRAME_BYTES])
        return self._frame(samples, SAMPLE_RATE_HZ, 1, _FRAME_SAMPLES)
