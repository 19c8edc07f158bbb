"""How loud speech is to a listener, after EBU R128, and speech brought to one loudness.

Pure; any thread. Loudness is that of ITU-R BS.1770-4: a filter that hears as people do, then the mean of
those 400 ms that are neither silent nor much softer than the rest, in LUFS: a sine of 1 kHz at full scale
has -3.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from assistant.core.decibels import gain

Sound = NDArray[np.float32]

_GATE_SECONDS, _GATES_OVERLAP = 0.4, 4
_AFTER_SECONDS = 0.25
_SILENT_LUFS, _SOFTER_LU = -70.0, 10.0
_OVERSAMPLING = 4  # what a loudspeaker makes of the samples may rise above them
_LIMITING_SECONDS = 0.005
_RINGING_SECONDS = 0.1  # the filters have died away by then
_ROUNDS = 4
_NEAR_ENOUGH_LU = 0.1
_DIGITS = 2  # the same sound on every processor


def loudness_lufs(sound: Sound, rate_hz: int) -> float:
    """Integrated loudness of a sound in -1…1; minus infinity for silence."""
    size = round(_GATE_SECONDS * rate_hz)
    weighted = _as_heard(np.pad(sound, (0, max(0, size - len(sound)))), rate_hz)
    sums = np.concatenate([[0.0], np.cumsum(np.square(weighted, dtype=np.float64))])
    starts = np.arange(0, len(weighted) - size + 1, size // _GATES_OVERLAP)
    powers = (sums[starts + size] - sums[starts]) / size
    powers = powers[powers > _power(_SILENT_LUFS)]
    if not len(powers):
        return -math.inf
    powers = powers[powers > powers.mean() * gain(-2 * _SOFTER_LU)]  # a power: twice the decibels of a gain
    return float(-0.691 + 10 * np.log10(powers.mean()))


def at_loudness(sound: Sound, rate_hz: int, lufs: float, peak_dbtp: float) -> Sound:
    """The sound at a loudness, with no peak above the limit; silence stays as it is.

    Peaks are rounded within 5 ms, and what that takes of the loudness is given back to the rest. A little
    silence after it is taken in: without any a word alone would be too soft, with more too loud.
    """
    after = round(_AFTER_SECONDS * rate_hz)
    limited, raised_lu = _limited(sound, rate_hz, gain(peak_dbtp)), 0.0
    for _ in range(_ROUNDS):
        missing_lu = round(lufs - loudness_lufs(np.pad(limited, (0, after)), rate_hz), _DIGITS)
        if not math.isfinite(missing_lu) or abs(missing_lu) < _NEAR_ENOUGH_LU:
            break
        raised_lu += missing_lu
        limited = _limited(sound * np.float32(gain(raised_lu)), rate_hz, gain(peak_dbtp))
    return limited


def true_peak(sound: Sound, rate_hz: int) -> float:
    """The highest that the sound between the samples gets, in either direction."""
    return float(np.abs(_finer(sound, rate_hz)).max(initial=0.0))


def _limited(sound: Sound, rate_hz: int, most: float) -> Sound:
    """The gain goes down before a peak and up after it, smoothly, and is never above what the peak needs."""
    finer = np.abs(_finer(sound, rate_hz))
    peaks = finer.reshape(-1, _OVERSAMPLING).max(axis=1)
    if peaks.max(initial=0.0) <= most:
        return sound
    reach = round(_LIMITING_SECONDS * rate_hz)
    window = 2 * reach + 1
    needed = np.minimum(1.0, most / np.maximum(peaks, most))
    lowest = sliding_window_view(np.pad(needed, reach, constant_values=1.0), window).min(axis=1)
    smooth = np.hanning(window + 2)[1:-1]
    curve = np.convolve(np.pad(lowest, reach, mode="edge"), smooth / smooth.sum(), mode="valid")
    return (sound * curve).astype(np.float32)


def _finer(sound: Sound, rate_hz: int) -> Sound:
    """The sound at four times its rate: as many samples for each."""
    finer = soxr.resample(sound.astype(np.float32), rate_hz, rate_hz * _OVERSAMPLING)
    wanted = len(sound) * _OVERSAMPLING
    return np.pad(finer, (0, max(0, wanted - len(finer))))[:wanted]


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _as_heard(sound: Sound, rate_hz: int) -> NDArray[np.float64]:
    """The sound through both filters, a block at a time: a long sentence takes no more memory at once."""
    tail = round(_RINGING_SECONDS * rate_hz)
    block = 2 ** math.ceil(math.log2(4 * tail))
    response = _hearing(block, tail, rate_hz)
    heard = np.zeros(len(sound) + block)
    for start in range(0, len(sound), block - tail):
        piece = np.fft.rfft(sound[start : start + block - tail], block)
        heard[start : start + block] += np.fft.irfft(piece * response, block)
    return heard[: len(sound)]


@lru_cache(maxsize=4)
def _hearing(block: int, tail: int, rate_hz: int) -> NDArray[np.complex128]:
    """The two filters of BS.1770: the head lifts what is high, and what is very low is not heard."""
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(block))
    shelf = math.tan(math.pi * 1681.974450955533 / rate_hz)
    shelf_q, high = 0.7071752369554196, gain(3.999843853973347)
    middle = high**0.4996667741545416
    squared = shelf**2
    head = _filter(
        turns,
        (
            high + middle * shelf / shelf_q + squared,
            2 * (squared - high),
            high - middle * shelf / shelf_q + squared,
        ),
        (1 + shelf / shelf_q + squared, 2 * (squared - 1), 1 - shelf / shelf_q + squared),
    )
    low, low_q = math.tan(math.pi * 38.13547087602444 / rate_hz), 0.5003270373238773
    scale = 1 + low / low_q + low**2
    without_lows = _filter(
        turns, (scale, -2 * scale, scale), (scale, 2 * (low**2 - 1), 1 - low / low_q + low**2)
    )
    rings = np.fft.irfft(head * without_lows, block)
    rings[tail:] = 0.0
    return np.fft.rfft(rings)


def _filter(
    turns: NDArray[np.complex128], ahead: tuple[float, ...], back: tuple[float, ...]
) -> NDArray[np.complex128]:
    """How a filter of second order answers each frequency."""
    over, under = (sum(c * turns**power for power, c in enumerate(one)) for one in (ahead, back))
    return np.asarray(over / under)
