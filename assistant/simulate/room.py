"""The virtual room: what reaches the microphone, block by block.

The person's speech, the room's noise, and what Limber plays come together here as they would in the air.
Belongs to the rehearsal's one thread; every chance comes from its seed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.audio.files import read_audio
from assistant.core.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ

PERSON_RMS = 32768 * 10 ** (-26 / 20)
"""A person's usual level at the microphone; noise is measured against it."""
FLOOR_RMS = 3.0  # no microphone is ever exactly silent
DIRECT_SECONDS = 0.01  # the way from the loudspeaker when no impulse response is given

_Sound = NDArray[np.float32]


def leveled(samples: NDArray[np.int16], gain_db: float = 0.0) -> _Sound:
    """A person's speech at its usual level, the gain on top. The loudest half of its blocks count."""
    sound = samples.astype(np.float32)
    blocks = np.pad(sound, (0, -len(sound) % BLOCK_SAMPLES)).reshape(-1, BLOCK_SAMPLES)
    powers = np.sort(np.mean(blocks**2, axis=1))
    power = float(powers[len(powers) // 2 :].mean()) if len(powers) else 0.0
    gain = 10 ** (gain_db / 20) * (PERSON_RMS / np.sqrt(power) if power > 0 else 0.0)
    return sound * np.float32(gain)


class Room:
    """Mixes a block at a time."""

    def __init__(
        self, seed: int, noise: Path | None, snr_db: float, echo: Path | None, echo_gain_db: float | None
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._people: list[tuple[int, _Sound]] = []
        self._noise = _at_snr(read_audio(noise), snr_db) if noise else None
        self._noise_at = 0
        self._response = _response(echo, echo_gain_db)
        self._echo_tail = np.zeros(0, np.float32)

    def say(self, sound: _Sound) -> None:
        """The person begins to say this with the next block."""
        self._people.append((0, sound))

    def next_block(self, played: bytes) -> bytes:
        """What the microphone hears while this block is played. Never exactly silent."""
        heard = self._random.normal(0, FLOOR_RMS, BLOCK_SAMPLES).astype(np.float32) + self._speech()
        if self._noise is not None:
            indexes = (self._noise_at + np.arange(BLOCK_SAMPLES)) % len(self._noise)
            heard += self._noise[indexes]
            self._noise_at = int(indexes[-1]) + 1
        heard += self._echo(np.frombuffer(played, np.int16).astype(np.float32))
        block: bytes = np.clip(np.rint(heard), -32768, 32767).astype(np.int16).tobytes()
        return block

    def _speech(self) -> _Sound:
        block = np.zeros(BLOCK_SAMPLES, np.float32)
        going_on = []
        for position, sound in self._people:
            part = sound[position : position + BLOCK_SAMPLES]
            block[: len(part)] += part
            if position + BLOCK_SAMPLES < len(sound):
                going_on.append((position + BLOCK_SAMPLES, sound))
        self._people = going_on
        return block

    def _echo(self, played: _Sound) -> _Sound:
        """Overlap-add: each played block rings on in the tail."""
        response, tail = self._response, self._echo_tail
        if response is None:
            return np.zeros(BLOCK_SAMPLES, np.float32)
        if played.any():
            size = len(response) + BLOCK_SAMPLES
            ringing = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(response, size), size)
            tail = np.pad(tail, (0, max(0, size - len(tail))))
            tail[:size] += ringing.astype(np.float32)
        tail = np.pad(tail, (0, max(0, BLOCK_SAMPLES - len(tail))))
        self._echo_tail = tail[BLOCK_SAMPLES:]
        return tail[:BLOCK_SAMPLES]


def _at_snr(samples: NDArray[np.int16], snr_db: float) -> _Sound:
    sound = samples.astype(np.float32)
    rms = float(np.sqrt(np.mean(sound**2))) or 1.0
    return sound * np.float32(PERSON_RMS * 10 ** (-snr_db / 20) / rms)


def _response(path: Path | None, gain_db: float | None) -> _Sound | None:
    """The impulse response from loudspeaker to microphone, of unit energy times the gain."""
    if path is None and gain_db is None:
        return None
    if path is None:
        response = np.zeros(round(DIRECT_SECONDS * SAMPLE_RATE_HZ) + 1, np.float32)
        response[-1] = 1.0
    else:
        response = read_audio(path).astype(np.float32)
    energy = float(np.sqrt(np.sum(response**2))) or 1.0
    return response * np.float32(10 ** ((gain_db or 0.0) / 20) / energy)
