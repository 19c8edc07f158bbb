"""One recognizer's stream without a recognizer: words of a level come, and what they mean is told."""

from __future__ import annotations

from driver import PACK

from assistant.core.events import Meaning, Said
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.listening.hypotheses import FinalHypothesis
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.listening.reflex import Reflex
from assistant.core.listening.room_sound import RoomSound
from assistant.core.ports import BLOCK_SECONDS

POINT = OperatingPoint()
TALK_DBFS = -40.0
FAR = ("about", TALK_DBFS)
"""A word of others, for `Stream.hear_at_once`."""
WORD_SECONDS = 0.4


class Stream:
    """One recognizer's, in which utterances follow each other."""

    def __init__(self, point: OperatingPoint = POINT) -> None:
        self.fit = 0.0
        self.we_speak = False
        self.judged: list[tuple[str, float]] = []
        self.room = RoomSound()
        self.reflex = Reflex(PACK.table, self.plausibility, point, room=self.room)
        self.reflex.listen_for(frozenset(Intent))
        self.blocks = 0
        self.utterance = 0

    def plausibility(self, phrase: str, seconds: float) -> float:
        self.judged.append((phrase, round(seconds, 2)))
        return self.fit

    def hear(self, text: str, *, dbfs: float = -30.0, seconds: float = 1.0) -> Meaning | None:
        """The words one after the other, each as long, `*` for one that is not known; what it means."""
        begin, words = self.now, tuple(UNKNOWN_WORD if w == "*" else w for w in text.split())
        while self.now < begin + seconds:
            self.block(dbfs)
        each = seconds / len(words)
        spans = tuple((begin + at * each, begin + (at + 1) * each) for at in range(len(words)))
        self.quiet(0.4)
        self.utterance += 1
        final = FinalHypothesis(self.utterance, words, begin + seconds, self.now, spans)
        self.blocks += 1
        (believed,) = self.reflex.accept([final], self.now, 0.4, -80.0, -80.0)
        return believed.meaning

    def hear_at_once(self, *words: tuple[str, float]) -> Meaning | None:
        """Words of several voices in one utterance, with their levels in dBFS; its meaning."""
        begin = self.now
        for at, (_, dbfs) in enumerate(words):
            while self.now < begin + (at + 1) * WORD_SECONDS:
                self.block(dbfs)
        spans = tuple(
            (begin + at * WORD_SECONDS, begin + (at + 1) * WORD_SECONDS) for at in range(len(words))
        )
        self.quiet(0.4)
        self.utterance += 1
        said = tuple(UNKNOWN_WORD if word == "*" else word for word, _ in words)
        final = FinalHypothesis(self.utterance, said, spans[-1][1], self.now, spans)
        self.blocks += 1
        (believed,) = self.reflex.accept([final], self.now, 0.4, -80.0, -80.0)
        return believed.meaning

    def talk(self, seconds: float) -> Meaning | None:
        return self.hear("* * *", dbfs=TALK_DBFS, seconds=seconds)

    def quiet(self, seconds: float) -> None:
        for _ in range(round(seconds / BLOCK_SECONDS)):
            self.block(-80.0)

    def block(self, dbfs: float) -> None:
        self.blocks += 1
        if not self.we_speak:
            self.room.accept(self.now, dbfs)
        self.reflex.accept([], self.now, 0.0, dbfs, dbfs, we_speak=self.we_speak)

    @property
    def now(self) -> float:
        return self.blocks * BLOCK_SECONDS


def intent_of(meaning: Meaning | None) -> Intent:
    assert isinstance(meaning, Said)
    return meaning.intent
