"""Writes history and journal on a thread of its own, so that no disk ever delays a session."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.core.actions import Action
from assistant.core.events import Event, KeepingChanged
from assistant.core.keeping import Keeping
from assistant.core.liveness import UNWRITTEN
from assistant.store.entries import kept_of
from assistant.store.history import RETRY_SECONDS, History, local_now
from assistant.store.history_server import HistoryServer, Where
from assistant.store.history_writer import Origin

MOST_WAITING = 20_000
CLOSING_SECONDS = 1.5
"""The whole program has two seconds to end."""
OPENING_SECONDS = 2.0
LOOK_SECONDS = 5.0
"""Between two looks at the room on the disk."""
_MEGABYTE = 1_000_000
_log = logging.getLogger(__name__)

_Write = Callable[[History], None]


class Recorder:
    """Takes what is to be kept, from the session's thread; its own thread owns the database.

    What waits is bounded; when the disk hangs, events of the journal are lost, never what is for the history.
    """

    def __init__(
        self,
        path: Where,
        tell: Callable[[str], None],
        origin: Origin = Origin(),  # noqa: B008 - it is frozen
    ) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[tuple[float, _Write]] = deque()
        self._unwritten_since: float | None = None
        self._is_refused = False  # the history has told why
        self._hangs = False
        self._free_megabytes: float | None = None
        self._keeping = Keeping()
        self._is_closing = False
        self._opened = threading.Event()
        self._tell = tell
        self.lost_count = 0
        """Events for which there was no room."""
        self._path, self._origin = path, origin
        self._keeper = "server" if isinstance(path, HistoryServer) else "disk"
        self._begin_thread()

    def _begin_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, args=(self._path,), name="history", daemon=True)
        self._thread.start()

    def begin(self, head: Mapping[str, Any]) -> None:
        """A session is about to be run; the head says what it is made of."""
        self._keeping = Keeping()
        self._put(lambda history: history.begin(head))

    def resume(self, run: int, session_id: int | None, head: Mapping[str, Any]) -> None:
        """A run of the journal that was cut short goes on, and its session."""
        self._keeping = Keeping()
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

    def happened(self) -> tuple[KeepingChanged, ...]:
        """Whether all can be kept, when that has changed in this session; on its thread."""
        change = self._keeping.look(self._waits_seconds(), self._free_megabytes)
        if change is None:
            return ()
        _log.warning("%s, %s MB free", change, self._free_megabytes)
        if self._hangs and change.is_written:
            self._hangs = False
            self._tell(f"The {self._keeper} answers again: nothing of the history is lost.")
        elif not (self._hangs or change.is_written or self._is_refused):
            self._hangs = True
            self._tell(f"The {self._keeper} does not answer just now: what happens is held until it does.")
        return (change,)

    @property
    def is_written(self) -> bool:
        """Whether what happens is being written just now; from any thread."""
        return self._waits_seconds() <= UNWRITTEN.limit

    def _waits_seconds(self) -> float:
        since = self._unwritten_since
        return 0.0 if since is None else time.monotonic() - since

    def close(self) -> None:
        """Write what is left, for a moment at most."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(CLOSING_SECONDS)
        if self._thread.is_alive():
            lost = "the end of this session may be missing from the history"
            self._tell(f"The {self._keeper} does not answer: {lost}.")

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
            now = time.monotonic()
            self._waiting.append((now, write))
            if self._unwritten_since is None:
                self._unwritten_since = now
            self._changed.notify()

    def _next(self, history: History) -> _Write | None:
        """What is to be written; a try to write what the history holds; None at the end."""
        with self._changed:
            wait = RETRY_SECONDS if history.is_behind else LOOK_SECONDS
            self._changed.wait_for(lambda: self._waiting or self._is_closing, wait)
            if self._waiting:
                return self._waiting.popleft()[1]
            return None if self._is_closing else lambda history: history.retry()

    def _note(self, history: History) -> None:
        """How far it is written."""
        with self._changed:
            self._is_refused = history.is_behind
            if not history.is_behind:
                self._unwritten_since = self._waiting[0][0] if self._waiting else None

    def _run(self, path: Where) -> None:
        folder = (path.beside if isinstance(path, HistoryServer) else path).parent
        try:
            history = History(path, self._tell, local_now, self._origin)
            self._free_megabytes = _free_megabytes(folder)
            look_at = time.monotonic() + LOOK_SECONDS
            self._opened.set()
            while (write := self._next(history)) is not None:
                write(history)
                self._note(history)
                if time.monotonic() >= look_at:
                    self._free_megabytes = _free_megabytes(folder)
                    look_at = time.monotonic() + LOOK_SECONDS
            history.close()
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; the session goes on
            _log.exception("the history thread stopped")
            self._tell("The history cannot be written any more; the session goes on.")
            self._opened.set()


def _free_megabytes(folder: Path) -> float | None:
    """What a user may still write to this disk; None where that cannot be told."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize / _MEGABYTE
