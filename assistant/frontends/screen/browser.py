"""Opens the page where somebody can see it: full screen on a Raspberry Pi, elsewhere in the usual browser.

Called from any thread; must wait for no browser, and never starts one where there is no display.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import platformdirs

from assistant.config import ScreenConfig

_log = logging.getLogger(__name__)

_MODEL = Path("/proc/device-tree/model")
_CHROMIUMS = ("chromium", "chromium-browser")
KIOSK_FLAGS = (
    *("--kiosk", "--noerrdialogs", "--no-first-run", "--disable-session-crashed-bubble"),
    *("--disable-component-update", "--disable-background-networking", "--disable-pinch"),
    *("--overscroll-history-navigation=0", "--password-store=basic"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
"""The last one keeps Chromium from five hosts that it asks for by itself."""


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser has somewhere to appear."""
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def is_wanted(config: ScreenConfig, *, at_terminal: bool, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the page is served at all."""
    if config.enabled == "never":
        return False
    asked_for = config.enabled == "always" or config.lan or "LISTEN_FDS" in environ
    return asked_for or (at_terminal and has_display(environ))


def is_raspberry_pi() -> bool:
    """Whether this machine is one."""
    with suppress(OSError):
        return b"Raspberry Pi" in _MODEL.read_bytes()
    return False


def kiosk_command(url: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """What shows this address over the whole screen; empty where there is no Chromium."""
    chromium = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if chromium is None:
        return []
    profile = platformdirs.user_cache_path("limber", appauthor=False) / "kiosk"
    platform = ("--ozone-platform=wayland",) if environ.get("WAYLAND_DISPLAY") else ()
    return [chromium, *KIOSK_FLAGS, *platform, f"--user-data-dir={profile}", url]


class Browser:
    """Opens a page, once. A browser that is full screen goes with whoever opened it."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        *,
        is_kiosk: Callable[[], bool] = is_raspberry_pi,
        open_usual: Callable[[str], object] = webbrowser.open,
    ) -> None:
        self._environ = environ
        self._is_kiosk = is_kiosk
        self._open_usual = open_usual
        self._is_open = False
        self._told = ""
        self._kiosk: subprocess.Popen[bytes] | None = None

    def is_new(self, url: str) -> bool:
        """Whether this address is told for the first time: a room that waits for sound tells it again."""
        is_new, self._told = url != self._told, url
        return is_new

    def open(self, url: str) -> bool:
        """Open the page, unless that was done; whether there is a display to open it on."""
        if not has_display(self._environ):
            return False
        if not self._is_open:
            self._is_open = True
            if self._is_kiosk() and (command := kiosk_command(url, self._environ)):
                self._start(command)
            else:
                threading.Thread(target=self._open, args=(url,), name="browser", daemon=True).start()
        return True

    def close(self) -> None:
        """Leave the whole screen to others again."""
        if self._kiosk is not None:
            with suppress(OSError):
                self._kiosk.terminate()

    def _start(self, command: list[str]) -> None:
        nowhere = subprocess.DEVNULL
        try:
            self._kiosk = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
        except OSError:
            _log.exception("the browser cannot be started")

    def _open(self, url: str) -> None:
        try:
            self._open_usual(url)
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops
            _log.exception("the browser cannot be started")
