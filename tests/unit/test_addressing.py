"""Whether a command is for us: by its sound, and by the talk before it."""

from __future__ import annotations

import pytest
from stream import FAR, POINT, TALK_DBFS, Stream, intent_of

from assistant.core.events import NotUnderstood, Said, TalkHeard
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.listening.hypotheses import Believed, FinalHypothesis, SpottedHypothesis
from assistant.core.listening.operating_point import OperatingPoint


def test_a_command_has_to_sound_like_its_words() -> None:
    stream = Stream()
    assert intent_of(stream.hear("* next")) is Intent.NEXT
    assert stream.judged == [("next", 0.9)], "from where the word begins to the end of the sound"
    stream.fit = POINT.command_plausibility
    assert intent_of(stream.hear("next")) is Intent.NEXT
    stream.fit -= 0.1
    assert isinstance(stream.hear("next"), NotUnderstood), "it is asked about"


@pytest.mark.parametrize(("dbfs", "is_among_words"), [(-33.0, True), (-39.0, False)])
def test_a_command_with_sound_as_loud_beside_it_stood_among_words(dbfs: float, is_among_words: bool) -> None:
    stream = Stream()
    for _ in range(40):
        stream.block(dbfs)
    said = stream.hear("next")
    assert isinstance(said, Said)
    assert said.words == ((UNKNOWN_WORD, "next") if is_among_words else ("next",))


@pytest.mark.parametrize("said", ["yes", "no", "seven"])
def test_an_answer_that_fits_only_just_is_half_heard(said: str) -> None:
    stream = Stream()
    stream.fit = POINT.answer_plausibility
    sure, stream.fit = stream.hear(said), POINT.answer_plausibility - 0.1
    unsure = stream.hear(said)
    assert isinstance(sure, Said)
    assert isinstance(unsure, Said)
    assert (sure.is_half_heard, unsure.is_half_heard) == (False, True)
    assert unsure.slots == sure.slots, "a number can be said back"


def test_where_others_talk_a_command_has_to_stand_out() -> None:
    stream = Stream()
    assert isinstance(stream.talk(POINT.others_seconds - 0.5), NotUnderstood), "it may have been for us"
    assert intent_of(stream.hear("next", dbfs=TALK_DBFS)) is Intent.NEXT
    assert isinstance(stream.talk(2.0), NotUnderstood)
    assert isinstance(stream.talk(1.0), TalkHeard), "by now it is others who talk"
    assert isinstance(stream.hear("next", dbfs=TALK_DBFS), TalkHeard)
    assert isinstance(stream.hear("next", dbfs=TALK_DBFS + POINT.stands_out_db - 0.5), TalkHeard)
    assert intent_of(stream.hear("next", dbfs=TALK_DBFS + POINT.stands_out_db + 1.0)) is Intent.NEXT


def test_talk_is_forgotten_after_a_while() -> None:
    stream = Stream()
    stream.talk(6.0)
    stream.quiet(POINT.others_within_seconds - POINT.others_seconds)
    assert intent_of(stream.hear("next", dbfs=TALK_DBFS)) is Intent.NEXT


def test_what_sounds_while_we_speak_is_nobodys_talk() -> None:
    stream = Stream()
    stream.we_speak = True
    for _ in range(3):
        assert isinstance(stream.talk(4.0), NotUnderstood)
    stream.we_speak = False
    assert intent_of(stream.hear("next", dbfs=TALK_DBFS)) is Intent.NEXT


@pytest.mark.parametrize("said", ["limber next", "hey limber next", "* limber next", "next limber"])
def test_where_others_talk_the_name_tells_whom_a_command_is_for(said: str) -> None:
    stream = Stream()
    stream.talk(6.0)
    assert intent_of(stream.hear(said, dbfs=TALK_DBFS)) is Intent.NEXT
    stream.fit = POINT.command_plausibility - 0.1
    assert isinstance(stream.hear(said, dbfs=TALK_DBFS), NotUnderstood), "and it has to sound like it"


def test_who_says_the_name_and_is_not_understood_is_no_other() -> None:
    stream = Stream()
    for _ in range(5):
        assert isinstance(stream.hear("limber *", seconds=2.0), NotUnderstood)
    assert intent_of(stream.hear("next")) is Intent.NEXT


def test_talk_in_the_same_utterance_is_talk_too() -> None:
    stream = Stream()
    assert isinstance(stream.hear("* * * next", dbfs=TALK_DBFS, seconds=6.0), TalkHeard)
    assert isinstance(Stream().hear("* * *", seconds=9.0), NotUnderstood), "a long sentence may be for us"


@pytest.mark.parametrize("said", ["stop", "that hurts", "my leg is numb"])
def test_safety_phrases_and_answers_about_the_body_never_ask_whom_they_are_for(said: str) -> None:
    stream = Stream()
    stream.talk(9.0)
    assert isinstance(stream.hear(said, dbfs=TALK_DBFS), Said)


