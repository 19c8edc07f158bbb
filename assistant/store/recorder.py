"""Writes history and journal on a thread of its own, so that no disk ever delays a session."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.core.actions import Action
from assistant.core.events import Event
from assistant.store.entries import kept_of
from assistant.store.history import RETRY_SECONDS, History

MOST_WAITING = 20_000
CLOSING_SECONDS = 1.5
"""The whole program has two seconds to end."""
OPENING_SECONDS = 2.0
_log = logging.getLogger(__name__)

_Write = Callable[[History], None]


class Recorder:
    """Takes what is to be kept, from the session's thread; its own thread owns the database.

    What waits is bounded; when the disk hangs, events of the journal are lost, never what is for the history.
    """

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[_Write] = deque()
        self._is_closing = False
        self._opened = threading.Event()
        self._tell = tell
        self.lost_count = 0
        """Events for which there was no room."""
        self._path = path
        self._begin_thread()

    def _begin_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, args=(self._path,), name="history", daemon=True)
        self._thread.start()

    def begin(self, head: Mapping[str, Any]) -> None:
        """A session is about to be run; the head says what it is made of."""
        self._put(lambda history: history.begin(head))

    def resume(self, run: int, session_id: int | None, head: Mapping[str, Any]) -> None:
        """A run of the journal that was cut short goes on, and its session."""
        self._put(lambda history: history.resume(run, session_id, head))

    def wait_until_open(self) -> None:
        """Wait for a moment until what was left by others is in the history, and what was damaged mended."""
        self._opened.wait(OPENING_SECONDS)

    def keep(self, now: float, event: Event, actions: Iterable[Action]) -> None:
        """Keep what the session was told at `now`, its own clock, and what it did that is to be kept."""
        kept = kept_of(actions)
        if len(self._waiting) < MOST_WAITING or kept:
            self._put(lambda history: history.keep(now, event, kept))
            return
        self.lost_count += 1
        if self.lost_count == 1:
            _log.error("the history is behind, and the journal loses events")
            self._put(lambda history: history.leave_gap())

    def close(self) -> None:
        """Write what is left, for a moment at most."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(CLOSING_SECONDS)
        if self._thread.is_alive():
            self._tell("The disk does not answer: the end of this session may be missing from the history.")

    @contextmanager
    def away(self) -> Iterator[None]:
        """What waited is written, and nothing here has the history open meanwhile; between sessions."""
        self.close()
        try:
            yield
        finally:
            self._is_closing = False
            self._opened.clear()
            self._begin_thread()

    def _put(self, write: _Write) -> None:
        with self._changed:
            self._waiting.append(write)
            self._changed.notify()

    def _next(self, history: History) -> _Write | None:
        """What is to be written; a try to write what the history holds; None at the end."""
        with self._changed:
            wait = RETRY_SECONDS if history.is_behind else None
            self._changed.wait_for(lambda: self._waiting or self._is_closing, wait)
            if self._waiting:
                return self._waiting.popleft()
            return None if self._is_closing else lambda history: history.retry()

    def _run(self, path: Path) -> None:
        try:
            history = History(path, self._tell)
            self._opened.set()
            while (write := self._next(history)) is not None:
                write(history)
            history.close()
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; the session goes on
            _log.exception("the history thread stopped")
            self._tell("The history cannot be written any more; the session goes on.")
            self._opened.set()
