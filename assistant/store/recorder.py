"""Writes history and journal on a thread of its own, so that no disk ever delays a session."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from assistant.core.actions import Action
from assistant.core.events import Event
from assistant.store.history import History

MAX_ENTRIES = 512
CLOSING_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Recorder:
    """Takes what is to be kept, from the session's thread; its own thread owns the database."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._entries: queue.Queue[Action | tuple[float, Event] | None] = queue.Queue(MAX_ENTRIES)
        self._thread = threading.Thread(target=self._run, args=(path, tell), name="history", daemon=True)
        self._thread.start()

    def record(self, action: Action) -> None:
        """Keep what this action says, if it is one to keep."""
        self._put(action)

    def note(self, now: float, event: Event) -> None:
        """Keep in the journal what the session was told at `now`, its own clock."""
        self._put((now, event))

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        try:
            self._entries.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(CLOSING_SECONDS)

    def _put(self, entry: Action | tuple[float, Event]) -> None:
        try:
            self._entries.put_nowait(entry)
        except queue.Full:
            _log.error("the history is behind and has lost an entry")

    def _run(self, path: Path, tell: Callable[[str], None]) -> None:
        try:
            history = History(path, tell)
            while (entry := self._entries.get()) is not None:
                if isinstance(entry, tuple):
                    history.note(*entry)
                else:
                    history.record(entry)
            history.close()
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; the session goes on
            _log.exception("the history thread stopped")
            tell("The history cannot be written any more; the session goes on.")
