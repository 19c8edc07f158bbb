"""The typed shell, for a machine without sound: captions in place of speech, the keyboard of the microphone.

The main thread owns the session, and asks what was typed; a thread reads lines. Same session, same timers.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TextIO

from assistant.conducting import EventQueue, Recorder, conduct
from assistant.config import Config
from assistant.core.events import NotUnderstood, Said, Source
from assistant.core.intents import Intent, Words
from assistant.core.listening.listener import meaning_of
from assistant.core.ports import Screen
from assistant.core.prompts import LanguagePack
from assistant.core.script import WORD
from assistant.equipment import load_content, new_session
from assistant.performer import Performer
from assistant.screen.captions import Captions
from assistant.store.history_reader import history_path

Tell = Callable[[str], None]
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
        self._thread = threading.Thread(target=self._run, name="keyboard", daemon=True)
        self._thread.start()

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Take these for what a line may mean; from the session's thread."""
        self._intents = intents

    def said(self) -> tuple[Said | NotUnderstood, ...]:
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
        for line in self._lines:
            self._say(typed_words(line, self._pack))
        self._say(tuple(self._pack.table.phrases[Intent.END][0].split()))

    def _say(self, words: Words) -> None:
        if not words:
            return
        table = self._pack.table
        if not table.find_safety(words) and not table.match(words):
            self._tell(f'"{" ".join(words)}" means nothing to me; type "help" to see what you can say.')
        self._typed.put(words)


def typed_words(line: str, pack: LanguagePack) -> Words:
    """The words of a typed line, as they would be heard: lower case, numbers in words."""
    words: list[str] = []
    for token in line.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split():
        digits = token.strip(".,!?")
        words += pack.number(int(digits)).split() if digits.isdecimal() else WORD.findall(token)
    return tuple(words)


def run_typed(config: Config, tell: Tell, screens: Iterable[Screen], lines: TextIO) -> None:
    """A typed session from beginning to end. Raises AssistantError when it cannot begin."""
    config = config.model_copy(update={"session": config.session.model_copy(update={"sound_check": False})})
    pack, routines = load_content(config, tell)
    captions = Captions(time.monotonic)
    path = history_path()
    recorder = Recorder(path, tell)
    keyboard = Keyboard(lines, pack, tell)
    try:
        watchers = [*(screen.show for screen in screens), recorder.record]
        performer = Performer(captions, captions, keyboard.listen_for, watchers)
        session = new_session(config, pack, routines, path, tell)
        conduct(session, performer, EventQueue(), lambda: chain(captions.ended(), keyboard.said()))
    finally:
        recorder.close()
