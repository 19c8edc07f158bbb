"""`limber forget`, as typed: what was named is gone from the files, the rest is left, and it is said."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app, output
from assistant.cli.forget import day_named
from assistant.core.actions import (
    EndSession,
    RecordCondition,
    RecordConditionsAsked,
    RecordPain,
    RecordPainScore,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    RecordStep,
)
from assistant.core.routine import Condition
from assistant.store import history_erasing
from assistant.store.history import History
from assistant.store.history_profile import read_profile
from assistant.store.history_reader import history_path, read_sessions

Run = Callable[..., Result]
MORNING = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command where there is no terminal, with a data folder of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    handlers, level = logging.root.handlers[:], logging.root.level
    yield lambda *arguments, **more: CliRunner().invoke(app, list(arguments), **more)
    logging.root.handlers[:], logging.root.level = handlers, level
    output.options = output.GlobalOptions()


@pytest.fixture
def four_sessions(run: Run) -> History:
    """Two on the first of March, two on the second; each with words that are in no other. Still open."""
    times = iter(MORNING + timedelta(hours=n) for n in range(1_000))
    days = iter([0, 0, 1, 1])
    now = MORNING

    def clock() -> datetime:
        return now

    history = History(history_path(), pytest.fail, clock)
    history.record(RecordPhysicianChecked())
    for name in ("alpha", "bravo", "charlie", "delta"):
        now = next(times) + timedelta(days=next(days))
        history.record(RecordPainScore("before", 5))
        history.record(RecordSession(f"routine-{name}"))
        for number in range(1, 41):  # more than a page of them
            history.record(RecordStep(f"stretch-{name}", "left", number, 20.0, "done"))
        history.record(RecordPain(f"stretch-{name}", f"{name} hurts"))
        history.record(RecordPainScore("during", 4))
        if name == "bravo":
            history.record(RecordRedFlag("chest"))
        history.record(EndSession("completed"))
    return history


def all_bytes() -> bytes:
    """Whatever lies in the folder of the history."""
    return b"".join(file.read_bytes() for file in history_path().parent.rglob("*") if file.is_file())


def left() -> list[str]:
    return [session.routine_id for session in read_sessions(history_path())]


def sentence(result: Result) -> str:
    """What was said on stderr, without a frame or the usage above it."""
    return " ".join(result.stderr.replace("│", " ").split())


def test_a_session_is_gone_from_the_files_and_the_others_are_whole(run: Run, four_sessions: History) -> None:
    assert b"bravo" in all_bytes()
    four_sessions.close()
    before = [s for s in read_sessions(history_path()) if s.id != 2]
    result = run("forget", "--yes", "2")
    assert (result.exit_code, result.stderr) == (
        0,
        "What you told about your health stays: 1 physician's consent."
        " `limber forget --all` erases that too, with all sessions.\n",
    )
    assert result.stdout == (
        "Erased: session 2, 2026-03-01 09:30, routine-bravo:"
        " 40 steps, 1 pain report, 2 pain numbers, 1 warning sign.\n"
    )
    assert b"bravo" not in all_bytes()
    assert read_sessions(history_path()) == before
    assert history_erasing.kept_rows(history_path())["physician_checks"] == 1


def test_the_log_of_a_killed_session_is_erased_too(
    run: Run, four_sessions: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that was killed leaves its write-ahead log, with all that it wrote."""
    killed = tmp_path / "killed" / "limber"
    killed.mkdir(parents=True)
    for file in history_path().parent.iterdir():
        (killed / file.name).write_bytes(file.read_bytes())
    four_sessions.close()
    monkeypatch.setenv("XDG_DATA_HOME", str(killed.parent))
    assert b"alpha" in (killed / "history.sqlite-wal").read_bytes()
    assert run("forget", "--yes", "1").exit_code == 0
    assert b"alpha" not in all_bytes()
    assert left() == ["routine-delta", "routine-charlie", "routine-bravo"]


