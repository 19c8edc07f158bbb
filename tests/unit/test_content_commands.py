"""`limber routines` and `limber history`, as typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app, output
from assistant.core.actions import EndSession, RecordPain, RecordSession, RecordStep
from assistant.store.history import History
from assistant.store.history_reader import history_path
from assistant.store.routines import builtin_folder, schema_json, user_folder

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command, with a data folder of its own; what a run set is set back."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(output.out, "width", 120)
    handlers, level = logging.root.handlers[:], logging.root.level
    yield lambda *arguments: CliRunner().invoke(app, list(arguments))
    logging.root.handlers[:], logging.root.level = handlers, level
    output.options = output.GlobalOptions()


def test_list_tells_the_routines_and_where_one_s_own_belong(run: Run) -> None:
    result = run("routines", "list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if line[0] != " "] == [
        "id",
        "at-the-desk",
        "neck-and-shoulders",
        "whole-spine",
    ]
    assert str(user_folder()) in result.stderr


def test_list_as_json_is_an_object_a_line(run: Run) -> None:
    lines = [json.loads(line) for line in run("-q", "routines", "list", "--json").stdout.splitlines()]
    assert [(one["id"], one["minutes"]) for one in lines] == [
        ("at-the-desk", 4),
        ("neck-and-shoulders", 5),
        ("whole-spine", 12),
    ]


def test_list_names_a_broken_one_of_one_s_own_and_goes_on(run: Run) -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "mine.yaml").write_text("id: mine\n", encoding="utf-8")
    result = run("routines", "list", "--json")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 3)
    assert f"{user_folder() / 'mine.yaml'}:1: name: is missing" in result.stderr


def test_show_tells_every_stretch_in_words(run: Run) -> None:
    result = run("routines", "show", "at-the-desk")
    assert result.exit_code == 0
    assert (
        "1. Look over the shoulder (neck, seated, 20 seconds on each side, told for the left)"
        in result.stdout
    )
    assert "slowly turn your head to the left." in result.stdout
    assert "along the right side of your neck." in result.stdout
    assert "{" not in result.stdout


def test_show_as_json_is_the_whole_routine(run: Run) -> None:
    routine = json.loads(run("routines", "show", "whole-spine", "--json").stdout)
    assert [stretch["region"] for stretch in routine["stretches"]] == [
        "neck",
        "upper_back",
        "mid_back",
        "lower_back",
        "hips",
        "glutes",
        "hamstrings",
    ]


def test_show_of_an_unknown_one_says_which_there_are(run: Run) -> None:
    result = run("routines", "show", "yoga")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("There is no routine yoga; there are at-the-desk, ")


def test_check_is_silent_when_all_is_well(run: Run) -> None:
    files = [str(path) for path in builtin_folder().glob("*.yaml")]
    result = run("-q", "routines", "check", *files)
    assert (result.exit_code, result.output) == (0, "")


def test_check_tells_every_problem_of_every_file(run: Run, tmp_path: Path) -> None:
    good = (builtin_folder() / "at-the-desk.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        good.replace("hold_seconds: 20", "hold_seconds: 60").replace("Turn only", "Stop, turn only")
    )
    result = run("routines", "check", str(bad), str(tmp_path / "missing.yaml"))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{bad}:13: stretches[0].hold_seconds: is 60, but a hold lasts 20 to 30 seconds",
        f'{bad}:17: stretches[0].enter[2]: says "stop", which the recognizer takes for "stop"',
        f"{tmp_path / 'missing.yaml'}:1: cannot be read: No such file or directory",
    ]


def test_check_without_a_file_is_wrong_use(run: Run) -> None:
    assert run("routines", "check").exit_code == 2


def test_schema_is_printed_as_it_is(run: Run) -> None:
    assert run("routines", "schema").stdout == schema_json()


def test_history_is_empty_at_first(run: Run) -> None:
    result = run("history")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "There is no session yet.\n")


@pytest.fixture
def two_sessions(run: Run) -> None:
    history = History(history_path(), pytest.fail, lambda: datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    history.record(RecordSession("whole-spine"))
    history.record(RecordStep("neck-tilt", "left", 1, 90.0, "done"))
    history.record(RecordSession("at-the-desk"))
    history.record(RecordStep("neck-tilt", "left", 1, 20.04, "done"))
    history.record(RecordStep("neck-tilt", "right", 1, 0.0, "skipped"))
    history.record(RecordPain("neck-tilt", "ouch"))
    history.record(EndSession("ended_by_user"))
    history.close()


@pytest.mark.usefixtures("two_sessions")
def test_history_is_a_table_the_latest_first(run: Run) -> None:
    lines = [line.split("  ") for line in run("history").stdout.splitlines()]
    table = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert table == [
        ["when", "routine", "minutes held", "steps", "pain reports", "why it ended"],
        ["2026-03-01 08:30", "at-the-desk", "0.3", "1 (1 skipped)", "1", "ended by user"],
        ["2026-03-01 08:30", "whole-spine", "1.5", "1", "0", "interrupted"],
    ]


@pytest.mark.usefixtures("two_sessions")
def test_history_as_json_is_an_object_a_line(run: Run) -> None:
    (line,) = run("history", "--json", "--limit", "1").stdout.splitlines()
    assert json.loads(line) == {
        "started_at": "2026-03-01T08:30:00+00:00",
        "ended_at": "2026-03-01T08:30:00+00:00",
        "routine": "at-the-desk",
        "held_seconds": 20.0,
        "steps_done": 1,
        "steps_skipped": 1,
        "pain_reports": 1,
        "end_reason": "ended_by_user",
    }


def test_a_damaged_history_is_one_sentence(run: Run) -> None:
    history_path().parent.mkdir(parents=True)
    history_path().write_bytes(b"no database" * 1000)
    result = run("history")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"The history {history_path()} cannot be read: file is not a database.\n"
