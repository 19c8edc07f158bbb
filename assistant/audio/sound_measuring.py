"""Measures the room, the person and our own echo while the session checks the sound.

Fed block by block on the hearing thread, which owns it; only `watch` may be called from another thread. Time
is counted in blocks. Must not judge: core/dialogue/sound_check.py does.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from assistant.audio.correlation import Spectrum, clear_peak, correlated
from assistant.core.actions import Action, ReportState
from assistant.core.decibels import dbfs
from assistant.core.events import SoundMeasured
from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.core.states import State

EVERY_BLOCKS = round(0.2 / BLOCK_SECONDS)
"""A word is acted on 0.12 s after its end at the soonest, so its loud part is in what was told before."""
QUIET_BLOCKS = round(15.0 / BLOCK_SECONDS)  # the room is what was heard in so long without us
LEAST_ROOM_BLOCKS = round(1.0 / BLOCK_SECONDS)  # of less, a word would be a great part
TAIL_BLOCKS = round(0.5 / BLOCK_SECONDS)  # so long our own voice may still ring after its last block
OWN_BLOCKS = round(4.0 / BLOCK_SECONDS)  # of our own sentence: its end, which is enough to find it again
WORD_BLOCKS = round(0.2 / BLOCK_SECONDS)  # the loud part of a short word
SOUNDING_DBFS = -60.0  # softer than that, a played block is a pause
NOISE_SHARE = 0.3
"""The room's level is what so many blocks stay under: a person's word and a slammed door are above."""
LEAST_OVER_DB = 6.0  # less than that is the room's own unrest
LONGEST_DELAY_SECONDS = 0.5
LOWEST_HERTZ, HIGHEST_HERTZ = 200.0, 6000.0

_Sound = NDArray[np.float64]


class SoundMeter:
    """Listens to both sides all the time, and tells what it found while the session is in its sound check."""

    def __init__(self) -> None:
        self._is_wanted = False
        self._room: deque[float] = deque(maxlen=QUIET_BLOCKS)
        self._answer: deque[float] = deque(maxlen=QUIET_BLOCKS)
        self._own: deque[tuple[_Sound, _Sound]] = deque(maxlen=OWN_BLOCKS + TAIL_BLOCKS)
        self._quiet_blocks = TAIL_BLOCKS
        self._blocks = 0
        self._echo: tuple[float, float] | None = None

    def watch(self, action: Action) -> None:
        """Notice where the session is; from its thread. The hearing thread takes the latest."""
        if isinstance(action, ReportState):
            self._is_wanted = action.state == State.SOUND_CHECK

    def accept(self, near_block: bytes, far_block: bytes) -> SoundMeasured | None:
        """Take what was heard, echo and all, and what was played beside it (each BLOCK_BYTES).

        In the sound check, give five times a second what was measured so far.
        """
        near, far = _sound(near_block), _sound(far_block)
        if dbfs(float(np.mean(far**2))) > SOUNDING_DBFS:
            if self._quiet_blocks >= TAIL_BLOCKS:
                self._own.clear()
            self._quiet_blocks = 0
            self._answer.clear()
        else:
            self._quiet_blocks += 1
        if self._quiet_blocks <= TAIL_BLOCKS:
            self._own.append((near, far))
            if self._quiet_blocks == TAIL_BLOCKS and self._is_wanted:
                self._echo = self._find_echo()
        else:
            power = float(np.mean(near**2))
            self._room.append(power)
            self._answer.append(power)
        self._blocks += 1
        is_due = self._is_wanted and self._blocks % EVERY_BLOCKS == 0
        return self._measured() if is_due and len(self._room) >= LEAST_ROOM_BLOCKS else None

    def _measured(self) -> SoundMeasured:
        noise_dbfs = dbfs(self._noise_power())
        over_db = self._loudest_dbfs() - noise_dbfs
        delay_seconds, echo_dbfs = self._echo or (None, None)
        return SoundMeasured(
            noise_dbfs=round(noise_dbfs, 1),
            speech_over_noise_db=round(over_db, 1) if over_db >= LEAST_OVER_DB else None,
            echo_dbfs=echo_dbfs,
            echo_delay_seconds=delay_seconds,
        )

    def _noise_power(self) -> float:
        return sorted(self._room)[int(len(self._room) * NOISE_SHARE)]

    def _loudest_dbfs(self) -> float:
        """The level of the loudest word-long stretch since our own sentence ended."""
        powers = np.array(self._answer)
        if len(powers) < WORD_BLOCKS:
            return dbfs(0.0)
        return dbfs(float(np.convolve(powers, np.full(WORD_BLOCKS, 1 / WORD_BLOCKS), "valid").max()))

    def _find_echo(self) -> tuple[float, float] | None:
        """Find our own sentence in what was heard: its delay in seconds and its level in dBFS."""
        near, far = (np.concatenate(side) for side in zip(*self._own, strict=True))
        delay = _delay_samples(near, far)
        if delay is None:
            return None
        shifted = near[delay:]
        whole = len(shifted) // BLOCK_SAMPLES * BLOCK_SAMPLES
        played = np.mean(far[:whole].reshape(-1, BLOCK_SAMPLES) ** 2, axis=1)
        sounding = played > 10 ** (SOUNDING_DBFS / 10)
        heard = np.mean(shifted[:whole].reshape(-1, BLOCK_SAMPLES) ** 2, axis=1)[sounding]
        noise_power = self._noise_power() if self._room else 0.0  # of no room so far nothing is known
        echo_dbfs = dbfs(max(0.0, float(np.mean(heard)) - noise_power))
        return round(delay / SAMPLE_RATE_HZ, 4), round(echo_dbfs, 1)


def _delay_samples(near: _Sound, far: _Sound) -> int | None:
    """How much later the played sound is found in the heard one; None when it is not there.

    The phases alone are compared (GCC-PHAT, Knapp and Carter 1976), so that a room's colour does not matter.
    """

    def phases(spectrum: Spectrum) -> Spectrum:
        hertz = np.fft.rfftfreq(2 * (len(spectrum) - 1), 1 / SAMPLE_RATE_HZ)
        spectrum[(hertz < LOWEST_HERTZ) | (hertz > HIGHEST_HERTZ)] = 0.0
        return spectrum / np.maximum(np.abs(spectrum), 1e-12)

    fits = np.abs(correlated(near, far, len(far), phases))
    return clear_peak(fits[: round(LONGEST_DELAY_SECONDS * SAMPLE_RATE_HZ)])


def _sound(block: bytes) -> _Sound:
    return np.frombuffer(block, np.int16).astype(np.float64) / 32768
