"""The keyboard of a room: the only ears of one without sound, and beside the microphone of one with it.

A thread of its own reads lines. A safety phrase goes on from there at once, as a touch does; the session's
thread asks for the others, one at a time.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

from assistant.core.events import Event, NotUnderstood, Said, Source
from assistant.core.intents import BREAK, Intent, Words
from assistant.core.listening.listener import meaning_of
from assistant.core.prompts import LanguagePack

Tell = Callable[[str], None]
MAX_LINE_LENGTH = 300
MAX_LINES = 64
"""Lines that wait for the session; the others wait in the terminal."""


class Lines(Protocol):
    """What is typed, line by line: a stream of text."""

    def readline(self, limit: int, /) -> str:
        """The next line with its end, or as much of it as the limit allows; "" at the end of the input."""


class Keyboard:
    """Reads lines until the input ends, which is a wish for the end of the session.

    `tell` gets a line for the person who typed what means nothing.
    """

    def __init__(self, lines: Lines, pack: LanguagePack, tell: Tell) -> None:
        self._lines = lines
        self._pack = pack
        self._tell = tell
        self._typed: queue.Queue[Words] = queue.Queue(MAX_LINES)
        self._intents: frozenset[Intent] = frozenset()
        self._send: Callable[[Event], None] = lambda event: None
        self._thread = threading.Thread(target=self._run, name="keyboard", daemon=True)

    def open(self, send: Callable[[Event], None]) -> None:
        """Begin to read; `send` takes what is not to wait, from any thread."""
        self._send = send
        self._thread.start()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can come from here; on the session's thread."""
        return not self._thread.is_alive() and self._typed.empty()

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
        if not words:
            return self._entered()
        meant = meaning_of(words, self._pack.table, self._intents, Source.KEYBOARD)
        if isinstance(meant, NotUnderstood):
            self._answer(meant.words)
        return (meant,)

    def _entered(self) -> tuple[Said, ...]:
        """Enter alone wakes; it means nothing to a session."""
        if Intent.REMIND not in self._intents:
            return ()
        return (Said(Intent.START, self._first(Intent.START), source=Source.KEYBOARD),)

    def _answer(self, words: Words) -> None:
        said = " ".join(word for word in words if word != BREAK)
        if Intent.HELP in self._intents:
            asks = self._first(Intent.HELP)
            self._tell(f'I cannot make anything of "{said}" just now. Type "{asks}" to see what you can say.')
        else:
            self._tell(f'I am resting, so "{said}" does nothing. Press Enter to begin.')

    def _first(self, intent: Intent) -> str:
        return self._pack.table.phrases[intent][0]

    def _run(self) -> None:
        for line in self._lines_or_pieces():
            self._take(self._pack.typed(line))
        self._take(tuple(self._first(Intent.END).split()))

    def _lines_or_pieces(self) -> Iterator[str]:
        """The lines until the input ends, or is gone; one that goes on and on comes in pieces.

        What it means takes time by its length, and a safety phrase at its end must not be lost.
        """
        with suppress(OSError, ValueError):
            while line := self._lines.readline(MAX_LINE_LENGTH):
                yield line

    def _take(self, words: Words) -> None:
        """A safety phrase overtakes the lines before it, and nothing typed before it acts after it.

        While others wait nobody knows what will be listened for: then only what is no answer overtakes them.
        """
        wanted = self._intents if self._typed.empty() else frozenset(Intent)
        meant = meaning_of(words, self._pack.table, wanted, Source.KEYBOARD) if words else None
        if not isinstance(meant, Said) or not meant.is_safety:
            self._typed.put(words)
            return
        with suppress(queue.Empty):
            while True:
                self._typed.get_nowait()
        self._send(meant)
