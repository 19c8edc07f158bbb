"""Training batches: rows of a few seconds, filled with utterances, gaps and noise, new in every step.

Everything follows from the seed and the number of the step, so training can stop and go on anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import augment
import features
import numpy as np
import torch
from corpus import Utterance
from network import SUBSAMPLING
from phones import PDF_COUNT, SAFETY_WORD, SILENCE_PDF
from torch import Tensor
from variants import Variants, frames_by_utterance

ROW_FRAMES = 360
SHORTEST_CUT_FRAMES = 60
RUNNING_SHARE = 0.4
"""Of the rows: words without the pauses around them, as in sentences. Safety words keep theirs."""
UNHEARD = -100
"""The label of a frame that a row has not heard; PyTorch's losses pass it over."""


@dataclass(frozen=True, slots=True)
class Acoustics:
    """How many rows a batch has, and how hard they are: shares and their signal-to-noise ratios in dB.

    Of the rows, `cut_share` end anywhere, with the last frame repeated: so it is for a judge.
    """

    snr_db: Sequence[tuple[float, float, float]] = (
        (0.20, 25, 50),
        (0.30, 10, 25),
        (0.35, -3, 12),
    )
    level_rms: tuple[float, float] = (60, 6000)
    word_gain_db: float = 4.0
    cut_share: float = 0.0
    rows: int = 32


EASY = Acoustics(snr_db=((0.5, 20, 50),))


@dataclass(frozen=True, slots=True)
class Source:
    """One corpus in memory: stored energies, labels per frame, and the variants of each utterance."""

    variants: Variants
    labels: np.ndarray
    utterances: Sequence[Utterance]


Piece = tuple[int, int, int]  # source, first frame, frames


class Sampler:
    """Draws batches. Groups of utterances are drawn by fixed shares, words within a group evenly."""

    def __init__(
        self,
        sources: Sequence[Source],
        noises: np.ndarray,
        acoustics: Acoustics,
        shares: dict[str, float],
        seed: int,
    ) -> None:
        self._sources = sources
        self._noises = noises
        self._acoustics = acoustics
        self._seed = seed
        self._rows = acoustics.rows
        groups: dict[str, dict[str, list[Piece]]] = {name: {} for name in shares}
        for number, source in enumerate(sources):
            for utterance, first, frames in frames_by_utterance(source.variants):
                spoken = source.utterances[utterance]
                if spoken.phones and (group := _group(spoken)) in groups:
                    key = spoken.text if group == "words" else ""
                    groups[group].setdefault(key, []).append((number, first, frames))
        self._groups = {name: list(words.values()) for name, words in groups.items() if words}
        self._names = list(self._groups)
        weights = np.array([shares[name] for name in self._names])
        self._weights = weights / weights.sum()

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Features (rows, ROW_FRAMES, bins) and labels (rows, ROW_FRAMES / 3) of a step."""
        rng = np.random.default_rng((self._seed, step))
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + step)
        speech = np.full((self._rows, ROW_FRAMES, features.MEL_BINS), -20.0, np.float32)
        labels = np.full((self._rows, ROW_FRAMES), SILENCE_PDF, np.int64)
        for row in range(self._rows):
            self._fill(speech[row], labels[row], rng)
        low, high = np.log10(self._acoustics.level_rms)
        level = 10 ** rng.uniform(low, high, self._rows) / augment.REFERENCE_RMS
        noise = self._noise(rng) + np.log(level * level)[:, None, None]
        sounds = torch.from_numpy(speech + np.log(level * level)[:, None, None].astype(np.float32)).exp()
        mixed = augment.mix(sounds, torch.from_numpy(noise.astype(np.float32)).exp(), generator)
        mixed = mixed + augment.digital_floor(mixed.shape, generator)
        heard = features.cepstra(mixed)
        for row in np.flatnonzero(rng.random(self._rows) < self._acoustics.cut_share):
            end = int(rng.integers(SHORTEST_CUT_FRAMES, ROW_FRAMES))
            heard[row, end:] = heard[row, end - 1]
            labels[row, end:] = UNHEARD
        return heard, torch.from_numpy(labels[:, ::SUBSAMPLING])

    def label_shares(self, steps: int) -> np.ndarray:
        """How often each pdf occurs in the batches: the priors of a network trained on them."""
        counts = np.ones(PDF_COUNT)
        for step in range(steps):
            labels = self.batch(step)[1]
            counts += np.bincount(labels[labels != UNHEARD].numpy(), minlength=PDF_COUNT)
        return counts / counts.sum()

    def _fill(self, speech: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> None:
        """Utterances one after the other; the first may have begun before the row, the last is cut off."""
        at = -int(rng.integers(60)) if rng.random() < 0.5 else int(rng.integers(60))
        running = rng.random() < RUNNING_SHARE
        while at < ROW_FRAMES:
            group = self._names[rng.choice(len(self._names), p=self._weights)]
            words = self._groups[group]
            pieces = words[rng.integers(len(words))]
            number, first, frames = pieces[rng.integers(len(pieces))]
            run_on = running and group != "safety"
            if run_on:
                first, frames = _without_pauses(self._sources[number].labels, first, frames)
            begin, end = max(0, at), min(ROW_FRAMES, at + frames)
            if end > begin:
                taken = slice(first + begin - at, first + end - at)
                gain_db = rng.normal(0, self._acoustics.word_gain_db)
                source = self._sources[number]
                speech[begin:end] = source.variants.energies[taken]
                speech[begin:end] += gain_db * np.log(10) / 10
                labels[begin:end] = source.labels[taken]
            gap = 4 if run_on else 40 if rng.random() < 0.7 else 150
            at += frames + int(rng.integers(gap))

    def _noise(self, rng: np.random.Generator) -> np.ndarray:
        """Log-energies of each row's noise, relative to the row's speech level."""
        rows = np.empty((self._rows, ROW_FRAMES, features.MEL_BINS), np.float32)
        shares = [share for share, _, _ in self._acoustics.snr_db]
        for row in range(self._rows):
            clip = self._noises[rng.integers(len(self._noises))]
            start = rng.integers(len(clip) - ROW_FRAMES)
            kind = int(np.searchsorted(np.cumsum(shares), rng.random()))
            low, high = (70.0, 90.0) if kind == len(shares) else self._acoustics.snr_db[kind][1:]
            curve_db = np.interp(
                np.arange(features.MEL_BINS), np.linspace(0, features.MEL_BINS - 1, 6), rng.normal(0, 4, 6)
            )
            gain_db = curve_db - rng.uniform(low, high)
            rows[row] = clip[start : start + ROW_FRAMES]
            rows[row] += (gain_db * np.log(10) / 10).astype(np.float32)
        return rows


def _without_pauses(labels: np.ndarray, first: int, frames: int) -> tuple[int, int]:
    """The first frame and the number of frames of an utterance less the silence before and after it."""
    spoken = np.flatnonzero(labels[first : first + frames] != SILENCE_PDF)
    if not len(spoken):
        return first, frames
    return first + int(spoken[0]), int(spoken[-1] - spoken[0]) + 1


def _group(spoken: Utterance) -> str:
    if spoken.kind == "word":
        return "words"
    if spoken.kind != "human":
        return spoken.kind
    if spoken.text == SAFETY_WORD:
        return "safety"
    return "sentences" if " " in spoken.text else "words"
