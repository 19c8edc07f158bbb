"""Augmentation in two steps: rooms, microphones and speed on samples; gains, gaps and noise on energies.

The first is dear and is done a few times per utterance, in advance; the second is nearly free and new in
every batch. Mel energies add where sounds add, but for a random cross term, which is added too.
"""

from __future__ import annotations

import features
import numpy as np
import torch
from corpus import SAMPLE_RATE_HZ, Samples, Utterance
from noises import room
from phones import SILENCE_PDF
from scipy import fft
from torch import Tensor

from assistant.speech.cleaning import CUTOFF_HZ

Rng = np.random.Generator
TAIL_SECONDS = 0.2
SLOWEST, FASTEST = 0.8, 1.28
REFERENCE_RMS = 1000.0
"""All stored energies are of sound of this RMS, in int16's range."""
FORMANTS = 0.88, 1.17
"""How far a voice's formants are moved, whatever its speed: the range of factors."""
WARP_FACTORS = np.geomspace(0.7, 1.45, 31)
_EFFECTIVE_BINS = features.BANKS.sum(1).square() / features.BANKS.square().sum(1)


def spoken_variant(samples: Samples, rng: Rng) -> tuple[np.ndarray, float]:
    """The samples at another speed, through a microphone, in a room; and how much longer they last now."""
    wave = samples.astype(np.float32)
    wave *= REFERENCE_RMS / (np.sqrt(np.mean(wave * wave)) + 1)
    tail = int(TAIL_SECONDS * SAMPLE_RATE_HZ)
    count = fft.next_fast_len(len(wave) + tail, real=True)
    spectrum = fft.rfft(wave, count) * _high_pass(count)
    if rng.random() < 0.55:
        spectrum *= fft.rfft(room(rng)[:count], count)
    if rng.random() < 0.7:
        spectrum *= _microphone(len(spectrum), rng)
    stretch = 1.0
    if rng.random() < 0.85:
        stretch = 1 / rng.uniform(SLOWEST, FASTEST)
    length = 2 * round(count * stretch / 2)
    wave = fft.irfft(spectrum[: length // 2 + 1], length).astype(np.float32) * (length / count)
    return wave, length / count


def cleaned(wave: np.ndarray) -> np.ndarray:
    """The sound as Limber cleans it before it listens."""
    return fft.irfft(fft.rfft(wave) * _high_pass(len(wave)), len(wave)).astype(np.float32)


def _high_pass(count: int) -> np.ndarray:
    """The gain per frequency of the filter in front of Limber's ears."""
    hertz = np.maximum(fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ), 1e-3)
    return (1 / np.sqrt(1 + (CUTOFF_HZ / hertz) ** 8)).astype(np.float32)


def _microphone(bins: int, rng: Rng) -> np.ndarray:
    """A gain per frequency: a smooth random curve, at times with the treble or the bass cut off."""
    hertz = np.linspace(0, SAMPLE_RATE_HZ / 2, bins)
    knots = np.array([0, 150, 400, 1000, 2000, 3500, 5500, 8000])
    gain_db = np.interp(
        hertz, knots, rng.normal(0, 3, len(knots)) + rng.normal(0, 1.5) * np.arange(len(knots))
    )
    gain = 10 ** (gain_db / 20)
    if rng.random() < 0.25:
        gain /= np.sqrt(1 + (hertz / rng.uniform(2800, 7500)) ** 8)
    if rng.random() < 0.25:
        gain /= np.sqrt(1 + (rng.uniform(60, 350) / np.maximum(hertz, 1)) ** 6)
    return gain.astype(np.float32)


def frame_labels(utterance: Utterance, frames: int, stretch: float) -> np.ndarray:
    """The pdf of each frame (10 ms) of a variant that lasts `stretch` times as long."""
    labels = np.full(frames, SILENCE_PDF, np.uint8)
    if utterance.phones:
        pdfs, ends = zip(*utterance.phones, strict=True)
        centers = (np.arange(frames) * features.HOP_SAMPLES + features.WINDOW_SAMPLES / 2) / SAMPLE_RATE_HZ
        segment = np.searchsorted(np.asarray(ends), centers / stretch, side="right")
        inside = segment < len(pdfs)
        labels[inside] = np.asarray(pdfs, np.uint8)[segment[inside]]
    return labels


def log_energies(wave: np.ndarray) -> np.ndarray:
    """(samples,) → (frames, MEL_BINS) float16 logarithms of mel energies."""
    energies = features.mel_energies(torch.from_numpy(np.ascontiguousarray(wave)))
    return np.asarray((energies + 1.0).log().half().numpy())


def warps() -> np.ndarray:
    """(WARPS, MEL_BINS, MEL_BINS): right factors for log-energies that move all formants by WARP_FACTORS.

    So a voice gets another length of the vocal tract; above the highest band the last one goes on.
    """
    mel = np.linspace(features.mel(features.LOW_HZ), features.mel(features.HIGH_HZ), features.MEL_BINS + 2)
    hertz = 700 * np.expm1(mel[1:-1] / 1127)
    bins = np.arange(features.MEL_BINS)
    made = np.zeros((len(WARP_FACTORS), features.MEL_BINS, features.MEL_BINS), np.float32)
    for matrix, factor in zip(made, WARP_FACTORS, strict=True):
        source = np.interp(hertz / factor, hertz, bins)
        below = np.minimum(source.astype(int), features.MEL_BINS - 2)
        matrix[below, bins] = below + 1 - source
        matrix[below + 1, bins] = source - below
    return made


def color(deviation_db: float, rng: Rng) -> np.ndarray:
    """(MEL_BINS,): a smooth random curve to add to log-energies, as of another microphone."""
    knots = np.linspace(0, features.MEL_BINS - 1, 6)
    gains_db = np.interp(np.arange(features.MEL_BINS), knots, rng.normal(0, deviation_db, 6))
    return nepers(gains_db)


def nepers(gain_db: np.ndarray | float) -> np.ndarray:
    """A gain in dB as what is added to logarithms of energies."""
    return np.asarray(np.asarray(gain_db) * np.log(10) / 10, np.float32)


def mix(speech: Tensor, noise: Tensor, generator: torch.Generator) -> Tensor:
    """Energies of two sounds at once: their sum and a cross term of random phase."""
    phase = torch.randn(speech.shape, generator=generator) * (2.0 / _EFFECTIVE_BINS).sqrt()
    both = speech + noise
    return torch.maximum(both + (speech * noise).sqrt() * phase, 0.05 * both)


def digital_floor(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Energies of int16's rounding and of libvosk's dither, in shape (…, frames, MEL_BINS)."""
    return features.DITHER_ENERGY * (0.5 + torch.rand(shape, generator=generator))
