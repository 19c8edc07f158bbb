"""Every utterance several times, in other rooms, at other speeds and microphones, as stored mel energies.

Dear (a few milliseconds each), so it is done once, by all cores, and kept: `NAME.energies.npy` and
`NAME.index.npy`. Labels are not stored: they follow from the alignment, which comes later and more than once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import augment
import numpy as np
import torch
from corpus import Pack, Utterance, load
from noises import level, noise

NOISE_SECONDS = 10
INDEX = np.dtype([("utterance", "i4"), ("start", "i8"), ("frames", "i4"), ("stretch", "f4")])


@dataclass(frozen=True, slots=True)
class Variants:
    """`energies` is (frames, MEL_BINS) float16 logarithms; `index` has one INDEX record per variant."""

    energies: np.ndarray
    index: np.ndarray

    def labels(self, utterances: Sequence[Utterance]) -> np.ndarray:
        """The pdf of every stored frame, by the utterances' present alignment."""
        labels = np.zeros(len(self.energies), np.uint8)
        for number, start, frames, stretch in self.index:
            spoken = utterances[number]
            labels[start : start + frames] = augment.frame_labels(spoken, frames, float(stretch))
        return labels


def load_variants(path: Path) -> Variants:
    """What `make` wrote."""
    energies = np.load(path.with_suffix(".energies.npy"), mmap_mode="r")
    return Variants(energies, np.load(path.with_suffix(".index.npy")))


def make(
    pack_path: Path, out: Path, counts: Sequence[int], seed: int, progress: Callable[[float], None]
) -> None:
    """Write `counts[i]` variants of the pack's i-th utterance."""
    slices = [
        (pack_path, slice(at, at + 200), seed, counts[at : at + 200]) for at in range(0, len(counts), 200)
    ]
    parts: list[np.ndarray] = []
    records: list[tuple[int, int, int, float]] = []
    at = 0
    with Pool(os.cpu_count()) as pool:
        for done, made in enumerate(pool.imap(_make_slice, slices)):
            for number, energies, stretch in made:
                records.append((number, at, len(energies), stretch))
                parts.append(energies)
                at += len(energies)
            progress((done + 1) / len(slices))
    np.save(out.with_suffix(".energies.npy"), np.concatenate(parts))
    np.save(out.with_suffix(".index.npy"), np.array(records, INDEX))


def _make_slice(job: tuple[Path, slice, int, Sequence[int]]) -> list[tuple[int, np.ndarray, float]]:
    path, numbers, seed, counts = job
    torch.set_num_threads(1)
    pack = load(path)
    made = []
    for offset, count in enumerate(counts):
        number = numbers.start + offset
        rng = np.random.default_rng((seed, number))
        for _ in range(count):
            wave, stretch = augment.spoken_variant(pack.audio(pack.utterances[number]), rng)
            made.append((number, augment.log_energies(wave), stretch))
    return made


def make_noises(
    packs: Sequence[Pack], recorded: Iterable[np.ndarray], out: Path, clips: int, seed: int
) -> None:
    """Write `clips` clips of synthetic noise, and those recorded ones as long, as often as may be.

    (clips, frames, MEL_BINS) float16 logarithms of energies. `packs` have the talk for babble.
    """
    rng = np.random.default_rng(seed)
    talk = []
    for pack in packs:
        texts = [u for u in pack.utterances if u.kind in ("text", "everyday") and u.length > 16_000]
        talk += [pack.audio(texts[i]) for i in rng.permutation(len(texts))[:400]]
    count = NOISE_SECONDS * 16_000
    waves = [noise(count, talk, rng) for _ in range(clips)]
    for wave in recorded:
        rounds = np.tile(wave, -(-count // max(1, len(wave))))
        waves += [level(rounds[at : at + count]) for at in range(0, len(rounds) - count + 1, count)]
    made = (augment.cleaned(wave * augment.REFERENCE_RMS) for wave in waves)
    np.save(out, np.stack([augment.log_energies(wave) for wave in made]))


def frames_by_utterance(variants: Variants) -> Iterator[tuple[int, int, int, float]]:
    """(utterance number, first frame, frames, stretch) of every variant."""
    for number, start, frames, stretch in variants.index:
        yield int(number), int(start), int(frames), float(stretch)
