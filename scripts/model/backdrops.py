"""What sounds behind the words of a training row: noise, the recordings' own, or people further off.

All as log-energies (frames, MEL_BINS) relative to `augment.REFERENCE_RMS`; new in every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import augment
import features
import numpy as np

FEWEST_FRAMES = 15
"""A shorter stretch of a recording's background tells too little of it."""
LONGEST_GAP_FRAMES = 120
COLOR_DB = 4.0

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud backdrops are: shares of the rows and their signal-to-noise ratios in dB; the rest has none.

    Of the rows, `own_share` have the background of a recording, as long as it is wanted, `talker_share`
    people who talk on, `talker_db` below, mostly one; in `edge_share` a backdrop begins or ends at once, as
    where a recording does.
    """

    snr_db: Sequence[tuple[float, float, float]] = (
        (0.18, 25, 50),
        (0.27, 10, 25),
        (0.33, -3, 12),
    )
    quiet_db: tuple[float, float] = (70.0, 90.0)
    own_share: float = 0.25
    talker_share: float = 0.25
    talker_db: tuple[float, float] = (0.0, 22.0)
    most_talkers: int = 3
    edge_share: float = 0.25
    silent_db: float = -90.0


class Backdrops:
    """Draws them; `recorded` are backgrounds of recordings, `talks` utterances, both log-energies."""

    def __init__(
        self, made: np.ndarray, recorded: Sequence[np.ndarray], talks: Sequence[np.ndarray], levels: Levels
    ) -> None:
        self._made = made
        self._recorded = [clip for clip in recorded if len(clip) >= FEWEST_FRAMES]
        self._talks = talks
        self._levels = levels
        self._loudness = float(np.mean([_loudness(clip.astype(np.float32)) for clip in made]))

    def row(self, frames: int, rng: Rng) -> np.ndarray:
        """The backdrop of one row."""
        levels, kind = self._levels, rng.random()
        if kind < levels.talker_share and self._talks:
            talkers = 1 if rng.random() < 0.5 else int(rng.integers(1, levels.most_talkers + 1))
            row = np.logaddexp.reduce([self._talker(frames, rng) for _ in range(talkers)]) - np.log(talkers)
            gain_db = -rng.uniform(*levels.talker_db)
        elif kind < levels.talker_share + levels.own_share and self._recorded:
            row = _continued(self._recorded[rng.integers(len(self._recorded))], frames, rng)
            row += self._loudness - _loudness(row)
            gain_db = -self._snr_db(rng)
        else:
            clip = self._made[rng.integers(len(self._made))]
            start = rng.integers(len(clip) - frames)
            row = clip[start : start + frames].astype(np.float32)
            gain_db = -self._snr_db(rng)
        row = row + augment.color(COLOR_DB, rng) + augment.nepers(gain_db)
        if rng.random() < levels.edge_share:
            at = rng.integers(frames)
            row[slice(at, None) if rng.random() < 0.3 else slice(0, at)] += augment.nepers(levels.silent_db)
        return row

    def _snr_db(self, rng: Rng) -> float:
        shares = [share for share, _, _ in self._levels.snr_db]
        kind = int(np.searchsorted(np.cumsum(shares), rng.random()))
        low, high = self._levels.quiet_db if kind == len(shares) else self._levels.snr_db[kind][1:]
        return float(rng.uniform(low, high))

    def _talker(self, frames: int, rng: Rng) -> np.ndarray:
        row = np.full((frames, features.MEL_BINS), -20.0, np.float32)
        at = -int(rng.integers(LONGEST_GAP_FRAMES))
        while at < frames:
            said = self._talks[rng.integers(len(self._talks))]
            begin, end = max(0, at), min(frames, at + len(said))
            if end > begin:
                row[begin:end] = said[begin - at : end - at]
            at += len(said) + int(rng.integers(LONGEST_GAP_FRAMES))
        return row


def _continued(clip: np.ndarray, frames: int, rng: Rng) -> np.ndarray:
    """A short background as long as it is wanted, to and fro."""
    last = len(clip) - 1
    steps = (np.arange(frames) + rng.integers(2 * last)) % (2 * last)
    return np.asarray(clip[last - np.abs(steps - last)], np.float32)


def _loudness(energies: np.ndarray) -> float:
    """The logarithm of the mean over all frames of the energy in all bands."""
    return float(np.log(np.exp(energies).sum(1).mean()))