def test_without_times_of_the_words_the_last_second_counts() -> None:
    stream = Stream()
    final = FinalHypothesis(1, ("next",), 0.9, 1.0)
    stream.blocks = 50
    (believed,) = stream.reflex.accept([final], 1.0, 0.4, -80.0, -80.0)
    assert intent_of(believed.meaning) is Intent.NEXT
    assert stream.judged == [("next", 1.1)]


def test_a_safety_phrase_no_louder_than_others_who_talk_may_be_theirs() -> None:
    stream = Stream()
    for _ in range(3):
        stream.talk(2.5)
    softer = stream.hear("that hurts", dbfs=TALK_DBFS - 1.0)
    assert isinstance(softer, Said)
    assert softer.is_among_talk
    stream.quiet(POINT.others_within_seconds)
    alone = stream.hear("that hurts", dbfs=TALK_DBFS - 1.0)
    assert isinstance(alone, Said)
    assert not alone.is_among_talk
    for _ in range(3):
        stream.talk(2.5)
    louder = stream.hear("that hurts", dbfs=TALK_DBFS + POINT.among_talk_db + 1.0)
    assert isinstance(louder, Said)
    assert not louder.is_among_talk


def test_among_talk_even_a_lone_safety_phrase_has_to_fit_well() -> None:
    stream = Stream()
    stream.fit = POINT.doubted_plausibility - 0.1
    assert intent_of(stream.hear("stop", dbfs=TALK_DBFS - 1.0)) is Intent.STOP
    for _ in range(3):
        stream.talk(2.5)
    assert not isinstance(stream.hear("stop", dbfs=TALK_DBFS - 1.0), Said)
    assert intent_of(stream.hear("stop", dbfs=TALK_DBFS + POINT.among_talk_db + 1.0)) is Intent.STOP


def test_among_talk_what_only_the_sound_has_counts_when_it_is_said_again() -> None:
    stream = Stream()

    def spot() -> list[Believed]:
        stream.block(TALK_DBFS - 1.0)
        spotted = SpottedHypothesis(stream.utterance + 1, ("stop",), stream.now, stream.now, 0.0, 4)
        return stream.reflex.accept([spotted], stream.now, 0.0, TALK_DBFS - 1.0, TALK_DBFS - 1.0)

    for _ in range(3):
        stream.talk(2.5)
    stream.quiet(0.5)
    assert spot() == []
    (believed,) = spot()
    assert isinstance(believed.meaning, Said)
    assert believed.meaning.is_among_talk


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ((FAR, FAR, ("next", -30.0)), "next"),
        ((("next", -30.0), FAR, FAR), "next"),
        ((FAR, ("repeat", -29.0), ("that", -33.0), ("ten", TALK_DBFS)), "repeat that"),
        ((("two", TALK_DBFS), ("seven", -31.0), FAR), "seven"),
        ((FAR, ("about", -35.5), ("next", -28.0)), "next"),
        ((FAR, ("limber", -31.0), ("next", -30.0), FAR), "next"),
        ((("not", -30.0), ("yet", -30.0), FAR, ("next", -30.0)), "next"),
    ],
)
def test_a_voice_near_by_is_heard_among_others_in_one_utterance(
    words: tuple[tuple[str, float], ...], phrase: str
) -> None:
    said = Stream().hear_at_once(*words)
    assert isinstance(said, Said)
    assert said.phrase == phrase


@pytest.mark.parametrize(
    "words",
    [
        (FAR, FAR, ("next", TALK_DBFS + 6.5)),
        (FAR, ("next", -30.0)),  # too short to have been two voices
        (("about", -30.0), ("a", -30.0), ("next", -30.0)),
        (FAR, ("about", -30.0), ("next", -30.0), FAR),
    ],
)
def test_what_one_voice_may_have_said_is_taken_whole(words: tuple[tuple[str, float], ...]) -> None:
    assert isinstance(Stream().hear_at_once(*words), NotUnderstood)


def test_a_safety_phrase_counts_whoever_is_louder() -> None:
    said = Stream().hear_at_once(("stop", TALK_DBFS), FAR, ("next", -30.0))
    assert intent_of(said) is Intent.STOP


def test_what_a_voice_near_by_said_and_was_not_understood_is_not_the_talk() -> None:
    stream = Stream()
    stream.talk(POINT.others_seconds)
    stream.hear_at_once(FAR, FAR, FAR, ("*", -25.0))
    stream.hear("*", dbfs=-25.0, seconds=0.8)
    assert intent_of(stream.hear("next", dbfs=-33.0)) is Intent.NEXT
    assert isinstance(stream.hear("next", dbfs=-38.0), TalkHeard)


def test_one_word_is_no_talk_however_little_is_asked_of_talk() -> None:
    stream = Stream(OperatingPoint(others_seconds=0.5))
    stream.hear("*", dbfs=TALK_DBFS, seconds=0.8)
    assert intent_of(stream.hear("next", dbfs=TALK_DBFS)) is Intent.NEXT
    stream.hear("*", dbfs=TALK_DBFS, seconds=0.8)
    assert isinstance(stream.hear("next", dbfs=TALK_DBFS), TalkHeard)
