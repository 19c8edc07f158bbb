"""`limber home`, as typed, at a real broker; and how it changes the configuration."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from brokers import MOSQUITTO, PASSWORD, USER, HomeAssistant, Mosquitto, make_certificate, until
from home_schema import is_accepted
from typer.testing import CliRunner, Result

from assistant.cli import app, output
from assistant.cli import home as home_command
from assistant.cli.config_section import changed
from assistant.config_loading import load_config
from assistant.resources import resource_path

Run = Callable[..., Result]
needs_mosquitto = pytest.mark.skipif(not MOSQUITTO, reason="needs mosquitto")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command; `typed` are the lines that somebody at a terminal answers."""
    monkeypatch.setenv("LIMBER_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text('[audio]\nspeaker = "mine"\n')
    handlers, level = logging.root.handlers[:], logging.root.level

    def typing(*arguments: str, typed: str = "") -> Result:
        monkeypatch.setattr(home_command, "is_terminal", lambda stream: bool(typed))
        return CliRunner().invoke(app, ["home", *arguments], input=typed)

    yield typing
    logging.root.handlers[:], logging.root.level = handlers, level
    output.options = output.GlobalOptions()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(tmp_path, certificate=make_certificate(tmp_path))
    started.start()
    yield started
    started.stop()


@needs_mosquitto
def test_a_dialogue_pairs_and_forgets(run: Run, broker: Mosquitto, tmp_path: Path) -> None:
    answers = ["localhost", "y", USER, str(tmp_path / "localhost.pem"), PASSWORD]
    paired = run("--port", str(broker.port), "--share-pain", typed="\n".join(answers) + "\n")
    assert paired.exit_code == 0, paired.output
    assert "It works." in paired.stderr
    assert "docs/home-assistant.md" in paired.stderr, "a service has to be allowed the network"
    place = tmp_path / "config.toml"
    config = load_config(place)
    assert config.audio.speaker == "mine"
    assert (config.home.enabled, config.home.broker, config.home.user) == (True, "localhost", USER)
    assert config.home.share_pain
    assert PASSWORD not in paired.output + place.read_text()
    kept = Path(config.home.password_file)
    assert kept.read_text() == PASSWORD + "\n"
    assert {stat.S_IMODE(one.stat().st_mode) for one in (place, kept)} == {0o600}
    assistant = HomeAssistant(broker.port, tmp_path / "localhost.pem")
    until(assistant.discovered)
    is_accepted(assistant.discovered())

    checked = run("--check")
    assert (checked.exit_code, "lets Limber read and write." in checked.stdout) == (0, True)
    kept.write_text("another one\n")
    checked = run("--check")
    assert checked.exit_code == 1
    assert checked.stderr == "The broker refuses this user name and password: check both.\n"
    kept.write_text(PASSWORD + "\n")

    forgotten = run("--forget")
    assert forgotten.exit_code == 0, forgotten.output
    until(lambda: assistant.newest("homeassistant/device/limber/config") == "")
    assistant.close()
    assert not kept.exists()
    config = load_config(place)
    assert (config.audio.speaker, config.home.enabled, config.home.broker) == ("mine", False, "")
    assert "paired with no home" in run("--forget").stderr
    assert run("--check").exit_code == 1


@needs_mosquitto
def test_what_does_not_work_changes_nothing(run: Run, broker: Mosquitto, tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    before = place.read_text()
    (tmp_path / "wrong").write_text("wrong")
    options = ("--broker", "localhost", "--port", str(broker.port), "--ca-file", f"{tmp_path}/localhost.pem")
    tried = run(*options, "--user", USER, "--password-file", f"{tmp_path}/wrong")
    assert (tried.exit_code, tried.stderr) == (
        1,
        "The broker refuses this user name and password: check both.\n",
    )
    assert place.read_text() == before


@needs_mosquitto
def test_a_broker_that_has_gone_is_forgotten_here(run: Run, broker: Mosquitto, tmp_path: Path) -> None:
    (tmp_path / "right").write_text(PASSWORD)
    options = ("--broker", "localhost", "--port", str(broker.port), "--ca-file", f"{tmp_path}/localhost.pem")
    assert run(*options, "--user", USER, "--password-file", f"{tmp_path}/right").exit_code == 0
    broker.stop()
    forgotten = run("--forget")
    assert forgotten.exit_code == 1
    assert "What the broker keeps of Limber stays there: No broker listens at" in forgotten.stderr
    assert (tmp_path / "right").exists(), "that file is not ours"
    assert not load_config(tmp_path / "config.toml").home.broker


def test_without_a_terminal_the_broker_has_to_be_named(run: Run) -> None:
    assert (run().exit_code, run("--check", "--forget").exit_code) == (2, 2)
    odd = run("--broker", "not a name")
    assert (odd.exit_code, odd.stderr) == (1, "This cannot be the broker: 'not a name'.\n")


# The configuration


EXAMPLE = resource_path("config.example.toml").read_text(encoding="utf-8")
VALUES = {"enabled": True, "broker": 'a "b" \\ c', "port": 1, "user": None}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[home]\nenabled = true\nbroker = "x"\n'),
        ("[log]\nfile = ''\n", "[log]\nfile = ''\n\n[home]\nenabled = true\nbroker = \"x\"\n"),
        (
            "# mine\n[home] # here\n# said\nenabled = false # so\nuser = 'me'\n\n[log]\n",
            '# mine\n[home] # here\n# said\nenabled = true\nbroker = "x"\n\n[log]\n',
        ),
    ],
)
def test_a_section_is_changed_and_nothing_else(before: str, after: str) -> None:
    assert changed(before, "home", {"enabled": True, "broker": "x", "user": None}) == after


def test_every_comment_of_the_example_stays() -> None:
    after = changed(EXAMPLE, "home", VALUES)
    assert [line for line in after.splitlines() if line.startswith("#")] == [
        line for line in EXAMPLE.splitlines() if line.startswith("#")
    ]


@pytest.mark.parametrize(
    "before",
    [
        "home = { enabled = false }\n",
        "home.enabled = false\n",
        '[log]\nfile = """\n[home]\n"""\n',
        '[home]\nbroker = """\nx\n"""\n',
        "[home\n",
    ],
)
def test_what_cannot_be_changed_safely_is_left_to_its_owner(before: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        changed(before, "home", VALUES)


def test_a_file_that_cannot_be_changed_is_told_with_the_lines(run: Run, tmp_path: Path) -> None:
    from assistant.cli.config_section import write_section
    from assistant.errors import ConfigError

    place = tmp_path / "odd.toml"
    place.write_text("home.enabled = false\n")
    with pytest.raises(ConfigError, match=r'put this under \[home\]: enabled = true; broker = "x"'):
        write_section(place, "home", {"enabled": True, "broker": "x", "user": None})
    assert place.read_text() == "home.enabled = false\n"


def test_a_password_is_shown_in_no_message(tmp_path: Path) -> None:
    place = tmp_path / "config.toml"
    place.write_text("[home]\npassword = 4711\n")
    problems: list[str] = []
    load_config(place, on_problem=problems.append)
    assert "home.password should be a text in quotes" in problems[0]
    place.write_text('[home]\npassword = "secret knees"\n')
    config = load_config(place)
    assert config.home.password.get_secret_value() == "secret knees"
    assert "secret knees" not in repr(config) + str(config)
