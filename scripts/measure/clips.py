"""The recordings that all is measured on: what they say, how loud they are and where their word ends.

A folder with `manifest.csv` (path, text, speaker, note, …), `commands/`, `negatives/` and `noise/`.
Pure but for reading the files.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import HearingError

Samples = np.ndarray
"""Mono int16 at 16 kHz."""

FRAME_SAMPLES = 320
UNCONFIRMED = "not confirmed"


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording. `folder` is the part of the path without the file's name."""

    path: Path
    folder: str
    text: str
    speaker: str
    note: str

    @property
    def confirmed(self) -> bool:
        """Whether nothing casts doubt on the label."""
        return UNCONFIRMED not in self.note

    @property
    def half(self) -> int:
        """1 or 2: all recordings of one speaker are in the same half."""
        return 1 + hashlib.sha256(self.speaker.encode()).digest()[0] % 2

    def samples(self) -> Samples:
        """Read the recording. Raises HearingError unless it is mono at 16 kHz."""
        try:
            samples, rate_hz = sf.read(self.path, dtype="int16")
        except (OSError, RuntimeError) as error:
            raise HearingError("recording", f"The recording {self.path} cannot be read: {error}") from error
        if rate_hz != SAMPLE_RATE_HZ or samples.ndim != 1 or not len(samples):
            raise HearingError("recording", f"The recording {self.path} is not mono sound at 16 kHz.")
        return np.asarray(samples)


def read_clips(folder: Path) -> tuple[Clip, ...]:
    """Read what a folder's manifest lists. Raises HearingError if there is none."""
    manifest = folder / "manifest.csv"
    try:
        with manifest.open(newline="", encoding="utf-8") as lines:
            clips = tuple(_clip(folder, row) for row in csv.DictReader(lines))
    except KeyError as error:
        what = f"{manifest} is no list of recordings: a line lacks the column {error}."
        raise HearingError("recordings", what) from error
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        what = f"{manifest} is no list of recordings: {getattr(error, 'strerror', None) or error}."
        raise HearingError("recordings", what) from error
    return clips


def active_rms(samples: np.ndarray) -> float:
    """The level of the speech itself: of those 20 ms frames that are at most 30 dB below the loudest."""
    energies = _frame_energies(samples)
    return float(np.sqrt(energies[energies >= energies.max() * 1e-3].mean()))


def word_end_seconds(samples: Samples) -> float:
    """Where the last frame ends that stands out of the background and is at most 30 dB below the loudest."""
    energies = _frame_energies(samples.astype(np.float64)) + 1.0
    threshold = min(max(np.percentile(energies, 10) * 15.0, energies.max() * 1e-3), energies.max())
    return float((np.flatnonzero(energies >= threshold)[-1] + 1) * FRAME_SAMPLES / SAMPLE_RATE_HZ)


def _frame_energies(samples: np.ndarray) -> np.ndarray:
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return np.asarray(np.square(whole).mean(axis=1))


def _clip(folder: Path, row: dict[str, str | None]) -> Clip:
    path, text, speaker, note = (row[name] for name in ("path", "text", "speaker", "note"))
    if path is None:
        raise KeyError("path")
    return Clip(folder / path, str(Path(path).parent), text or "", speaker or "", note or "")
