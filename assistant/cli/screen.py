"""`limber screen`: opens the page of a session that runs, and shows how to pair another device.

With --kiosk it becomes the browser that fills the screen of an appliance. Runs on the main thread; `invite`
on one of its own beside a session. Must ask nobody but this machine.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from typing import Annotated, Any, NoReturn

import typer

from assistant.cli import output
from assistant.errors import FrontEndError

ANSWER_SECONDS = 3.0
RETRY_SECONDS = 1.0
_QUIET = 2
"""Light modules around a QR code."""
_INK = "#ffffff on #000000"
"""Whatever colors the terminal has: phones read no code that is light where it should be dark."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="screen")(screen)


def screen(
    kiosk: Annotated[
        bool, typer.Option("--kiosk", help="Fill the whole screen with it, as soon as it is there.")
    ] = False,
) -> None:
    """Open the screen of a running session again.

    It is a page in the browser of this machine. With --kiosk it waits for Limber, and the page fills the
    whole screen for good.
    """
    from assistant.frontends.screen.browser import Browser
    from assistant.frontends.screen.network import LOOPBACK

    port = output.configuration().screen.port
    url = f"http://{LOOPBACK}:{port}/"
    if kiosk:
        _fill_screen(port, url)
    if not _is_ours(port):
        message = (
            f"There is no screen at {url} now. `limber` begins a session, and shows one; "
            "without a display, `limber start --lan` shows it on a phone."
        )
        raise FrontEndError("no_screen", message)
    is_shown = Browser(is_kiosk=lambda: False).open(url)
    output.out.print(f"The screen is at {url}" if is_shown else f"There is no display here; open {url}")
    invite(port)


def invite(port: int) -> None:
    """Print how another device is paired with the screen on this port, if that is wanted there."""
    status, told = _ask(port, "/pairing.json")
    with suppress(ValueError, KeyError, TypeError):
        facts = json.loads(told) if status == 200 else {}
        url, code, minutes = str(facts["url"]), str(facts["code"]), facts["expires_in_seconds"] / 60
        for line in _drawn(url):
            output.out.print(line, style=_INK, soft_wrap=True)
        address = url.partition("#")[0]
        output.out.print(
            f"Open {address} on another device within {minutes:.0f} minutes; its code is {code}."
        )


def _fill_screen(port: int, url: str) -> NoReturn:
    """Become the browser, once the page is there. Raises FrontEndError where that cannot be."""
    from assistant.frontends.screen.browser import has_display, kiosk_command

    if not has_display():
        raise FrontEndError(
            "no_display", "There is no display here; on one without a desktop cage gives one."
        )
    command = kiosk_command(url)
    if not command:
        raise FrontEndError("no_browser", "There is no Chromium here: sudo apt install chromium.")
    while not _is_ours(port):
        time.sleep(RETRY_SECONDS)
    os.execv(command[0], command)


def _is_ours(port: int) -> bool:
    status, _ = _ask(port, "/")
    return status == 200


def _ask(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of what our own server answers; 0 where none does."""
    from assistant.frontends.screen.network import LOOPBACK

    with closing(HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS)) as connection:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            is_ours = answer.getheader("server") == "limber"
            return (answer.status, answer.read()) if is_ours else (0, b"")
        except (OSError, HTTPException):
            return 0, b""


def _drawn(url: str) -> list[str]:
    """A QR code in half blocks, light on dark; nothing where the terminal has no such letters."""
    import sys

    import segno

    from assistant.showing import speaks_unicode

    if not speaks_unicode(sys.stdout):
        return []
    rows: list[Any] = [list(row) for row in segno.make(url, micro=False).matrix_iter(border=_QUIET)]
    rows += [[1] * len(rows[0])] * (len(rows) % 2)
    halves = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    return [
        "".join(halves[bool(over), bool(under)] for over, under in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
