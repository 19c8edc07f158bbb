"""Nothing leaves this computer: whole sessions with no network at all, and with every socket watched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from no_network import EXIT_CODE, leads_away
from test_typed import Typist

WATCHED = (sys.executable, str(Path(__file__).parents[1] / "no_network.py"))
EMPTY_NAMESPACE = ("unshare", "--map-root-user", "--net")
ALONE = (*EMPTY_NAMESPACE, *WATCHED)
SCENE = """
routine: two-minute-reset
person:
  - {when: {state: introducing}, say: ready}
  - {when: {state: holding}, say: stop}
  - {when: {state: paused, after_seconds: 2}, say: finish}
  - {when: {state: finishing, after_seconds: 2}, say: "yes"}
"""


def can_be_alone() -> bool:
    try:
        return subprocess.run([*EMPTY_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(params=[WATCHED, ALONE], ids=["every socket watched", "no network at all"])
def program(request: pytest.FixtureRequest) -> Sequence[str]:
    if request.param is ALONE and not can_be_alone():
        pytest.skip("needs the right to make a network namespace: unshare --map-root-user --net")
    return tuple(request.param)


@pytest.fixture
def typist(tmp_path: Path, program: Sequence[str]) -> Iterator[Typist]:
    typist = Typist(tmp_path, "start", "--once", "--routine", "two-minute-reset", program=program)
    yield typist
    typist.process.kill()
    typist.process.wait()


def answer_until(typist: Typist, wanted: str) -> None:
    """Answer whatever is asked, once it has been asked, until this is said."""
    answers = {"doctor": "yes", "How sore": "two", "number": "two"}
    for _ in range(20):
        asked = typist.read_until_quiet()
        if wanted in asked:
            return
        last = asked.rpartition("Limber  ")[2]
        typist.type(next((answer for word, answer in answers.items() if word in last), "no"))
    pytest.fail(f"{wanted!r} was never said")


def test_a_whole_session_is_typed(typist: Typist) -> None:
    typist.read_until("type what you would say")
    answer_until(typist, "This is")
    typist.type("ready")
    typist.read_until("hold for")
    typist.type("finish")
    typist.read_until("Finish for today")
    typist.type("yes")
    typist.read_until("session is over")
    assert typist.process.wait(20) == 0


def test_a_session_is_rehearsed(tmp_path: Path, program: Sequence[str]) -> None:
    (tmp_path / "scene.yaml").write_text(SCENE, encoding="utf-8")
    command = [*program, "rehearse", "scene.yaml", "-o", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert "ended_by_user" in done.stdout


def test_what_would_fetch_something_is_caught(tmp_path: Path) -> None:
    command = [*WATCHED, "voices", "install"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == EXIT_CODE, done.stderr
    assert "network: " in done.stderr


@pytest.mark.parametrize(
    ("event", "arguments", "away"),
    [
        ("socket.connect", (None, ("127.0.0.1", 80)), False),
        ("socket.connect", (None, ("::1", 80, 0, 0)), False),
        ("socket.connect", (None, "/run/user/1000/pulse/native"), False),
        ("socket.connect", (None, ("192.0.2.1", 80)), True),
        ("socket.bind", (None, ("0.0.0.0", 80)), True),
        ("socket.getaddrinfo", ("example.org", 80), True),
        ("socket.getaddrinfo", ("localhost", 80), False),
    ],
)
def test_only_another_computer_counts(event: str, arguments: tuple[object, ...], away: bool) -> None:
    assert leads_away(event, arguments) is away
