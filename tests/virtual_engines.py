"""Who hears and who speaks in a virtual room: by the words that are in the blocks, and by time alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from virtual_machine import WORD_BLOCKS, floor_block, word_in

from assistant.core.actions import Action
from assistant.core.intents import UNKNOWN_WORD
from assistant.core.listening.hypotheses import FinalHypothesis, Hypotheses, PartialHypothesis
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, Speech
from assistant.errors import VoiceError

if TYPE_CHECKING:
    from whole_program import World

QUIET_BLOCKS = 20
BLOCKS_A_WORD = 2
"""Our own voice speaks fast: more happens in an hour."""


@dataclass(eq=False)
class Utterance:
    """What somebody says, and what became of it. Times are on the machine's clock."""

    words: tuple[str, ...]
    is_persons: bool
    begins_at: float
    ends_at: float = 0.0
    is_alone: bool = True
    is_safety: bool = False
    heard: int = 0
    heard_at: float = math.inf


class Uncleaned:
    """No hum and no rumble are in this room."""

    def filter(self, block: bytes) -> bytes:
        return block


class Unmeasured:
    """Without a sound check nobody asks how loud this room is."""

    def watch(self, action: Action) -> None:
        pass

    def accept(self, near: bytes, far: bytes) -> None:
        return None


class Recognizer:
    """Hears the words that are in the blocks; one of which blocks are missing is unknown, or nothing."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._blocks = self._quiet = 0
        self._word, self._parts, self._began = -1, 0, 0.0
        self._words: list[str] = []
        self._numbers: list[int] = []
        self._spans: list[tuple[float, float]] = []
        self._utterance_id = 1
        self.seconds_since_speech: float | None = None

    def accept(self, block: bytes) -> Hypotheses:
        world = self._world
        if world.slow_seconds:
            world.threads.sleep(world.slow_seconds)
        self._blocks += 1
        found = word_in(block)
        if found is None:
            if block == floor_block():
                world.good_at = world.threads.now
            return self._rest()
        number, part = found
        world.good_at = world.threads.now
        heard: Hypotheses = []
        if number != self._word:
            heard += self._conclude_word()
            self._word, self._began = number, self._now
        self._parts += 1
        self._quiet, self.seconds_since_speech = 0, 0.0
        return heard + (self._conclude_word() if part == WORD_BLOCKS - 1 else [])

    def _rest(self) -> Hypotheses:
        if self.seconds_since_speech is None:
            return []
        self._quiet += 1
        self.seconds_since_speech = self._quiet * BLOCK_SECONDS
        heard = self._conclude_word() if self._quiet == 2 else []
        return heard + (self._final() if self._quiet >= QUIET_BLOCKS else [])

    def _conclude_word(self) -> Hypotheses:
        number, parts = self._word, self._parts
        self._word, self._parts = -1, 0
        if number < 0 or parts < 4:
            return []
        word, utterance = self._world.said[number]
        is_whole = parts >= WORD_BLOCKS - 2
        self._words.append(word if is_whole else UNKNOWN_WORD)
        self._spans.append((self._began, self._now))
        self._numbers.append(number)
        utterance.heard += is_whole
        if utterance.heard == len(utterance.words):
            utterance.heard_at = min(utterance.heard_at, self._world.threads.now)
        return [PartialHypothesis(self._utterance_id, tuple(self._words), self._now, self._now)]

    def _final(self) -> Hypotheses:
        words, spans = tuple(self._words), tuple(self._spans)
        numbers, self._words, self._spans, self._numbers = self._numbers, [], [], []
        self._quiet, self.seconds_since_speech = 0, None
        if not words:
            return []
        self._utterance_id += 1
        self._world.heard_last[words] = self._world.ended_at(numbers[-1])
        end = spans[-1][1]
        return [FinalHypothesis(self._utterance_id - 1, words, end, self._now, spans)]

    @property
    def _now(self) -> float:
        return self._blocks * BLOCK_SECONDS

    def end_utterance(self) -> Hypotheses:
        quiet, since = self._quiet, self.seconds_since_speech
        final = self._final()
        self._quiet, self.seconds_since_speech = quiet, since
        return final

    def finish(self) -> Hypotheses:
        return [*self._conclude_word(), *self._final()]

    def plausibility(self, phrase: str, seconds: float) -> float:
        return -0.1

    def set_grammar(self, phrases: Sequence[str]) -> None:
        pass

    def spot(self, phrases: Sequence[str]) -> None:
        pass


class Voice:
    """Says each word as so many blocks; fails, takes its time or hangs when the world says so."""

    def __init__(self, world: World, name: str) -> None:
        self._world, self.id = world, name

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        world = self._world
        trouble, seconds = world.voices.get(self.id, ("", 0.0))
        if trouble == "late":
            world.threads.sleep(seconds)
        elif trouble == "hang":
            world.threads.sleep(10_000.0)
        elif trouble == "fail":
            raise VoiceError("voice_failed", f"The voice {self.id} failed.")
        yield Speech(_spoken(blocks_of(text)))


def blocks_of(sentence: str) -> int:
    """How many blocks a sentence takes."""
    return BLOCKS_A_WORD * len(sentence.split())


@cache
def _spoken(count: int) -> bytes:
    return b"\x00\x04" * (BLOCK_BYTES // 2 * count)
