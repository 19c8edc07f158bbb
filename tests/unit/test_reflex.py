"""When a safety phrase is suspected, believed, and taken back: read as blocks of 20 ms."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import PACK
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.events import Meaning, Said, TalkHeard
from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent
from assistant.core.listening.hypotheses import (
    Believed,
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
    SpottedHypothesis,
)
from assistant.core.listening.listener import Listener
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.listening.reflex import Reflex
from assistant.core.listening.spotting import phrases_to_spot
from assistant.core.ports import BLOCK_SECONDS

POINT = OperatingPoint()


class Stream:
    """A recognizer's stream of blocks into a reflex, and what came out."""

    def __init__(self, point: OperatingPoint = POINT) -> None:
        self.reflex = Reflex(PACK.table, self.plausibility, point)
        self.reflex.listen_for(frozenset(Intent))
        self.listener = Listener(PACK.table)
        self.meanings: list[Meaning | None] = []
        self.fit = -0.5  # good, but not so good that nothing speaks against it
        self.misfit: str | None = None
        self.judged: list[tuple[str, float]] = []
        self.block_count = 0
        self.utterance = 1
        self.quiet_seconds: float | None = None
        self.cancelled_db = 0.0

    @property
    def now(self) -> float:
        return self.block_count * BLOCK_SECONDS

    def plausibility(self, phrase: str, seconds: float) -> float:
        self.judged.append((phrase, round(seconds, 2)))
        return -99.0 if phrase == self.misfit else self.fit

    def block(
        self, *hypotheses: Hypothesis, quiet: bool = False, level_dbfs: float = -30.0
    ) -> list[Hypothesis]:
        self.block_count += 1
        before = self.quiet_seconds
        self.quiet_seconds = 0.0 if not quiet else None if before is None else before + BLOCK_SECONDS
        level_dbfs = -70.0 if quiet else level_dbfs
        levels = level_dbfs - self.cancelled_db, level_dbfs
        return self.believed(self.reflex.accept(list(hypotheses), self.now, self.quiet_seconds, *levels))  # type: ignore[arg-type]

    def believed(self, believed: list[Believed]) -> list[Hypothesis]:
        """What a listener of its own makes of it must be what comes with it; what others say is talk.

        What only the sound tells may be added: that a command stood among words, that others talked.
        """
        for one in believed:
            meaning = self.listener.interpret(one.hypothesis, Intent)
            is_safety = isinstance(meaning, Said) and meaning.is_safety
            is_talk = isinstance(one.meaning, TalkHeard) and not is_safety
            may_be = [meaning]
            if isinstance(meaning, Said):
                told = {"is_among_talk": True} if is_safety else {"words": (UNKNOWN_WORD, *meaning.words)}
                may_be.append(replace(meaning, **told))  # type: ignore[arg-type]
            assert one.meaning in may_be or is_talk
        self.meanings += [one.meaning for one in believed]
        return [one.hypothesis for one in believed]

    def partial(self, text: str, *, quiet: bool = False) -> list[Hypothesis]:
        at = self.now + BLOCK_SECONDS
        return self.block(PartialHypothesis(self.utterance, tuple(text.split()), at, at), quiet=quiet)

    def final(self, text: str) -> list[Hypothesis]:
        at = self.now + BLOCK_SECONDS
        believed = self.block(FinalHypothesis(self.utterance, tuple(text.split()), at, at), quiet=True)
        self.utterance += 1
        self.quiet_seconds = None
        return believed

    def sound(self, seconds: float, level_dbfs: float = -30.0) -> list[Hypothesis]:
        blocks = range(round(seconds / BLOCK_SECONDS))
        return [h for _ in blocks for h in self.block(level_dbfs=level_dbfs)]

    def quiet(self, seconds: float) -> list[Hypothesis]:
        return [h for _ in range(round(seconds / BLOCK_SECONDS)) for h in self.block(quiet=True)]


def words(believed: list[Hypothesis]) -> list[str]:
    return [" ".join(hypothesis.words) for hypothesis in believed]


