"""What becomes of a sound on its way from the loudspeaker to the microphone: delay, level, drift, noise.

Pure: takes what was heard and when sweeps were played, finds where they come back, and says what to do
about it. Must not open a device.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.audio.correlation import clear_peak, correlated, peak_offset
from assistant.audio.echo_speex import TAIL_SAMPLES
from assistant.core.decibels import dbfs, gain
from assistant.core.dialogue.sound_check import STRONG_ECHO_DB
from assistant.core.ports import SAMPLE_RATE_HZ

SWEEP_SECONDS = 0.5
LOWEST_HERTZ, HIGHEST_HERTZ = 300.0, 6000.0
SWEEP_DBFS = -12.0
LONGEST_DELAY_SECONDS = 1.0
LONG_DELAY_SECONDS = (
    TAIL_SAMPLES / SAMPLE_RATE_HZ - 0.1
)  # Speex reaches so far, with the room's ringing on top
FAINT_ECHO_DB = -40.0

_Samples = NDArray[np.int16]
_Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EchoMeasured:
    """The way from loudspeaker to microphone.

    `delay_seconds` is from the block that was played to its echo in the block beside it. `echo_db` is the
    echo's level over what is played, None when none was heard; `drift_ppm` how much faster the microphone's
    clock runs than the speaker's, None when that was not to be found; `noise_dbfs` the level while nothing
    is played.
    """

    delay_seconds: float
    echo_db: float | None
    drift_ppm: float | None
    noise_dbfs: float


def sweep() -> _Samples:
    """A soft chirp from low to high, half a second long."""
    seconds = np.arange(round(SWEEP_SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    rate = np.log(HIGHEST_HERTZ / LOWEST_HERTZ) / SWEEP_SECONDS
    phase = 2 * np.pi * LOWEST_HERTZ / rate * np.expm1(rate * seconds)
    fade = np.minimum(1.0, np.minimum(seconds, SWEEP_SECONDS - seconds) / 0.02)
    peak = 32767 * np.sqrt(2) * gain(SWEEP_DBFS)
    samples: _Samples = np.rint(peak * np.sin(phase) * fade).astype(np.int16)
    return samples


def measure(heard: _Samples, sweep_starts: list[int], noise: _Samples) -> EchoMeasured:
    """Find each sweep in what was heard, from the sample at which it was played on.

    `noise` is what was heard while nothing was played.
    """
    noise_dbfs = dbfs(float(np.mean((noise / 32768) ** 2)))
    found = [place for start in sweep_starts if (place := _find(heard.astype(np.float64), start)) is not None]
    if len(found) < (len(sweep_starts) + 1) // 2:
        return EchoMeasured(0.0, None, None, noise_dbfs)
    starts, delays, gains = (np.array(values) for values in zip(*found, strict=True))
    drift_ppm = None
    if len(found) > 2:
        # A median of slopes: a single sweep that was misplaced, or a step between blocks, does not count.
        first, second = np.triu_indices(len(starts), 1)
        drift_ppm = float(
            np.median((delays[second] - delays[first]) / (starts[second] - starts[first])) * 1e6
        )
    delay_seconds = float(np.median(delays)) / SAMPLE_RATE_HZ
    return EchoMeasured(delay_seconds, float(20 * np.log10(np.median(gains))), drift_ppm, noise_dbfs)


def _find(heard: _Sound, start: int) -> tuple[int, float, float] | None:
    """Where the sweep that was played at `start` comes back: (start, delay in samples, gain)."""
    shape = sweep().astype(np.float64)
    window = heard[start : start + len(shape) + round(LONGEST_DELAY_SECONDS * SAMPLE_RATE_HZ)]
    if len(window) < 2 * len(shape):
        return None
    fits = np.abs(correlated(window, shape, len(shape))[: len(window) - len(shape)])
    at = clear_peak(fits)
    if at is None:
        return None
    echo = window[at : at + len(shape)]
    echo_gain = float(np.sqrt(np.sum(echo**2) / np.sum(shape**2)))
    return start, at + peak_offset(fits, at), echo_gain


def is_strong(measured: EchoMeasured) -> bool:
    """Whether the sweeps came back so clearly over the room that Limber's own voice would be understood."""
    if measured.echo_db is None:
        return False
    return SWEEP_DBFS + measured.echo_db - measured.noise_dbfs >= STRONG_ECHO_DB


def propose(measured: EchoMeasured) -> tuple[str, str]:
    """The setting of `audio.echo` that suits, and a sentence with what was found."""
    if measured.echo_db is None:
        return "none", f"No echo is heard (the room is at {measured.noise_dbfs:.0f} dB)."
    drift = "unknown" if measured.drift_ppm is None else f"{measured.drift_ppm:+.0f} ppm"
    found = (
        f"The echo comes after {measured.delay_seconds * 1000:.0f} ms at {measured.echo_db:+.0f} dB, the"
        f" clocks differ by {drift}, the room is at {measured.noise_dbfs:.0f} dB."
    )
    if measured.echo_db < FAINT_ECHO_DB:
        return "none", found
    return ("webrtc" if measured.delay_seconds > LONG_DELAY_SECONDS else "speex"), found
