"""How long an utterance has gone on, and how loud: whether a phrase stands out of the talk before it.

Time is passed in. Owned by the reflex that watches the utterance.
"""

from __future__ import annotations

from collections import deque

from assistant.core.ports import BLOCK_SECONDS

_SHOWN_AFTER_SECONDS = 0.3
"""So long after they have begun the first words of an utterance are shown."""
_PHRASE_SECONDS = (-0.5, 0.4)
"""When a safety phrase sounds, from when it is first shown."""
_LOUD_SHARE = 0.9
_REMEMBERED_SECONDS = 15.0


class Talk:
    """The utterance that is being heard, block by block."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, float]] = deque(maxlen=round(_REMEMBERED_SECONDS / BLOCK_SECONDS))
        self._words_at: float | None = None

    def accept(self, now_seconds: float, level_dbfs: float, *, has_words: bool) -> None:
        """Take a block; `has_words` if words stand in the utterance by now."""
        self._blocks.append((now_seconds, level_dbfs))
        if has_words and self._words_at is None:
            self._words_at = now_seconds

    def end(self) -> None:
        """The utterance is over."""
        self._words_at = None

    def seconds_before(self, shown_at: float) -> float:
        """How long there had been words when a phrase was first shown."""
        return 0.0 if self._words_at is None else shown_at - self._words_at

    def louder_db(self, shown_at: float) -> float:
        """How much louder a phrase first shown then is than the talk before it; infinite without any."""
        begins, ends = (shown_at + seconds for seconds in _PHRASE_SECONDS)
        talk_begins = shown_at - self.seconds_before(shown_at) - _SHOWN_AFTER_SECONDS
        talk = self._loudness_dbfs(talk_begins, begins)
        phrase = self._loudness_dbfs(begins, ends)
        return float("inf") if talk is None or phrase is None else phrase - talk

    def _loudness_dbfs(self, from_seconds: float, until_seconds: float) -> float | None:
        """The level under which nine tenths of a stretch stay."""
        levels = sorted(level for at, level in self._blocks if from_seconds < at <= until_seconds)
        return levels[int(len(levels) * _LOUD_SHARE)] if levels else None
