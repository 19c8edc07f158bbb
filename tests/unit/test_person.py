"""The rehearsed person: each line at its moment, once or each time."""

from __future__ import annotations

from assistant.core.actions import ReportState
from assistant.simulate.person import Person
from assistant.simulate.scene import ScriptedLine


def line(say: str, **when: object) -> ScriptedLine:
    return ScriptedLine.model_validate({"when": when, "say": say})


def said(person: Person, *times: float) -> list[str]:
    return [str(line.say) for now in times for line in person.due(now)]


def enter(person: Person, state: str, now: float) -> None:
    person.watch(ReportState(state, 1), now)


def test_a_line_is_said_once_at_the_time_that_it_is_for() -> None:
    person = Person([line("go on", state="paused", occurrence=2, after_seconds=3.0)])
    enter(person, "paused", 10.0)
    assert said(person, 13.0, 20.0) == []
    enter(person, "holding", 21.0)
    enter(person, "paused", 30.0)
    assert said(person, 32.9, 33.0, 33.1) == ["go on"]
    enter(person, "paused", 40.0)
    assert said(person, 43.0) == []
    assert person.unsaid == ()


def test_a_line_for_each_time_is_said_once_in_each() -> None:
    person = Person(
        [
            line("go on", state="paused", occurrence=0, after_seconds=3.0),
            line("please go on", state="paused", occurrence=0, after_seconds=9.0),
        ]
    )
    enter(person, "paused", 10.0)
    assert said(person, 12.0, 13.0, 14.0, 18.0) == ["go on"]
    enter(person, "holding", 18.5)
    assert said(person, 19.0, 30.0) == []
    enter(person, "paused", 40.0)
    assert said(person, 43.0, 44.0, 49.0, 60.0) == ["go on", "please go on"]
    assert person.unsaid == ()
