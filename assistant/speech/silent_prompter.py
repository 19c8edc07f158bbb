"""In place of a voice: prompts take as long as they would to be spoken, and then have finished.

Belongs to the session's thread; a clock is passed in. It shows nothing: that is for the front ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from assistant.core.actions import Earcon
from assistant.core.events import PromptFinished

SECONDS_PER_WORD = 1 / 2.6
SHORTEST_SECONDS = 0.8


class SilentPrompter:
    """Stands for the prompter and for the mixer where there is no sound."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rate = 1.0
        self._queue: deque[tuple[int, float]] = deque()

    def speak(self, prompt_id: int, text: str) -> None:
        """The prompt will have been read so long after the one before it."""
        begins = max(self._clock(), self._queue[-1][1] if self._queue else 0.0)
        seconds = max(SHORTEST_SECONDS, len(text.split()) * SECONDS_PER_WORD / self._rate)
        self._queue.append((prompt_id, begins + seconds))

    def prepare(self, texts: Sequence[str]) -> None:
        """Nothing has to be rendered."""

    def set_rate(self, rate: float) -> None:
        """Prompts take a shorter or a longer time."""
        self._rate = rate

    def cut(self) -> None:
        """What is queued is forgotten and never finishes."""
        self._queue.clear()

    def earcon(self, earcon: Earcon) -> None:
        """Nothing is heard."""

    def set_volume(self, gain_db: float) -> None:
        """Nothing is heard."""

    def ended(self) -> list[PromptFinished]:
        """The prompts that have been read since the last call, in order."""
        ended = []
        while self._queue and self._queue[0][1] <= self._clock():
            ended.append(PromptFinished(self._queue.popleft()[0]))
        return ended

    def hush(self) -> int:
        """There is no sound; the session cuts what is queued when it knows why."""
        return 0

    def acknowledge(self, hush_number: int) -> None:
        """Nothing was hushed."""

    def close(self) -> None:
        """Nothing is open."""
