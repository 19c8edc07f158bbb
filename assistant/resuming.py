"""Finds out whether a session was cut short, and brings a fresh one to where it was.

Called on a session's thread before it begins. Must never keep a session from beginning: what cannot be gone
on with is left alone.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.core.actions import Action
from assistant.core.context import Settings
from assistant.core.events import CameBack
from assistant.core.journal import replay, settings_as_values, settings_from_values
from assistant.core.session import Session
from assistant.core.states import State
from assistant.errors import StoreError
from assistant.store.history_server import Where
from assistant.store.journal import Run, read_run

_log = logging.getLogger(__name__)

Made = Callable[[Settings], Session]
"""Makes a fresh session of these settings and of the content that there is."""


SHARED_SECONDS = 180.0
"""In a room that different people use, somebody who comes back later is taken for somebody else."""


@dataclass(frozen=True, slots=True)
class Return:
    """A session that was cut short, as it was at `at` on its own clock, and what to tell it first.

    `closing` is what it does when it does not go on: then it is over, and there is no session.
    """

    run: Run
    event: CameBack
    at: float
    session: Session | None = None
    closing: tuple[Action, ...] = ()


def head_of(room: str, settings: Settings, content: object) -> dict[str, Any]:
    """What the journal of a session begins with: whoever has the same can go on with it."""
    return {
        "room": room,
        "settings": settings_as_values(settings),
        "content": fingerprint(content),
        "clock": clock_facts(0.0),
    }


def clock_facts(at: float) -> dict[str, Any]:
    """Now, on the clocks that there are, and whose process this is; `at` on the session's clock."""
    return {
        "at": at,
        "host": platform.node(),
        "boot": _boot_id(),
        "seconds": _since_boot(),
        "wall": time.time(),
        "pid": os.getpid(),
        "began": _began(os.getpid()),
    }


def fingerprint(content: object) -> str:
    """The same for the same routines and stretches of the same version, in every process."""
    return hashlib.sha256(f"{__version__} {_plain(content)!r}".encode()).hexdigest()


def find_return(
    path: Where, room: str, content: object, made: Made, *, is_shared: bool = False
) -> Return | None:
    """The last session of this room, if it was cut short and can be gone on with; else None."""
    try:
        run = read_run(path, room=room)
    except StoreError as error:
        _log.warning("no session to go on with: %s", error.message)
        return None
    if run is None or not run.is_whole or not run.entries or run.head.get("room") != room:
        return None
    clock = run.head.get("clock")
    if not isinstance(clock, Mapping) or run.head.get("content") != fingerprint(content):
        return None
    try:
        if _is_running(clock):
            return None
        settings = settings_from_values(run.head["settings"])
        at = run.entries[-1][0]
        away_seconds = _away_seconds(clock, at)
        if is_shared and away_seconds > SHARED_SECONDS:
            return None
        event = CameBack(away_seconds)
        session, again = (replay(made(settings), run.entries) for _ in range(2))
        if not session.was_cut_short:
            return None
        closing = session.handle(event, at)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the past, a session can begin
        _log.warning("the last session cannot be gone on with: %s", type(error).__name__)
        return None
    if session.state is State.FINISHED:
        return Return(run, event, at, closing=closing) if closing else None
    return Return(run, event, at, again)


def _away_seconds(clock: Mapping[str, Any], at: float) -> float:
    """How long ago the last event was: exactly where the machine has not been started since.

    Else it was away at least for as long as the machine has run; the wall clock may know of more, but one
    that has no battery tells nothing. Between two machines there is only that of the wall.
    """
    told = at - float(clock["at"])
    if clock.get("host", platform.node()) != platform.node():
        return max(0.0, time.time() - float(clock["wall"]) - told)
    if clock["boot"] and clock["boot"] == _boot_id():
        return max(0.0, _since_boot() - float(clock["seconds"]) - told)
    return max(_since_boot(), time.time() - float(clock["wall"]) - told)


def _is_running(clock: Mapping[str, Any]) -> bool:
    """Whether the process that ran it still does, as this one may."""
    return clock["boot"] == _boot_id() and bool(clock["began"]) and clock["began"] == _began(clock["pid"])


def _since_boot() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _boot_id() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _began(pid: int) -> str:
    """When a process began, in the kernel's own count; "" where there is none, or no way to know."""
    with suppress(OSError, IndexError):
        told = Path(f"/proc/{int(pid)}/stat").read_text(encoding="utf-8", errors="replace")
        state, *counts = told.rpartition(")")[2].split()
        return "" if state in ("Z", "X") else counts[18]
    return ""


def _plain(value: object) -> object:
    """A value whose text is the same in every process."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, frozenset | set):
        return sorted(map(repr, map(_plain, value)))
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    names = getattr(value, "__dataclass_fields__", None)
    return [_plain(getattr(value, name)) for name in names] if names else value
