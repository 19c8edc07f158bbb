"""Finds one sound again in another: how much later it comes.

Pure; any thread. All who measure an echo do it with this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.core.decibels import gain

CLEAR_DB = 20.0
"""So far a peak must rise over the median of what is no echo; mere noise reaches 17."""

Floats = NDArray[np.floating]
Spectrum = NDArray[Any]
"""Complex numbers, for frequencies from 0 to half of the sample rate."""


def correlated(
    heard: Floats, played: Floats, reach: int, weigh: Callable[[Spectrum], Spectrum] | None = None
) -> Floats:
    """How well `played` fits at each delay in samples, of which those up to `reach` are not wrapped around.

    `weigh` changes how much each frequency counts.
    """
    size = 1 << (len(heard) + reach).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    return np.fft.irfft(spectrum if weigh is None else weigh(spectrum), size)


def clear_peak(fits: Floats) -> int | None:
    """The delay that fits best; None where it does not stand out."""
    at = int(np.argmax(fits))
    return at if fits[at] > gain(CLEAR_DB) * np.median(fits) else None


def peak_offset(fits: Floats, at: int) -> float:
    """Where between the samples the peak is: the top of the parabola through the three."""
    if not 0 < at < len(fits) - 1:
        return 0.0
    before, top, after = fits[at - 1 : at + 2]
    return float(0.5 * (before - after) / (before - 2 * top + after))
