"""When an utterance is over: decided on the audio alone, with time counted in samples.

Used on the hearing thread. Must not read a clock: the same audio gives the same decisions live, in a
rehearsal and in a test.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np

from assistant.core.intents import UNKNOWN_WORD
from assistant.core.ports import BLOCK_SECONDS

_SMALLEST_POWER = 1e-9  # -90 dB of full scale, the level of digital silence


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """What counts as speech and as its end.

    A block is speech when it is `above_floor_db` louder than the room, which is the level that a tenth of
    the last `floor_seconds` stayed under, and at least `quietest_speech_dbfs`.
    """

    trailing_silence_seconds: float = 0.4
    steady_words_seconds: float = 1.2
    max_utterance_seconds: float = 10.0
    max_wait_seconds: float = 3.0
    above_floor_db: float = 9.0
    quietest_speech_dbfs: float = -55.0
    floor_seconds: float = 3.0


def level_dbfs(block: bytes) -> float:
    """How loud a block (mono int16) is, in dB of full scale; -90 for digital silence."""
    samples = np.frombuffer(block, dtype=np.int16).astype(np.float32)
    power = float(samples @ samples) / (32768**2 * max(1, samples.size))
    return 10 * math.log10(power + _SMALLEST_POWER)


class SpeechDetector:
    """Tells speech from the room by its level; the room's level follows what is heard."""

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        blocks = round(settings.floor_seconds / BLOCK_SECONDS)
        start = settings.quietest_speech_dbfs - settings.above_floor_db
        self._levels_dbfs: deque[float] = deque([start] * blocks, maxlen=blocks)

    def accept(self, block: bytes) -> bool:
        """Whether the block (mono int16) is speech."""
        level = level_dbfs(block)
        self._levels_dbfs.append(level)
        floor_dbfs = sorted(self._levels_dbfs)[len(self._levels_dbfs) // 10]
        settings = self._settings
        return level >= max(floor_dbfs + settings.above_floor_db, settings.quietest_speech_dbfs)


class Endpoint(Enum):
    """What a block brings."""

    NONE = "none"
    SILENCE = "silence"
    """Silence long enough follows the speech: all of it may be decided now."""
    CUT = "cut"
    """Sound goes on, but the words do not change, or it has been too long: decide what was decoded."""


class Endpointer:
    """Watches one utterance after the other, from the first speech or word to its end."""

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self._detector = SpeechDetector(settings)
        self._silent_seconds = 0.0
        self.begin()

    def begin(self, *, heard_speech: bool = False) -> None:
        """The next block belongs to a new utterance; `heard_speech`: so does some speech before it."""
        self._length_seconds = 0.0
        self._silent_seconds *= heard_speech
        self._steady_seconds = 0.0
        self._heard_speech = heard_speech
        self._words: tuple[str, ...] = ()

    @property
    def seconds_since_speech(self) -> float | None:
        """How long ago speech was heard in this utterance; None if it was only ever too soft to notice."""
        return self._silent_seconds if self._heard_speech else None

    @property
    def is_open(self) -> bool:
        """Whether there has been speech, or a word, since the last end."""
        return self._heard_speech or bool(self._words)

    def accept(self, block: bytes, words: tuple[str, ...], *, is_awaited: bool = False) -> Endpoint:
        """Take a block and the words decoded so far. `is_awaited`: somebody waits for the end."""
        if self._detector.accept(block):
            self._heard_speech, self._silent_seconds = True, 0.0
        else:
            self._silent_seconds += BLOCK_SECONDS
        self._steady_seconds = self._steady_seconds + BLOCK_SECONDS if words == self._words else 0.0
        self._words = words
        if not self.is_open:
            return Endpoint.NONE
        self._length_seconds += BLOCK_SECONDS
        return self._decide(is_awaited)

    def _decide(self, is_awaited: bool) -> Endpoint:
        limits = self._settings
        if self._heard_speech and self._silent_seconds >= limits.trailing_silence_seconds:
            return Endpoint.SILENCE
        longest = limits.max_wait_seconds if is_awaited else limits.max_utterance_seconds
        is_phrase = bool(self._words) and self._words[-1] != UNKNOWN_WORD
        is_over = is_phrase and self._steady_seconds >= limits.steady_words_seconds
        return Endpoint.CUT if is_over or self._length_seconds >= longest else Endpoint.NONE
