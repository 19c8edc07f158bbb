"""The loop of a session in real time: events in, actions carried out, deadlines kept; live or typed.

Runs on the main thread, the sole owner of the Session. Other threads only put events on the queue.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from assistant.core.actions import Action
from assistant.core.events import (
    DeadlineReached,
    Event,
    Hypothesis,
    PromptFinished,
    SentenceFinished,
    Started,
)
from assistant.core.session import Session
from assistant.core.states import State
from assistant.performer import Performer
from assistant.store.history import History

MAX_EVENTS = 512
MAX_REFLEXES = 64
"""More than anybody says while a session's thread hangs; beyond it the oldest make room."""
LOOK_SECONDS = 0.02
_log = logging.getLogger(__name__)


class EventQueue:
    """The one way into a session: bounded, with a lane of its own for safety phrases.

    What is in the lane comes first and always finds room. An ordinary command that was said before a safety
    phrase and comes after it is stale, and is dropped: nothing leads out of a pause that was said before it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: deque[tuple[Event, int]] = deque()
        self._reflexes: deque[tuple[Event, int]] = deque(maxlen=MAX_REFLEXES)
        self._reflex_count = 0
        self._reflex_count_taken = 0
        self.overflow_count = 0
        """Events that found no room."""
        self.stale_count = 0
        """Commands that a safety phrase overtook."""
        self.hush_number = 0
        """The last hush of the loudspeaker of which the session has been given the reason."""

    def put(self, event: Event) -> None:
        """Add an event, from any thread, without waiting."""
        with self._changed:
            if len(self._events) < MAX_EVENTS:
                self._events.append((event, self._reflex_count))
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

    def get(self, timeout_seconds: float) -> Event | None:
        """The next event; None when none comes in time. For one thread."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._reflexes or self._events, timeout_seconds):
                return None
            if self._reflexes:
                event, hush_number = self._reflexes.popleft()
                self.hush_number = max(self.hush_number, hush_number)
                self._reflex_count_taken = self._reflex_count
                return event
            event, reflexes_before = self._events.popleft()
            if isinstance(event, Hypothesis) and reflexes_before < self._reflex_count_taken:
                self.stale_count += 1
                return None
            return event


def _now() -> float:
    """Seconds on a clock that goes on while the machine sleeps: a session must know that it was away."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def conduct(
    session: Session,
    performer: Performer,
    events: EventQueue,
    ended: Callable[[], Iterable[SentenceFinished | PromptFinished]],
    *,
    must_end: Callable[[], bool] = lambda: False,
    acknowledge: Callable[[int], None] = lambda hush_number: None,
) -> None:
    """Run a session from its start to its end, or until it must end for want of ears.

    `ended` tells the sentences and prompts that have ended since it was last asked. `acknowledge` is called
    before anything is said that the session wants said after it has learned the reason of a hush.
    """
    began = _now()

    def handle(event: Event) -> None:
        actions = session.handle(event, _now() - began)
        acknowledge(events.hush_number)
        performer.carry_out(actions)

    handle(Started())
    while session.state is not State.FINISHED and not must_end():
        deadline = session.next_deadline
        until = LOOK_SECONDS if deadline is None else deadline - (_now() - began)
        event = events.get(max(0.0, min(until, LOOK_SECONDS)))
        if event is not None:
            handle(event)
        for over in ended():
            handle(over)
        deadline = session.next_deadline
        if deadline is not None and _now() - began >= deadline:
            handle(DeadlineReached())


class Recorder:
    """Writes the history on a thread of its own, so that no disk ever delays a session."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._actions: queue.Queue[Action | None] = queue.Queue(MAX_EVENTS)
        self._thread = threading.Thread(target=self._run, args=(path, tell), name="history", daemon=True)
        self._thread.start()

    def record(self, action: Action) -> None:
        """Keep what this action says, if it is one to keep; from the session's thread."""
        try:
            self._actions.put_nowait(action)
        except queue.Full:
            _log.error("the history is behind and has lost an entry")

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        try:
            self._actions.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(2.0)

    def _run(self, path: Path, tell: Callable[[str], None]) -> None:
        try:
            history = History(path, tell)
            while (action := self._actions.get()) is not None:
                history.record(action)
            history.close()
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; the session goes on
            _log.exception("the history thread stopped")
            tell("The history cannot be written any more; the session goes on.")
