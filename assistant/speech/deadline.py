"""Waits for a library only so long. Any thread may wait; signals reach the main thread meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """What `work` gives, or raises, on a thread of its own. Raises TimeoutError when it takes too long.

    Its thread is then lost, but keeps no process from ending.
    """
    outcome: Future[_Result] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the top of a thread: passed on to the caller
            outcome.set_exception(error)

    threading.Thread(target=run, name="loading", daemon=True).start()
    return outcome.result(seconds)
