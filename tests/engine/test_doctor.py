"""The doctor, with the real model and voice, on a machine where one thing after the other is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import cli, speed_measuring
from assistant.config import Config
from assistant.config_loading import load_config
from assistant.core.speed import choose
from assistant.opening import open_voice
from assistant.resources import resource_path
from assistant.speed_figures import kind_of_machine, read_figures
from assistant.stock import Stock
from assistant.store.history_reader import history_path


def examined(*global_options: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit code, and the last finding of each check."""
    result = CliRunner().invoke(cli.app, [*global_options, "doctor", "--json"])
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {finding["check"]: finding for finding in findings}


pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None and shutil.which("flite") is None,
    reason="a voice needs: sudo apt-get install espeak-ng",
)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def test_a_fresh_machine_lacks_nothing_but_perhaps_sound() -> None:
    code, found = examined()
    bad = {check for check, finding in found.items() if finding["verdict"] == "bad"}
    assert bad <= {"microphone", "speaker"}
    assert code == (1 if bad else 0)
    assert found["speech model"]["found"] == "limber-en (built-in)"
    assert "whole spine" in found["routines"]["found"]
    assert found["history"]["found"] == "0 sessions"


def test_a_bad_key_is_named_and_the_other_checks_go_on(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[speech]\nrats = 2\n", encoding="utf-8")
    code, found = examined("--config", str(config))
    assert code == 1
    assert found["configuration"]["verdict"] == "bad"
    assert found["configuration"]["found"].startswith(f"{config}:2: speech.rats")
    assert found["speech model"]["verdict"] == "good"


def test_a_truncated_model_is_bad(tmp_path: Path) -> None:
    shutil.copytree(resource_path("models/limber-en"), tmp_path / "model")
    (tmp_path / "model/graph/HCLr.fst").write_bytes(b"")
    config = tmp_path / "config.toml"
    config.write_text(f'[speech]\nmodel = "{tmp_path / "model"}"\n', encoding="utf-8")
    code, found = examined("--config", str(config))
    assert code == 1
    assert found["speech model"]["verdict"] == "bad"
    assert "HCLr.fst" in found["speech model"]["found"]


def test_a_damaged_history_is_bad() -> None:
    history_path().parent.mkdir(parents=True)
    history_path().write_bytes(b"not a database, but long enough to look like one" * 100)
    code, found = examined()
    assert code == 1
    assert found["history"]["verdict"] == "bad"
    assert str(history_path()) in found["history"]["found"]


def test_a_folder_that_cannot_be_written_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a-file"))
    code, found = examined()
    assert code == 1
    assert found["folders"]["verdict"] == "bad"
    assert str(tmp_path / "a-file") in found["folders"]["advice"]


def test_how_fast_this_machine_is_is_measured_said_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(speed_measuring, "CALLBACKS", 20)
    monkeypatch.setattr(speed_measuring, "HEARD_SECONDS", 2.5)
    result = CliRunner().invoke(cli.app, ["doctor", "--speed", "--json"])
    found = {finding["check"]: finding for finding in map(json.loads, result.stdout.splitlines())}
    assert found["speed"]["found"].startswith("This machine ")
    config = Config()
    voice = open_voice(config, pytest.fail)
    figures = read_figures(kind_of_machine(config, voice.id))
    assert figures is not None
    assert figures.hearing > 0
    assert figures.first_word_seconds > figures.kept_word_seconds > 0
    assert result.exit_code == (found["speed"]["verdict"] == "bad")
    monkeypatch.setenv("LIMBER_SPEED_SECOND_RECOGNIZER", "never")
    stock = Stock(load_config(), pytest.fail)
    assert not stock.choice.second_recognizer
    assert stock.choice.spotting is choose(figures).spotting
