"""What the rooms of one service share, each loaded when it is first wanted, and once.

Rooms ask for it on the thread that opens them. Must not be asked for by two threads at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from assistant.config import Config
from assistant.core.context import Settings
from assistant.core.prompts import LanguagePack, Line
from assistant.core.routine import Routine, Stretch
from assistant.core.session import Session
from assistant.core.speed import Choice, choose, keeps_up, settled
from assistant.core.stocking import texts_of_all
from assistant.opening import load_content, open_speech_model, open_voice
from assistant.speech.engines import HearingModel
from assistant.speech.parts import parts_of
from assistant.speech.prompt_cache import PromptCache, default_folder
from assistant.speech.rendering_ahead import RenderingAhead, Wanted
from assistant.speech.voices.shared import SharedVoice
from assistant.speed_figures import kind_of_machine, read_figures
from assistant.store.library import load_library

MEGABYTE = 1 << 20
AT_HAND = (Line.DEAF, Line.DEAF_ITSELF, Line.DEAF_LOSING, Line.EASE_OUT, Line.PAUSED, Line.GO_ON_OR_FINISH)
"""What has to be said at once when it has to be said at all."""
GREETINGS = (Line.HELLO, Line.HELLO_AGAIN, Line.SOUND_CHECK, Line.CHOOSE, Line.CHOOSE_KNOWN, Line.SCREENING)
"""What a session begins with, rendered while the devices open."""


class Stock:
    """Content, model, voice, and the sentences that are kept. `tell` gets a line about what is lacking."""

    def __init__(self, config: Config, tell: Callable[[str], None]) -> None:
        self._config = config
        self._tell = tell

    @cached_property
    def content(self) -> tuple[LanguagePack, tuple[Routine, ...]]:
        """The language pack and the routines. Raises ContentError, ConfigError."""
        return load_content(self._config, self._tell)

    @cached_property
    def ready_pack(self) -> LanguagePack:
        """The language pack, with all that a search needs made: 0.3 s of work, for which nobody has to wait
        once a room is open. Raises ContentError, ConfigError.
        """
        pack, _ = self.content
        pack.table.prepare()
        return pack

    @cached_property
    def library(self) -> tuple[Stretch, ...]:
        """All stretches. Raises ContentError."""
        return tuple(load_library(self.content[0].code).values())

    @property
    def all_content(self) -> tuple[object, ...]:
        """All of which a session is made besides its settings."""
        pack, routines = self.content
        return pack.code, routines, self.library

    @cached_property
    def model(self) -> HearingModel:
        """The speech model. Raises HearingError."""
        return open_speech_model(self._config, self.content[0], self._tell)

    @cached_property
    def voice(self) -> SharedVoice:
        """The voice. Raises VoiceError."""
        return SharedVoice(open_voice(self._config, self._tell))

    @cached_property
    def cache(self) -> PromptCache:
        """The sentences that are kept on disk."""
        cache_bytes = self._config.speech.cache_megabytes * MEGABYTE
        folder = default_folder() if cache_bytes else None
        return PromptCache(folder, on_trouble=self._tell, max_bytes=cache_bytes)

    @cached_property
    def ahead(self) -> RenderingAhead:
        """What renders while nobody is guided."""
        always = self._config.speed.render_ahead == "always"
        return RenderingAhead(lambda: self.voice, lambda: self.cache, always=always)

    @cached_property
    def choice(self) -> Choice:
        """What this machine has time for, as configured or as measured. Raises HearingError, VoiceError."""
        figures = read_figures(kind_of_machine(self._config, self.voice.id))
        if figures and not keeps_up(figures):
            self._tell("This machine is too slow to hear “stop” in time: `limber doctor --speed` says more.")
        choice = settled(choose(figures) if figures else Choice(), self._config.speed.model_dump())
        return choice if self._config.speech.cache_megabytes else replace(choice, render_ahead=False)

    def sayings(self, settings: Callable[[Callable[[str], None]], Settings]) -> Wanted:
        """All that may be said, as it is rendered: what a session begins with first."""

        def wanted() -> tuple[float, list[str]]:
            pack, routines = self.content
            found = settings(lambda line: None)
            first = [pack.render(line) for line in (*GREETINGS, *AT_HAND)]
            texts = (*first, *texts_of_all(pack, routines, found, self.library))
            sentences = (sentence for text in texts for sentence in pack.sentences(text))
            return found.rate, [part.text for sentence in sentences for part in parts_of(sentence)]

        return wanted

    def new_session(self, settings: Settings) -> Session:
        """A session that has not begun."""
        pack, routines = self.content
        return Session(pack, routines, settings, self.library)
