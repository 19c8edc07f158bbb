"""Lines that are typed: each means something to the state that the line before it led to."""

from __future__ import annotations

import io
import time

import pytest
from driver import PACK, Driver

from assistant.core.events import NotUnderstood, Said, Source
from assistant.core.intents import Intent
from assistant.core.machine import listened_for
from assistant.core.states import State
from assistant.event_queue import EventQueue
from assistant.keyboard import MAX_LINE_LENGTH, MAX_LINES, Keyboard


def next_said(keyboard: Keyboard) -> Said | NotUnderstood:
    """What was typed next, once the thread that reads lines has come to it."""
    end = time.monotonic() + 60
    while not (said := keyboard.happened()):
        assert time.monotonic() < end
    (one,) = said
    return one


def test_a_line_means_what_is_listened_for_when_it_is_taken() -> None:
    keyboard = Keyboard(io.StringIO("NEXT!\n\nnext\nthat hurts, next\n"), PACK, pytest.fail)
    keyboard.open(EventQueue())
    keyboard.listen_for(frozenset([Intent.NEXT]))
    assert next_said(keyboard) == Said(Intent.NEXT, "next", source=Source.KEYBOARD, words=("next",))
    keyboard.listen_for(frozenset())
    assert next_said(keyboard) == NotUnderstood(("next",))
    assert getattr(next_said(keyboard), "intent", None) is Intent.PAIN


def test_lines_that_come_all_at_once_answer_one_question_after_the_other() -> None:
    lines = "\n".join(["yes", "no", "no", "no", "no"] + ["hm"] * MAX_LINES)
    told: list[str] = []
    driver = Driver(physician_check_due=True)
    keyboard = Keyboard(io.StringIO(lines), PACK, told.append)
    keyboard.open(EventQueue())
    for _ in range(5):
        keyboard.listen_for(listened_for(driver.state))
        driver.event(next_said(keyboard))
    assert driver.heard == [Intent.YES, Intent.NO, Intent.NO, Intent.NO, Intent.NO]
    assert State.INTRODUCING in driver.states
    for _ in range(MAX_LINES):
        assert isinstance(next_said(keyboard), NotUnderstood)
    assert len(told) == MAX_LINES
    assert told[0].startswith('I did not understand "hm". Type "help" to see')


def test_the_end_of_the_input_asks_for_the_end() -> None:
    keyboard = Keyboard(io.StringIO(""), PACK, pytest.fail)
    keyboard.open(EventQueue())
    keyboard.listen_for(frozenset([Intent.END]))
    end = next_said(keyboard)
    assert isinstance(end, Said)
    assert end.intent is Intent.END


def test_a_line_that_never_ends_comes_in_pieces_and_its_safety_phrase_is_heard() -> None:
    line = "it rains a lot here. " * 40 + "ouch, that hurts"
    assert len(line) > 2 * MAX_LINE_LENGTH
    keyboard = Keyboard(io.StringIO(line), PACK, lambda told: None)
    keyboard.open(EventQueue())
    keyboard.listen_for(frozenset())
    meanings = [next_said(keyboard) for _ in range(-(-len(line) // MAX_LINE_LENGTH))]
    assert Intent.PAIN in [getattr(one, "intent", None) for one in meanings]


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), ValueError("I/O operation on closed file")]
)
def test_an_input_that_is_gone_has_ended(error: Exception) -> None:
    class Gone(io.StringIO):
        def readline(self, size: int | None = -1) -> str:
            raise error

    keyboard = Keyboard(Gone(), PACK, pytest.fail)
    keyboard.open(EventQueue())
    keyboard.listen_for(frozenset([Intent.END]))
    assert getattr(next_said(keyboard), "intent", None) is Intent.END
