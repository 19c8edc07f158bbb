"""The recordings that a speech model is measured on: what they say, and how they sound in worse conditions.

A folder with `manifest.csv` (path, text, speaker, note, …), `commands/`, `negatives/` and `noise/`.
Runs on the main thread; pure but for reading the files.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import HearingError

Samples = np.ndarray
"""Mono int16 at 16 kHz."""

FRAME_SAMPLES = 320
LEAD_SECONDS, TAIL_SECONDS = 0.5, 1.0
TALKERS = 4
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

    def samples(self) -> Samples:
        """Read the recording. Raises HearingError unless it is mono at 16 kHz."""
        try:
            samples, rate_hz = sf.read(self.path, dtype="int16")
        except (OSError, RuntimeError) as error:
            raise HearingError("recording", f"The recording {self.path} cannot be read: {error}") from error
        if rate_hz != SAMPLE_RATE_HZ or samples.ndim != 1 or not len(samples):
            raise HearingError("recording", f"The recording {self.path} is not mono sound at 16 kHz.")
        return np.asarray(samples)


@dataclass(frozen=True, slots=True)
class Condition:
    """How commands are heard: in `noise` ("" for none) at a signal-to-noise ratio, or in a far `room`."""

    name: str
    noise: str = ""
    snr_db: float = 0.0
    room: bool = False


CONDITIONS = (
    Condition("clean"),
    *(Condition(f"kitchen {snr} dB", "kitchen", snr) for snr in (20, 10, 5)),
    *(Condition(f"babble {snr} dB", "babble", snr) for snr in (20, 10, 5)),
    Condition("far room", room=True),
)


@dataclass(frozen=True, slots=True)
class Recordings:
    """All clips of a folder, and its noises and rooms in memory."""

    clips: tuple[Clip, ...]
    noises: dict[str, Samples]
    rooms: tuple[np.ndarray, ...]

    def commands(self, *words: str) -> list[Clip]:
        """The recorded commands, only these words if any are given."""
        return [c for c in self.clips if c.folder.startswith("commands") and (not words or c.text in words)]

    def negatives(self, *kinds: str) -> list[Clip]:
        """Speech without safety words, of these folders."""
        return [c for c in self.clips if c.folder in {f"negatives/{kind}" for kind in kinds}]

    def heard(self, clip: Clip, condition: Condition, seed: int) -> Samples:
        """The clip in a condition, with a quiet lead and tail as a microphone that is always open gives."""
        rng = np.random.default_rng(seed)
        samples = clip.samples().astype(np.float64)
        if condition.room:
            response = self.rooms[seed % len(self.rooms)]
            level = active_rms(samples)
            samples = np.convolve(samples, response)[: len(samples) + SAMPLE_RATE_HZ // 2]
            samples *= level / max(active_rms(samples), 1e-9)
        lead, tail = (np.zeros(round(seconds * SAMPLE_RATE_HZ)) for seconds in (LEAD_SECONDS, TAIL_SECONDS))
        whole = np.concatenate([lead, samples, tail]) + rng.normal(0, 3, len(lead) + len(samples) + len(tail))
        if condition.noise:
            noise = self.noises[condition.noise]
            start = rng.integers(len(noise) - len(whole))
            piece = noise[start : start + len(whole)].astype(np.float64)
            whole += piece * (active_rms(samples) / max(_rms(piece), 1e-9) * 10 ** (-condition.snr_db / 20))
        return np.clip(np.round(whole), -32768, 32767).astype(np.int16)


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


def read_recordings(folder: Path) -> Recordings:
    """Read a folder of recordings. Raises HearingError if it is none."""
    clips = read_clips(folder)
    kitchen = [c.samples() for c in clips if c.folder == "noise/ambient"]
    talk = [c.samples() for c in clips if c.folder == "negatives/librispeech"]
    rooms = tuple(_response(c) for c in clips if c.folder == "noise/rir")
    if not kitchen or not talk or not rooms:
        raise HearingError("recordings", f"{folder} lacks noise/ambient, noise/rir or negatives/librispeech.")
    even = [samples * (1000.0 / max(_rms(samples), 1.0)) for samples in kitchen]
    return Recordings(clips, {"kitchen": np.concatenate(even), "babble": _babble(talk)}, rooms)


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


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def _clip(folder: Path, row: dict[str, str | None]) -> Clip:
    path, text, speaker, note = (row[name] for name in ("path", "text", "speaker", "note"))
    if path is None:
        raise KeyError("path")
    return Clip(folder / path, str(Path(path).parent), text or "", speaker or "", note or "")


def _response(clip: Clip) -> np.ndarray:
    """An impulse response from its direct sound on."""
    samples = clip.samples().astype(np.float64)
    return samples[int(np.argmax(np.abs(samples))) :][:SAMPLE_RATE_HZ]


def _babble(talk: Sequence[np.ndarray]) -> np.ndarray:
    """Several people at once: the speech in as many even parts, one over the other."""
    even = np.concatenate([samples * (1000.0 / max(_rms(samples), 1.0)) for samples in talk])
    part = len(even) // TALKERS
    return np.asarray(even[: part * TALKERS].reshape(TALKERS, part).sum(axis=0))
