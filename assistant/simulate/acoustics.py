"""What becomes of sound in a room: walls, distance, a loudspeaker that clips.

Pure: numbers in, numbers out, every chance from a seed. Must not know what is said.

Walls are made by the image method (J. B. Allen and D. A. Berkley, 1979) with sources moved at random by some
centimeters, against the sweeping echoes of a perfect box (E. De Sena and others, 2015). pyroomacoustics does
the same and more, but brings SciPy with it for what are fifty lines here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.core.decibels import gain
from assistant.core.ports import SAMPLE_RATE_HZ

SOUND_METERS_PER_SECOND = 343.0
Sound = NDArray[np.float32]
"""Mono samples at 16 kHz on int16's scale, or an impulse response."""

_MOVED_METERS = 0.05
_SINC_SAMPLES = 16
_PHASES = 32  # the direct sound and its echoes fall between samples; this finely


@dataclass(frozen=True, slots=True)
class Box:
    """A room with even walls, and the microphone in it, on a shelf near one of them."""

    size_meters: tuple[float, float, float] = (5.2, 4.1, 2.5)
    microphone_meters: tuple[float, float, float] = (0.4, 1.9, 1.1)
    eyring_seconds: float = 0.25
    """Reverberation by Eyring's formula. Even walls ring on for longer: this gives 0.4 s."""

    def response(self, distance_meters: float, seed: int = 0) -> Sound:
        """Impulse response to the microphone from so far away, across the room and a little to one side.

        The direct sound has the energy 1 at 1 m and begins at once: the way through the air is left out.
        Raises ValueError where that place lies outside of the room.
        """
        microphone = np.array(self.microphone_meters)
        direction = np.array([1.0, 0.25, 0.1])
        source = microphone + distance_meters * direction / np.linalg.norm(direction)
        if not (source.min() > 0 and np.all(source < self.size_meters)):
            raise ValueError(f"{distance_meters} m away from the microphone is outside of the room")
        distances, gains = self._images(source, microphone, np.random.default_rng(seed))
        delays = (distances - distances.min()) / SOUND_METERS_PER_SECOND * SAMPLE_RATE_HZ
        return _impulses(delays, gains / distances)

    def _images(
        self, source: NDArray[np.float64], microphone: NDArray[np.float64], random: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far each mirror image of the source is, and what its reflections left of it."""
        size = np.array(self.size_meters)
        reach = 1.5 * self.eyring_seconds * SOUND_METERS_PER_SECOND
        counts = [np.arange(-round(reach / s) - 1, round(reach / s) + 2) for s in size]
        rooms = np.stack(np.meshgrid(*counts, indexing="ij"), axis=-1).reshape(-1, 3)
        mirrored = rooms % 2 == 1
        places = rooms * size + np.where(mirrored, size - source, source)
        reflections = np.abs(rooms).sum(axis=1)
        moved = random.uniform(-_MOVED_METERS, _MOVED_METERS, places.shape)
        moved[reflections == 0] = 0.0
        distances = np.linalg.norm(places + moved - microphone, axis=1)
        near = distances < reach
        return distances[near], self._reflected() ** reflections[near]

    def _reflected(self) -> float:
        """The share of a wave's amplitude that a wall gives back, by Eyring's formula."""
        x, y, z = self.size_meters
        volume, surface = x * y * z, 2 * (x * y + y * z + x * z)
        exponent = 24 * np.log(10) * volume / (SOUND_METERS_PER_SECOND * surface * self.eyring_seconds)
        return float(np.exp(-exponent / 2))


def _impulses(delays: NDArray[np.float64], gains: NDArray[np.float64]) -> Sound:
    """Impulses between the samples, each as a short windowed sinc; the first one begins at sample 0."""
    half = _SINC_SAMPLES // 2
    whole = np.floor(delays).astype(int)
    phases = np.floor((delays - whole) * _PHASES).astype(int)
    offsets = np.arange(-half + 1, half + 1)
    shapes = np.sinc(offsets - np.arange(_PHASES)[:, None] / _PHASES) * np.hanning(_SINC_SAMPLES + 2)[1:-1]
    response = np.zeros(whole.max() + 2 * half)
    for number, offset in enumerate(offsets):
        at = np.maximum(whole + offset, 0)
        response += np.bincount(at, gains * shapes[phases, number], len(response))
    return response.astype(np.float32)


def convolved(sound: Sound, response: Sound) -> Sound:
    """The sound with all it leaves ringing: len(sound) + len(response) - 1 samples."""
    length = len(sound) + len(response) - 1
    size = 1 << length.bit_length()
    whole = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return whole[:length].astype(np.float32)


def of_energy(response: Sound, gain_db: float) -> Sound:
    """The response with the energy 1, the gain on top; all zeros stay so."""
    energy = float(np.sqrt(np.sum(np.square(response, dtype=np.float64)))) or 1.0
    return response * np.float32(gain(gain_db) / energy)


def clipped_softly(sound: Sound, knee: float) -> Sound:
    """What a small loudspeaker makes of loud sound: it never gets beyond the knee, in int16 steps."""
    return np.asarray(np.tanh(sound / np.float32(knee)) * np.float32(knee))
