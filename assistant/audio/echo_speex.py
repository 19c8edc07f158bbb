"""Echo cancellation by Speex DSP, Debian's libspeexdsp1, through ctypes.

Belongs to the hearing thread. Leaves the person's voice intact, also while ours sounds, but needs microphone
and speaker on one clock: at 50 ppm of drift it loses most of its effect, so `echo_drift` follows the drift.
It reaches 384 ms back: the whole way from the mixer to the microphone has to fit in, and the room's ringing.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_int16, c_void_p

from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES, SAMPLE_RATE_HZ
from assistant.errors import AudioError

TAIL_SAMPLES = 6144
_LIBRARY = "libspeexdsp.so.1"
_SET_SAMPLING_RATE = 24  # SPEEX_ECHO_SET_SAMPLING_RATE

_Block = c_int16 * BLOCK_SAMPLES


class SpeexEchoCanceller:
    """An adaptive filter that learns the way from loudspeaker to microphone, and subtracts what comes by it.

    Raises AudioError where the library is not installed.
    """

    def __init__(self) -> None:
        self._library = _load()
        self._state = self._library.speex_echo_state_init(BLOCK_SAMPLES, TAIL_SAMPLES)
        rate_hz = c_int(SAMPLE_RATE_HZ)
        self._library.speex_echo_ctl(self._state, _SET_SAMPLING_RATE, byref(rate_hz))
        self._out = _Block()

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        """Give the microphone's block without the echo of what was played."""
        near, far = _Block.from_buffer_copy(near_block), _Block.from_buffer_copy(far_block)
        self._library.speex_echo_cancellation(self._state, near, far, self._out)
        return ctypes.string_at(self._out, BLOCK_BYTES)

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._library.speex_echo_state_destroy(state)


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        message = "Echo cancellation by Speex needs its library: run `sudo apt-get install libspeexdsp1`."
        raise AudioError("no_speexdsp", message) from error
    library.speex_echo_state_init.argtypes = [c_int, c_int]
    library.speex_echo_state_init.restype = c_void_p
    library.speex_echo_ctl.argtypes = [c_void_p, c_int, c_void_p]
    block = POINTER(c_int16)
    library.speex_echo_cancellation.argtypes = [c_void_p, block, block, block]
    library.speex_echo_cancellation.restype = None
    library.speex_echo_state_destroy.argtypes = [c_void_p]
    library.speex_echo_state_destroy.restype = None
    return library
