"""A prompt that waits in the mixer, or sounds: what is still to be played of it.

Touched only by who pulls blocks from the mixer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


@dataclass(slots=True)
class Piece:
    """A piece of speech, or an earcon."""

    samples: Samples
    ends_sentence: bool = False


@dataclass(slots=True)
class QueuedPrompt:
    """A queued prompt: the pieces still to be played, and how far the first one is.

    `sentences_over` counts the sentences that were played to their end, until who plays it has taken note.
    """

    prompt_id: int
    pieces: deque[Piece] = field(default_factory=deque)
    position: int = 0
    ended: bool = False
    sentences_over: int = 0

    def take(self, out: NDArray[np.float32]) -> int:
        """Play into `out` as far as the speech goes; return how many samples were written."""
        written = 0
        while self.pieces and written < len(out):
            samples = self.pieces[0].samples
            count = min(len(samples) - self.position, len(out) - written)
            out[written : written + count] = samples[self.position : self.position + count]
            written += count
            self.position += count
            if self.position == len(samples):
                self.sentences_over += self.pieces.popleft().ends_sentence
                self.position = 0
        return written
