"""A second opinion on what is heard: does the sound bear it out? And has it a safety phrase all the same?

A recognizer with a grammar knows little but commands, and hears them in any talk. Here the phones of one
phrase compete with any other phones, by a network that was trained apart from the recognizer's. It hears all
the time, so it also spots a few phrases by itself, where others talk over them. Each recognizer's stream has
a judge of its own, on the same thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.errors import HearingError
from assistant.reading import read_text
from assistant.speech.vosk.judge_network import FRAME_SECONDS, JudgeNetwork
from assistant.speech.vosk.paths import IMPOSSIBLE, Paths, Ways

_REMEMBERED_SECONDS = 6.0
_SHOWN_AFTER_SECONDS = 0.6
"""So long before it is first suspected, a phrase may have ended."""
_WORD_SECONDS = 0.5
_MAX_WORDS_BYTES = 4 << 20
_WORST_TOLD = -2.0
"""What fits worse is not spotted: of some hundred phrases most are not there."""
_BLOCKS_AT_ONCE = 3
"""A call of the network costs half as much for each block then."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase that the sound may have just had: how well it fits, in nats a phone, and how many it has."""

    phrase: str
    fit: float
    phones: int


class Judge:
    """Remembers the network's opinion of the last seconds, and how well a phrase fits it."""

    def __init__(self, network: JudgeNetwork, ways: Ways) -> None:
        self._stream = network.stream()
        self._units = network.units
        self._ways = ways
        self._waiting: list[bytes] = []
        self._frames: deque[np.ndarray] = deque(maxlen=round(_REMEMBERED_SECONDS / FRAME_SECONDS))
        self._phrases: tuple[str, ...] = ()
        self._paths: Paths | None = None

    def spot(self, phrases: Sequence[str]) -> None:
        """Look for these phrases from now on, those of them that it was told how to say."""
        self._phrases = tuple(phrase for phrase in phrases if self._knows(phrase))
        self._paths = Paths(self._phrases, self._ways, self._units) if self._phrases else None

    def accept(self, block: bytes) -> list[Spotted]:
        """Take a block that the recognizer hears; give the phrases that the sound may have had by now."""
        self._waiting.append(block)
        return [] if len(self._waiting) < _BLOCKS_AT_ONCE else self._hear()

    def _hear(self) -> list[Spotted]:
        frames = self._stream.accept(np.frombuffer(b"".join(self._waiting), np.int16))
        self._waiting.clear()
        self._frames.extend(frames)
        if self._paths is None or not len(frames):
            return []
        fits = self._paths.accept(frames).max(axis=0)
        return [
            Spotted(self._phrases[number], float(fits[number]), self._paths.lengths[number])
            for number in np.flatnonzero(fits >= _WORST_TOLD)
        ]

    def plausibility(self, phrase: str, seconds: float) -> float:
        """How well a phrase, first suspected so many seconds ago, fits the sound, in nats a phone.

        0 when no other phones fit any frame better, lower the more others do. 0 as well for words that nobody
        told how to say: what cannot be judged is not held against anybody.
        """
        if not self._knows(phrase):
            return 0.0
        counted_seconds = seconds + _SHOWN_AFTER_SECONDS + _WORD_SECONDS * len(phrase.split())
        waiting = np.frombuffer(b"".join(self._waiting), np.int16)
        coming = self._stream.as_if_it_went_on(waiting)
        frames = np.concatenate([*(frame[None] for frame in self._frames), coming])
        counted = frames[-round(counted_seconds / FRAME_SECONDS) :]
        return float(Paths((phrase,), self._ways, self._units).accept(counted).max(initial=IMPOSSIBLE))

    def _knows(self, phrase: str) -> bool:
        return all(word in self._ways for word in phrase.split())


@cache
def load_judging(folder: Path) -> tuple[JudgeNetwork, Ways]:
    """What judges are made of, from the folder `judge` of a model. Raises HearingError in one sentence."""
    network = JudgeNetwork(folder / "network.npz")
    return network, _read_ways(folder / "words.txt", network.units)


def _read_ways(path: Path, units: tuple[str, ...]) -> Ways:
    """The words that `scripts/model/graph.py` wrote: `word unit unit …`, a line for each way to say it."""
    numbers = {unit: number for number, unit in enumerate(units)}
    ways: dict[str, tuple[tuple[int, ...], ...]] = {}
    try:
        for line in read_text(path, _MAX_WORDS_BYTES).splitlines():
            word, *way = line.split()
            ways[word] = (*ways.get(word, ()), tuple(numbers[unit] for unit in way))
    except (OSError, ValueError, KeyError) as error:
        raise HearingError(
            "judge_damaged", f"The file {path} is missing or damaged ({error}): install Limber anew."
        ) from error
    return ways
