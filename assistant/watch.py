"""A thread that watches the others, owns nothing, and tells the session what they cannot tell themselves.

It only reads what others count, so that a hearing thread that hangs, or is too slow, is noticed and said by
a way that does not need it. Must not touch a stream, a recognizer or the session, nor wait for any of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from assistant.core.events import (
    Event,
    HearingCaughtUp,
    HearingFellBehind,
    MicrophoneLost,
    MicrophoneRestored,
    WorkLeftOut,
    WorkResumed,
)
from assistant.core.liveness import Gauges, Liveness, MicrophoneFaults
from assistant.core.shedding import Shed, Shedding

LOOK_SECONDS = 0.05

_log = logging.getLogger(__name__)


class Watch:
    """Looks at the gauges until it is closed.

    `read` gives them. `emit` takes events, from any thread, and must not wait; `shed` is told what hearing
    is to leave out, and `alarm` that the session's thread hangs.
    """

    def __init__(
        self,
        read: Callable[[], Gauges],
        emit: Callable[[Event], None],
        shed: Callable[[Shed], None],
        alarm: Callable[[], None],
    ) -> None:
        self._read, self._emit, self._shed, self._alarm = read, emit, shed, alarm
        self._liveness = Liveness()
        self._faults = MicrophoneFaults()
        self._telling = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def open(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()

    def report(self, event: Event) -> None:
        """What the owner of the streams noticed of them itself; from its thread."""
        if isinstance(event, MicrophoneLost):
            self._note("stream", {event.reason})
        elif isinstance(event, MicrophoneRestored):
            self._note("stream", ())
        else:
            self._emit(event)

    def _note(self, origin: str, reasons: set[str] | frozenset[str] | tuple[()]) -> None:
        with self._telling:  # two who watch tell one thing after the other
            event = self._faults.note(origin, reasons)
            if event is not None:
                _log.warning("%s", event)
                self._emit(event)

    def _run(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            self.look(time.monotonic(), self._read())

    def look(self, now: float, gauges: Gauges) -> None:
        """Judge the gauges once, and tell what has changed."""
        liveness = self._liveness
        before, was_late = liveness.lateness, liveness.is_session_late
        liveness.look(now, gauges)
        self._note("watch", liveness.reasons)
        self._tell_what_is_left_out(before, gauges.waiting)
        if liveness.is_session_late and not was_late:
            _log.error("the session's thread has not looked at its events for a second")
            self._alarm()

    def _tell_what_is_left_out(self, before: Shedding, waiting_blocks: int) -> None:
        """To hearing, to the log, and to the session, which shows it; it says so when that does not help."""
        now = self._liveness.lateness
        if now.left_out is not before.left_out:
            names = [one.name.lower() for one in Shed if Shed.NOTHING < one <= now.left_out]
            _log.warning("%d blocks wait to be heard: left out: %s", waiting_blocks, ", ".join(names) or "-")
            self._shed(now.left_out)
        if bool(now.left_out) is not bool(before.left_out):
            self._emit(WorkLeftOut() if now.left_out else WorkResumed())
        if now.is_told is not before.is_told:
            self._emit(HearingFellBehind() if now.is_told else HearingCaughtUp())
