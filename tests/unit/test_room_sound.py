"""How loud it is around us, and who is for that reason not meant by what is heard."""

from __future__ import annotations

import math

import pytest
from stream import FAR, POINT, TALK_DBFS, Stream, intent_of

from assistant.core.events import NotUnderstood, Said, TalkHeard
from assistant.core.intents import Intent
from assistant.core.listening.hypotheses import Believed, SpottedHypothesis
from assistant.core.listening.room_sound import RoomSound
from assistant.core.ports import BLOCK_SECONDS


class Room:
    """What sounds around, one stretch after the other."""

    def __init__(self) -> None:
        self.sounds = RoomSound()
        self.now = 0.0

    def sound(self, dbfs: float, seconds: float) -> None:
        for _ in range(round(seconds / BLOCK_SECONDS)):
            self.now += BLOCK_SECONDS
            self.sounds.accept(self.now, dbfs)

    @property
    def dbfs(self) -> float:
        return self.sounds.dbfs(self.now)


def test_after_some_seconds_it_is_known_how_loud_it_is() -> None:
    room = Room()
    room.sound(TALK_DBFS, 4.4)
    assert room.dbfs == -math.inf
    room.sound(TALK_DBFS, 0.2)
    assert room.dbfs == TALK_DBFS


def test_what_sounds_less_than_a_third_of_the_time_is_not_what_is_around() -> None:
    room = Room()
    for _ in range(3):
        room.sound(-25.0, 0.9)
        room.sound(-70.0, 2.7)
    assert room.dbfs == -70.0
    for _ in range(6):
        room.sound(-25.0, 0.9)
        room.sound(-70.0, 0.9)
    assert room.dbfs == -25.0


def test_what_was_said_to_us_and_what_comes_later_is_left_out() -> None:
    room = Room()
    room.sound(-70.0, 6.0)
    room.sound(-25.0, 5.0)
    assert room.dbfs == -25.0
    assert room.sounds.dbfs(6.0) == -70.0
    room.sounds.leave_out(6.2, 10.8)
    assert room.dbfs == -70.0


def test_what_was_around_long_ago_is_forgotten() -> None:
    room = Room()
    room.sound(TALK_DBFS, 12.0)
    assert room.sounds.dbfs(room.now + 100.0) == TALK_DBFS, "so long a prompt may last"
    assert room.sounds.dbfs(room.now + 120.0) == -math.inf


def beside(dbfs: float = TALK_DBFS) -> Stream:
    """A stream beside a television that nobody's words were made of, and then we speak."""
    stream = Stream()
    while stream.now < 6.0:
        stream.block(dbfs)
    stream.we_speak = True
    stream.quiet(5.0)
    return stream


@pytest.mark.parametrize("louder_db", [-3.0, 0.0, POINT.among_talk_db - 0.5])
def test_pain_no_louder_than_what_is_around_may_be_anybodys(louder_db: float) -> None:
    said = beside().hear("that hurts", dbfs=TALK_DBFS + louder_db)
    assert isinstance(said, Said)
    assert said.is_among_talk, "though we speak and nobody was heard to talk"


def test_pain_louder_than_what_is_around_is_ours() -> None:
    for around_dbfs, dbfs in ((TALK_DBFS, TALK_DBFS + POINT.among_talk_db + 0.5), (-70.0, -60.0)):
        said = beside(around_dbfs).hear("that hurts", dbfs=dbfs)
        assert isinstance(said, Said)
        assert not said.is_among_talk


def test_who_answers_all_the_time_is_not_what_is_around() -> None:
    stream = Stream()
    for _ in range(12):
        stream.quiet(0.5)
        assert intent_of(stream.hear("seven", dbfs=-30.0)) is Intent.NUMBER
        said = stream.hear("that hurts", dbfs=-30.0)
        assert isinstance(said, Said)
        assert not said.is_among_talk


def test_a_command_has_to_stand_out_of_what_is_around() -> None:
    for louder_db in (0.0, POINT.stands_out_db + 0.5):
        assert isinstance(beside().hear("next", dbfs=TALK_DBFS + louder_db), TalkHeard)
    assert intent_of(beside().hear("next", dbfs=TALK_DBFS + POINT.stands_out_db + 1.5)) is Intent.NEXT
    assert intent_of(beside().hear("limber next", dbfs=TALK_DBFS)) is Intent.NEXT


def test_what_only_the_sound_has_counts_the_second_time_where_it_is_no_louder_than_around() -> None:
    stream = beside()

    def spot() -> list[Believed]:
        stream.block(TALK_DBFS)
        spotted = SpottedHypothesis(stream.utterance + 1, ("stop",), stream.now, stream.now, 0.0, 4)
        return stream.reflex.accept([spotted], stream.now, 0.0, TALK_DBFS, TALK_DBFS)

    assert spot() == []
    (believed,) = spot()
    assert isinstance(believed.meaning, Said)


def test_words_louder_than_what_is_around_are_told_from_softer_ones_sooner() -> None:
    words = (FAR, FAR, ("next", TALK_DBFS + 6.5), ("about", TALK_DBFS + 2.0))
    assert isinstance(Stream().hear_at_once(*words), NotUnderstood)
    assert intent_of(beside().hear_at_once(*words)) is Intent.NEXT
    assert not isinstance(beside(TALK_DBFS + 2.0).hear_at_once(*words), Said), "as loud as what is around"