def test_a_safety_phrase_is_suspected_within_its_block_and_believed_when_it_is_quiet_after_it() -> None:
    stream = Stream()
    assert stream.sound(0.2) == []
    assert not stream.reflex.suspects
    assert stream.partial("stop") == []
    assert stream.reflex.suspects
    assert stream.quiet(0.08) == []
    (stop,) = stream.quiet(0.02)
    assert isinstance(stop, PartialHypothesis)
    assert stop.words == ("stop",)
    assert stop.at_seconds == pytest.approx(stream.now)
    assert stop.word_end_seconds == pytest.approx(stream.now - 0.1)
    assert not stream.reflex.suspects
    assert stream.quiet(0.4) == [], "once is enough"


def test_or_when_it_has_stood_there_for_a_while() -> None:
    stream = Stream()
    stream.partial("stop")
    assert stream.sound(0.22) == []
    (stop,) = stream.sound(0.02)
    assert (stop.at_seconds, stop.word_end_seconds) == (pytest.approx(stream.now), pytest.approx(stream.now))


def test_words_too_soft_for_speech_are_believed_when_they_have_stood_there() -> None:
    stream = Stream()
    assert stream.partial("stop", quiet=True) == []
    assert stream.quiet(0.22) == []
    assert words(stream.quiet(0.02)) == ["stop"]


def test_other_words_are_no_suspicion_and_only_their_final_hypothesis_goes_on() -> None:
    stream = Stream()
    assert stream.partial("ready") == []
    assert not stream.reflex.suspects
    assert stream.quiet(0.38) == []
    assert words(stream.final("ready")) == ["ready"]


def test_a_phrase_that_vanishes_is_taken_back_and_never_believed() -> None:
    stream = Stream()
    stream.partial("stop")
    stream.sound(0.2)
    assert stream.partial("stopper") == []
    assert not stream.reflex.suspects
    stream.partial("stop")
    assert stream.reflex.suspects
    assert stream.partial("") == []
    assert not stream.reflex.suspects
    assert stream.quiet(0.5) == []


def test_a_suspicion_that_nothing_confirms_is_taken_back_in_time() -> None:
    stream = Stream(replace(POINT, among_stood_seconds=5.0))
    stream.partial("stop")
    suspected = []
    for number in range(40):
        assert stream.partial(f"stop ?{' ?' * (number % 2)}") == []
        suspected.append(stream.reflex.suspects)
    assert suspected == [True] * 29 + [False] * 11
    assert words(stream.final("stop ?")) == ["stop ?"], "a final hypothesis is believed all the same"


def test_whoever_talks_on_after_it_is_believed_too() -> None:
    stream = Stream()
    stream.partial("stop")
    believed = [stream.partial(f"stop ?{' ?' * (number % 2)}") for number in range(25)]
    assert [len(b) for b in believed] == [0] * 24 + [1]


def test_what_has_been_confirmed_is_not_suspected_again_but_something_worse_is() -> None:
    stream = Stream()
    stream.partial("stop")
    assert words(stream.sound(0.3)) == ["stop"]
    stream.partial("stop stop")
    assert not stream.reflex.suspects
    assert stream.sound(0.5) == []
    stream.partial("stop stop that hurts")
    assert stream.reflex.suspects
    assert words(stream.quiet(0.3)) == ["stop stop that hurts"]
    assert words(stream.final("stop stop that hurts")) == ["stop stop that hurts"]
    stream.partial("stop")
    assert stream.reflex.suspects, "the next utterance is another one"


def test_a_red_flag_is_suspected_and_believed_like_the_others() -> None:
    stream = Stream()
    stream.partial("i can't breathe")
    assert stream.reflex.suspects
    assert stream.sound(0.46) == []
    assert words(stream.sound(0.06)) == ["i can't breathe"]


