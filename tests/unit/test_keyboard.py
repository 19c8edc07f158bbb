"""Lines that are typed: each means something to the state that the line before it led to."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pytest
from driver import PACK, Driver

from assistant.core.events import Event, NotUnderstood, Said, Source
from assistant.core.intents import Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.resting import LISTENED_FOR
from assistant.core.states import State
from assistant.keyboard import MAX_LINE_LENGTH, MAX_LINES, Keyboard


def opened(text: str, tell: Callable[[str], None] = pytest.fail) -> tuple[Keyboard, list[Event]]:
    """A keyboard at which this was typed, and what it sent at once."""
    sent: list[Event] = []
    keyboard = Keyboard(io.StringIO(text), PACK, tell)
    keyboard.open(sent.append)
    return keyboard, sent


def read_all(keyboard: Keyboard) -> None:
    keyboard._thread.join(60)


def next_said(keyboard: Keyboard) -> Said | NotUnderstood:
    """What was typed next, once the thread that reads lines has come to it."""
    end = time.monotonic() + 60
    while not (said := keyboard.happened()):
        assert time.monotonic() < end
    (one,) = said
    return one


def test_a_line_means_what_is_listened_for_when_it_is_taken() -> None:
    told: list[str] = []
    keyboard, _ = opened("NEXT!\n\nnext\n", told.append)
    read_all(keyboard)
    keyboard.listen_for(frozenset([Intent.NEXT]))
    assert next_said(keyboard) == Said(Intent.NEXT, "next", source=Source.KEYBOARD, words=("next",))
    assert keyboard.happened() == (), "an empty line means nothing"
    keyboard.listen_for(frozenset([Intent.HELP]))
    assert next_said(keyboard) == NotUnderstood(("next",))
    assert told == ['I cannot make anything of "next" just now. Type "help" to see what you can say.']


def test_a_safety_phrase_goes_at_once_and_nothing_typed_before_it_acts_after_it() -> None:
    keyboard, sent = opened("next\ngo on\nthat hurts, next\nagain\n")
    read_all(keyboard)
    assert [getattr(one, "intent", None) for one in sent] == [Intent.PAIN]
    keyboard.listen_for(frozenset([Intent.REPEAT, Intent.NEXT]))
    assert next_said(keyboard) == Said(Intent.REPEAT, "again", source=Source.KEYBOARD, words=("again",))


def test_what_answers_the_question_that_is_asked_is_no_report() -> None:
    keyboard = Keyboard(io.StringIO("my knee hurts\n"), PACK, pytest.fail)
    keyboard.listen_for(listened_for(State.CHOOSING))
    sent: list[Event] = []
    keyboard.open(sent.append)
    read_all(keyboard)
    assert [*sent, *keyboard.happened()][0] == meaning_of(
        ("my", "knee", "hurts"), PACK.table, listened_for(State.CHOOSING), Source.KEYBOARD
    )


def test_enter_wakes_a_room_that_rests_and_other_words_are_answered_kindly() -> None:
    told: list[str] = []
    keyboard, _ = opened("\nnext\n", told.append)
    keyboard.listen_for(LISTENED_FOR)
    assert getattr(next_said(keyboard), "intent", None) is Intent.START
    assert next_said(keyboard) == NotUnderstood(("next",))
    assert told == ['I am resting, so "next" does nothing. Press Enter to begin.']


def test_lines_that_come_all_at_once_answer_one_question_after_the_other() -> None:
    lines = "\n".join(["yes", "no", "no", "no", "no"] + ["hm"] * MAX_LINES)
    told: list[str] = []
    driver = Driver(physician_check_due=True)
    keyboard, _ = opened(lines, told.append)
    for _ in range(5):
        keyboard.listen_for(listened_for(driver.state))
        driver.event(next_said(keyboard))
    assert driver.heard == [Intent.YES, Intent.NO, Intent.NO, Intent.NO, Intent.NO]
    assert State.INTRODUCING in driver.states
    for _ in range(MAX_LINES):
        assert isinstance(next_said(keyboard), NotUnderstood)
    assert len(told) == MAX_LINES
    assert told[0].startswith('I cannot make anything of "hm" just now. Type "help" to see')


def test_the_end_of_the_input_asks_for_the_end() -> None:
    keyboard, _ = opened("")
    read_all(keyboard)
    assert not keyboard.has_ended
    keyboard.listen_for(frozenset([Intent.END]))
    end = next_said(keyboard)
    assert isinstance(end, Said)
    assert end.intent is Intent.END
    assert keyboard.has_ended


def test_a_line_that_never_ends_comes_in_pieces_and_its_safety_phrase_is_heard() -> None:
    line = "it rains a lot here. " * 40 + "ouch, that hurts"
    assert len(line) > 2 * MAX_LINE_LENGTH
    keyboard, sent = opened(line, lambda told: None)
    read_all(keyboard)
    assert [getattr(one, "intent", None) for one in sent] == [Intent.PAIN]


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), ValueError("I/O operation on closed file")]
)
def test_an_input_that_is_gone_has_ended(error: Exception) -> None:
    class Gone(io.StringIO):
        def readline(self, size: int | None = -1) -> str:
            raise error

    keyboard = Keyboard(Gone(), PACK, pytest.fail)
    keyboard.open(lambda event: None)
    keyboard.listen_for(frozenset([Intent.END]))
    assert getattr(next_said(keyboard), "intent", None) is Intent.END
