"""Plays sweeps through the live devices and measures what of them comes back, for `limber doctor --sound`.

Runs on the calling thread for some twelve seconds, and owns both devices meanwhile. Must not judge: it
measures.
"""

from __future__ import annotations

import numpy as np

from assistant.audio.echo_measuring import EchoMeasured, measure, sweep
from assistant.audio.live import LiveSound
from assistant.audio.microphone import Microphone
from assistant.audio.speaker_stream import SpeakerStream
from assistant.core.events import Event, MicrophoneLost, SpeakerLost
from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.errors import AudioError

SWEEP_COUNT = 8
EVERY_SECONDS = 1.25
QUIET_SECONDS = 1.5  # before the first sweep: the devices wake up, then the room is listened to
_BLOCKS = round((QUIET_SECONDS + (SWEEP_COUNT + 1) * EVERY_SECONDS) / BLOCK_SECONDS)
_SKIPPED_SAMPLES = round(0.5 * SAMPLE_RATE_HZ)


class _Sweeps:
    """Silence, then the sweeps, a block at a time; for the speaker's callback."""

    def __init__(self) -> None:
        every = np.zeros(round(EVERY_SECONDS * SAMPLE_RATE_HZ), np.int16)
        every[: len(sweep())] = sweep()
        sound = np.concatenate(
            [np.zeros(round(QUIET_SECONDS * SAMPLE_RATE_HZ), np.int16), *[every] * SWEEP_COUNT]
        )
        self._blocks = iter([block.tobytes() for block in sound.reshape(-1, BLOCK_SAMPLES)])

    def next_block(self) -> bytes:
        return next(self._blocks, bytes(BLOCK_BYTES))


def check_echo(microphone: str | None = None, speaker: str | None = None) -> EchoMeasured:
    """Play the sweeps on one device, and measure what the other hears. Raises AudioError."""
    faults: list[Event] = []
    stream = SpeakerStream(_Sweeps(), speaker)
    tape: list[tuple[bytes, bytes]] = []

    def note(event: Event) -> None:
        faults.append(event)
        sound.close()

    sound = LiveSound(Microphone(microphone), stream, note)
    sound.open()
    for block in sound.blocks():
        tape.append((block.near, block.far))
        if len(tape) >= _BLOCKS:
            sound.close()
    if faults:
        raise AudioError("echo_check", f"The echo cannot be measured: {_fault(faults[0])}.")
    measured = _measure(tape)
    steps = stream.far_end.missing_count + stream.far_end.dropped_count
    return (
        measured
        if not steps
        else EchoMeasured(measured.delay_seconds, measured.echo_db, None, measured.noise_dbfs)
    )


def _measure(tape: list[tuple[bytes, bytes]]) -> EchoMeasured:
    heard, played = (np.frombuffer(b"".join(side), np.int16) for side in zip(*tape, strict=True))
    first = int(np.argmax(played != 0)) - 1  # the sweep's own first sample is 0
    every = round(EVERY_SECONDS * SAMPLE_RATE_HZ)
    return measure(
        heard, [first + number * every for number in range(SWEEP_COUNT)], heard[_SKIPPED_SAMPLES:first]
    )


def _fault(event: Event) -> str:
    if isinstance(event, MicrophoneLost):
        return (
            "the microphone gives nothing but silence" if event.reason == "silent" else "the microphone went"
        )
    return "the speaker went" if isinstance(event, SpeakerLost) else "a device went and came back"