@pytest.mark.parametrize("phrase", ["that hurts", "ow", "i can't breathe"])
def test_what_nobody_recorded_is_believed_a_moment_later_than_stop(phrase: str) -> None:
    """In reading, "that hurts" stood for a moment before the next syllable made it another word."""
    stream = Stream()
    stream.partial(phrase)
    assert stream.reflex.suspects
    assert stream.quiet(0.28) == []
    assert words(stream.quiet(0.04)) == [phrase]


@pytest.mark.parametrize("text", ["? stop", "ready stop", "out stop that", "stop it ready", "? ow ow"])
def test_a_phrase_among_other_words_has_to_hold_for_longer(text: str) -> None:
    stream = Stream()
    stream.partial(text)
    assert stream.sound(0.48) == []
    assert words(stream.sound(0.02)) == [text]
    stream = Stream()
    stream.partial(text)
    assert stream.quiet(0.28) == []
    assert words(stream.quiet(0.02)) == [text]


@pytest.mark.parametrize("text", ["stop", "no no stop", "stop stop that hurts", "that hurts stop"])
def test_stop_with_nothing_but_safety_phrases_is_believed_sooner(text: str) -> None:
    stream = Stream()
    stream.sound(0.6)
    stream.partial(text)
    assert words(stream.sound(0.24)) == [text]


def test_the_point_is_the_one_that_is_given() -> None:
    slow = replace(POINT, alone_quiet_seconds=0.2, alone_stood_seconds=0.5, suspicion_seconds=0.1)
    stream = Stream(slow)
    stream.partial("stop")
    assert stream.quiet(0.18) == []
    assert not stream.reflex.suspects
    assert words(stream.quiet(0.02)) == ["stop"]
    stream = Stream(slow)
    stream.partial("stop")
    assert stream.sound(0.48) == []
    assert words(stream.sound(0.02)) == ["stop"]


texts = st.lists(
    st.sampled_from(["stop", "that", "hurts", "hold", "on", "?", "ready", "i", "can't", "breathe", "ow"]),
    max_size=4,
).map(tuple)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("partial"), texts),
        st.tuples(st.just("final"), texts),
        st.tuples(st.just("sound"), st.integers(1, 40)),
        st.tuples(st.just("quiet"), st.integers(1, 40)),
    ),
    max_size=30,
)


def talk(text: str, seconds: float = 1.2) -> Stream:
    """Somebody has said some words, in quiet before, and has not stopped."""
    stream = Stream()
    stream.quiet(0.5)
    stream.sound(0.3)
    stream.partial(text)
    stream.sound(seconds)
    return stream


def test_a_phrase_at_the_end_of_talk_is_no_more_than_a_suspicion() -> None:
    stream = talk("?")
    assert stream.partial("? stop") == []
    assert stream.reflex.suspects
    assert stream.sound(0.6) == []
    assert stream.quiet(0.38) == []
    assert stream.final("? stop") == []


def test_in_doubt_it_is_believed_when_nobody_talks_on() -> None:
    stream = talk("?")
    stream.partial("? that hurts")
    stream.sound(0.3)
    stream.quiet(0.38)
    stream.final("? that hurts")
    waited = stream.quiet(POINT.doubted_quiet_seconds - 0.02)
    waited += stream.quiet(0.04)
    (hurts,) = waited
    assert isinstance(hurts, FinalHypothesis)
    assert hurts.words == ("?", "that", "hurts")
    assert hurts.at_seconds == pytest.approx(stream.now, abs=0.03)
    assert stream.quiet(2.0) == []


def test_in_doubt_it_is_taken_back_when_somebody_talks_on_but_not_twice() -> None:
    stream = talk("?")
    stream.partial("? stop")
    stream.sound(0.3)
    assert stream.final("? stop") == []
    assert stream.sound(0.2) == [], "a sound is no talk"
    assert words(stream.partial("?")) == ["?"]
    stream.sound(1.2)
    stream.partial("? stop")
    assert words(stream.sound(POINT.among_stood_seconds)) == ["? stop"]


