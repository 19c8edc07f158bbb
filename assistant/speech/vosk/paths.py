"""How well phrases fit what a network heard: the best path through their units, frame by frame.

Pure arithmetic; whoever owns a `Paths` feeds it. 0 is a perfect fit, and what other units fit better costs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

Ways = Mapping[str, tuple[tuple[int, ...], ...]]
"""For each word the ways to say it, each a sequence of the network's outputs."""

_Way = tuple[tuple[int, ...], ...]
"""Of each word of a phrase the units."""
_MOST_WAYS = 8
_SILENCE = 0
_PAUSE_COST = 0.03
"""Nats for each frame between two words, one a second: else a phrase goes on that began long ago."""
IMPOSSIBLE = -1e9
_OWN_UNIT = "."  # "P.stop" is the one that only "stop" has


class Paths:
    """The paths of some phrases, all their ways at once; a path may begin at any frame.

    It goes from unit to unit, with or without pauses between words, and each unit lasts at least a frame.
    All ways of all phrases stand in one row, one after the other. The score is in nats a unit. An end of its
    own, which only one word has, has to last for two frames, and what it loses is not divided: "stole" begins
    as "stop" does.
    """

    def __init__(self, phrases: Sequence[str], ways: Ways, units: Sequence[str]) -> None:
        paths = [
            (number, _path(way, units))
            for number, phrase in enumerate(phrases)
            for way in _ways_of(phrase, ways)
        ]
        self.lengths = [min(_length(way) for way in _ways_of(phrase, ways)) for phrase in phrases]
        """Of each phrase, the number of units of its shortest way."""
        self._units = np.concatenate([path for _, (path, _) in paths])
        self._weights = np.concatenate([weights for _, (_, weights) in paths])
        counts = np.array([len(path) for _, (path, _) in paths])
        self._ends = np.cumsum(counts) - 1
        self._starts = self._ends - counts + 1
        self._first_paths = np.searchsorted([number for number, _ in paths], np.arange(len(phrases)))
        places = np.arange(len(self._units)) - np.repeat(self._starts, counts)
        self._after_pauses = np.flatnonzero((places >= 2) & (np.roll(self._units, 1) == _SILENCE))
        self._pausing = _PAUSE_COST * self._weights * ((places > 0) & (self._units == _SILENCE))
        self._best = np.full(len(self._units), IMPOSSIBLE)

    def accept(self, frames: np.ndarray) -> np.ndarray:
        """(frames, units) log-likelihoods → (frames, phrases): how well each phrase fits that ends there."""
        found = np.full((len(frames), len(self._first_paths)), IMPOSSIBLE)
        costs = (frames - frames.max(1, initial=IMPOSSIBLE, keepdims=True))[:, self._units] * self._weights
        costs -= self._pausing
        for at, cost in enumerate(costs):
            stepped = np.roll(self._best, 1)
            stepped[self._starts] = 0.0
            best = np.maximum(self._best, stepped)
            leaped = self._best[self._after_pauses - 2]
            best[self._after_pauses] = np.maximum(best[self._after_pauses], leaped)
            self._best = best + cost
            found[at] = np.maximum.reduceat(self._best[self._ends], self._first_paths)
        return found


def _ways_of(phrase: str, ways: Ways) -> Iterator[_Way]:
    return itertools.islice(itertools.product(*(ways[word] for word in phrase.split())), _MOST_WAYS)


def _length(way: _Way) -> int:
    return sum(map(len, way))


def _path(words: _Way, units: Sequence[str]) -> tuple[list[int], np.ndarray]:
    """The units of a way to say a phrase, and what each weighs."""
    path = [unit for word in words for unit in (*word, _SILENCE)][:-1]
    has_own_end = _OWN_UNIT in units[path[-1]]
    weights = np.full(len(path) + has_own_end, 1 / _length(words))
    if has_own_end:
        path.append(path[-1])
        weights[-2:] = 1.0
    return path, weights
