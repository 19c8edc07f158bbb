"""A process with odd surroundings: closed streams, no home, no width, no sound; a sentence for each."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.cli.surroundings import make_good
from assistant.config import Config
from assistant.config_loading import load_config
from assistant.store.history import History
from assistant.store.history_reader import history_path, read_sessions

ROOT = Path(__file__).resolve().parents[2]
NO_SOUND = """
import sys
from assistant.audio import devices, portaudio
from assistant.cli import start
devices.why_no_sound = lambda *names: "No sound device was found."
portaudio.reinitialize = lambda: None
start.WAIT_FOR_SOUND_SECONDS = 1.0
sys.argv = ["limber", *sys.argv[1:]]
from assistant.__main__ import main
main()
"""


def limber(
    *arguments: str | bytes, env: dict[str, str] | None = None, shell: str = "", program: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run the program without a terminal; `shell` is what bash does to its streams."""
    command: list[str | bytes] = [sys.executable, *(program or ("-P", "-m", "assistant")), *arguments]
    if shell:
        command = ["bash", "-c", f'exec "$@" {shell}', "bash", *command]
    chosen = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    kept = {name: value for name, value in chosen.items() if value != "(unset)"}
    return subprocess.run(
        command, env=kept, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )


def one_sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode()
    assert "Traceback" not in said
    assert "bug in Limber" not in said
    assert said.count("\n") == 1, said
    return said


@pytest.mark.parametrize("shell", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
@pytest.mark.parametrize("command", [("history",), ("forget", "--all"), ("routines", "list")])
def test_streams_that_are_closed_or_full_are_done_without(command: tuple[str, ...], shell: str) -> None:
    done = limber(*command, shell=shell)
    assert done.returncode == 0, done.stderr
    assert b"bug in Limber" not in done.stderr


@pytest.mark.parametrize("command", [("routines", "list"), ("routines", "list", "--json"), ("--help",)])
def test_results_that_cannot_be_written_are_told_and_are_no_success(command: tuple[str, ...]) -> None:
    done = limber("-q", *command, shell=">/dev/full")
    assert done.returncode == 1
    assert one_sentence(done) == "What Limber prints cannot be written: No space left on device.\n"


@pytest.mark.parametrize("columns", ["0", "-1", "1", "x", "9" * 30])
def test_a_width_that_cannot_be_is_not_taken(columns: str) -> None:
    done = limber("-q", "routines", "list", env={"COLUMNS": columns})
    assert done.returncode == 0
    assert b"Whole spine" in done.stdout
    assert limber("--help", env={"COLUMNS": columns}).returncode == 0


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_terminal_that_cannot_show_a_letter_shows_another(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "Ō’.yaml"  # noqa: RUF001
    done = limber("routines", "check", str(path), env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert b"O'.yaml:1: cannot be read: No such file or directory" in done.stdout


def test_without_a_home_nothing_is_read_or_kept_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(user: int) -> None:
        raise KeyError(user)

    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    told: list[str] = []
    make_good(told.append)
    assert told == [
        "There is no home folder (HOME is not set): your settings are not read, and nothing is kept."
    ]
    assert load_config() == Config()
    assert read_sessions(history_path()) == []
    problems: list[str] = []
    History(history_path(), problems.append).close()
    (problem,) = problems
    assert problem.startswith("The history cannot be written to /dev/null/")


@pytest.mark.parametrize("kind", ["config", "routine", "scene", "sound"])
def test_a_name_that_is_no_text_is_shown_all_the_same(tmp_path: Path, kind: str) -> None:
    name = os.fsencode(tmp_path) + b"/odd\xff\x1b[31m.txt"
    with open(name, "wb") as file:
        file.write(b"id: !!int ''\n")
    commands: dict[str, tuple[str | bytes, ...]] = {
        "config": ("--config", name, "routines", "list"),
        "routine": ("routines", "check", name),
        "scene": ("rehearse", name),
        "sound": ("hear", name),
    }
    done = limber(*commands[kind])
    assert done.returncode == 1
    said = (done.stdout + done.stderr).decode()
    assert "odd\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31m.txt" in said
    assert "bug in Limber" not in said


def test_without_sound_and_terminal_it_waits_and_then_ends_with_a_code_of_its_own() -> None:
    done = limber("start", program=("-c", NO_SOUND))
    waiting, ended = done.stderr.decode().splitlines()
    assert "Waiting 1 seconds for it." in waiting
    assert ended.endswith("There is no terminal either, so there is no session.")
    assert (done.returncode, done.stdout) == (69, b"")


def test_a_routine_that_was_asked_for_must_be_there() -> None:
    done = limber("start", "--routine", "none-such")
    assert done.returncode == 66
    assert one_sentence(done).startswith('There is no routine "none-such"; there are after a long drive, ')


def test_who_wants_other_rooms_alone_is_told_that_there_are_none() -> None:
    done = limber("start", "--other-rooms")
    assert done.returncode == 1
    assert "The configuration has no other rooms" in " ".join(done.stderr.decode().split())
