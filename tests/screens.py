"""A screen under test: served on a free port of this machine, and asked as a browser or a stranger would."""

from __future__ import annotations

import html
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, Protocol

from houses import house

from assistant.core.events import Event
from assistant.core.states import State
from assistant.core.view import View
from assistant.frontends.screen.screen import Screen

DEADLINE_SECONDS = 20.0


def view(sentence: str = "", **changes: object) -> View:
    plain = {"at": 0.0, "state": State.HOLDING, "routine": None, "step": None, "hold": None}
    return View(**{**plain, "transfer": None, "faults": (), "sentence": sentence, **changes})  # type: ignore[arg-type]


@contextmanager
def screen(send: Callable[[Event], None] = lambda event: None, **changes: Any) -> Iterator[Screen]:
    opened = Screen(send, house(**changes))
    try:
        yield opened
    finally:
        opened.close()


class Served(Protocol):
    """A server on a port of this machine."""

    @property
    def port(self) -> int:
        """Where it is."""


class Answer:
    """What the server answered."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def error(self) -> str:
        return str(json.loads(self.body).get("error", ""))


def ask(shown: Served, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Ask the server; names of headers have _ for -, and an empty value leaves one out."""
    connection = HTTPConnection("127.0.0.1", shown.port, timeout=DEADLINE_SECONDS)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
    if body is not None and "Content-Length" not in named:
        named["Content-Length"] = str(len(body))
    for name, value in named.items():
        if value:
            connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    told = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    connection.close()
    return told


def facts(shown: Served) -> dict[str, Any]:
    """What the page is told."""
    found = re.search(r'name="facts" content="([^"]*)"', ask(shown, "/").body.decode())
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def press(shown: Served, path: str, sent: object, **headers: str) -> Answer:
    """Press something as the page does; `headers` make it wrong."""
    usual = {"Content_Type": "application/json", "X_Limber_Token": headers.pop("token", "")}
    usual["X_Limber_Token"] = usual["X_Limber_Token"] or facts(shown)["token"]
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return ask(shown, path, "POST", body, **{**usual, **headers})


class Listening:
    """A page that listens to the events."""

    def __init__(self, shown: Served, receive_bytes: int = 0, **headers: str) -> None:
        self._socket = socket.socket()
        if receive_bytes:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self._socket.settimeout(DEADLINE_SECONDS)
        self._socket.connect(("127.0.0.1", shown.port))
        named = {"Host": f"127.0.0.1:{shown.port}", **headers}
        lines = ["GET /events HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        self.file = self._socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.ended = False

    def next(self, wanted: str = "") -> dict[str, Any]:
        """The next event of a kind, or of any; empty at the end, as `ended` then says."""
        kind = ""
        while line := self.file.readline():
            text = line.decode().strip()
            if text.startswith("event: "):
                kind = text.removeprefix("event: ")
            elif text.startswith("data: ") and wanted in ("", kind):
                told: dict[str, Any] = json.loads(text.removeprefix("data: "))
                return {"kind": kind, **told}
        self.ended = True
        return {}

    def close(self) -> None:
        self.file.close()
        self._socket.close()


def until(true: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until this is so."""
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at
        time.sleep(0.01)
