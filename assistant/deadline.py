"""Waits for a library only so long. Any thread may wait; signals reach the main thread meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def begun(work: Callable[[], _Result], name: str) -> Future[_Result]:
    """What `work` will give, or raise, on a thread of its own, which keeps no process from ending."""
    outcome: Future[_Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the top of a thread: passed on to whoever waits
            outcome.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return outcome


def within(seconds: float, work: Callable[[], _Result], name: str = "loading") -> _Result:
    """What `work` gives, or raises, on a thread of its own. Raises TimeoutError when it takes too long.

    Its thread is then lost.
    """
    return begun(work, name).result(seconds)
