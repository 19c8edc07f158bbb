"""The command line's frame: what every command shares."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from assistant import __version__, cli
from assistant.__main__ import main
from assistant.cli import command_group, output
from assistant.errors import AudioError

LIGHT = """
import sys
from assistant.cli import app
app(['{}'], standalone_mode=False)
print(sorted(sys.modules))
"""
HEAVY = (
    "numpy",
    "vosk",
    "piper",
    "onnxruntime",
    "sounddevice",
    "soundfile",
    "soxr",
    "sqlite3",
    "pydantic",
    "yaml",
)


@pytest.fixture
def run() -> Iterator[CliRunner]:
    """A runner; what a run set is set back."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield CliRunner()
    logging.root.handlers[:], logging.root.level = handlers, level
    output.options = output.GlobalOptions()


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A command of our own in the doctor's place: `body` is what it does."""
    module = SimpleNamespace()

    def register(app: typer.Typer) -> None:
        app.command("doctor")(module.body)

    module.register = register
    monkeypatch.setattr(command_group, "import_module", lambda _name: module)
    monkeypatch.setattr(cli._Commands, "names", ("doctor",))
    return module


def test_version(run: CliRunner) -> None:
    result = run.invoke(cli.app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"limber {__version__}\n")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["-q", "-v"], ["--config", "not-there.toml"]]
)
def test_wrong_use_exits_with_2(run: CliRunner, arguments: list[str]) -> None:
    assert run.invoke(cli.app, arguments).exit_code == 2


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_help_and_version_load_nothing_heavy(argument: str) -> None:
    program = LIGHT.format(argument)
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    loaded = printed.splitlines()[-1]
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []


def test_an_error_is_one_sentence_on_stderr(run: CliRunner, doctor: SimpleNamespace) -> None:
    def body() -> None:
        raise AudioError("no_device", "There is no [usual] microphone.")

    doctor.body = body
    result = run.invoke(cli.app, ["doctor"])
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "There is no [usual] microphone.\n")


def test_quiet_hides_notes_and_keeps_results(run: CliRunner, doctor: SimpleNamespace) -> None:
    def body() -> None:
        output.note("in passing")
        output.emit_json({"good": True})

    doctor.body = body
    loud, quiet = run.invoke(cli.app, ["doctor"]), run.invoke(cli.app, ["-q", "doctor"])
    assert (loud.stdout, loud.stderr) == ('{"good": true}\n', "in passing\n")
    assert (quiet.stdout, quiet.stderr) == ('{"good": true}\n', "")


def test_a_log_record_is_one_line_with_a_time(
    run: CliRunner, doctor: SimpleNamespace, tmp_path: Path
) -> None:
    def body() -> None:
        logging.getLogger("assistant.test").debug("first\nsecond")

    doctor.body = body
    path = tmp_path / "limber.log"
    assert run.invoke(cli.app, ["--log-file", str(path), "doctor"]).stderr == ""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    time, rest = lines[0][:23], lines[0][23:]
    assert time[4] == "-"
    assert time[13] == ":"
    assert rest == " DEBUG assistant.test: first | second"


def test_a_log_file_that_cannot_be_written_is_named(
    run: CliRunner, doctor: SimpleNamespace, tmp_path: Path
) -> None:
    doctor.body = lambda: None
    path = tmp_path / "missing" / "limber.log"
    result = run.invoke(cli.app, ["--log-file", str(path), "doctor"])
    assert result.exit_code == 1
    assert result.stderr == f"The log file {path} cannot be written: No such file or directory.\n"


def test_ctrl_c_exits_quietly_with_130(run: CliRunner, doctor: SimpleNamespace) -> None:
    def body() -> None:
        raise KeyboardInterrupt

    doctor.body = body
    result = run.invoke(cli.app, ["doctor"])
    assert (result.exit_code, result.output) == (130, "")


