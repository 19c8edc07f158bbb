"""The typed shell, for a machine without sound: captions in place of speech, the keyboard of the microphone.

The main thread owns the session; a thread reads lines and puts what was typed on the queue as if it had been
said. Same session, same timers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from assistant.conducting import EventQueue, Recorder, conduct
from assistant.config import Config
from assistant.core.events import FinalHypothesis
from assistant.core.intents import Intent
from assistant.core.ports import Screen
from assistant.core.prompts import LanguagePack
from assistant.equipment import load_content, new_session
from assistant.performer import Performer
from assistant.screen.captions import Captions
from assistant.store.history_reader import history_path

Tell = Callable[[str], None]


class Keyboard:
    """Reads lines until the input ends, which ends the session."""

    def __init__(self, lines: TextIO, pack: LanguagePack, events: EventQueue, tell: Tell) -> None:
        self._lines = lines
        self._pack = pack
        self._events = events
        self._tell = tell
        self._count = 0
        self._thread = threading.Thread(target=self._run, name="keyboard", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for line in self._lines:
            self._say(self._pack.typed(line))
        self._say(tuple(self._pack.table.phrases[Intent.END][0].split()))

    def _say(self, words: tuple[str, ...]) -> None:
        if not words:
            return
        table = self._pack.table
        if not table.find_safety(words) and not table.match(words):
            asks = table.phrases[Intent.HELP][0]
            self._tell(f'"{" ".join(words)}" means nothing to me; type "{asks}" to see what you can say.')
        self._count += 1
        seconds = time.monotonic()
        self._events.put(FinalHypothesis(self._count, words, seconds, seconds))


def run_typed(config: Config, tell: Tell, screens: Iterable[Screen], lines: TextIO) -> None:
    """A typed session from beginning to end. Raises AssistantError when it cannot begin."""
    config = config.model_copy(update={"session": config.session.model_copy(update={"sound_check": False})})
    pack, routines = load_content(config, tell)
    events, captions = EventQueue(), Captions(time.monotonic)
    path = history_path()
    recorder = Recorder(path, tell)
    Keyboard(lines, pack, events, tell)
    try:
        watchers = [*(screen.show for screen in screens), recorder.record]
        performer = Performer(captions, captions, lambda intents: None, watchers)
        session = new_session(config, pack, routines, path, tell, hears_itself=False)
        conduct(session, performer, events, captions.ended)
    finally:
        recorder.close()
