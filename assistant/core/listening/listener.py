"""What words mean: safety phrases at once, on partial hypotheses; the rest when it is certain.

Safety phrases count wherever they are in an utterance and whatever the session listens for. Every other
phrase counts only as a whole utterance, on its final hypothesis, among the intents that are listened for.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.events import Meaning, NotUnderstood, Said, Source, TalkHeard
from assistant.core.intents import BREAK, SAFETY_INTENTS, Intent, Match, Words
from assistant.core.listening.hypotheses import FinalHypothesis, Hypothesis
from assistant.core.phrases import PhraseTable
from assistant.core.understanding import find_answer, find_safety, understand


def meaning_of(
    words: Words,
    table: PhraseTable,
    intents: Iterable[Intent],
    source: Source,
    *,
    word_end_seconds: float = 0.0,
    at_seconds: float = 0.0,
) -> Said | NotUnderstood:
    """What a whole utterance means where these intents are listened for; a safety phrase in it comes first.

    For words from anywhere: heard, typed, or sent. The times are those of the meaning.
    """
    wanted = frozenset(intents)
    match = understand(words, table, wanted, is_text=source is not Source.VOICE)
    words = tuple(word for word in words if word != BREAK)
    if match is None:
        return NotUnderstood(words)
    times = word_end_seconds, at_seconds
    return Said(match.intent, match.phrase, match.slots, source, match.is_half_heard, True, words, *times)


class Listener:
    """Interprets the hypotheses of one recognizer's stream. Owned by the stream's reflex.

    With `safety_only` its utterances are never over: a red flag only pauses, and commands mean nothing. That
    is for a stream which hears again what another one hears.
    """

    def __init__(self, table: PhraseTable, *, safety_only: bool = False) -> None:
        self._table = table
        self._safety_only = safety_only
        self._utterance_id = -1
        self._acted: Match | None = None

    def interpret(self, hypothesis: Hypothesis, intents: Iterable[Intent]) -> Meaning | None:
        """What a hypothesis means, once. What adds nothing to what was understood is talk; no words, None."""
        if hypothesis.utterance_id != self._utterance_id:
            self._utterance_id, self._acted = hypothesis.utterance_id, None
        words = hypothesis.words
        is_final = isinstance(hypothesis, FinalHypothesis) and not self._safety_only
        end_seconds, at_seconds = hypothesis.word_end_seconds, hypothesis.at_seconds
        if safety := self._new_safety(hypothesis, is_final, intents):
            self._acted = safety
            return Said(
                safety.intent,
                safety.phrase,
                is_final=is_final,
                words=words,
                word_end_seconds=end_seconds,
                at_seconds=at_seconds,
            )
        if not words:
            return None
        if self._acted or not is_final:
            return TalkHeard(words)
        return meaning_of(
            words, self._table, intents, Source.VOICE, word_end_seconds=end_seconds, at_seconds=at_seconds
        )

    def foresee(self, hypothesis: Hypothesis, intents: Iterable[Intent]) -> Match | None:
        """The safety phrase that is new in this hypothesis, if any; nothing is remembered."""
        return self._new_safety(hypothesis, isinstance(hypothesis, FinalHypothesis), intents)

    def _new_safety(self, hypothesis: Hypothesis, is_final: bool, intents: Iterable[Intent]) -> Match | None:
        if find_answer(hypothesis.words, self._table, intents):
            return None
        acted = self._acted if hypothesis.utterance_id == self._utterance_id else None
        safety = self._find_safety(hypothesis.words, is_final)
        return safety if safety and (acted is None or is_worse(safety.intent, acted.intent)) else None

    def _find_safety(self, words: Words, is_final: bool) -> Match | None:
        """A red flag ends the session for good: until the utterance is over, it only pauses."""
        found = find_safety(words, self._table)
        if found is None or found.intent is not Intent.RED_FLAG or is_final:
            return found
        sooner = find_safety(words, self._table, (Intent.PAIN, Intent.DISTRESS, Intent.STOP))
        return sooner or Match(Intent.PAUSE, found.phrase)


def is_worse(found: Intent, than: Intent) -> bool:
    """Whether one safety phrase says something worse than the other; a pause stands in for a red flag."""
    order = (*SAFETY_INTENTS, Intent.PAUSE)
    return order.index(found) < order.index(than)
