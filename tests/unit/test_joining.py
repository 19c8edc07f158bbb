"""Two recognizers, one stream: an utterance is acted on once, whoever heard it first."""

from __future__ import annotations

import pytest
from driver import PACK
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.events import NotUnderstood, Said, TalkHeard
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.listening.hypotheses import Believed, FinalHypothesis, PartialHypothesis
from assistant.core.listening.joining import SAME_UTTERANCE_SECONDS, JoinedStream, Stream
from assistant.core.listening.listener import Listener
from assistant.core.understanding import find_safety

MAIN, SECOND = Stream.MAIN, Stream.SECOND


class Session:
    """What a session understands of the common stream; every reflex is checked against it."""

    def __init__(self) -> None:
        self.joined = JoinedStream(PACK.table)
        self.listeners = {stream: Listener(PACK.table, safety_only=stream is SECOND) for stream in Stream}
        self.listener = Listener(PACK.table)
        self.told_count = 0
        self.now = 10.0

    def hear(self, stream: Stream, utterance: int, text: str, *, final: bool = False) -> list[Intent | str]:
        kind = FinalHypothesis if final else PartialHypothesis
        hypothesis = kind(utterance, tuple(text.split()), self.now, self.now)
        believed = Believed(hypothesis, self.listeners[stream].interpret(hypothesis, Intent))
        understood: list[Intent | str] = []
        is_reflex = False
        for told in self.joined.join(stream, believed, self.now):
            self.told_count += not isinstance(told, TalkHeard)
            is_partial = isinstance(told, Said) and not told.is_final
            same = (PartialHypothesis if is_partial else FinalHypothesis)(
                self.told_count, told.words, self.now, self.now
            )
            assert self.listener.interpret(same, Intent) == told, "one listener would hear the same"
            if not isinstance(told, TalkHeard):
                understood.append("?" if isinstance(told, NotUnderstood) else told.intent)
            if isinstance(told, Said):
                is_pause = told.intent is Intent.PAUSE and not told.is_final
                is_reflex |= is_pause or told.intent in SAFETY_INTENTS
        assert self.joined.take_reflex() is is_reflex
        assert not self.joined.take_reflex(), "taken"
        return understood

    def all(self, *heard: tuple) -> list[Intent | str]:  # type: ignore[type-arg]
        """Each is (seconds later, stream, utterance, text) and perhaps "final"."""
        understood = []
        for later_seconds, stream, utterance, text, *final in heard:
            self.now += later_seconds
            understood += self.hear(stream, utterance, text, final=bool(final))
        return understood


def test_one_recognizer_alone_is_passed_on_as_it_is_understood() -> None:
    assert Session().all(
        (0, MAIN, 1, "ready", "final"),
        (2, MAIN, 2, "stop"),
        (0.4, MAIN, 2, "stop", "final"),
        (1, MAIN, 3, "?", "final"),
        (1, MAIN, 4, "", "final"),
        (1, MAIN, 5, "i can't breathe"),
        (1, MAIN, 5, "i can't breathe", "final"),
    ) == [Intent.READY, Intent.STOP, "?", Intent.PAUSE, Intent.RED_FLAG]


ONE_STOP = {
    "main first": [(0, MAIN, 1, "stop"), (0.1, SECOND, 4, "stop"), (0.4, MAIN, 1, "stop", "final")],
    "second first": [(0, SECOND, 4, "stop"), (0.1, MAIN, 1, "stop"), (0.4, MAIN, 1, "stop", "final")],
    "the second's final after": [(0, MAIN, 1, "stop"), (0.4, SECOND, 4, "stop", "final")],
    "the second's final first": [(0, SECOND, 4, "stop", "final"), (0, MAIN, 1, "stop", "final")],
    "both go on": [
        (0, SECOND, 4, "stop"),
        (0.1, MAIN, 1, "stop stop"),
        (0.3, SECOND, 4, "stop stop", "final"),
        (0.3, MAIN, 1, "stop stop", "final"),
    ],
    "the second alone": [(0, SECOND, 4, "stop"), (0.4, SECOND, 4, "stop", "final")],
    "the main one mistook it": [(0, SECOND, 4, "stop"), (0.5, MAIN, 1, "shop", "final")],
    "the main one heard a command": [(0, SECOND, 4, "stop"), (0.5, MAIN, 1, "next", "final")],
    "just in time": [(0, SECOND, 4, "stop"), (1.5, MAIN, 1, "stop", "final")],
    "the main one less": [(0, SECOND, 4, "hold on"), (0.2, MAIN, 1, "stop", "final")],
}


@pytest.mark.parametrize("heard", ONE_STOP.values(), ids=ONE_STOP.keys())
def test_a_stop_is_acted_on_once(heard: list[tuple]) -> None:  # type: ignore[type-arg]
    assert Session().all(*heard) == [Intent.STOP]


