"""What all voices share: synthesized sound made into Speech.

Pure; any thread.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.core.decibels import gain
from assistant.core.ports import SAMPLE_RATE_HZ, Speech

LOUDNESS_DBFS = -18.0
"""Root mean square of what is voiced. Without it flite speaks 5 dB louder than espeak-ng, and a voice that
takes over in mid-session startles."""

_PEAK = 0.9  # espeak-ng's short sentences would clip at the common loudness
_AUDIBLE = 0.01
_LEAD_SECONDS = 0.01  # flite begins with 0.2 s of silence, which only delays the first audio


def to_speech(sound: NDArray[np.float32], rate_hz: int) -> Speech:
    """Make speech of a sound in -1…1: resampled, at the common loudness, its silent start cut off."""
    if rate_hz != SAMPLE_RATE_HZ:
        sound = soxr.resample(sound, rate_hz, SAMPLE_RATE_HZ)
    audible = np.flatnonzero(np.abs(sound) > _AUDIBLE)
    if not len(audible):
        return Speech(b"")
    skipped = max(int(audible[0]) - round(_LEAD_SECONDS * SAMPLE_RATE_HZ), 0)
    sound = sound[skipped:]
    samples = np.rint(sound * (_leveling(sound) * 32767)).astype(np.int16)
    return Speech(samples.tobytes())


def _leveling(sound: NDArray[np.float32]) -> float:
    """Tell the factor that brings the voiced parts (within 20 dB of the loudest 20 ms) to the loudness."""
    size = SAMPLE_RATE_HZ // 50
    padded = np.pad(sound, (0, -len(sound) % size))
    energies = np.square(padded.reshape(-1, size)).mean(axis=1)
    voiced = energies[energies > energies.max() / 100]
    wanted = gain(LOUDNESS_DBFS) / np.sqrt(voiced.mean())
    return float(min(wanted, _PEAK / np.abs(sound).max()))
