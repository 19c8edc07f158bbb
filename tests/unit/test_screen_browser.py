"""When a page is served and opened: never where nobody could see it, and never in tests."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import numpy as np
import pytest
from screens import screen, until, view
from typer.testing import CliRunner

from assistant.audio.level_gauge import STALE_SECONDS, LevelGauge
from assistant.cli import app
from assistant.config import Config, ScreenConfig
from assistant.config_loading import load_config
from assistant.core.decibels import SILENCE_DBFS
from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES
from assistant.errors import ConfigError
from assistant.frontends.screen import browser
from assistant.frontends.screen.browser import KIOSK_FLAGS, Browser, has_display, is_wanted

pytestmark = pytest.mark.timeout(60)

URL = "http://127.0.0.1:8765/"
SEEN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("config", "at_terminal", "environ", "wanted"),
    [
        ({}, True, SEEN, True),
        ({}, True, {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({}, True, {}, False),
        ({}, False, SEEN, False),
        ({"enabled": "always"}, False, {}, True),
        ({"enabled": "never"}, True, SEEN, False),
        ({"enabled": "never", "lan": True}, True, SEEN, False),
        ({"lan": True}, False, {}, True),
        ({}, False, {"LISTEN_FDS": "1"}, True),
    ],
)
def test_a_page_is_served_where_somebody_can_see_it_or_asked_for_it(
    config: dict[str, object], at_terminal: bool, environ: dict[str, str], wanted: bool
) -> None:
    served = is_wanted(ScreenConfig.model_validate(config), at_terminal=at_terminal, environ=environ)
    assert served is wanted


def test_tests_have_no_display() -> None:
    assert not has_display(os.environ)


def test_the_usual_browser_is_opened_once() -> None:
    opened: list[str] = []
    usual = Browser(SEEN, is_kiosk=lambda: False, open_usual=opened.append)
    assert [usual.is_new(URL) for _ in range(3)] == [True, False, False]
    assert usual.open(URL)
    assert usual.open(URL)
    until(lambda: opened)
    usual.close()
    assert opened == [URL]


def test_without_a_display_no_browser_is_opened() -> None:
    assert not Browser({}, is_kiosk=lambda: True, open_usual=pytest.fail).open(URL)


def test_a_browser_that_cannot_be_opened_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(url: str) -> object:
        raise OSError("no browser")

    assert Browser(SEEN, is_kiosk=lambda: False, open_usual=broken).open(URL)
    until(lambda: "cannot be started" in caplog.text)


def test_a_raspberry_pi_gets_the_whole_screen_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    chromium = tmp_path / "chromium"
    chromium.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}.new\nmv {told}.new {told}\nexec sleep 60\n')
    chromium.chmod(chromium.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    kiosk = Browser({"WAYLAND_DISPLAY": "wayland-0"}, is_kiosk=lambda: True, open_usual=pytest.fail)
    assert kiosk.open(URL)
    until(told.exists)
    flags = told.read_text().splitlines()
    assert flags[: len(KIOSK_FLAGS)] == list(KIOSK_FLAGS)
    assert "--ozone-platform=wayland" in flags
    assert flags[-1] == URL
    kiosk.close()
    assert kiosk._kiosk is not None
    assert kiosk._kiosk.wait(10) != 0


def test_this_machine_is_told_from_a_raspberry_pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model"
    monkeypatch.setattr(browser, "_MODEL", model)
    assert not browser.is_raspberry_pi()
    model.write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    assert browser.is_raspberry_pi()


def test_the_command_finds_the_screen_of_a_running_session(monkeypatch: pytest.MonkeyPatch) -> None:
    with screen() as shown:
        shown.publish(view())
        monkeypatch.setenv("LIMBER_SCREEN_PORT", str(shown.port))
        found = CliRunner().invoke(app, ["screen"])
    assert found.exit_code == 0
    assert f"open http://127.0.0.1:{shown.port}/" in found.stdout


def test_the_command_tells_how_another_device_is_paired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.frontends.screen.screen.local_address", lambda: "127.0.0.2")
    with screen(screen=ScreenConfig(port=0, lan=True)) as shown:
        monkeypatch.setenv("LIMBER_SCREEN_PORT", str(shown.port))
        found = CliRunner().invoke(app, ["screen"])
    assert f"Open http://127.0.0.2:{shown.port}/ on another device" in found.stdout
    assert "█" in found.stdout


@pytest.mark.parametrize("answers", [False, True])
def test_the_command_says_where_there_is_none(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    other = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("LIMBER_SCREEN_PORT", str(other.getsockname()[1]))
    monkeypatch.setattr("assistant.cli.screen.ANSWER_SECONDS", 0.2)
    if not answers:
        other.close()
    found = CliRunner().invoke(app, ["screen"])
    other.close()
    assert found.exit_code == 1
    assert "There is no screen at" in found.stderr


def test_what_is_configured_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[screen]\nemergency_number = "call mum"\n')
    with pytest.raises(ConfigError, match="should be a number to call"):
        load_config(file, {})
    file.write_text('[screen]\nemergency_number = "+44 999"\nport = 9000\n')
    assert load_config(file, {}).screen.port == 9000
    assert Config().screen.lan is False


def test_the_level_is_that_of_the_last_tenth_of_a_second() -> None:
    now = [0.0]
    gauge = LevelGauge(lambda: now[0])
    assert gauge.level_dbfs() is None
    gauge.accept(bytes(BLOCK_BYTES))
    assert gauge.level_dbfs() == SILENCE_DBFS
    half = np.full(BLOCK_SAMPLES, 16384, np.int16).tobytes()
    for _ in range(5):
        gauge.accept(half)
    assert gauge.level_dbfs() == pytest.approx(-6.02, abs=0.01)
    now[0] += STALE_SECONDS + 0.01
    assert gauge.level_dbfs() is None


def test_the_page_fills_the_screen_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    asked: list[int] = []

    def is_there(port: int) -> bool:
        asked.append(port)
        return len(asked) > 2

    chromium = tmp_path / "chromium"
    chromium.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setattr("assistant.cli.screen.RETRY_SECONDS", 0.0)
    monkeypatch.setattr("assistant.cli.screen._is_ours", is_there)

    def become(path: str, command: list[str]) -> None:
        became.append([path, *command])
        raise SystemExit

    monkeypatch.setattr("os.execv", become)
    CliRunner().invoke(app, ["screen", "--kiosk"])
    assert became[0][:2] == [str(chromium)] * 2
    assert (became[0][-1], asked) == (URL, [8765] * 3)


@pytest.mark.parametrize(
    ("display", "said"), [("", "There is no display"), (":0", "sudo apt install chromium")]
)
def test_what_keeps_it_from_that_is_told(display: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("DISPLAY", display)
    refused = CliRunner().invoke(app, ["screen", "--kiosk"])
    assert refused.exit_code == 1
    assert said in " ".join(refused.output.split())
