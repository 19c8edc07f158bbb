"""What every microphone needs before anybody listens: no hum, no rumble, no offset.

Pure, on the hearing thread. Time is counted in blocks. What follows a block is the same whatever its level.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ

CUTOFF_HZ = 100.0
"""The lowest voices are at 80 Hz. Words lose nothing below it, and rumble goes."""
HUM_HZ = tuple(sorted({mains * harmonic for mains in (50, 60) for harmonic in range(1, 8)}))
"""The mains and their harmonics."""
NOTCH_HZ = 3.0
"""How wide each of them is taken out: the mains keep to 0.2 Hz, and a voice does not stay on one pitch."""
HUM_RATIO, HUM_DBFS = 4.0, -42.0
"""What is so loud, and of which the notches leave so little of the power, is hum that hinders."""
_HUM_POWER = (32768 * 10 ** (HUM_DBFS / 20)) ** 2
_HUM_BLOCKS = round(0.5 / BLOCK_SECONDS)
_KEPT_BLOCKS = round(30.0 / BLOCK_SECONDS)
_ORDER = 4

Samples = npt.NDArray[np.float64]


class SoundFilter(Protocol):
    """Takes block after block of one sound."""

    def filter(self, block: bytes) -> bytes:
        """The block as it is to be heard, as long as it was."""


class Cleaning:
    """A high-pass always, and a notch at each harmonic of the mains while hum is heard.

    The notches ring, which costs some words. So they are taken where they lower what is heard by much for
    half a second: speech they hardly lower.
    """

    def __init__(self) -> None:
        self._high_pass, self._notches = _BlockFilter(_high_pass), _BlockFilter(_all_notches)
        self._hum_blocks = 0
        self._hum_left_blocks = 0

    def filter(self, block: bytes) -> bytes:
        """A block of mono int16 at 16 kHz, without hum, rumble and offset; as long as it was."""
        high = self._high_pass.filter(np.frombuffer(block, dtype=np.int16).astype(np.float64))
        bare = self._notches.filter(high)
        power = float(np.mean(high**2))
        is_hum = power > _HUM_POWER and power > HUM_RATIO * float(np.mean(bare**2))
        self._hum_blocks = self._hum_blocks + 1 if is_hum else 0
        self._hum_left_blocks -= 1
        if self._hum_blocks >= _HUM_BLOCKS:
            self._hum_left_blocks = _KEPT_BLOCKS
        heard = bare if self._hum_left_blocks > 0 else high
        return np.clip(np.rint(heard), -32768, 32767).astype(np.int16).tobytes()


class _BlockFilter:
    """A recursive filter, a block at a time.

    It is a sum over all that came before, so that of a block it is two products: of the block with the
    impulse response, and of the filter's state with what that leaves over time.
    """

    def __init__(self, make: Callable[[], _System]) -> None:
        self._by = _matrices(make)
        self._state: Samples = np.zeros(len(self._by.state_from_state))

    def filter(self, samples: Samples) -> Samples:
        """The next block."""
        filtered: Samples = self._by.block_from_block @ samples + self._by.block_from_state @ self._state
        self._state = self._by.state_from_state @ self._state + self._by.state_from_block @ samples
        return filtered


@dataclass(frozen=True, slots=True)
class _Matrices:
    """What a block and the state before it add to the block that comes out, and to the state after it."""

    block_from_block: Samples
    block_from_state: Samples
    state_from_block: Samples
    state_from_state: Samples


@cache
def _matrices(make: Callable[[], _System]) -> _Matrices:
    """Those of the system that is made: the same for every sound."""
    system = make()
    powers = [np.eye(len(system.step))]
    for _ in range(BLOCK_SAMPLES):
        powers.append(system.step @ powers[-1])
    response = np.array([system.direct, *(system.outlet @ power @ system.inlet for power in powers[:-2])])
    lags = np.arange(BLOCK_SAMPLES)[:, None] - np.arange(BLOCK_SAMPLES)[None, :]
    return _Matrices(
        np.where(lags >= 0, response[np.abs(lags)], 0.0),
        np.array([system.outlet @ power for power in powers[:-1]]),
        np.array([power @ system.inlet for power in powers[:-1]][::-1]).T,
        powers[-1],
    )


@dataclass(frozen=True, slots=True)
class _System:
    """A filter whose state x follows a sample u as x' = step x + inlet u, and gives outlet x + direct u."""

    step: Samples
    inlet: Samples
    outlet: Samples
    direct: float

    def then(self, other: _System) -> _System:
        """The two, one after the other."""
        nothing = np.zeros((len(self.step), len(other.step)))
        through = np.outer(other.inlet, self.outlet)
        return _System(
            np.block([[self.step, nothing], [through, other.step]]),
            np.concatenate([self.inlet, other.inlet * self.direct]),
            np.concatenate([other.direct * self.outlet, other.outlet]),
            other.direct * self.direct,
        )


def _high_pass() -> _System:
    """Butterworth's of the fourth order, by the bilinear transform: a low-pass's poles, turned over."""
    warped = 2 * SAMPLE_RATE_HZ * np.tan(np.pi * CUTOFF_HZ / SAMPLE_RATE_HZ)
    angles = np.pi * (2 * np.arange(_ORDER) + _ORDER + 1) / (2 * _ORDER)
    poles = warped / np.exp(1j * angles)
    gain = np.prod(2 * SAMPLE_RATE_HZ / (2 * SAMPLE_RATE_HZ - poles))
    z_poles = (2 * SAMPLE_RATE_HZ + poles) / (2 * SAMPLE_RATE_HZ - poles)
    return _system(np.poly(np.ones(_ORDER)) * np.real(gain), np.real(np.poly(z_poles)))


def _all_notches() -> _System:
    return reduce(_System.then, (_notch(hz) for hz in HUM_HZ))


def _notch(frequency_hz: float) -> _System:
    """Zeros on the circle, and poles so close behind them that it is narrow."""
    zero = np.exp(2j * np.pi * frequency_hz / SAMPLE_RATE_HZ)
    pole = zero * (1 - np.pi * NOTCH_HZ / SAMPLE_RATE_HZ)
    above, below = np.real(np.poly([zero, zero.conj()])), np.real(np.poly([pole, pole.conj()]))
    return _system(above * below.sum() / above.sum(), below)


def _system(above: Samples, below: Samples) -> _System:
    """The filter with these coefficients of the numerator and the denominator, the latter's first being 1."""
    order = len(below) - 1
    step = np.vstack([-below[1:], np.eye(order - 1, order)])
    return _System(step, np.eye(order)[0], above[1:] - above[0] * below[1:], float(above[0]))
