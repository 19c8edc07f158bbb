"""A second opinion on a safety phrase: does the sound itself bear out what the recognizer believes?

A recognizer with a grammar knows little but commands, and hears them in any talk. Here the phones of one
phrase compete with any other phones, by a network that was trained apart from the recognizer's. Each
recognizer's stream has a judge of its own, on the same thread. Must not be asked for every block, but before
something is believed.
"""

from __future__ import annotations

import itertools
from collections import deque
from functools import cache
from pathlib import Path

import numpy as np

from assistant.core.ports import BLOCK_SECONDS
from assistant.errors import HearingError
from assistant.speech.vosk.judge_network import FRAME_SECONDS, JudgeNetwork
from assistant.speech.vosk.paths import Paths, Ways

_REMEMBERED_SECONDS = 6.0
_CONTEXT_SECONDS = 0.8
"""What the network hears before the first frame that counts."""
_SHOWN_AFTER_SECONDS = 0.6
"""So long before it is first suspected, a phrase may have ended."""
_WORD_SECONDS = 0.5
_IMPOSSIBLE = -1e9


class Judge:
    """Remembers the last seconds of sound, and how well a phrase fits them."""

    def __init__(self, network: JudgeNetwork, ways: Ways) -> None:
        self._network = network
        self._ways = ways
        self._blocks: deque[bytes] = deque(maxlen=round(_REMEMBERED_SECONDS / BLOCK_SECONDS))

    def accept(self, block: bytes) -> None:
        """Take a block that the recognizer hears."""
        self._blocks.append(block)

    def plausibility(self, phrase: str, seconds: float) -> float:
        """How well a phrase, first suspected so many seconds ago, fits the sound, in nats a phone.

        0 when no other phones fit any frame better, lower the more others do. 0 as well for words that nobody
        told how to say: what cannot be judged is not held against anybody.
        """
        words = phrase.split()
        if not all(word in self._ways for word in words):
            return 0.0
        counted_seconds = seconds + _SHOWN_AFTER_SECONDS + _WORD_SECONDS * len(words)
        frames = self._frames(counted_seconds)
        return float(
            Paths((phrase,), self._ways, self._network.units).accept(frames).max(initial=_IMPOSSIBLE)
        )

    def _frames(self, seconds: float) -> np.ndarray:
        """The network's opinion of the last seconds."""
        count = round((seconds + _CONTEXT_SECONDS) / BLOCK_SECONDS)
        recent = itertools.islice(self._blocks, max(0, len(self._blocks) - count), None)
        samples = np.frombuffer(b"".join(recent), np.int16)
        return self._network.log_likelihoods(samples)[-round(seconds / FRAME_SECONDS) :]


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
        for line in path.read_text("utf-8").splitlines():
            word, *way = line.split()
            ways[word] = (*ways.get(word, ()), tuple(numbers[unit] for unit in way))
    except (OSError, ValueError, KeyError) as error:
        raise HearingError(
            "judge_damaged", f"The file {path} is missing or damaged ({error}): install Limber anew."
        ) from error
    return ways
