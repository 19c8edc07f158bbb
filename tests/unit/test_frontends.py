"""Front ends: every one of the registry is opened and shown every view; the terminal, without one."""

from __future__ import annotations

import io
from functools import cache

import pytest
from driver import CATALOGUE, PACK, Driver, in_state
from houses import house
from rich.console import Console

from assistant.conducting import conduct
from assistant.core.actions import (
    Action,
    EndSession,
    ReportHeard,
    ReportHoldStarted,
    Speak,
    StopSpeaking,
)
from assistant.core.context import END_REASONS, Settings
from assistant.core.events import Event, Said
from assistant.core.faults import Fault
from assistant.core.heard import Certainty, Heard
from assistant.core.intents import Intent
from assistant.core.ports import FrontEnd
from assistant.core.session import Session
from assistant.core.states import State
from assistant.core.view import HoldView, PromptView, View, as_json, without_health
from assistant.event_queue import EventQueue
from assistant.frontends.endings import ENDINGS, ending_in_words
from assistant.frontends.registry import FRONT_ENDS, Entry, FrontEnds, open_front_ends
from assistant.frontends.terminal import FAULTS, TOLD_ALREADY, Terminal
from assistant.performer import Performer
from assistant.speech.silent_prompter import SilentPrompter


def view(**changes: object) -> View:
    plain = {"at": 0.0, "state": State.HOLDING, "routine": None, "step": None, "hold": None}
    return View(**{**plain, "transfer": None, "faults": (), **changes})  # type: ignore[arg-type]


# Every front end


SAID = ("stop", "that hurts", "i can't breathe", "next", "yes", "no", "four", "end", "how long", "low one")


