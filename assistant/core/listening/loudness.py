"""How long an utterance has gone on, and how loud: whether a phrase stands out of the talk before it.

Time is passed in. Owned by the reflex that watches the utterance.
"""

from __future__ import annotations

import math
from collections import deque

from assistant.core.ports import BLOCK_SECONDS

_SHOWN_AFTER_SECONDS = 0.3
"""So long after they have begun the first words of an utterance are shown."""
_PHRASE_SECONDS = (-0.5, 0.4)
"""When a safety phrase sounds, from when it is first shown."""
_LOUD_SHARE = 0.9
_OWN_TALK_DB = 3.0
_BEFORE_SECONDS = 1.5
_LEAST_LEFTOVER_DB = 6.0
"""A person who is as loud as our echo is brought down by 3 dB, half as loud by 7."""
_EVEN_DB = 6.0
_REMEMBERED_SECONDS = 15.0


class Loudness:
    """The utterance that is being heard, block by block."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, float, float]] = deque(
            maxlen=round(_REMEMBERED_SECONDS / BLOCK_SECONDS)
        )
        self._words_at: float | None = None

    def accept(
        self, now_seconds: float, level_dbfs: float, microphone_dbfs: float, *, has_words: bool
    ) -> None:
        """Take a block, as heard and before a canceller; `has_words` if words stand in the utterance."""
        self._blocks.append((now_seconds, level_dbfs, microphone_dbfs))
        if has_words and self._words_at is None:
            self._words_at = now_seconds

    def end(self) -> None:
        """The utterance is over."""
        self._words_at = None

    def talk_seconds_before(self, shown_at: float) -> float:
        """How long there had been words when a phrase was first shown."""
        return 0.0 if self._words_at is None else shown_at - self._words_at

    def louder_db(self, shown_at: float) -> float:
        """How much louder a phrase first shown then is than the talk before it; infinite without any.

        What a canceller has brought down is nobody's talk, but our own.
        """
        talk, microphone = self._talk_before(shown_at)
        phrase, _ = self._loudness_dbfs(*self.sounds(shown_at))
        is_our_own = microphone - talk >= _OWN_TALK_DB
        return math.inf if is_our_own or not math.isfinite(talk) else phrase - talk

    def is_our_own(self, shown_at: float, leftover_db: float) -> bool:
        """Whether the sound of a phrase first shown then is what a canceller left of our own voice.

        That is so where it was brought down by `leftover_db`, and where it was brought down as far as what
        sounded before it: a person would have been left as loud as before.
        """
        begins_at, ends_at = self.sounds(shown_at)
        before_db = self._cancelled_db(begins_at - _BEFORE_SECONDS, begins_at)
        limit_db = min(leftover_db, max(_LEAST_LEFTOVER_DB, before_db - _EVEN_DB))
        return self._cancelled_db(begins_at, ends_at) >= limit_db

    def _cancelled_db(self, from_seconds: float, until_seconds: float) -> float:
        heard, microphone = self._loudness_dbfs(from_seconds, until_seconds)
        return microphone - heard if math.isfinite(heard) else 0.0

    def dbfs(self, from_seconds: float, until_seconds: float) -> float:
        """How loud it was from when to when, as heard; -inf where nothing of it is remembered."""
        return self._loudness_dbfs(from_seconds, until_seconds)[0]

    def phrase_dbfs(self, shown_at: float) -> float:
        """How loud a phrase first shown then is."""
        return self.dbfs(*self.sounds(shown_at))

    def begin_of(self, shown_at: float) -> float:
        """When the utterance began in which a phrase was first shown then, or the phrase without one."""
        return min(self._talk_begins(shown_at), self.sounds(shown_at)[0])

    def _talk_begins(self, shown_at: float) -> float:
        return shown_at - self.talk_seconds_before(shown_at) - _SHOWN_AFTER_SECONDS

    def _talk_before(self, shown_at: float) -> tuple[float, float]:
        return self._loudness_dbfs(self._talk_begins(shown_at), self.sounds(shown_at)[0])

    @staticmethod
    def sounds(shown_at: float) -> tuple[float, float]:
        """From when to when a phrase sounds that is first shown then."""
        before, after = _PHRASE_SECONDS
        return shown_at + before, shown_at + after

    def _loudness_dbfs(self, from_seconds: float, until_seconds: float) -> tuple[float, float]:
        """The levels under which nine tenths of a stretch stay, as heard and before; -inf for no stretch."""
        stretch = [block for block in self._blocks if from_seconds < block[0] <= until_seconds]
        at = int(len(stretch) * _LOUD_SHARE)
        if not stretch:
            return -math.inf, -math.inf
        return sorted(block[1] for block in stretch)[at], sorted(block[2] for block in stretch)[at]
