"""Signals: the first one ends what goes on, in order and within two seconds; the second one at once.

A thread of its own reads which came, so that neither a library that hangs nor a main thread that waits keeps
the program from ending. Must not be used but on the main thread.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Protocol

ENDING_SECONDS = 2.0
ONE_SECONDS = 0.3
"""Signals that come together are one: a shell passes on what its terminal sends as well."""
REASONS = {
    signal.SIGINT: "interrupted_by_user",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "hung_up",
}
"""Why a session ends by each; the reasons are those of CutShort."""


class Ending(Protocol):
    """What is to be ended: the service."""

    @property
    def is_guiding(self) -> bool:
        """Whether a session is being run."""

    def end(self, reason: str) -> None:
        """Let it end at once; from any thread."""


def exit_code(number: int) -> int:
    """What a program exits with that a signal has ended, by convention."""
    return 128 + number


class EndedBySignals:
    """While this is entered, signals end it; on leaving the program exits with the code of the first one."""

    def __init__(self, ending: Ending, before_exit: Callable[[], None] = lambda: None) -> None:
        """`before_exit` gives back what would stay as it is, and must not wait; from any thread."""
        self._ending, self._before_exit = ending, before_exit
        self._came: list[int] = []
        self._before: dict[int, Any] = {}
        self._read, self._write = os.pipe()

    def __enter__(self) -> None:
        os.set_blocking(self._write, False)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in REASONS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
                self._before[number] = signal.signal(number, self._on_signal)
        threading.Thread(target=self._run, name="signals", daemon=True).start()

    def __exit__(self, *error: object) -> None:
        if self._came:
            # What still waits, such as whoever reads the keyboard, is left as it is.
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            self._before_exit()
            os._exit(exit_code(self._came[0]))
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """On the main thread, when it comes to it: without a session there is nothing to wait for."""
        first = self._first_with(number)
        if not self._ending.is_guiding:
            sys.exit(exit_code(first))

    def _first_with(self, number: int) -> int:
        """The one that counts of those that came: of two at once the handler and the thread take the same."""
        self._came.append(number)
        return self._came[0]

    def _run(self) -> None:
        first = self._first_with(self._next())
        began = time.monotonic()
        self._ending.end(REASONS[signal.Signals(first)])
        while (left := began + ENDING_SECONDS - time.monotonic()) > 0:
            if select.select([self._read], [], [], left)[0]:
                second = self._next()
                if second != signal.SIGHUP and time.monotonic() > began + ONE_SECONDS:
                    break
        self._before_exit()
        os._exit(exit_code(first))

    def _next(self) -> int:
        """Wait for a signal that ends programs."""
        while True:
            (number,) = os.read(self._read, 1)
            if number in REASONS:
                return int(number)
