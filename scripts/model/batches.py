"""Training batches: rows of a few seconds, filled with utterances, gaps and backdrops, new in every step.

Everything follows from the seed and the number of the step, so training can stop and go on anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import augment
import features
import numpy as np
import torch
from backdrops import Backdrops, Levels
from corpus import Utterance
from network import SUBSAMPLING
from phones import JUDGED_PDF, PDF_COUNT, SAFETY_WORD, SILENCE_PDF
from torch import Tensor
from variants import Variants, frames_by_utterance

ROW_FRAMES = 360
SHORTEST_CUT_FRAMES = 60
RUNNING_SHARE = 0.4
"""Of the rows: words without the pauses around them, as in sentences. Safety words keep theirs."""
PLAIN_SHARE = 0.3
"""Of the utterances: labeled with plain phones, the safety word aside. Most words that many people recorded
have units of their own, so that plain phones would hardly be learned from people."""
TEMPO = 0.85, 1.18
GAP_BINS, GAP_DB = (2, 7), (6.0, 30.0)
BREATH_FRAMES = 4
"""What comes right before a word may belong to it."""
UNHEARD = -100
"""The label of a frame that a row has not heard; PyTorch's losses pass it over."""


@dataclass(frozen=True, slots=True)
class Acoustics:
    """How many rows a batch has, and how hard they are.

    Of the utterances, `changed_share` get formants, a tempo and a gap in their spectrum of their own, each by
    chance, and all another color; of the rows, `cut_share` end anywhere, with the last frame repeated: so it
    is for a judge.
    """

    backdrops: Levels = field(default_factory=Levels)
    level_rms: tuple[float, float] = (60, 6000)
    word_gain_db: float = 4.0
    changed_share: float = 0.5
    color_db: float = 3.0
    cut_share: float = 0.0
    rows: int = 32


EASY = Acoustics(Levels(((0.5, 20, 50),), talker_share=0.0))
_PLAIN = np.array(JUDGED_PDF, np.uint8)


@dataclass(frozen=True, slots=True)
class Source:
    """One corpus in memory: stored energies, labels per frame, and the variants of each utterance."""

    variants: Variants
    labels: np.ndarray
    utterances: Sequence[Utterance]


Piece = tuple[int, int, int, float]  # source, first frame, frames, stretch


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
        self._warps = augment.warps()
        self._acoustics = acoustics
        self._seed = seed
        self._rows = acoustics.rows
        groups: dict[str, dict[str, list[Piece]]] = {name: {} for name in shares}
        for number, source in enumerate(sources):
            for utterance, first, frames, stretch in frames_by_utterance(source.variants):
                spoken = source.utterances[utterance]
                if spoken.phones and (group := _group(spoken)) in groups:
                    key = spoken.text if group == "words" else ""
                    groups[group].setdefault(key, []).append((number, first, frames, stretch))
        self._groups = {name: list(words.values()) for name, words in groups.items() if words}
        self._names = list(self._groups)
        weights = np.array([shares[name] for name in self._names])
        self._weights = weights / weights.sum()
        talks = [self._energies(piece) for piece in self._talk()]
        self._backdrops = Backdrops(noises, self._backgrounds(), talks, acoustics.backdrops)

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
        backdrops = np.stack([self._backdrops.row(ROW_FRAMES, rng) for _ in range(self._rows)])
        noise = backdrops + np.log(level * level)[:, None, None]
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
            number, first, frames, stretch = pieces[rng.integers(len(pieces))]
            run_on = running and group != "safety"
            if run_on:
                first, frames = _without_pauses(self._sources[number].labels, first, frames)
            tempo = rng.uniform(*TEMPO) if self._is_changed(rng) else 1.0
            frames = round(frames * tempo)
            begin, end = max(0, at), min(ROW_FRAMES, at + frames)
            if end > begin:
                taken = first + (np.arange(begin - at, end - at) / tempo).astype(int)
                source = self._sources[number]
                speech[begin:end] = self._changed(source.variants.energies[taken], stretch, rng)
                heard = source.labels[taken]
                labels[begin:end] = _PLAIN[heard] if rng.random() < PLAIN_SHARE else heard
            gap = 4 if run_on else 40 if rng.random() < 0.7 else 150
            at += frames + int(rng.integers(gap))

    def _is_changed(self, rng: np.random.Generator) -> bool:
        return rng.random() < self._acoustics.changed_share

    def _changed(self, energies: np.ndarray, stretch: float, rng: np.random.Generator) -> np.ndarray:
        """Log-energies of another voice, whose speed moved its formants already, at another microphone."""
        energies = energies.astype(np.float32)
        if self._is_changed(rng):
            factor = rng.uniform(*augment.FORMANTS) * stretch
            energies = energies @ self._warps[np.abs(augment.WARP_FACTORS - factor).argmin()]
        energies = energies + augment.color(self._acoustics.color_db, rng)
        energies += augment.nepers(rng.normal(0, self._acoustics.word_gain_db))
        if self._is_changed(rng):
            at, bins = rng.integers(features.MEL_BINS), rng.integers(*GAP_BINS)
            energies[:, at : at + bins] += augment.nepers(-rng.uniform(*GAP_DB))
        return energies

    def _energies(self, piece: Piece) -> np.ndarray:
        number, first, frames, _ = piece
        return self._sources[number].variants.energies[first : first + frames]

    def _talk(self) -> Iterator[Piece]:
        """What people say who are not to be heard."""
        for number, source in enumerate(self._sources):
            for utterance, first, frames, stretch in frames_by_utterance(source.variants):
                spoken = source.utterances[utterance]
                if spoken.phones and spoken.kind in ("text", "everyday"):
                    yield number, first, frames, stretch

    def _backgrounds(self) -> list[np.ndarray]:
        """What was recorded before people began to speak."""
        found = []
        for source in self._sources:
            for utterance, first, frames, _ in frames_by_utterance(source.variants):
                spoken = source.utterances[utterance]
                if spoken.kind == "human" and spoken.phones:
                    begin, _ = _without_pauses(source.labels, first, frames)
                    found.append(source.variants.energies[first : max(first, begin - BREATH_FRAMES)])
        return found


def _without_pauses(labels: np.ndarray, first: int, frames: int) -> tuple[int, int]:
    """The first frame and the number of frames of an utterance less the silence before and after it."""
    spoken = np.flatnonzero(labels[first : first + frames] != SILENCE_PDF)
    if not len(spoken):
        return first, frames
    return first + int(spoken[0]), int(spoken[-1] - spoken[0]) + 1


def _group(spoken: Utterance) -> str:
    if spoken.kind == "word":
        return "words"
    if spoken.kind in ("command", "text"):
        return spoken.kind
    if spoken.text == SAFETY_WORD:
        return "safety"
    if spoken.kind == "natural":
        return "natural"
    return "sentences" if " " in spoken.text else "words"