def test_what_a_canceller_left_of_our_voice_is_a_suspicion_until_a_person_speaks() -> None:
    stream = Stream()
    stream.cancelled_db = POINT.leftover_db
    stream.sound(0.5)
    stream.partial("stop")
    assert stream.reflex.suspects
    assert stream.sound(0.3) == []
    stream.cancelled_db = 3.0
    assert words(stream.sound(0.1)) == ["stop"], "the phrase sounds for so much longer"
    stream = Stream()
    stream.cancelled_db = POINT.leftover_db
    stream.sound(0.5)
    stream.partial("ready stop")
    stream.sound(0.4)
    assert words(stream.final("ready stop")) == [""]
    stream.sound(0.5)
    assert words(stream.final("ready")) == [""], "nor is any command, nor is it asked about"


def test_what_is_said_over_our_own_voice_is_not_in_doubt_for_it() -> None:
    stream = Stream()
    stream.cancelled_db = 12.0
    stream.sound(0.5)
    stream.partial("?")
    stream.sound(1.5)
    stream.cancelled_db = 2.0
    stream.sound(0.5, -42.0)
    stream.partial("? that hurts")
    assert words(stream.sound(POINT.among_stood_seconds)) == ["? that hurts"]


def test_what_only_the_final_hypothesis_has_is_in_doubt_too() -> None:
    stream = talk("?")
    assert stream.final("? stop") == []
    assert words(stream.quiet(POINT.doubted_quiet_seconds + 0.02)) == ["? stop"]


def test_in_doubt_it_is_believed_when_the_sound_ends() -> None:
    stream = talk("?")
    stream.partial("? stop")
    stream.final("? stop")
    assert words(stream.believed(stream.reflex.finish())) == ["? stop"]
    assert stream.believed(stream.reflex.finish()) == []


@pytest.mark.parametrize(("louder_db", "believed"), [(3.9, []), (4.1, ["? stop"])])
def test_whoever_speaks_up_over_talk_is_believed(louder_db: float, believed: list[str]) -> None:
    stream = talk("?")
    stream.sound(0.5, -30 + louder_db)
    stream.partial("? stop")
    assert words(stream.sound(POINT.among_stood_seconds)) == believed


@pytest.mark.parametrize("text", ["? stop ? stop", "? stop that hurts", "no no stop"])
def test_who_says_it_twice_or_nothing_else_is_believed_over_talk(text: str) -> None:
    stream = talk("?")
    stream.partial(text)
    assert words(stream.sound(POINT.among_stood_seconds)) == [text]


def test_a_few_words_are_no_talk() -> None:
    stream = talk("oh no please", 0.7)
    stream.partial("oh no please stop")
    assert words(stream.sound(POINT.among_stood_seconds)) == ["oh no please stop"]


@given(moves)
def test_every_believed_partial_is_acted_on_and_every_final_comes(script: list[tuple]) -> None:  # type: ignore[type-arg]
    stream = Stream()
    finals, came = [], []
    for kind, value in [*script, ("quiet", 70)]:
        if kind == "final":
            finals += [value] if value else []
            believed = stream.final(" ".join(value))
        elif kind == "partial":
            believed = stream.partial(" ".join(value))
        else:
            believed = stream.sound(value * 0.02) if kind == "sound" else stream.quiet(value * 0.02)
        meanings = stream.meanings[len(stream.meanings) - len(believed) :]
        for hypothesis, meaning in zip(believed, meanings, strict=True):
            if isinstance(hypothesis, FinalHypothesis):
                came += [hypothesis.words] if hypothesis.words else []
            else:
                assert isinstance(meaning, Said)
                assert meaning.intent in (*SAFETY_INTENTS, Intent.PAUSE)
    assert len(came) == len(finals)
    assert all(heard in (said, ("?",)) for said, heard in zip(finals, came, strict=True))


