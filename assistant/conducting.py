"""The loop of a session in real time: events in, actions carried out, deadlines kept; live or typed.

Runs on the main thread, the sole owner of the Session. Other threads only put events on the queue.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from assistant.core.actions import Action
from assistant.core.events import DeadlineReached, Event, PromptFinished, Started
from assistant.core.flow import State
from assistant.core.session import Session
from assistant.performer import Performer
from assistant.store.history import History

MAX_EVENTS = 512
LOOK_SECONDS = 0.02
_log = logging.getLogger(__name__)


class EventQueue:
    """The one way into a session: bounded; what does not fit is counted, and said in the log."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue(MAX_EVENTS)
        self.overflow_count = 0

    def put(self, event: Event) -> None:
        """Add an event, from any thread, without waiting."""
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self.overflow_count += 1
            _log.error("the event queue is full; %d events lost so far", self.overflow_count)

    def get(self, timeout_seconds: float) -> Event | None:
        """The next event; None when none comes in time."""
        try:
            return self._events.get(timeout=timeout_seconds)
        except queue.Empty:
            return None


def conduct(
    session: Session,
    performer: Performer,
    events: EventQueue,
    finished: Callable[[], Iterable[int]],
    must_end: Callable[[], bool] = lambda: False,
) -> None:
    """Run a session from its start to its end, or until it must end for want of ears.

    `finished` tells the prompts that have ended since it was last asked.
    """
    began = time.monotonic()

    def handle(event: Event) -> None:
        performer.carry_out(session.handle(event, time.monotonic() - began))

    handle(Started())
    while session.state is not State.FINISHED and not must_end():
        deadline = session.next_deadline
        until = LOOK_SECONDS if deadline is None else deadline - (time.monotonic() - began)
        event = events.get(max(0.0, min(until, LOOK_SECONDS)))
        if event is not None:
            handle(event)
        for prompt_id in finished():
            handle(PromptFinished(prompt_id))
        deadline = session.next_deadline
        if deadline is not None and time.monotonic() - began >= deadline:
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
