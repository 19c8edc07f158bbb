"""The queue on which events wait for a session: any thread puts, the session's thread takes."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence

from assistant.core.events import Event, Meaning, NotUnderstood, Said, TalkHeard
from assistant.core.liveness import STALE

MAX_EVENTS = 512
MAX_REFLEXES = 64
"""More than anybody says while a session's thread hangs; beyond it the oldest make room."""
_log = logging.getLogger(__name__)


class EventQueue:
    """The one way into a session: bounded, with a lane of its own for safety phrases.

    What is in the lane comes first and always finds room. An ordinary command that was said before a safety
    phrase and comes after it is stale, and is dropped: nothing leads out of a pause that was said before it.
    So is one that has waited for too long, while hearing was behind, the session's thread hung or no session
    ran.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: deque[tuple[Event, int, float]] = deque()
        self._reflexes: deque[tuple[Event, int]] = deque(maxlen=MAX_REFLEXES)
        self._reflex_count = 0
        self._reflex_count_taken = 0
        self.overflow_count = 0
        """Events that found no room."""
        self.stale_count = 0
        """Commands that a safety phrase overtook, or that waited for too long."""
        self.get_count = 0
        """How often the session's thread has looked: it beats while a session runs."""
        self.is_attended = False
        self.hush_number = 0
        """The last hush of the loudspeaker of which the session has been given the reason."""

    def put(self, event: Event, waited_seconds: float = 0.0) -> None:
        """Add an event, which has waited elsewhere for so long, from any thread, without waiting."""
        with self._changed:
            if len(self._events) < MAX_EVENTS:
                self._events.append((event, self._reflex_count, time.monotonic() - waited_seconds))
                self._changed.notify()
                return
            self.overflow_count += 1
        _log.error("the event queue is full; %d events lost so far", self.overflow_count)

    def put_reflex(self, events: Sequence[Event], hush_number: int) -> None:
        """Add what has a safety phrase in it, for which the loudspeaker was hushed; from any thread."""
        with self._changed:
            self._reflex_count += 1
            self.overflow_count += max(0, len(self._reflexes) + len(events) - MAX_REFLEXES)
            last = len(events) - 1
            self._reflexes.extend((event, hush_number * (at == last)) for at, event in enumerate(events))
            self._changed.notify()

    def leave(self) -> None:
        """No session runs any more: nobody looks."""
        self.is_attended = False

    def forget(self) -> None:
        """What somebody said until now was said to nobody; faults, which stand, still wait."""
        with self._changed:
            self.hush_number = max([self.hush_number, *(number for _, number in self._reflexes)])
            self._reflexes.clear()
            self._reflex_count_taken = self._reflex_count
            self._events = deque(one for one in self._events if not isinstance(one[0], Meaning))

    def get(self, timeout_seconds: float) -> Event | None:
        """The next event; None when none comes in time. For one thread."""
        self.get_count += 1
        self.is_attended = True
        with self._changed:
            if not self._changed.wait_for(lambda: self._reflexes or self._events, timeout_seconds):
                return None
            if self._reflexes:
                event, hush_number = self._reflexes.popleft()
                self.hush_number = max(self.hush_number, hush_number)
                self._reflex_count_taken = self._reflex_count
                return event
            event, reflexes_before, put_at = self._events.popleft()
            is_old = time.monotonic() - put_at > STALE.limit
            if _is_command(event) and (is_old or reflexes_before < self._reflex_count_taken):
                self.stale_count += 1
                return None
            return event


def _is_command(event: Event) -> bool:
    """Whether somebody said it, and no safety phrase is in it: those are never stale, from any source."""
    return isinstance(event, NotUnderstood | TalkHeard) or (isinstance(event, Said) and not event.is_safety)
