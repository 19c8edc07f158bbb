"""The keyboard in place of a microphone, for a machine without sound.

The session's thread asks what was typed; a thread of its own reads lines.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TextIO

from assistant.core.actions import Action
from assistant.core.events import NotUnderstood, Said, Source
from assistant.core.intents import BREAK, Intent, Words
from assistant.core.listening.listener import meaning_of
from assistant.core.liveness import Gauges
from assistant.core.prompts import LanguagePack
from assistant.core.understanding import understand
from assistant.errors import AssistantError
from assistant.event_queue import EventQueue

Tell = Callable[[str], None]
MAX_LINE_LENGTH = 300
MAX_LINES = 64
"""Lines that wait for the session; the others wait in the terminal."""


class Keyboard:
    """Reads lines until the input ends, which ends the session."""

    def __init__(self, lines: TextIO, pack: LanguagePack, tell: Tell) -> None:
        self._lines = lines
        self._pack = pack
        self._tell = tell
        self._typed: queue.Queue[Words] = queue.Queue(MAX_LINES)
        self._intents: frozenset[Intent] = frozenset()
        self._events = EventQueue()
        self._thread = threading.Thread(target=self._run, name="keyboard", daemon=True)
        self.failure: AssistantError | None = None

    def open(self, events: EventQueue) -> None:
        """Begin to read."""
        self._events = events
        self._thread.start()

    def gauges(self) -> Gauges:
        """There is no sound to be counted; from any thread."""
        return Gauges(beats=self._events.get_count, is_guided=self._events.is_attended)

    @property
    def devices(self) -> tuple[str, str]:
        """There are none."""
        return "", ""

    def must_end(self) -> bool:
        """Its end is a wish of the person like any other."""
        return False

    def watch(self, action: Action) -> None:
        """What the session does changes nothing here."""

    def close(self) -> None:
        """A line that is being typed is not waited for."""

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Take these for what a line may mean; from the session's thread."""
        self._intents = intents

    def happened(self) -> tuple[Said | NotUnderstood, ...]:
        """The next line that was typed, if any, and what it means to the session; from the session's thread.

        One at a time: lines that come all at once, as from a file, are each for the state that the line
        before them led to.
        """
        try:
            words = self._typed.get_nowait()
        except queue.Empty:
            return ()
        return (meaning_of(words, self._pack.table, self._intents, Source.KEYBOARD),)

    def _run(self) -> None:
        for line in self._lines_or_pieces():
            self._say(self._pack.typed(line))
        self._say(tuple(self._pack.table.phrases[Intent.END][0].split()))

    def _lines_or_pieces(self) -> Iterator[str]:
        """The lines until the input ends, or is gone; one that goes on and on comes in pieces.

        What it means takes time by its length, and a safety phrase at its end must not be lost.
        """
        with suppress(OSError, ValueError):
            while line := self._lines.readline(MAX_LINE_LENGTH):
                yield line

    def _say(self, words: Words) -> None:
        if not words:
            return
        table = self._pack.table
        if understand(words, table, Intent, is_text=True) is None:
            asks = table.phrases[Intent.HELP][0]
            said = " ".join(word for word in words if word != BREAK)
            self._tell(f'I did not understand "{said}". Type "{asks}" to see what you can say here.')
        self._typed.put(words)
