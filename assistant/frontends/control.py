"""The way to a running Limber for other programs of the same user: a Unix socket, a command a line.

`limber status`, `stop` and `wake` use it. A request is one line of JSON, {"do": "status"}, and so is the
answer. The thread that answers is its own, and must not touch a session: none waits for it. One client is
served at a time, each for a second at most. Each process has a socket of its own in a folder that nobody else
may look into.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from assistant.private_files import FILE_MODE, make_folder

MOST_REQUEST_BYTES = 4096
MOST_ANSWER_BYTES = 1 << 20
SERVE_SECONDS = 1.0
ASK_SECONDS = 3.0
MOST_WAITING = 8
SUFFIX = ".socket"

_log = logging.getLogger(__name__)

Answer = Callable[..., Mapping[str, Any]]
"""Is given the name of a room, if one was named."""


class NoAnswerError(Exception):
    """A process is there, and does not answer as it should."""


def control_folder() -> Path:
    """Where the sockets are: with what the system forgets when the user leaves, else with the state."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime) and os.path.isdir(runtime):
        return Path(runtime) / "limber"
    return platformdirs.user_state_path("limber", appauthor=False) / "run"


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder of this user that nobody else may look into. Raises OSError."""
    found = folder.lstat()
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return mine and not stat.S_IMODE(found.st_mode) & 0o077


class Control:
    """Answers the commands that there are, until it is closed."""

    def __init__(self, commands: Mapping[str, Answer], folder: Path | None = None) -> None:
        self._commands = commands
        self._folder = folder or control_folder()
        self._path = self._folder / f"{os.getpid()}{SUFFIX}"
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def open(self) -> bool:
        """Begin to answer; False where that cannot be, and then Limber does without."""
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        new = self._folder / f".{os.getpid()}.new"
        try:
            make_folder(self._folder)
            if not _is_ours(self._folder):
                raise PermissionError(f"{self._folder} is not ours alone")
            new.unlink(missing_ok=True)
            listening.bind(str(new))
            new.chmod(FILE_MODE)
            listening.listen(MOST_WAITING)
            new.replace(self._path)  # a process of this number that was killed may have left one
        except OSError as error:
            _log.warning("nobody can ask how it is: %s", error)
            listening.close()
            return False
        self._socket = listening
        self._thread.start()
        return True

    def close(self) -> None:
        """Answer no more."""
        listening, self._socket = self._socket, None
        if listening is None:
            return
        with suppress(OSError):
            self._path.unlink()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()

    def _run(self) -> None:
        while (listening := self._socket) is not None:
            try:
                client, _ = listening.accept()
            except OSError:
                if self._socket is None:
                    return
                time.sleep(SERVE_SECONDS)  # such as too many open files
                continue
            with client:
                try:
                    self._serve(client)
                except OSError as error:
                    _log.info("somebody asked, and went: %s", error)

    def _serve(self, client: socket.socket) -> None:
        """Answer one request. Raises OSError."""
        ends_at = time.monotonic() + SERVE_SECONDS
        line = _read_line(client, MOST_REQUEST_BYTES, ends_at)
        client.settimeout(max(0.01, ends_at - time.monotonic()))
        client.sendall(json.dumps(self._answer(line)).encode() + b"\n")

    def _answer(self, line: bytes) -> Mapping[str, Any]:
        try:
            asked = json.loads(line)
            answer = self._commands[asked["do"]]
            rooms = [str(asked["room"])] if "room" in asked else []
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"error": f"what can be asked: {', '.join(self._commands)}"}
        try:
            return answer(*rooms)
        except Exception as error:  # noqa: BLE001 - whoever asks must not end the thread
            _log.exception("%s failed", asked["do"])
            return {"error": f"{type(error).__name__}: {error}"}


def _read_line(connection: socket.socket, most: int, ends_at: float) -> bytes:
    """What comes up to the first line break. Raises OSError when it is too long, or takes too long."""
    data = b""
    while b"\n" not in data:
        left = ends_at - time.monotonic()
        if left <= 0 or len(data) > most:
            raise TimeoutError("no line came")
        connection.settimeout(left)
        if not (part := connection.recv(4096)):
            raise ConnectionError("no whole line came")
        data += part
    return data.partition(b"\n")[0]


def ask(
    command: str, folder: Path | None = None, room: str = ""
) -> dict[int, dict[str, Any] | NoAnswerError]:
    """Ask every running Limber of this user, of a `room` if one is named; answers by its process's number.

    What a killed process left is removed.
    """
    folder = folder or control_folder()
    answers: dict[int, dict[str, Any] | NoAnswerError] = {}
    try:
        found = sorted(folder.glob(f"*{SUFFIX}")) if _is_ours(folder) else []
    except OSError:
        return answers
    for path in found:
        if not path.stem.isdigit():
            continue
        try:
            answers[int(path.stem)] = _ask({"do": command, **({"room": room} if room else {})}, path)
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(OSError):
                path.unlink()
        except (OSError, ValueError) as error:
            answers[int(path.stem)] = NoAnswerError(str(error))
    return answers


def _ask(request: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Raises OSError, ValueError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        ends_at = time.monotonic() + ASK_SECONDS
        connection.settimeout(ASK_SECONDS)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(_read_line(connection, MOST_ANSWER_BYTES, ends_at))
    if not isinstance(answer, dict) or "error" in answer:
        raise ValueError(f"it answers {answer!r:.200}")
    return answer
