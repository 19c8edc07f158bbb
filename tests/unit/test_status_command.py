"""`limber status`, `stop` and `wake`: what is read of an answer, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.cli import status as status_module
from assistant.cli import stop as stop_module
from assistant.frontends.control import NoAnswerError

SESSION = {
    "state": "holding",
    "routine": "at-the-desk",
    "stretch": "seated twist",
    "side": "left",
    "step": 3,
    "steps": 12,
    "hold_seconds_left": 13.6,
}
ROOM = {
    "name": "here",
    "session": SESSION,
    "microphone": "Speakerphone",
    "speaker": "Speakerphone \x1b[31m",
    "is_history_written": True,
    "faults": [],
    "last_second": {"delivered": 50.0, "heard": 49.0, "played": 50.0, "looks": 52.1, "waiting": 1},
}
WELL = {
    "version": "1",
    "pid": 7,
    "began_at": "2026-03-01T08:30:00+01:00",
    "is_well": True,
    "rooms": [ROOM],
}
Run = Callable[..., Any]


asked: list[tuple[str, str]] = []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(answers: dict[int, Any], *arguments: str) -> Any:
        for module in (status_module, stop_module):
            monkeypatch.setattr(
                module, "ask", lambda command, room="": asked.append((command, room)) or answers
            )
        return CliRunner().invoke(app, arguments or ("status",))

    return run


def test_a_session_is_read_line_by_line(run: Run) -> None:
    done = run({7: WELL})
    assert done.exit_code == 0
    assert done.stdout.split("\n") == [
        "Limber 1, process 7, runs since 2026-03-01 08:30.",
        "Session: holding; routine at-the-desk; seated twist, left, 3 of 12; 14 seconds left.",
        "Microphone: Speakerphone",
        "Speaker: Speakerphone �[31m",
        "Last second: 50 blocks of sound came, 49 were heard, 50 were played; 1 wait to be heard.",
        "History: it is written.",
        "All is well.",
        "",
    ]


def test_what_is_at_fault_is_said_with_its_time_and_the_exit_code(run: Run) -> None:
    faults = [{"fault": one, "since": "2026-03-01T08:31:02+01:00"} for one in ("history_held", "new_one")]
    room = {**ROOM, "session": None, "microphone": "", "speaker": "", "is_history_written": False}
    done = run({7: {**WELL, "is_well": False, "rooms": [{**room, "faults": faults}]}})
    assert done.exit_code == 1
    assert done.stdout.split("\n")[1:] == [
        "Session: none.",
        "Sound: none; what is said is read, and lines are typed.",
        "History: it waits to be written.",
        "At fault since 2026-03-01 08:31: the history cannot be written: what happens is held until it can.",
        "At fault since 2026-03-01 08:31: new_one.",
        "",
    ]


def test_json_is_an_object_a_line(run: Run) -> None:
    done = run({7: WELL, 8: {**WELL, "pid": 8}}, "status", "--json")
    assert done.exit_code == 0
    assert [json.loads(line)["pid"] for line in done.stdout.splitlines()] == [7, 8]


def test_one_without_a_room_yet_waits_for_sound(run: Run) -> None:
    done = run({7: {**WELL, "is_well": False, "rooms": []}})
    assert done.exit_code == 1
    assert "It has no sound yet, and waits for it." in done.stdout


@pytest.mark.parametrize("command", ["status", "stop", "wake"])
def test_who_does_not_run_and_who_does_not_answer_have_codes_of_their_own(run: Run, command: str) -> None:
    nobody = run({}, command)
    assert (nobody.exit_code, nobody.stdout) == (3, "")
    assert "Limber is not running." in nobody.stderr
    hanging = run({7: NoAnswerError("timed out")}, command)
    assert (hanging.exit_code, hanging.stdout) == (1, "")
    assert "Limber (process 7) does not answer: timed out." in hanging.stderr


@pytest.mark.parametrize(
    "odd", [{}, {**WELL, "rooms": [{}]}, {**WELL, "rooms": 3}, {**WELL, "began_at": "x"}]
)
def test_an_answer_that_cannot_be_read_is_a_sentence(run: Run, odd: dict[str, Any]) -> None:
    done = run({7: odd})
    assert (done.exit_code, done.stdout) == (1, "")
    assert "of another version" in done.stderr.replace("\n", " ")


def test_stop_is_silent(run: Run) -> None:
    done = run({7: {"stopped": 1}}, "stop")
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(("woken", "code", "told"), [(1, 0, ""), (0, 1, "a session is under way")])
def test_wake_says_only_what_keeps_it_from_doing_so(run: Run, woken: int, code: int, told: str) -> None:
    done = run({7: {"woken": woken}}, "wake")
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr.replace("\n", " ")


def test_of_several_rooms_each_has_its_name(run: Run) -> None:
    kitchen = {**ROOM, "name": "kitchen", "session": None, "is_resting": True}
    lines = run({7: {**WELL, "rooms": [ROOM, kitchen]}}).stdout.split("\n")
    assert [line for line in lines if line.startswith("Room")] == ["Room here:", "Room kitchen:"]
    assert "Session: none; it rests" in lines[lines.index("Room kitchen:") + 1]


@pytest.mark.parametrize(("command", "counted"), [("stop", "stopped"), ("wake", "woken")])
def test_one_room_can_be_named(run: Run, command: str, counted: str) -> None:
    run({7: {counted: 1}}, command, "--room", "kitchen")
    assert asked[-1] == (command, "kitchen")
    run({7: {counted: 1}}, command)
    assert asked[-1] == (command, "")