@cache
def all_views() -> tuple[View, ...]:
    """What is shown on the way into every state, and of what is said there."""
    views: list[View] = []
    for state in State:
        views += in_state(state).views
        for phrase in SAID:
            driver = in_state(state)
            seen = len(driver.views)
            driver.say(phrase)
            driver.until_silent()
            views += driver.views[seen:]
    return tuple(views)


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_every_front_end_is_opened_and_shown_every_view(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = FRONT_ENDS[name]
    assert entry.description
    sent: list[Event] = []
    front_end = entry.open(sent.append, house())
    for each in all_views():
        front_end.publish(each if entry.wants_health else without_health(each))
    front_end.rest()
    front_end.close()
    assert {each.state for each in all_views()} == set(State)
    assert sent == [], "nobody did anything there"
    capsys.readouterr()


class Fake:
    """A FrontEnd that keeps what it is given; it breaks at `breaks_on` words."""

    def __init__(self, breaks_on: str = "") -> None:
        self.views: list[View] = []
        self.is_open = True
        self.rest_count = 0
        self._breaks_on = breaks_on

    def publish(self, view: View) -> None:
        if self._breaks_on and view.sentence == self._breaks_on:
            raise OSError("gone")
        self.views.append(view)

    def rest(self) -> None:
        self.rest_count += 1

    def close(self) -> None:
        self.is_open = False
        if self._breaks_on:
            raise OSError("gone")


def _entry(front_end: FrontEnd, wants_health: bool = False) -> tuple[Entry, FrontEnd]:
    return Entry("for tests", lambda send, house: front_end, wants_health), front_end


def test_each_gets_what_it_may_see_and_only_when_that_changed() -> None:
    all_of_it, without = Fake(), Fake()
    front_ends = FrontEnds([_entry(all_of_it, wants_health=True), _entry(without)])
    first, second = view(sentence="One."), view(sentence="Two.")
    third = view(state=State.PAUSED)
    for each in (first, first, second, third):
        front_ends.publish(each)
    assert all_of_it.views == [first, second, third]
    assert without.views == [without_health(first), third]
    front_ends.close()
    assert [all_of_it.is_open, without.is_open] == [False, False]


def test_whoever_does_not_ask_for_it_is_never_given_anything_of_health() -> None:
    without = Fake()
    front_ends = FrontEnds([_entry(without)])
    for each in all_views():
        front_ends.publish(each)
    given = str([as_json(each) for each in without.views])
    assert "'holding'" in given
    for telling in ("hurt", "pain", "score", "emergency", "'easing'", "spread", "doctor", "Ease out"):
        assert telling not in given


def test_one_that_fails_is_left_out_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    broken, well = Fake(breaks_on="Two."), Fake()
    front_ends = FrontEnds([_entry(broken, wants_health=True), _entry(well, wants_health=True)])
    for sentence in ("One.", "Two.", "Three."):
        front_ends.publish(view(sentence=sentence))
    assert [each.sentence for each in broken.views] == ["One."]
    assert [each.sentence for each in well.views] == ["One.", "Two.", "Three."]
    assert "a front end failed" in caplog.text
    front_ends.close()
    assert not well.is_open


def test_one_that_fails_to_close_keeps_nobody_open() -> None:
    broken, well = Fake(breaks_on="Two."), Fake()
    FrontEnds([_entry(broken, wants_health=True), _entry(well)]).close()
    assert not well.is_open


def test_a_session_is_published_after_each_event_and_what_is_sent_from_a_front_end_reaches_it() -> None:
    events = EventQueue()

    class Calling(Fake):
        def publish(self, view: View) -> None:
            super().publish(view)
            if view.state is State.CHOOSING:
                events.put(Said(Intent.RED_FLAG, "i can't breathe"))

    calling = Calling()
    front_ends = FrontEnds([_entry(calling, wants_health=True)])
    prompter = SilentPrompter(lambda: 0.0)
    session = Session(PACK, CATALOGUE, Settings(sound_check=False))
    conduct(
        session,
        Performer(prompter, prompter, lambda intents: None),
        events,
        prompter.ended,
        must_end=lambda: "terminated" if session.state is State.EMERGENCY else "",
        publish=front_ends.publish,
    )
    assert [each.state for each in calling.views] == [State.CHOOSING, State.EMERGENCY, State.FINISHED]


def test_the_terminal_shows_each_fault_once_but_those_that_the_history_tells_itself() -> None:
    assert set(FAULTS) == set(Fault)
    printed = io.StringIO()
    terminal = Terminal(Console(file=printed, width=200))
    for faults in ((), (Fault.HISTORY_HELD,), (Fault.HISTORY_HELD, Fault.DISK_NEARLY_FULL)) * 2:
        terminal.publish(view(faults=faults))
    assert printed.getvalue().count(f"({FAULTS[Fault.DISK_NEARLY_FULL]})") == 2
    assert FAULTS[Fault.HISTORY_HELD] not in printed.getvalue()


def test_front_ends_are_opened_by_name() -> None:
    opened = open_front_ends(["terminal"], house(), lambda event: None)
    opened.publish(view())
    opened.close()


# The terminal


def shown(*views: View, width: int = 60) -> str:
    text = io.StringIO()
    terminal = Terminal(Console(file=text, width=width, markup=False, highlight=False))
    for each in views:
        terminal.publish(each)
    terminal.close()
    return text.getvalue()


def said(text: str) -> View:
    return view(prompts=(PromptView(1, text),))


def test_the_terminal_shows_who_said_what() -> None:
    heard = Heard(1, 1.0, Certainty.SURE, Intent.STOP, "stop")
    text = shown(
        said("chin to chest."),
        view(heard=heard),
        view(heard=heard, hold=HoldView(20.0, 0.0, 21.0, None)),
        view(heard=heard, state=State.FINISHED, end_reason="no_answer"),
        view(heard=heard, state=State.FINISHED, end_reason="no_answer"),
    )
    assert text.splitlines() == [
        "Limber  Chin to chest.",
        "   You  stop",
        "        (hold for 20 seconds)",
        "        (The session is over: nobody answered.)",
    ]


def test_every_reason_to_end_has_kind_words() -> None:
    reasons = {reason or "completed" for reason in END_REASONS}
    assert set(ENDINGS) == reasons
    assert all("_" not in words and words[0] != " " for words in ENDINGS.values())
    assert "doctor" in ending_in_words("see_physician")


def test_the_terminal_shows_nothing_of_what_was_not_understood() -> None:
    assert shown(view(heard=Heard(1, 1.0, Certainty.NOT_UNDERSTOOD))) == ""


def _lines(actions: tuple[Action, ...]) -> list[str]:
    """What is to be read of what a session does about one event; what it cut at once, nobody hears."""
    lines: list[str] = []
    for at, action in enumerate(actions):
        match action:
            case Speak(_, text) if StopSpeaking() not in actions[at:]:
                lines.append(f"Limber  {text[:1].upper()}{text[1:]}")
            case ReportHeard(_, phrase, _, _, _, _):
                lines.append(f"   You  {phrase}")
            case ReportHoldStarted(_, seconds):
                lines.append(f"        (hold for {seconds:.0f} seconds)")
            case EndSession(reason):
                lines.append(f"        ({ending_in_words(reason)})")
            case _:
                pass
    return lines


class Read(Driver):
    """A session that is read along, event by event."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        self.terminal = Terminal(Console(file=self.text, width=1000, markup=False, highlight=False))
        self.count = 0
        super().__init__(asks_how_it_is=True)

    def event(self, event: Event) -> tuple[Action, ...]:
        actions = super().event(event)
        read = self.text.tell()
        self.terminal.publish(self.view)
        lines = self.text.getvalue()[read:].splitlines()
        assert [line.rstrip() for line in lines] == [line.rstrip() for line in _lines(actions)]
        self.count += len(lines)
        return actions


def test_the_terminal_shows_all_that_is_said_and_heard_event_by_event() -> None:
    driver = Read()
    driver.answer("two")
    driver.answer("no")
    driver.until(State.INSTRUCTING).say("repeat")
    driver.say("louder")
    driver.until(State.HOLDING).advance(5.0)
    driver.say("ten more seconds")
    driver.hear("chatter")
    driver.say("stop")
    driver.say("stop")
    driver.advance(5.0)
    driver.answer("continue")
    driver.say("ready")
    driver.advance(3.0)
    driver.say("that hurts")
    driver.rate("two")
    driver.answer("yes")
    driver.until(State.RESTING).say("what's next")
    driver.until(State.SCORE_AFTER).answer("one")
    driver.until(State.FINISHED)
    assert driver.count > 60


def test_long_captions_wrap_between_words_under_their_beginning() -> None:
    lines = shown(said("Slowly turn your head back until you look straight ahead."), width=40).splitlines()
    assert lines == ["Limber  Slowly turn your head back until", "        you look straight ahead."]


def test_a_terminal_that_has_gone_disturbs_nobody() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    terminal = Terminal(Console(file=Gone()))
    terminal.publish(said("One."))
    terminal.publish(said("Two."))


@pytest.mark.parametrize("text", ["[unk] is not markup", "[bold]nor is this"])
def test_brackets_are_shown_as_they_are(text: str) -> None:
    assert text in shown(said(text))


@pytest.mark.parametrize("fault", sorted(set(Fault) - set(TOLD_ALREADY)))
def test_a_fault_is_printed_when_it_is_new(fault: Fault) -> None:
    printed = io.StringIO()
    terminal = Terminal(Console(file=printed, width=100))
    for faults in ((), (fault,), (fault,), (), (fault,)):
        terminal.publish(view(faults=faults))
    assert printed.getvalue().count("(") == 2
