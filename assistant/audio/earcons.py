"""Makes the short sounds that tell more quickly than words: soft sines and bells, computed once.

Pure and deterministic; any thread. Holds begin and end with a struck bell, at its loudest within a
millisecond, so that the length of a hold can be measured in a recording.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from assistant.core.actions import Earcon
from assistant.core.decibels import gain
from assistant.core.ports import SAMPLE_RATE_HZ

PEAK_DBFS = -12.0
BREATHING_PEAK_DBFS = -20.0  # heard some hundred times in a session: barely there


@cache
def earcon_samples(earcon: Earcon) -> NDArray[np.int16]:
    """Give the sound: mono int16 at 16 kHz, read-only, beginning with its first audible sample."""
    match earcon:
        case Earcon.HOLD_START:
            sound = _bell(659.3, seconds=0.6, decay_seconds=0.12, strike_seconds=0.0002)
        case Earcon.HOLD_END:
            sound = _bell(440.0, seconds=0.9, decay_seconds=0.2, strike_seconds=0.0002)
        case Earcon.HALF_WAY:
            sound = _bell(880.0, seconds=0.7, decay_seconds=0.15, strike_seconds=0.02)
        case Earcon.BREATHE_IN:
            sound = _glide(220.0, 330.0, seconds=1.0)
        case Earcon.BREATHE_OUT:
            sound = _glide(330.0, 220.0, seconds=1.2)
        case Earcon.HEARD:
            sound = _glide(1200.0, 1200.0, seconds=0.03)
        case Earcon.PAUSED:
            notes = [_bell(hz, seconds=0.3, decay_seconds=0.1, strike_seconds=0.01) for hz in (523.3, 392.0)]
            sound = np.concatenate(notes)
        case Earcon.TROUBLE:
            notes = [
                _bell(hz, seconds=0.2, decay_seconds=0.1, strike_seconds=0.01) for hz in 2 * (392.0, 277.2)
            ]
            sound = np.concatenate(notes)
        case Earcon.REMINDER:
            sound = np.concatenate(
                [
                    _bell(hz, seconds=0.6, decay_seconds=0.25, strike_seconds=0.05)
                    for hz in (698.5, 880.0, 1046.5)
                ]
            )
    is_breathing = earcon in (Earcon.BREATHE_IN, Earcon.BREATHE_OUT)
    peak = 32767 * gain(BREATHING_PEAK_DBFS if is_breathing else PEAK_DBFS)
    samples: NDArray[np.int16] = np.rint(sound * (peak / np.abs(sound).max())).astype(np.int16)
    samples.flags.writeable = False
    return samples


def _times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _bell(
    pitch_hz: float, *, seconds: float, decay_seconds: float, strike_seconds: float
) -> NDArray[np.float64]:
    """Strike a bell: its partials die away, the higher the sooner; the last 20 ms lead to zero."""
    times = _times(seconds)
    # Cosines: a strike begins at the crest and not in a zero crossing, which keeps the onset sharp.
    sound = sum(
        gain * np.cos(2 * np.pi * pitch_hz * partial * times) * np.exp(-times * partial / decay_seconds)
        for partial, gain in ((1.0, 1.0), (2.0, 0.35), (3.0, 0.12))
    )
    strike = np.minimum((times + 1 / SAMPLE_RATE_HZ) / strike_seconds, 1.0)
    release = np.minimum((seconds - times) / 0.02, 1.0)
    return np.asarray(sound * strike * release)


def _glide(from_hz: float, to_hz: float, *, seconds: float) -> NDArray[np.float64]:
    """Swell and fade a sine that moves from one pitch to another."""
    times = _times(seconds)
    phase = 2 * np.pi * (from_hz * times + (to_hz - from_hz) * times**2 / (2 * seconds))
    envelope = np.sin(np.pi * (times + 0.5 / SAMPLE_RATE_HZ) / seconds) ** 2
    return np.asarray(np.sin(phase) * envelope)