def test_a_day_is_its_sessions(run: Run, four_sessions: History) -> None:
    four_sessions.close()
    result = run("forget", "--yes", "2026-03-02", "3", "1")
    assert [line.split(",")[0] for line in result.stdout.splitlines()] == [
        f"Erased: session {number}" for number in (4, 3, 1)
    ]
    assert left() == ["routine-bravo"]
    for gone in (b"alpha", b"charlie", b"delta"):
        assert gone not in all_bytes()


@pytest.mark.parametrize("name", ["5", "0", "2026-03-09"])
def test_what_is_not_there_is_said_and_nothing_erased(run: Run, four_sessions: History, name: str) -> None:
    four_sessions.close()
    result = run("forget", "--yes", "1", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"There is no session {name}; `limber history` shows those there are.\n"
    assert len(left()) == 4


def test_what_names_no_session_is_wrong_use(run: Run, four_sessions: History) -> None:
    four_sessions.close()
    result = run("forget", "--yes", "someday")
    assert result.exit_code == 2
    assert (
        '"someday" is neither the number of a session nor a day such as 2026-03-01 or yesterday'
        in sentence(result)
    )
    for arguments in ([], ["1", "--all"]):
        result = run("forget", *arguments)
        assert result.exit_code == 2
        assert "name sessions by number or day, or say --all" in sentence(result)
    assert len(left()) == 4


@pytest.mark.parametrize("arguments", [["1", "--yes"], ["--all", "--yes"]])
def test_during_a_session_nothing_is_erased(
    run: Run, four_sessions: History, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_erasing, "BUSY_SECONDS", 0.0)
    result = run("forget", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"The history {history_path()} could not be erased:"
        " a session or another program is using it; end that first.\n"
    )
    four_sessions.record(RecordSession("routine-echo"))
    assert len(left()) == 5
    four_sessions.close()


def test_a_history_that_may_only_be_read_is_one_sentence(run: Run, four_sessions: History) -> None:
    four_sessions.close()
    with history_path().open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # a format that SQLite reads but does not write, as a read-only disk would
    result = run("forget", "--yes", "1")
    assert (result.exit_code, result.stdout) == (1, "")
    reason = "attempt to write a readonly database"
    assert result.stderr == f"The history {history_path()} could not be erased: {reason}.\n"
    assert len(left()) == 4


def test_a_damaged_history_is_one_sentence_for_a_session_and_erased_with_all(run: Run) -> None:
    history_path().parent.mkdir(parents=True)
    history_path().write_bytes(b"no database" * 1000)
    result = run("forget", "--yes", "1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"The history {history_path()} cannot be read: file is not a database.\n"
    result = run("forget", "--all", "--yes")
    assert result.exit_code == 0
    assert result.stdout == (f"Erased: the whole history, which cannot be read.\nGone: {history_path()}\n")
    assert all_bytes() == b""


def test_a_damaged_copy_is_mentioned_for_a_session_and_erased_with_all(
    run: Run, four_sessions: History
) -> None:
    four_sessions.close()
    copy = history_path().with_name("history.sqlite.broken-2026-02-01")
    copy.write_bytes(b"alpha")
    result = run("forget", "--yes", "1")
    assert result.stderr.endswith(
        f"A copy may hold it still: {copy}. `limber forget --all` erases that too.\n"
    )
    assert copy.exists()
    other = history_path().with_name("settings.toml")
    other.write_text("mine")
    result = run("forget", "--all", "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "Erased: the whole history: 3 sessions, 120 steps, 3 pain reports, 6 pain numbers, 1 warning sign,"
        " 1 physician's consent.",
        f"Gone: {history_path()}",
        f"Gone: {copy}",
    ]
    assert all_bytes() == b"mine"
    assert left() == []
    assert read_profile(history_path()).physician_checked_on is None


def test_a_history_begins_anew_after_all_was_forgotten(run: Run, four_sessions: History) -> None:
    four_sessions.close()
    assert run("forget", "--all", "--yes").exit_code == 0
    with closing(History(history_path(), pytest.fail)) as history:
        history.record(RecordSession("anew"))
    assert left() == ["anew"]


def test_what_somebody_has_is_shown_and_erased_with_all(run: Run, four_sessions: History) -> None:
    four_sessions.record(RecordConditionsAsked())
    four_sessions.record(RecordCondition(Condition.HIP_REPLACEMENT))
    four_sessions.close()
    assert "Left out for: hip replacement, told on 2026-03-" in run("history").stdout
    told = run("forget", "--all", "--yes").stdout
    assert "1 condition, 1 question about conditions" in told
    assert read_profile(history_path()).conditions == frozenset()
    assert b"hip_replacement" not in all_bytes()


def test_where_nothing_is_kept_there_is_nothing_to_forget(run: Run) -> None:
    result = run("forget", "--all")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "There is nothing to forget: no history is kept.\n"


def test_without_a_terminal_erasing_needs_yes(run: Run, four_sessions: History) -> None:
    four_sessions.close()
    for named in ("--all", "1"):
        result = run("forget", named, input="y\n")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "say --yes where nobody can be asked; nothing was erased" in sentence(result)
    assert len(left()) == 4


@pytest.mark.parametrize("named", ["--all", "3"])
@pytest.mark.parametrize("answer", ["y", "n", ""])
def test_on_a_terminal_it_asks_first(
    run: Run, four_sessions: History, tmp_path: Path, named: str, answer: str
) -> None:
    four_sessions.close()
    controller, terminal = os.openpty()
    command = [sys.executable, "-m", "assistant", "forget", named]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    os.write(controller, f"{answer}\n".encode())
    process = subprocess.run(
        command, stdin=terminal, capture_output=True, text=True, env=environment, check=False
    )
    os.close(controller)
    os.close(terminal)
    asked = {
        "--all": "Erase the whole history: 4 sessions, 160 steps, ",
        "3": "To erase: session 3, 2026-03-02 10:30, routine-charlie: 40 steps, 1 pain report,"
        " 2 pain numbers.\nErase this session? It cannot be had back.",
    }
    assert process.stderr.startswith(asked[named])
    if answer == "y":
        assert (process.returncode, "Erased: " in process.stdout) == (0, True)
        assert len(left()) == {"--all": 0, "3": 3}[named]
    else:
        assert process.stderr.endswith("Nothing was erased.\n")
        assert (process.returncode, "Erased" in process.stdout) == (1, False)
        assert len(left()) == 4


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("today", date(2026, 3, 4)),
        ("Yesterday", date(2026, 3, 3)),
        ("wednesday", date(2026, 3, 4)),
        ("tuesday", date(2026, 3, 3)),
        ("Thursday", date(2026, 2, 26)),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-02-31", None),
        ("tomorrow", None),
    ],
)
def test_days_have_names(name: str, day: date | None) -> None:
    assert day_named(name, date(2026, 3, 4)) == day  # a Wednesday


def test_the_sessions_of_today_are_erased_by_that_word(run: Run) -> None:
    with closing(History(history_path(), pytest.fail)) as history:
        history.record(RecordSession("whole-spine"))
    assert ", Whole spine." in run("forget", "--yes", "today").stdout
    assert left() == []
    result = run("forget", "--yes", "yesterday")
    assert (result.exit_code, result.stderr.startswith("There is no session on 2")) == (1, True)


def test_rows_that_were_deleted_before_are_gone_from_the_file_as_well(
    run: Run, four_sessions: History
) -> None:
    four_sessions.close()
    with closing(sqlite3.connect(history_path(), isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM steps WHERE stretch_id = 'stretch-charlie'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all_bytes().count(b"stretch-charlie") > 10
    assert run("forget", "--yes", "3").exit_code == 0
    assert b"charlie" not in all_bytes()
