"""Whether what was said is for us: by how it sounds, and by the talk before it. Safety phrases never ask.

One `Addressing` belongs to a reflex, which has what the recognizer's stream is made of. Time is passed in.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.core.events import Meaning, NotUnderstood, Said, TalkHeard
from assistant.core.intents import UNKNOWN_WORD, WHOLE_ANSWERS, Intent, Words
from assistant.core.listening.hypotheses import FinalHypothesis
from assistant.core.listening.loudness import Loudness
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.listening.room_sound import RoomSound
from assistant.core.phrases import PhraseTable
from assistant.core.understanding import find_safety

Stretch = tuple[float, float, float]
"""Of talk: from when to when it sounded, and how loud."""
Interpret = Callable[[FinalHypothesis], Meaning | None]

ANSWERS = WHOLE_ANSWERS | {Intent.NUMBER}
"""What is asked about again where the sound bears it out only just."""
_MOST_STRETCHES = 32
_BESIDE_SECONDS = (0.25, 0.8)
"""How far from a command sound belongs to the same sentence: from when, and until when."""
_AS_LOUD_DB = 6.0
_ONE_VOICE_DB = 7.0
"""The words of one phrase are within so much of its loudest."""
_LEAST_OTHERS_SECONDS, _FAR_LOUDER_DB = 1.2, 7.0
"""Who is so much louder than others that talked for so long around it is another voice."""
_LOUDER_DB = 4.0
"""So is who is so much louder than they, and stands out of how loud the room was before."""
_ROOM_MORE_DB = 1.0
"""The room is often a little louder than a third of the time: so much more is asked than of talk."""
_WORD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Apart:
    """What somebody `near` said, much louder than the `others` who talked in the same utterance."""

    near: FinalHypothesis
    others: Stretch


class Addressing:
    """Remembers the talk of the last seconds, and tells what of an utterance is for us."""

    def __init__(
        self,
        table: PhraseTable,
        plausibility: Callable[[str, float], float],
        point: OperatingPoint,
        loudness: Loudness,
        room: RoomSound,
    ) -> None:
        self._table = table
        self._plausibility = plausibility
        self._point = point
        self._loudness, self._room = loudness, room
        self._we_spoke_at = self._we_were_heard_at = -math.inf
        self._talk: deque[Stretch] = deque(maxlen=_MOST_STRETCHES)

    def we_speak(self, now_seconds: float, is_heard: bool) -> None:
        """Our own voice may sound: what sounds with it is nobody's talk, for it may be ours.

        Where it `is_heard`, what is not understood is nothing at all.
        """
        self._we_spoke_at = now_seconds
        if is_heard:
            self._we_were_heard_at = now_seconds

    def meaning(self, final: FinalHypothesis, interpret: Interpret) -> Meaning | None:
        """What an utterance without a new safety phrase means, for us."""
        words, is_called = self._table.without_call(final.words)
        meaning = interpret(replace(final, words=words) if is_called else final)
        if not isinstance(meaning, Said | NotUnderstood) or find_safety(final.words, self._table):
            return meaning
        unknown = _unknown_spans(final) if isinstance(meaning, Said) else [_whole_span(final)]
        beside = [(*span, self._loudness.dbfs(*span)) for span in unknown]
        for apart in self._apart(final):
            beside = [apart.others]
            near_words, is_near_called = self._table.without_call(apart.near.words)
            near = interpret(replace(apart.near, words=near_words))
            if isinstance(near, Said):
                self._talk.append(apart.others)
                final, words, is_called, meaning = apart.near, near_words, is_near_called, near
                break
        is_command = isinstance(meaning, Said)
        if not is_command and _whole_span(final)[0] <= self._we_were_heard_at:
            return None
        beside = [stretch for stretch in beside if stretch[0] > self._we_spoke_at]
        begin, end = _known_span(final)
        talk = [*self._talk, *beside] if is_command else self._talk
        level_dbfs = self._loudness.dbfs(begin, end)
        stands_out = not level_dbfs - self._room.dbfs(begin) < self._above_room_db  # it may not be known
        if is_called or is_command:
            self._room.leave_out(begin, end)
        is_talk = not is_called and (
            level_dbfs - self._loudest_of_others(talk, final.at_seconds) < self._point.stands_out_db
            or (is_command and not stands_out)
        )
        if isinstance(meaning, Said) and not is_talk:
            fit = self._fit(final, words, begin)
            if meaning.intent in ANSWERS and fit < self._point.answer_plausibility:
                meaning = replace(meaning, is_half_heard=True)
            if fit >= self._point.command_plausibility:
                return _with_what_sounded(meaning, self._loudness, begin, end)
        if not is_command and not is_called:  # who says a command again is no talk
            self._talk += beside
        return TalkHeard(final.words) if is_talk else NotUnderstood(final.words)

    def _apart(self, final: FinalHypothesis) -> Iterator[_Apart]:
        """The ways to tell a louder voice from others in an utterance; those with most of its words first."""
        levels = [self._loudness.dbfs(*span) for span in final.spans]
        begin, end = _whole_span(final)
        if len(levels) != len(final.words) or end - begin < _LEAST_OTHERS_SECONDS:
            return
        room_dbfs = self._room.dbfs(begin)
        for limit_dbfs in sorted(set(levels))[1:]:
            others_dbfs = max(level for level in levels if level < limit_dbfs)
            last = max(at for at, level in enumerate(levels) if level >= limit_dbfs)
            first = last
            while first and levels[first - 1] >= limit_dbfs:
                first -= 1
            near, spans = slice(first, last + 1), final.spans
            near_dbfs = self._loudness.dbfs(spans[first][0], spans[last][1])
            is_louder = near_dbfs - others_dbfs >= _FAR_LOUDER_DB or (
                math.isfinite(room_dbfs)
                and near_dbfs - others_dbfs >= _LOUDER_DB
                and near_dbfs - room_dbfs >= self._above_room_db
            )
            if limit_dbfs >= max(levels) - _ONE_VOICE_DB and is_louder:
                said = replace(
                    final, words=final.words[near], spans=spans[near], word_end_seconds=spans[last][1]
                )
                yield _Apart(said, (*_whole_span(final), others_dbfs))

    @property
    def _above_room_db(self) -> float:
        return self._point.stands_out_db + _ROOM_MORE_DB

    def is_among_talk(self, shown_at: float, now: float) -> bool:
        """Whether a safety phrase first shown then was no louder than others who talk, or than the room."""
        room_dbfs = self._room.dbfs(self._loudness.begin_of(shown_at))
        others_dbfs = max(self._loudest_of_others(self._talk, now), room_dbfs)
        return self._loudness.phrase_dbfs(shown_at) - others_dbfs < self._point.among_talk_db

    def _fit(self, final: FinalHypothesis, words: Words, begin: float) -> float:
        """How well the sound fits what was heard."""
        phrase = " ".join(word for word in words if word != UNKNOWN_WORD)
        return self._plausibility(phrase, final.at_seconds - begin)

    def _loudest_of_others(self, talk: Iterable[Stretch], now: float) -> float:
        """How loud the talk is, in dBFS; -inf where it is not for long enough that they talk.

        What is louder for no more than a word is none of it: it may have been said to us, and not understood.
        """
        since = now - self._point.others_within_seconds
        late = [(dbfs, end - max(begin, since)) for begin, end, dbfs in talk if end > since]
        if sum(seconds for _, seconds in late) < self._point.others_seconds:
            return -math.inf
        lasted = 0.0
        for dbfs, seconds in sorted(late, reverse=True):
            lasted += seconds
            if lasted > _WORD_SECONDS:
                return dbfs
        return -math.inf


def _with_what_sounded(said: Said, loudness: Loudness, begin: float, end: float) -> Said:
    """The command among unknown words, where something as loud sounded beside it that brought no word.

    A sentence of our own that came back is known by that; where we did not speak it means nothing.
    """
    nearest, farthest = _BESIDE_SECONDS
    beside = (loudness.dbfs(begin - farthest, begin - nearest), loudness.dbfs(end + nearest, end + farthest))
    if max(beside) <= loudness.dbfs(begin, end) - _AS_LOUD_DB:
        return said
    return replace(said, words=(UNKNOWN_WORD, *said.words))


def _known_span(final: FinalHypothesis) -> tuple[float, float]:
    """From when to when the words sounded that are known; the whole utterance where there are none."""
    known = [span for span, word in zip(final.spans, final.words, strict=False) if word != UNKNOWN_WORD]
    return _covering(known) or _whole_span(final)


def _unknown_spans(final: FinalHypothesis) -> list[tuple[float, float]]:
    return [span for span, word in zip(final.spans, final.words, strict=False) if word == UNKNOWN_WORD]


def _whole_span(final: FinalHypothesis) -> tuple[float, float]:
    return _covering(final.spans) or (final.word_end_seconds - 1.0, final.word_end_seconds)


def _covering(spans: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    found = list(spans)
    return (found[0][0], found[-1][1]) if found else None