def test_the_sound_has_to_bear_a_phrase_out_and_is_asked_again_while_it_stands() -> None:
    stream = Stream()
    stream.sound(0.2)
    stream.fit = POINT.alone_plausibility - 0.1
    stream.partial("? stop it")
    stream.partial("stop it")
    assert stream.sound(0.4) == []
    assert stream.reflex.suspects
    assert len(stream.judged) <= 0.4 / 0.1
    assert {phrase for phrase, _ in stream.judged} == {"stop it"}
    assert 0.24 <= stream.judged[0][1] <= 0.28
    stream.fit = POINT.alone_plausibility
    assert words(stream.sound(0.12)) == ["stop it"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("stop", POINT.alone_plausibility),
        ("? stop", POINT.among_plausibility),
    ],
)
def test_among_other_words_more_is_asked_of_the_sound(said: str, asked: float) -> None:
    for fit in (asked - 0.01, asked):
        stream = Stream()
        stream.sound(0.2)
        stream.fit = fit
        stream.partial(said)
        assert words(stream.final(said)) == [said if fit == asked else "?"]


def test_a_phrase_that_the_sound_does_not_bear_out_takes_no_other_along() -> None:
    for said, believed in (
        ("say that hurts or please stop", "say that hurts or please stop"),
        ("say please stop or that hurts", "say please stop or that hurts"),
        ("say that hurts or please", "?"),
        ("say that hurts and that hurts", "?"),
    ):
        stream = Stream()
        stream.misfit = "that hurts"
        stream.sound(0.2)
        stream.partial(said)
        assert words(stream.final(said)) == [believed]


def test_at_the_end_of_talk_most_is_asked_of_the_sound() -> None:
    for fit, said in (
        (POINT.doubted_plausibility - 0.01, "?"),
        (POINT.doubted_plausibility, "? stop"),
    ):
        stream = Stream()
        stream.partial("?")
        stream.sound(POINT.talk_seconds + 0.1, level_dbfs=-40.0)
        stream.fit = fit
        stream.partial("? stop")
        stream.sound(0.3, level_dbfs=-20.0)  # it stands out, so that it is not in doubt
        assert words(stream.final("? stop")) == [said]


def test_who_is_not_believed_and_says_it_again_is_believed_more_easily() -> None:
    stream = Stream()
    stream.sound(0.2)
    stream.fit = POINT.again_plausibility
    for said, believed in (
        ("? stop", "?"),
        ("stop", "?"),
        ("? stop", "?"),
        ("stop", "stop"),
    ):
        stream.partial(said)
        assert words(stream.final(said)) == [believed]
        stream.quiet(1.0)
    stream.quiet(POINT.doubt_seconds)
    stream.partial("stop")
    assert words(stream.final("stop")) == ["?"]


def test_a_phrase_that_came_with_the_final_hypothesis_is_looked_for_at_its_end() -> None:
    stream = Stream()
    stream.sound(0.2)
    stream.final("that hurts")
    assert stream.judged == [("that hurts", 0.0)]


def spotted(stream: Stream, phrase: str, phones: int, fit: float) -> list[Hypothesis]:
    at = stream.now + BLOCK_SECONDS
    hypothesis = SpottedHypothesis(stream.utterance, tuple(phrase.split()), at, at, fit, phones)
    return stream.block(hypothesis)


def said(stream: Stream) -> list[Intent]:
    return [meaning.intent for meaning in stream.meanings if isinstance(meaning, Said)]


def test_a_phrase_that_the_sound_alone_has_is_believed_at_once_and_once() -> None:
    stream = Stream()
    stream.sound(0.5)
    assert spotted(stream, "stop", 4, POINT.spotted_plausibility - 0.1) == []
    assert words(spotted(stream, "stop", 4, POINT.spotted_plausibility)) == ["stop"]
    assert spotted(stream, "stop", 4, 0.0) == [], "it is the same one"
    stream.partial("stop")
    assert stream.sound(1.0) == [], "whoever hears it later"
    assert words(stream.final("stop")) == ["stop"]
    assert isinstance(stream.meanings[-1], TalkHeard)
    assert spotted(stream, "stop", 4, 0.0) == [], "the same sound is not a second one"
    stream.sound(2.0)
    assert words(spotted(stream, "stop", 4, 0.0)) == ["stop"], "in the next utterance it is another one"


