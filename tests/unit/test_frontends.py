"""The terminal, without one."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from assistant.core.actions import EndSession, Listen, ReportHeard, ReportHoldStarted, Speak
from assistant.core.intents import Intent, Slots
from assistant.frontends.terminal import Terminal


def shown(*actions: object, width: int = 60) -> str:
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=width, markup=False, highlight=False))
    for action in actions:
        terminal.show(action)  # type: ignore[arg-type]
    return text.getvalue()


def test_the_terminal_shows_who_said_what() -> None:
    heard = ReportHeard(Intent.STOP, "stop", Slots(), "partial", 1.0, 1.1)
    text = shown(
        Speak(1, "chin to chest."),
        heard,
        ReportHoldStarted(1, 20.0),
        Listen(frozenset()),
        EndSession("no_answer"),
    )
    assert text.splitlines() == [
        "Limber  Chin to chest.",
        "   You  stop",
        "        (hold for 20 seconds)",
        "        (session over: no answer)",
    ]


def test_long_captions_wrap_between_words_under_their_beginning() -> None:
    lines = shown(
        Speak(1, "Slowly turn your head back until you look straight ahead."), width=40
    ).splitlines()
    assert lines == ["Limber  Slowly turn your head back until", "        you look straight ahead."]


def test_a_terminal_that_has_gone_disturbs_nobody() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    terminal = Terminal(Console(file=Gone()))
    terminal.show(Speak(1, "One."))
    terminal.show(Speak(2, "Two."))


@pytest.mark.parametrize("text", ["[unk] is not markup", "[bold]nor is this"])
def test_brackets_are_shown_as_they_are(text: str) -> None:
    assert text in shown(Speak(1, text))
