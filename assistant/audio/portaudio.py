"""PortAudio through sounddevice: imported when first needed, kept quiet, never waited on for ever.

Runs on the thread that owns the streams. Must not be entered from a stream's callback.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar
from weakref import WeakSet

from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.deadline import within
from assistant.errors import AudioError
from assistant.native_stderr import caught_stderr

CALL_LIMIT_SECONDS = 3.0
"""Sound calls return within milliseconds, but not at all when the sound server is frozen."""

_NOT_INSTALLED = "PortAudio library not found"  # as sounddevice says it
_INVALID_SAMPLE_RATE = -9997  # paInvalidSampleRate

_log = logging.getLogger(__name__)
_open_streams: WeakSet[Any] = WeakSet()
"""Of every room of this process: PortAudio has one list of devices for all."""
_hangs = threading.Event()  # a call never returned: PortAudio must not be entered again, it has no locks
_Result = TypeVar("_Result")


def hangs() -> bool:
    """Whether a sound call of this process never returned."""
    return _hangs.is_set()


class SoundHangsError(AudioError):
    """A sound call did not return: only a restart of the process helps."""


def sounddevice() -> ModuleType:
    """Import sounddevice, which looks for devices as it loads. Raises AudioError without PortAudio."""
    if there := sys.modules.get("sounddevice"):
        return there  # a sound call asks for it, too, while its caller has stderr
    try:
        with _quiet_stderr():
            module = import_module("sounddevice")
    except OSError as error:
        if _NOT_INSTALLED not in str(error):
            raise AudioError("no_portaudio", f"The PortAudio library cannot be used: {error}.") from error
        message = "Live sound needs the PortAudio library: run `sudo apt-get install libportaudio2`."
        raise AudioError("no_portaudio", message) from error
    return module


def call(action: str, function: Callable[[], _Result]) -> _Result:
    """Run a sound call in a thread of its own, with its chatter on stderr sent to the debug log.

    `action` completes "Cannot …". Raises AudioError when it fails, SoundHangsError when it takes longer than
    CALL_LIMIT_SECONDS, and at once ever after; its thread is then lost, and PortAudio's own clean-up at exit,
    which would hang as well, is called off.
    """
    module = sounddevice()
    message = f"Cannot {action}: the sound system does not answer; restart it, then Limber."
    if _hangs.is_set():
        raise SoundHangsError("sound_hangs", message)
    try:
        with _quiet_stderr():
            # Begun within: sounddevice turns stderr away for a moment, and that must not be taken for ours.
            return within(CALL_LIMIT_SECONDS, function, "sound call")
    except TimeoutError as error:
        _hangs.set()
        atexit.unregister(module._exit_handler)
        raise SoundHangsError("sound_hangs", message) from error
    except (OSError, ValueError, module.PortAudioError) as error:
        raise AudioError("sound_device", f"Cannot {action}: {_reason(error)}.") from error


def open_stream(
    kind: str, index: int, own_rate_hz: int, callback: Callable[..., None], channels: int = 1
) -> tuple[Any, int]:
    """Open, but do not start, an int16 stream in 20 ms blocks; give it and its rate in Hz.

    `kind` is "RawInputStream" or "RawOutputStream"; the rate is 16 kHz, or the device's own where that is
    refused. `latency="low"` makes callbacks come evenly, every 20 ms, and lets a cut be heard at once.
    """
    module = sounddevice()

    def at_rate(rate_hz: int) -> Any:
        return getattr(module, kind)(
            samplerate=rate_hz,
            blocksize=round(rate_hz * BLOCK_SECONDS),
            device=index,
            channels=channels,
            dtype="int16",
            latency="low",
            callback=callback,
        )

    try:
        stream, rate_hz = at_rate(SAMPLE_RATE_HZ), SAMPLE_RATE_HZ
    except module.PortAudioError as error:
        if error.args[1:2] != (_INVALID_SAMPLE_RATE,):
            raise
        stream, rate_hz = at_rate(own_rate_hz), own_rate_hz
    _open_streams.add(stream)
    return stream, rate_hz


def close_stream(action: str, stream: Any) -> None:
    """Abort and close. Never `stop()`: it waits for a device that may not play any more."""
    _open_streams.discard(stream)
    call(action, stream.abort)
    call(action, stream.close)


def reinitialize() -> None:
    """Look for devices anew, which closes every stream of the process.

    Nothing is done while another room still has one open: its devices come before new ones. Raises
    AudioError.
    """
    if _open_streams:
        _log.info("devices are not looked for anew: %d streams are open", len(_open_streams))
        return
    module = sounddevice()
    call("let go of the sound devices", module._terminate)
    call("look for sound devices", module._initialize)


def _reason(error: Exception) -> str:
    # A PortAudioError carries (message, code, host's error); its message is "Error opening …: reason".
    text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return text.rpartition(": ")[2].rstrip(".")


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send what C libraries write to stderr to the debug log: ALSA and JACK name all they did not find."""
    chatter: list[str] = []
    try:
        with caught_stderr() as chatter:
            yield
    finally:
        for line in chatter:
            _log.debug("sound library: %s", line)