@pytest.mark.parametrize("verbose", [False, True])
def test_the_unexpected_is_one_sentence_and_its_details_only_on_request(
    run: CliRunner,
    doctor: SimpleNamespace,
    verbose: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def body() -> None:
        raise ZeroDivisionError("a stray zero")

    doctor.body = body
    monkeypatch.setattr(sys, "argv", ["limber", *(["-v"] if verbose else []), "doctor"])
    with pytest.raises(SystemExit) as exit_:
        main()
    said = capsys.readouterr().err
    assert exit_.value.code == 1
    assert "This is a bug in Limber (ZeroDivisionError: a stray zero)" in said
    assert ("Traceback" in said) is verbose
    assert (len(said.splitlines()) == 1) is not verbose


def test_the_configured_log_file_counts_unless_another_is_asked_for(
    run: CliRunner, doctor: SimpleNamespace, tmp_path: Path
) -> None:
    def body() -> None:
        output.configuration()
        logging.getLogger("assistant.test").warning("kept")

    doctor.body = body
    configured, asked = tmp_path / "configured.log", tmp_path / "asked.log"
    config = tmp_path / "config.toml"
    config.write_text(f'[log]\nfile = "{configured}"\nlevel = "warning"\n', encoding="utf-8")
    run.invoke(cli.app, ["--config", str(config), "doctor"])
    assert configured.read_text(encoding="utf-8").endswith("WARNING assistant.test: kept\n")
    run.invoke(cli.app, ["--config", str(config), "--log-file", str(asked), "doctor"])
    assert asked.read_text(encoding="utf-8").count("kept") == 1
    assert configured.read_text(encoding="utf-8").count("kept") == 1


def _commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    if hasattr(group, "list_commands"):
        for name in group.list_commands(None):
            yield from _commands(group.get_command(None, name), *path, name)


def test_every_help_reads_well_in_80_columns_and_aloud(run: CliRunner) -> None:
    """No frames, no types of flags and arguments, no sentence that is cut, and a text for each option."""
    pages = {path: run.invoke(cli.app, [*path, "--help"]) for path in _commands(get_command(cli.app))}
    assert {("routines", "list"), ("config", "example"), ("forget",)} <= set(pages)
    for path, result in pages.items():
        told = result.output
        assert result.exit_code == 0, path
        assert max(map(len, told.splitlines())) <= 80, path
        assert not re.search("<[a-z]|\u2502|\u2500|[a-z,]\\.\\.\\.$|\\[\\[", told, re.MULTILINE), (path, told)
        lines = told.splitlines()
        for line, below in pairwise([*lines, ""]):
            if re.match("  -", line):
                assert re.search(r"\S {2,}\S", line[2:]) or below.startswith("     "), (path, line)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a configuration would be."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("LIMBER_CONFIG", raising=False)
    return tmp_path / "limber/config.toml"


def test_the_example_is_printed_and_written_once(run: CliRunner, home: Path) -> None:
    assert run.invoke(cli.app, ["config", "path"]).stdout == f"{home}\n"
    assert run.invoke(cli.app, ["config", "check"]).stderr == f"There is no {home}: all is at its default.\n"
    example = run.invoke(cli.app, ["config", "example"]).stdout
    assert example == (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
    result = run.invoke(cli.app, ["config", "write"])
    assert (result.exit_code, result.stderr) == (0, f"Every key is in {home} now, at its default.\n")
    assert home.read_text("utf-8") == example
    home.write_text("mine", encoding="utf-8")
    result = run.invoke(cli.app, ["config", "write"])
    assert (result.exit_code, home.read_text("utf-8")) == (1, "mine")
    assert result.stderr.startswith(f"{home} is there already")


def test_a_configuration_that_cannot_be_written_is_a_sentence(run: CliRunner, home: Path) -> None:
    home.parent.write_text("no folder", encoding="utf-8")
    result = run.invoke(cli.app, ["config", "write"])
    assert (result.exit_code, result.stderr) == (1, f"{home} cannot be written: File exists.\n")


def test_the_configuration_is_checked_as_a_session_would(run: CliRunner, home: Path) -> None:
    home.parent.mkdir()
    for text, said in (
        (
            "[speech]\nrats = 2\n",
            f"{home}:2: speech.rats is not a known key (did you mean rate?); it is left out.\n",
        ),
        (
            '[session]\nconditions = "flu"\n',
            f'{home}:2: session.conditions has a mistake: "flu" is not known; ',
        ),
    ):
        home.write_text(text, encoding="utf-8")
        result = run.invoke(cli.app, ["config", "check"])
        assert result.exit_code == 1
        assert (result.stdout or result.stderr).startswith(said)
    home.write_text("[speech]\nrate = 2.0\n", encoding="utf-8")
    result = run.invoke(cli.app, ["config", "check"])
    assert (result.exit_code, result.stderr) == (0, f"No problems found in {home}.\n")