@pytest.mark.parametrize(
    ("phrase", "phones", "worst_believed"),
    [
        ("it hurts", 6, -0.16),
        ("my knee hurts", 9, -0.4),
        ("there is a pain in my neck", 16, -0.96),
        ("i have pins and needles in my foot", 24, -0.96),
    ],
)
def test_the_longer_a_spotted_phrase_is_the_less_it_asks_of_the_sound(
    phrase: str, phones: int, worst_believed: float
) -> None:
    stream = Stream()
    stream.partial("? ?")
    stream.sound(2.0)
    assert spotted(stream, phrase, phones, worst_believed - 0.01) == []
    assert words(spotted(stream, phrase, phones, worst_believed)) == [phrase]
    assert said(stream) == [Intent.PAIN]


def test_a_short_phrase_is_spotted_only_where_the_language_pack_names_it() -> None:
    stream = Stream()
    assert spotted(stream, "numb", 3, 0.0) == []
    assert words(spotted(stream, "stop", 4, 0.0)) == ["stop"]


@pytest.mark.parametrize("heard", ["no", "no sharp", "no sharp pain", "? no sharp"])
def test_what_the_words_before_it_deny_is_not_spotted(heard: str) -> None:
    stream = Stream()
    stream.partial(heard)
    assert spotted(stream, "sharp pain", 7, 0.0) == []


def test_a_spotted_warning_sign_pauses_at_once_and_is_one_at_the_end_of_its_utterance() -> None:
    stream = Stream()
    stream.partial("? ?")
    spotted(stream, "i can't feel my legs", 14, -0.3)
    assert said(stream) == [Intent.PAUSE]
    stream.sound(1.0)
    stream.final("? ?")
    assert said(stream) == [Intent.PAUSE, Intent.RED_FLAG]
    stream.final("? ?")
    assert said(stream) == [Intent.PAUSE, Intent.RED_FLAG], "once is enough"


@pytest.mark.parametrize("final", ["i can't feel my legs", "i can't move my legs"])
def test_a_warning_sign_that_the_recognizer_heard_as_well_is_told_once(final: str) -> None:
    stream = Stream()
    spotted(stream, "i can't feel my legs", 14, -0.3)
    stream.final(final)
    assert said(stream) == [Intent.PAUSE, Intent.RED_FLAG]


def test_a_warning_sign_that_the_recognizer_heard_denied_is_none() -> None:
    stream = Stream()
    spotted(stream, "chest pain", 8, 0.0)
    stream.final("no chest pain")
    assert said(stream) == [Intent.PAIN], "what it was until its utterance was over"


def test_all_that_is_spotted_means_something_that_is_for_safety() -> None:
    phrases = phrases_to_spot(PACK.table)
    assert {"stop", "my knee hurts", "i can't feel my legs", "gone numb", "pain in my neck"} <= set(phrases)
    assert set(PACK.table.spotted) <= set(phrases)
    assert not {"next", "stock", "limber"} & set(phrases)


def test_what_a_canceller_left_of_our_voice_is_not_spotted() -> None:
    stream = Stream()
    stream.cancelled_db = POINT.leftover_db
    stream.sound(0.5)
    at = stream.now + BLOCK_SECONDS
    assert stream.block(SpottedHypothesis(1, ("stop",), at, at, 0.0)) == []


def test_a_phrase_in_doubt_that_is_spotted_is_in_doubt_no_more() -> None:
    stream = Stream()
    stream.partial("? ?")
    stream.sound(2.0)
    stream.partial("? ? stop")
    assert stream.final("? ? stop") == [], "it is in doubt"
    at = stream.now + BLOCK_SECONDS
    assert words(stream.block(SpottedHypothesis(2, ("stop",), at, at, 0.0))) == ["stop"]
    assert stream.quiet(2.0) == [], "and is not believed twice"
