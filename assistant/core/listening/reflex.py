"""When a safety phrase is believed: suspected at once, confirmed when it has held, else taken back.

One `Reflex` watches one recognizer's stream, in every state of a session; nothing vetoes or delays it. It has
the stream's `Listener`. Time is passed in, counted in samples of the microphone. Owned by the hearing path.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from assistant.core.events import Meaning, Said
from assistant.core.intents import UNKNOWN_WORD, Intent, Match, Words, place_of
from assistant.core.listening.addressing import Addressing
from assistant.core.listening.hypotheses import (
    Believed,
    FinalHypothesis,
    Hypotheses,
    PartialHypothesis,
    SpottedHypothesis,
)
from assistant.core.listening.listener import Listener
from assistant.core.listening.loudness import Loudness
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.listening.room_sound import RoomSound
from assistant.core.listening.safety_phrases import SafetyPhrases
from assistant.core.listening.spotting import Spotting, in_context
from assistant.core.phrases import PhraseTable

_ROUNDING_SECONDS = 1e-6
_NEVER = -math.inf
_JUDGE_EVERY_SECONDS = 0.1
_SAME_WORD_SECONDS = 2.0
"""So long after a safety phrase was believed, the same sound may still be spotted."""

Plausibility = Callable[[str, float], float]
"""How well a phrase, first suspected so many seconds ago, fits the sound, in nats a phone; 0 at best."""


class Reflex:
    """Watches the hypotheses of one recognizer, block by block. `safety_only` is the listener's."""

    def __init__(
        self,
        table: PhraseTable,
        plausibility: Plausibility,
        point: OperatingPoint | None = None,
        *,
        room: RoomSound | None = None,
        safety_only: bool = False,
    ) -> None:
        self._table = table
        self._phrases = SafetyPhrases(table)
        self._plausibility = plausibility
        self._point = point or OperatingPoint()
        self._listener = Listener(table, safety_only=safety_only)
        self._spotting = Spotting(table, self._point)
        self._loudness, self._room = Loudness(), room or RoomSound()
        self._addressing = Addressing(table, self._second_opinion, self._point, self._loudness, self._room)
        self._intents = frozenset[Intent]()
        self.asks_twice = True
        """Whether the sound has to bear out commands as well; safety phrases it always has to."""
        self._words: Words = ()
        self._standing: PartialHypothesis | None = None
        self._is_stop_alone = False
        self._judged_at = _NEVER
        self._changed_at = 0.0
        self._suspected: Intent | None = None
        self._suspected_at = 0.0
        self._doubted: FinalHypothesis | None = None
        self._doubted_at = self._denied_at = self._acted_at = _NEVER
        self._spotted_flag: SpottedHypothesis | None = None
        self._now = 0.0

    @property
    def suspects(self) -> bool:
        """Whether a safety phrase stands in the words, not yet confirmed, and not for too long."""
        return self._suspected is not None and self._now - self._suspected_at < self._point.suspicion_seconds

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Take these for what a command may mean, from now on."""
        self._intents = intents

    def accept(
        self,
        hypotheses: Hypotheses,
        now_seconds: float,
        seconds_since_speech: float | None,
        level_dbfs: float,
        microphone_dbfs: float,
        *,
        we_speak: bool = False,
        we_are_heard: bool = False,
    ) -> list[Believed]:
        """Take what a block brought, which may be nothing; return what may be believed, in order.

        Every change of the words has to come, also to none. `seconds_since_speech` is None where no speech
        has been noticed since the last utterance ended; `level_dbfs` is the block's, `microphone_dbfs` what
        it was before a canceller, `we_speak` whether our own voice may be in it, and `we_are_heard` whether a
        canceller has not yet learned to take it away. What is believed are the
        final hypotheses, and the partial ones with a safety phrase that is new in its utterance and has held.
        """
        self._now = now_seconds
        if we_speak:
            self._addressing.we_speak(now_seconds, we_are_heard)
        believed: list[Believed] = []
        for hypothesis in hypotheses:
            if isinstance(hypothesis, SpottedHypothesis):
                believed += self._spotted(hypothesis)
                continue
            if self._doubted is not None and hypothesis.words:
                believed += self._take_back()
            if isinstance(hypothesis, PartialHypothesis):
                self._look(hypothesis)
            else:
                believed += self._conclude(hypothesis)
        self._loudness.accept(now_seconds, level_dbfs, microphone_dbfs, has_words=bool(self._words))
        if (
            self._doubted is not None
            and self._quiet_since(self._doubted) >= self._point.doubted_quiet_seconds
        ):
            believed += self.finish()
        if (
            self._standing is not None
            and self._has_held(self._standing, seconds_since_speech or 0.0)
            and self._is_borne_out_by_now(self._standing)
        ):
            at_seconds = self._standing.at_seconds + now_seconds - self._changed_at
            word_end_seconds = max(0.0, at_seconds - (seconds_since_speech or 0.0))
            held = replace(self._standing, at_seconds=at_seconds, word_end_seconds=word_end_seconds)
            believed += self._believe(held)
            self._forget()
        return believed

    def finish(self) -> list[Believed]:
        """Nobody talks on: what was in doubt is believed."""
        if self._doubted is None:
            return []
        doubted, self._doubted = self._doubted, None
        return self._believe(replace(doubted, at_seconds=doubted.at_seconds + self._now - self._changed_at))

    def _believe(self, hypothesis: PartialHypothesis | FinalHypothesis) -> list[Believed]:
        meaning = self._listener.interpret(hypothesis, self._intents)
        if isinstance(meaning, Said) and meaning.is_safety:
            self._acted_at = self._now
            shown_at = self._now if isinstance(hypothesis, SpottedHypothesis) else self._suspected_at
            meaning = replace(meaning, is_among_talk=self._addressing.is_among_talk(shown_at, self._now))
            self._room.leave_out(*self._loudness.sounds(shown_at))
        return [Believed(hypothesis, meaning)]

    def _spotted(self, spotted: SpottedHypothesis) -> list[Believed]:
        """The sound alone has a safety phrase that is new, that is not denied, and that is not our own."""
        if not self._spotting.believes(spotted):
            return []
        known = replace(spotted, words=in_context(spotted.words, self._words))
        if (
            self._now - self._acted_at < _SAME_WORD_SECONDS
            or self._listener.foresee(known, self._intents) is None
            or self._loudness.is_our_own(self._now, self._point.leftover_db)
        ):
            return []
        if (
            self._addressing.is_among_talk(self._now, self._now)
            and self._now - self._doubted_at > self._point.doubt_seconds
        ):
            self._doubted_at = self._now  # if it is for us, it is said again
            return []
        self._doubted = None
        self._forget()
        self._spotted_flag = spotted if self._phrases.is_red_flag(spotted.words) else None
        return self._believe(spotted)

    def _take_flag(self, final: FinalHypothesis) -> Words:
        """The warning sign that was spotted in an utterance, unless the recognizer heard it, too."""
        flag, self._spotted_flag = self._spotted_flag, None
        if flag is None or flag.utterance_id != final.utterance_id or place_of(final.words, flag.words) >= 0:
            return ()
        return flag.words

    def _take_back(self) -> list[Believed]:
        """Somebody talks on: what was in doubt was not for us. The next time it is."""
        assert self._doubted is not None
        doubted, self._doubted, self._doubted_at = self._doubted, None, self._now
        return self._believe(replace(doubted, words=(UNKNOWN_WORD,)))

    def _look(self, hypothesis: PartialHypothesis) -> None:
        """The words have changed: does a safety phrase stand in them that has not been confirmed?"""
        self._words = hypothesis.words
        match = self._listener.foresee(hypothesis, self._intents)
        if match is None:
            self._forget()
            return
        self._standing, self._changed_at, self._judged_at = hypothesis, self._now, _NEVER
        self._is_stop_alone = self._phrases.are_all(hypothesis.words) and any(
            found.intent is Intent.STOP for found in self._phrases.among(match, hypothesis.words)
        )
        if match.intent is not self._suspected:
            self._suspected, self._suspected_at = match.intent, self._now

    def _conclude(self, final: FinalHypothesis) -> list[Believed]:
        """The utterance is over: its words are believed, unless a safety phrase among them is in doubt."""
        new = self._listener.foresee(final, self._intents)
        if self._suspected is None:
            self._suspected_at = self._now - (final.at_seconds - final.word_end_seconds)
        in_doubt = new is not None and self._is_in_doubt(final.words)
        is_leftover = bool(final.words) and self._is_leftover()
        is_made_up = not is_leftover and new is not None and not self._is_borne_out(new, final.words)
        self._words = ()
        self._loudness.end()
        self._forget()
        if (flag := self._take_flag(final)) and not (new and new.intent is Intent.RED_FLAG):
            return self._believe(replace(final, words=flag))
        if is_made_up and self._phrases.are_all(final.words):
            self._denied_at = self._now
        if is_leftover:
            return self._believe(replace(final, words=()))
        if in_doubt and not is_made_up:
            self._doubted, self._changed_at = final, self._now
            return []
        if new is not None and not is_made_up:
            return self._believe(final)
        return self._believe_if_for_us(replace(final, words=(UNKNOWN_WORD,)) if is_made_up else final)

    def _second_opinion(self, phrase: str, seconds: float) -> float:
        return self._plausibility(phrase, seconds) if self.asks_twice else 0.0

    def _believe_if_for_us(self, final: FinalHypothesis) -> list[Believed]:
        """It is no safety phrase, or one that answers a question."""

        def interpret(one: FinalHypothesis) -> Meaning | None:
            return self._listener.interpret(one, self._intents)

        return [Believed(final, self._addressing.meaning(final, interpret))]

    def _forget(self) -> None:
        self._standing = self._suspected = None

    def _has_held(self, standing: PartialHypothesis, quiet_seconds: float) -> bool:
        limits = self._point
        quiet_enough, stood_enough = limits.among_quiet_seconds, limits.among_stood_seconds
        if self._is_stop_alone:
            quiet_enough, stood_enough = limits.alone_quiet_seconds, limits.alone_stood_seconds
        elif self._is_in_doubt(standing.words):
            quiet_enough, stood_enough = limits.doubted_quiet_seconds, math.inf
        stood_seconds = self._now - self._suspected_at
        has_held = (
            quiet_seconds + _ROUNDING_SECONDS >= quiet_enough
            or stood_seconds + _ROUNDING_SECONDS >= stood_enough
        )
        return has_held and not self._is_leftover()

    def _is_borne_out_by_now(self, standing: PartialHypothesis) -> bool:
        """Asked again now and then, for more of the sound may be there."""
        if self._now - self._judged_at < _JUDGE_EVERY_SECONDS:
            return False
        self._judged_at = self._now
        found = self._listener.foresee(standing, self._intents)
        return found is None or self._is_borne_out(found, standing.words)

    def _is_borne_out(self, found: Match, words: Words) -> bool:
        """Whether the sound fits the phrase suspected among these words, or another in them."""
        seconds = self._now - self._suspected_at
        return any(
            self._plausibility(match.phrase, seconds) >= self._asked(match, words)
            for match in self._phrases.among(found, words)
        )

    def _asked(self, found: Match, words: Words) -> float:
        """How well the sound has to fit a phrase among these words."""
        limits = self._point
        is_alone = self._phrases.are_all(words)
        if is_alone and not self._addressing.is_among_talk(self._suspected_at, self._now):
            said_again = self._now - self._denied_at <= limits.doubt_seconds
            asked = limits.again_plausibility if said_again else limits.alone_plausibility
            return asked if found.intent is Intent.STOP else limits.unrecorded_plausibility
        goes_on = self._loudness.talk_seconds_before(self._suspected_at) >= limits.talk_seconds
        if goes_on or is_alone:
            return limits.doubted_plausibility
        return limits.among_plausibility

    def _quiet_since(self, doubted: FinalHypothesis) -> float:
        return (
            doubted.at_seconds - doubted.word_end_seconds + self._now - self._changed_at + _ROUNDING_SECONDS
        )

    def _is_leftover(self) -> bool:
        """Whether the suspected phrase, or the last words, are what a canceller left of our own voice."""
        return self._loudness.is_our_own(self._suspected_at, self._point.leftover_db)

    def _is_in_doubt(self, words: Words) -> bool:
        """Whether the phrase suspected among these words is just as likely a part of somebody's talk."""
        return (
            self._loudness.talk_seconds_before(self._suspected_at) >= self._point.talk_seconds
            and self._now - self._doubted_at > self._point.doubt_seconds
            and self._loudness.louder_db(self._suspected_at) < self._point.stands_out_db
            and self._phrases.is_one(words)
            and not self._phrases.are_all(words)
        )
