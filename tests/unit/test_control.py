"""The way to a running Limber: a command a line over a Unix socket, bounded, and for its user alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from assistant.frontends import control as control_module
from assistant.frontends.control import Control, NoAnswerError, ask, control_folder

OTHER = """
import sys, time
from pathlib import Path
from assistant.frontends.control import Control
assert Control({"status": lambda: {"who": "other"}}, Path(sys.argv[1])).open()
print("open", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as short:
        yield Path(short) / "limber"


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[..., Control]]:
    controls: list[Control] = []

    def open_one(**commands: Callable[[], dict[str, object]]) -> Control:
        controls.append(Control({"status": lambda: {"who": "me"}, **commands}, folder))
        assert controls[-1].open()
        return controls[-1]

    yield open_one
    for control in controls:
        control.close()


def sent(folder: Path, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        client.connect(str(folder / f"{os.getpid()}.socket"))
        client.sendall(data)
        answer = b""
        while part := client.recv(4096):
            answer += part
    return answer


def test_it_answers_by_name_for_its_user_alone_and_leaves_nothing(
    folder: Path, opened: Callable[..., Control]
) -> None:
    assert ask("status", folder) == {}
    control = opened()
    assert ask("status", folder) == {os.getpid(): {"who": "me"}}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()] == [
        (f"{os.getpid()}.socket", 0o600)
    ]
    control.close()
    assert list(folder.iterdir()) == []
    assert ask("status", folder) == {}


@pytest.mark.parametrize(
    "line", [b"\n", b"status\n", b"[]\n", b'{"do": 3}\n', b'{"do": []}\n', b"[" * 4000 + b"\n", b"\xff\n"]
)
def test_what_is_no_command_gets_what_can_be_asked(
    folder: Path, opened: Callable[..., Control], line: bytes
) -> None:
    opened()
    assert json.loads(sent(folder, line)) == {"error": "what can be asked: status"}
    assert isinstance(ask("nothing", folder)[os.getpid()], NoAnswerError)


def test_a_command_that_fails_says_so_and_the_next_one_is_answered(
    folder: Path, opened: Callable[..., Control]
) -> None:
    opened(fails=lambda: {"x": 1 // 0})
    assert "ZeroDivisionError" in str(ask("fails", folder)[os.getpid()])
    assert ask("status", folder) == {os.getpid(): {"who": "me"}}


def test_who_says_too_much_or_nothing_is_let_go_and_others_are_answered(
    folder: Path, opened: Callable[..., Control], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_module, "SERVE_SECONDS", 0.2)
    opened()
    with suppress(OSError):  # reset, or a broken pipe
        assert sent(folder, b"x" * 1_000_000) == b""
    silent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    silent.connect(str(folder / f"{os.getpid()}.socket"))
    assert ask("status", folder) == {os.getpid(): {"who": "me"}}
    silent.close()


def test_many_at_once_are_all_answered(folder: Path, opened: Callable[..., Control]) -> None:
    opened()
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(ask("status", folder))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [{os.getpid(): {"who": "me"}}] * 6


def test_two_processes_both_answer_and_what_a_killed_one_left_is_removed(
    folder: Path, opened: Callable[..., Control]
) -> None:
    opened()
    command = [sys.executable, "-c", OTHER, str(folder)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"open\n"
    assert ask("status", folder) == {os.getpid(): {"who": "me"}, other.pid: {"who": "other"}}
    other.kill()
    other.communicate()
    assert (folder / f"{other.pid}.socket").exists()
    assert ask("status", folder) == {os.getpid(): {"who": "me"}}
    assert not (folder / f"{other.pid}.socket").exists()


def test_a_killed_process_of_the_same_number_is_taken_over(
    folder: Path, opened: Callable[..., Control]
) -> None:
    folder.mkdir(mode=0o755)
    for name in (f"{os.getpid()}.socket", f".{os.getpid()}.new"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
            left.bind(str(folder / name))
    opened()
    assert ask("status", folder) == {os.getpid(): {"who": "me"}}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_one_that_hangs_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_module, "ASK_SECONDS", 0.2)
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hanging:
        hanging.bind(str(folder / "77.socket"))
        hanging.listen(1)
        began = time.monotonic()
        assert isinstance(ask("status", folder)[77], NoAnswerError)
        assert time.monotonic() - began < 2


def test_where_no_socket_can_be_it_does_without(folder: Path, tmp_path: Path) -> None:
    folder.write_text("a file")
    assert not Control({}, folder).open()
    too_long = tmp_path / ("x" * 200)
    control = Control({}, too_long)
    assert not control.open()
    control.close()
    folder.unlink()
    folder.symlink_to(tmp_path)
    assert not Control({}, folder).open(), "it may be somebody else's"
    assert ask("status", folder) == {}


def test_the_folder_is_the_users_runtime_folder_or_with_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert control_folder() == tmp_path / "limber"
    for odd in ("", "relative", str(tmp_path / "nothing")):
        monkeypatch.setenv("XDG_RUNTIME_DIR", odd)
        assert control_folder() == tmp_path / "state" / "limber" / "run"
