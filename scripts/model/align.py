"""Forced alignment: when each phone of a known text sounds, by the Viterbi path through a network's outputs.

One state per phone, an optional silence around every word; what is loud is no silence, which a weak network
would not know. The safety words' own units count as the plain phones while aligning and are told apart
afterwards, by the word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import augment
import corpus
import features
import numpy as np
import torch
from corpus import SAMPLE_RATE_HZ, Pack, Samples, Utterance
from lexicon import pronunciations
from network import SUBSAMPLING, Network, load
from phones import PDF, PDF_COUNT, PLAIN_PDF, SILENCE_PDF, WORD_UNITS

LEVEL_RMS = 1500.0
SLICE = 250
PRIOR_SCALE = 0.5
FRAME_SAMPLES = SUBSAMPLING * features.HOP_SAMPLES
HUMAN_LOUD_DB, SYNTHETIC_LOUD_DB = 12.0, 25.0
"""A frame that is at most so much softer than the loudest is no silence; people have noise around them."""
_LOUD_SILENCE = -10.0
_IMPOSSIBLE = -1e9


def states(text: str) -> tuple[np.ndarray, np.ndarray]:
    """The plain pdf of each state and the pdf with which its frames are to be labeled."""
    plain, labels = [SILENCE_PDF], [SILENCE_PDF]
    for word in text.split():
        way = pronunciations(word)[0]
        plain += [PDF[phone] for phone in way] + [SILENCE_PDF]
        labels += [PDF[unit] for unit in WORD_UNITS.get(word, way)] + [SILENCE_PDF]
    return np.array(plain), np.array(labels)


def viterbi(scores: np.ndarray, optional: np.ndarray) -> tuple[float, np.ndarray]:
    """The best path through left-to-right states, of which the optional ones may be left out.

    `scores` is (frames, states); returns the mean score and each frame's state.
    """
    frames, count = scores.shape
    skip_from = np.zeros(count, bool)
    skip_from[2:] = optional[1:-1]
    best = np.full(count, _IMPOSSIBLE)
    best[:2] = scores[0, :2]
    steps = np.zeros((frames, count), np.int64)
    for t in range(1, frames):
        came = np.full((3, count), _IMPOSSIBLE)
        came[0] = best
        came[1, 1:] = best[:-1]
        came[2, 2:] = np.where(skip_from[2:], best[:-2], _IMPOSSIBLE)
        steps[t] = came.argmax(0)
        best = came.max(0) + scores[t]
    path = np.zeros(frames, np.int64)
    path[-1] = count - 1 if best[-1] >= best[-2] else count - 2
    for t in range(frames - 1, 0, -1):
        path[t - 1] = path[t] - steps[t, path[t]]
    return float(best[path[-1]] / frames), path


@torch.no_grad()
def plain_scores(network: Network, samples: Samples, log_priors: np.ndarray) -> np.ndarray:
    """(frames, plain pdfs) log-likelihoods up to a constant, each phone's units summed."""
    wave = torch.from_numpy(augment.cleaned(samples.astype(np.float32)))
    wave *= LEVEL_RMS / (wave.square().mean().sqrt() + 1)
    heard = features.cepstra(features.mel_energies(wave) + features.DITHER_ENERGY)
    outputs = network(heard[None])[0].exp()
    plain = torch.zeros(len(outputs), PDF_COUNT).index_add_(1, torch.tensor(PLAIN_PDF), outputs)
    return plain.clamp_min(1e-10).log().numpy() - log_priors


def loud_frames(samples: Samples, count: int, within_db: float) -> np.ndarray:
    """Which of so many frames are at most so much softer than the loudest."""
    centers = np.arange(count) * FRAME_SAMPLES + features.WINDOW_SAMPLES // 2
    power = np.convolve(samples.astype(np.float64) ** 2, np.full(FRAME_SAMPLES, 1 / FRAME_SAMPLES), "same")
    power = power[np.minimum(centers, len(power) - 1)]
    return np.asarray(power > power.max() * 10 ** (-within_db / 10))


def align(network: Network, pack: Pack, prior: np.ndarray) -> Iterator[tuple[float, Utterance]]:
    """Each utterance with its phones, and how well they fit; without phones if it is too short for its text.

    What a synthesizer said about its phones stays, but for words with units of their own.
    """
    plain_prior = np.bincount(PLAIN_PDF, prior, PDF_COUNT) + 1e-6
    log_priors = PRIOR_SCALE * np.log(plain_prior)
    for utterance in pack.utterances:
        if utterance.phones and WORD_UNITS.keys().isdisjoint(utterance.text.split()):
            yield 0.0, utterance
            continue
        plain, labels = states(utterance.text)
        samples = pack.audio(utterance)
        scores = plain_scores(network, samples, log_priors)
        within_db = HUMAN_LOUD_DB if utterance.kind == "human" else SYNTHETIC_LOUD_DB
        loud = loud_frames(samples, len(scores), within_db)
        scores[loud, SILENCE_PDF] += _LOUD_SILENCE
        scores = scores[:, plain]
        if len(scores) <= np.count_nonzero(plain):
            yield _IMPOSSIBLE, replace(utterance, phones=())
            continue
        score, path = viterbi(scores, plain == SILENCE_PDF)
        changes = np.append(np.flatnonzero(np.diff(path)), len(path) - 1)
        middle = features.WINDOW_SAMPLES / 2 + FRAME_SAMPLES / 2
        ends = [(int(t) * FRAME_SAMPLES + middle) / SAMPLE_RATE_HZ for t in changes]
        phones = tuple((int(labels[path[t]]), round(end, 3)) for t, end in zip(changes, ends, strict=True))
        yield score, replace(utterance, phones=phones)


def without_worst(aligned: Sequence[tuple[float, Utterance]], share: float) -> list[Utterance]:
    """All utterances, those that fit their text worst without phones: mostly wrong labels."""
    limit = np.quantile([score for score, _ in aligned], share)
    return [utterance if score > limit else replace(utterance, phones=()) for score, utterance in aligned]


def align_slice(job: tuple[Path, Path, np.ndarray, int]) -> list[tuple[float, Utterance]]:
    """The share of a process: SLICE utterances of a pack from a number on, by a network and its priors."""
    pack_path, network_path, prior, start = job
    torch.set_num_threads(1)
    pack = corpus.load(pack_path)
    part = Pack(pack.samples, pack.utterances[start : start + SLICE])
    return list(align(load(network_path, PDF_COUNT), part, prior))
