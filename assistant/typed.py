"""The typed shell, for a machine without sound: captions in place of speech, the keyboard of the microphone.

The main thread owns the session; a thread reads lines and puts what was typed on the queue as if it had been
said. Same session, same timers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from assistant.conducting import EventQueue, Recorder, conduct
from assistant.config import Config
from assistant.core.events import FinalHypothesis
from assistant.core.intents import Intent
from assistant.core.prompts import LanguagePack
from assistant.core.script import WORD
from assistant.equipment import load_content, new_session
from assistant.frontends.registry import open_front_ends
from assistant.performer import Performer
from assistant.speech.silent_prompter import SilentPrompter
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
            self._say(typed_words(line, self._pack))
        self._say(tuple(self._pack.table.phrases[Intent.END][0].split()))

    def _say(self, words: tuple[str, ...]) -> None:
        if not words:
            return
        table = self._pack.table
        if not table.find_safety(words) and not table.match(words):
            self._tell(f'"{" ".join(words)}" means nothing to me; type "help" to see what you can say.')
        self._count += 1
        seconds = time.monotonic()
        self._events.put(FinalHypothesis(self._count, words, seconds, seconds))


def typed_words(line: str, pack: LanguagePack) -> tuple[str, ...]:
    """The words of a typed line, as they would be heard: lower case, numbers in words."""
    words: list[str] = []
    for token in line.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split():
        digits = token.strip(".,!?")
        words += pack.number(int(digits)).split() if digits.isdecimal() else WORD.findall(token)
    return tuple(words)


def run_typed(config: Config, tell: Tell, front_ends: Sequence[str], lines: TextIO) -> None:
    """A typed session from beginning to end, shown by these front ends.

    Raises AssistantError when it cannot begin.
    """
    config = config.model_copy(update={"session": config.session.model_copy(update={"sound_check": False})})
    pack, routines = load_content(config, tell)
    events, prompter = EventQueue(), SilentPrompter(time.monotonic)
    path = history_path()
    recorder = Recorder(path, tell)
    shown = open_front_ends(front_ends, events.put)
    Keyboard(lines, pack, events, tell)
    try:
        performer = Performer(prompter, prompter, lambda intents: None, [recorder.record])
        session = new_session(config, pack, routines, path, tell, hears_itself=False)
        conduct(session, performer, events, prompter.ended, publish=shown.publish)
    finally:
        shown.close()
        recorder.close()
