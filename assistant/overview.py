"""What a running Limber is at: a thread that looks at every room, for `limber status` and for systemd.

It only reads. Must not touch or wait for a session or its devices; what it shows holds nothing of health.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from assistant import __version__
from assistant.core.faults import Fault
from assistant.core.states import State
from assistant.core.vitals import Vitals
from assistant.frontends.terminal import FAULTS
from assistant.room import Look, Room
from assistant.supervisor import Supervisor

LOOK_SECONDS = 0.25
_log = logging.getLogger(__name__)


class Overview:
    """Looks at the rooms until it is closed. `rooms` gives those that are open, by name, from any thread."""

    def __init__(
        self,
        rooms: Callable[[], Mapping[str, Room]],
        supervisor: Supervisor | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rooms = rooms
        self._supervisor = supervisor or Supervisor()
        self._clock = clock
        self._vitals: dict[str, Vitals] = {}
        self._began_at = datetime.now().astimezone()
        self._looking = threading.Lock()
        self._needs_room = True
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="overview", daemon=True)

    def needs_no_room(self) -> None:
        """All is well without a room, too: others may offer one at any time."""
        self._needs_room = False

    def open(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more, and tell that the program ends."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(1.0)
            self._supervisor.stopping()

    def _run(self) -> None:
        try:
            while not self._closing.wait(LOOK_SECONDS):
                self.look()
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; systemd hears no more
            _log.exception("the overview stopped")

    def look(self) -> None:
        """Look once at each room, and tell systemd what is due."""
        now, rooms = self._clock(), self._rooms()
        with self._looking:
            looks = {name: self._look_at(name, room, now) for name, room in rooms.items()}
            self._vitals = {name: self._vitals[name] for name in looks}  # one that comes back begins anew
            vitals = [*self._vitals.values()]
            faults = [FAULTS[fault] for one in vitals for fault in one.since]
        lines = [_in_words(name, one) for name, one in looks.items()]
        self._supervisor.look(
            now,
            is_ready=bool(looks) or not self._needs_room,
            is_well=not any(one.stopped for one in vitals),
            status="; ".join([*lines, *faults]) or f"waits for {'sound' if self._needs_room else 'rooms'}",
        )

    def _look_at(self, name: str, room: Room, now: float) -> Look:
        found = room.look()
        told = set(found.view.faults) if found.view else set()
        told |= set() if found.is_history_written else {Fault.HISTORY_HELD}
        self._vitals.setdefault(name, Vitals()).look(now, found.gauges, told)
        return found

    def report(self) -> dict[str, Any]:
        """All of it as plain values; from any thread. Times are of the wall clock, with the local offset."""
        now, rooms = self._clock(), self._rooms()
        with self._looking:
            told = [self._report(name, self._look_at(name, room, now), now) for name, room in rooms.items()]
        return {
            "version": __version__,
            "pid": os.getpid(),
            "began_at": self._began_at.isoformat(timespec="seconds"),
            "is_well": (bool(told) or not self._needs_room) and not any(room["faults"] for room in told),
            "rooms": told,
        }

    def _report(self, name: str, found: Look, now: float) -> dict[str, Any]:
        vitals, wall = self._vitals[name], datetime.now().astimezone()
        return {
            "name": name,
            "session": _session(found),
            "is_resting": found.is_resting,
            "microphone": found.microphone,
            "speaker": found.speaker,
            "is_history_written": found.is_history_written,
            "faults": [
                {"fault": fault, "since": (wall - timedelta(seconds=now - at)).isoformat(timespec="seconds")}
                for fault, at in vitals.since.items()
            ],
            "last_second": {**asdict(vitals.rates), "waiting": found.gauges.waiting},
        }


def _session(found: Look) -> dict[str, Any] | None:
    """The session, if there is one."""
    view = found.view
    if view is None or found.is_resting or view.state is State.FINISHED:
        return None
    step, hold = view.step, view.hold
    left = None
    if hold is not None and hold.ends_at is not None:
        left = hold.ends_at - view.at - found.view_age_seconds
    elif hold is not None:
        left = hold.total_seconds - hold.held_seconds
    return {
        "state": view.state,
        "routine": view.routine.id if view.routine else None,
        "stretch": step.name if step else None,
        "side": (step.side_word or None) if step else None,
        "step": step.number if step else None,
        "steps": step.count if step else None,
        "hold_seconds_left": None if left is None else round(max(0.0, left), 1),
    }


def _in_words(name: str, found: Look) -> str:
    """A room in a few words that stay the same while nothing changes."""
    session = _session(found)
    if session is None:
        return f"{name}: resting" if found.is_resting else f"{name}: no session"
    where = f", {session['stretch']}" if session["stretch"] else ""
    return f"{name}: {session['state'].replace('_', ' ')}{where}"
