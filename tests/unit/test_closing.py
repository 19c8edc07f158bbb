"""A room closes in order and in time, whoever hangs: the program has two seconds to end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

from fakes import FakeVoice
from houses import house

from assistant.audio.mixer import Mixer
from assistant.core.ports import Speech
from assistant.frontends.registry import open_front_ends
from assistant.room import Room
from assistant.speech.prompt_cache import PromptCache
from assistant.speech.prompting import Prompter, PromptingThread


def test_what_is_kept_is_written_before_anybody_is_waited_for() -> None:
    closed: list[str] = []

    def part(name: str, **more: object) -> SimpleNamespace:
        return SimpleNamespace(close=lambda: closed.append(name), **more)

    voice = part("voice", cut=lambda: closed.append("silence"), hush=lambda: 0)
    hearing = part("hearing", open=lambda events: None, has_sound=True)
    room = Room(hearing, voice, part("history"), lambda send: open_front_ends((), house(), send))  # type: ignore[arg-type]
    room.open()
    room.close()
    assert closed == ["silence", "history", "hearing", "voice"]


def test_a_voice_that_hangs_is_not_waited_for() -> None:
    goes_on = threading.Event()

    class Hanging(FakeVoice):
        def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
            goes_on.wait(30)
            yield from super().synthesize(text, rate)

    cache = PromptCache(None, on_trouble=print)
    prompter = Prompter(Hanging(), cache, Mixer(), sentences=lambda text: [text], on_trouble=print)
    thread = PromptingThread(prompter, on_trouble=print)
    thread.speak(1, "One.")
    began = time.monotonic()
    thread.close()
    assert time.monotonic() - began < 1.0
    goes_on.set()