PAIN_AFTER_STOP = {
    "both hear both": [
        (0, MAIN, 1, "stop"),
        (0.1, SECOND, 4, "stop"),
        (0.5, MAIN, 1, "stop that hurts"),
        (0.1, SECOND, 4, "stop that hurts"),
        (0.4, SECOND, 4, "stop that hurts", "final"),
        (0.1, MAIN, 1, "stop that hurts", "final"),
    ],
    "the second hears the worse": [
        (0, MAIN, 1, "stop"),
        (0.6, SECOND, 4, "that hurts"),
        (0.4, MAIN, 1, "stop that hurts", "final"),
    ],
    "the main one hears the worse": [
        (0, SECOND, 4, "stop"),
        (0.6, MAIN, 1, "that hurts"),
        (0.4, SECOND, 4, "stop that hurts", "final"),
        (0.1, MAIN, 1, "that hurts", "final"),
    ],
    "long after, in the same utterance": [
        (0, MAIN, 1, "stop"),
        (0.1, SECOND, 4, "stop"),
        (4, SECOND, 4, "stop ? that hurts"),
        (0.3, MAIN, 1, "stop ? that hurts", "final"),
    ],
}


@pytest.mark.parametrize("heard", PAIN_AFTER_STOP.values(), ids=PAIN_AFTER_STOP.keys())
def test_what_is_worse_acts_too_and_once(heard: list[tuple]) -> None:  # type: ignore[type-arg]
    assert Session().all(*heard) == [Intent.STOP, Intent.PAIN]


def test_two_stops_said_one_after_the_other_both_act() -> None:
    for gap_seconds in (0.8, 2.0):
        for first, then in ((MAIN, SECOND), (SECOND, MAIN)):
            for again, last in ((MAIN, SECOND), (SECOND, MAIN)):
                ids = {MAIN: 1, SECOND: 4}
                later = {MAIN: 2, SECOND: 5}
                assert Session().all(
                    (0, first, ids[first], "stop", "final"),
                    (0.1, then, ids[then], "stop", "final"),
                    (gap_seconds, again, later[again], "stop", "final"),
                    (0.1, last, later[last], "stop", "final"),
                ) == [Intent.STOP, Intent.STOP]


def test_a_stop_acts_again_while_the_main_utterance_never_ends() -> None:
    """Within noise, such as a television, the main recognizer may take both for one utterance."""
    assert Session().all(
        (0, MAIN, 1, "that hurts"),
        (0.1, SECOND, 4, "that hurts", "final"),
        (3, SECOND, 5, "stop"),
        (4, MAIN, 1, "that hurts ? stop", "final"),
    ) == [Intent.PAIN, Intent.STOP]


def test_what_the_second_hears_of_a_red_flag_only_pauses_and_the_main_one_decides() -> None:
    heard = [(0, SECOND, 4, "i can't breathe", "final"), (0.2, MAIN, 1, "i can't breathe", "final")]
    assert Session().all(*heard) == [Intent.PAUSE, Intent.RED_FLAG]
    assert Session().all(*heard[:1]) == [Intent.PAUSE]


def test_a_command_long_after_is_a_command() -> None:
    assert Session().all((0, SECOND, 4, "stop"), (1.6, MAIN, 1, "continue", "final")) == [
        Intent.STOP,
        Intent.RESUME,
    ]


def test_a_command_that_the_second_did_not_hear_as_a_stop_is_one() -> None:
    assert Session().all(
        (0, MAIN, 1, "next", "final"), (0.1, SECOND, 4, "stop"), (0.2, MAIN, 2, "stop", "final")
    ) == [Intent.NEXT, Intent.STOP]


said = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.7, 1.5, 1.6, 3.0]),
        st.sampled_from([MAIN, SECOND]),
        st.sampled_from(["stop", "that hurts", "stop that hurts", "i can't breathe", "next", "?", ""]),
        st.sampled_from(["partial", "final"]),
    ),
    max_size=30,
)


@given(said)
def test_a_reflex_is_exactly_what_a_session_acts_on(script: list[tuple[float, Stream, str, str]]) -> None:
    """`Session.hear` compares them at every step. And what nobody said just before is always acted on."""
    session = Session()
    utterances, confirmed = dict.fromkeys(Stream, 1), set()
    last_safety_at = 0.0
    for later_seconds, stream, text, kind in script:
        session.now += later_seconds
        said_by = (stream, utterances[stream])
        understood = session.hear(*said_by, text, final=kind == "final")
        if find_safety(tuple(text.split()), PACK.table):
            if said_by not in confirmed and session.now - last_safety_at > SAME_UTTERANCE_SECONDS + 0.01:
                assert understood
            confirmed.add(said_by)
            last_safety_at = session.now
        utterances[stream] += kind == "final"


def test_apart_from_commands_the_main_stream_is_for_safety_alone() -> None:
    session = Session()
    session.joined = JoinedStream(PACK.table, commands_apart=True)
    commands = Stream.COMMANDS
    assert session.all((0.0, MAIN, 1, "next", "final"), (0.1, commands, 1, "next", "final")) == [Intent.NEXT]
    assert session.all((5.0, commands, 2, "stop"), (0.1, commands, 2, "stop", "final")) == []
    assert session.all((5.0, MAIN, 2, "stop"), (0.2, MAIN, 2, "stop", "final")) == [Intent.STOP]
    assert session.all((5.0, MAIN, 3, "?", "final"), (0.1, commands, 3, "?", "final")) == ["?"]


def test_what_the_main_stream_confirmed_is_no_command_as_well() -> None:
    session = Session()
    session.joined = JoinedStream(PACK.table, commands_apart=True)
    heard = session.all((0.0, MAIN, 1, "stop"), (0.3, Stream.COMMANDS, 1, "next", "final"))
    assert heard == [Intent.STOP]
