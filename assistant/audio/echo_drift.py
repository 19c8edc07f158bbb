"""Keeps what was played in step with its echo, where speaker and microphone have clocks of their own.

The echo's delay is found again and again by correlation; a line through what was found tells how fast the two
clocks run apart, and the far end is delayed by just as much more, or less. So the canceller behind it sees an
echo that stays where it is. Belongs to the hearing thread. Must not change what the microphone hears.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from assistant.audio.correlation import Spectrum, correlated, peak_offset
from assistant.audio.delay_line import DelayLine
from assistant.core.ports import BLOCK_SAMPLES, EchoCanceller

_WINDOW_BLOCKS = 60
_EVERY_BLOCKS = 50
_AUDIBLE_RMS = 100.0
_LONGEST_ECHO_SAMPLES = 4096
_QUIET_SHARE, _TINY = 1e-3, 1e-9
"""Frequencies this much softer than the loudest one count less: there is nothing but noise."""
_CLEAR = 8.0
"""So far a peak stands out of the rest's root mean square; noise alone reaches 5."""
_REMEMBERED = 24
_FEWEST = 5
_LOOKS_UNTIL_GONE = 10
_HELPS_RATIO = 4.0
"""A canceller that takes three quarters of the power away has an echo to learn."""
_WEIGHED_BLOCKS = 20
_NOT_IN_LINE_SAMPLES = 24.0
_LEAST_DRIFT = 4e-6
_MOST_DRIFT = 300e-6
_FIRST_DELAY_SAMPLES = 96.0
"""Leaves the delay room to shrink; the way from the mixer to the microphone takes several times as long."""
_MOST_DELAY_SAMPLES = 960.0

_Sound = NDArray[np.float32]


class DriftFollower:
    """An EchoCanceller around another one. `drift_ppm` is how much faster the microphone's clock runs.

    Where there is no echo, the microphone is passed on as it is: a canceller with nothing to learn garbles
    what a person says over our voice. There is one where it stands out, and where the canceller takes much
    away: in a room that rings on, or before anything was found, only that tells.
    """

    def __init__(self, canceller: EchoCanceller) -> None:
        self._canceller = canceller
        self._line = DelayLine(_FIRST_DELAY_SAMPLES)
        self._near: deque[_Sound] = deque(maxlen=_WINDOW_BLOCKS)
        self._far: deque[_Sound] = deque(maxlen=_WINDOW_BLOCKS)
        self._blocks = 0
        self._places: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)
        self._looks_without = 0
        self._drift = 0.0
        self._heard_power = self._left_power = 0.0
        self._helps = False

    @property
    def drift_ppm(self) -> float:
        """0 until it is known."""
        return self._drift * 1e6

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        """Give the microphone's block without the echo of what was played."""
        far = np.frombuffer(far_block, np.int16).astype(np.float32)
        self._blocks += 1
        self._near.append(np.frombuffer(near_block, np.int16).astype(np.float32))
        self._far.append(far)
        if self._blocks % _EVERY_BLOCKS == 0:
            self._look()
        in_step = self._line.next_block(far, self._next_delay())
        in_step_bytes: bytes = np.clip(np.rint(in_step), -32768, 32767).astype(np.int16).tobytes()
        cleaned = self._canceller.cancel(near_block, in_step_bytes)
        if _rms(far) >= _AUDIBLE_RMS:
            self._weigh(self._near[-1], np.frombuffer(cleaned, np.int16).astype(np.float32))
        return cleaned if self._places or self._helps else near_block

    def _weigh(self, heard: _Sound, left: _Sound) -> None:
        """Does the canceller take much away while we speak? Once it does, until nothing tells of an echo."""
        self._heard_power += (float(np.mean(heard * heard)) - self._heard_power) / _WEIGHED_BLOCKS
        self._left_power += (float(np.mean(left * left)) - self._left_power) / _WEIGHED_BLOCKS
        if self._heard_power > _HELPS_RATIO * self._left_power:
            self._helps, self._looks_without = True, 0

    def _next_delay(self) -> float:
        delay = self._line.delay_samples + self._drift * BLOCK_SAMPLES
        inside = _FIRST_DELAY_SAMPLES / 4 <= delay <= _MOST_DELAY_SAMPLES
        return delay if inside else _FIRST_DELAY_SAMPLES

    def _look(self) -> None:
        """Where is the echo now, and how has that changed?"""
        if len(self._far) < _WINDOW_BLOCKS:
            return
        far, near = np.concatenate(self._far), np.concatenate(self._near)
        if _rms(far) < _AUDIBLE_RMS:
            return
        place = _echo_place(near, far)
        self._looks_without = 0 if place is not None else self._looks_without + 1
        if place is None:
            if self._looks_without >= _LOOKS_UNTIL_GONE:
                self._places.clear()
                self._helps = False
            return
        now = self._blocks * BLOCK_SAMPLES
        self._places.append((float(now), place))
        if len(self._places) >= _FEWEST:
            self._drift = self._slope()

    def _slope(self) -> float:
        """The median of all slopes, for which what was misplaced does not count. A step begins a new line."""
        times, places = np.array(self._places).T
        first, second = np.triu_indices(len(times), 1)
        slope = float(np.median((places[second] - places[first]) / (times[second] - times[first])))
        rest = places - slope * times
        is_off = np.abs(rest - np.median(rest[:-1])) > _NOT_IN_LINE_SAMPLES
        if is_off[-2:].all():
            newest = list(self._places)[-2:]
            self._places.clear()
            self._places.extend(newest)
            return self._drift
        return slope if _LEAST_DRIFT < abs(slope) < _MOST_DRIFT else 0.0


def _rms(sound: _Sound) -> float:
    return float(np.sqrt(np.mean(sound * sound)))


def _echo_place(near: _Sound, far: _Sound) -> float | None:
    """How many samples after the far end its echo is loudest; None where none stands out.

    All frequencies count alike, which makes the direct sound's peak as sharp as it can be.
    """

    def alike(spectrum: Spectrum) -> Spectrum:
        size = np.abs(spectrum)
        return spectrum / (size + _QUIET_SHARE * float(size.max()) + _TINY)

    fits = correlated(near, far, _LONGEST_ECHO_SAMPLES, alike)[:_LONGEST_ECHO_SAMPLES]
    at = int(np.argmax(fits))
    if fits[at] < _CLEAR * float(np.sqrt(np.mean(np.square(fits)))):
        return None
    return at + peak_offset(fits, at)
