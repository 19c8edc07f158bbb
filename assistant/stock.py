"""What the rooms of one service share, each loaded when it is first wanted, and once.

Rooms ask for it on the thread that opens them. Must not be asked for by two threads at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from assistant.config import Config
from assistant.core.context import Settings
from assistant.core.ports import Voice
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.core.session import Session
from assistant.opening import load_content, open_speech_model, open_voice
from assistant.speech.engines import HearingModel
from assistant.speech.prompt_cache import PromptCache, default_folder
from assistant.speech.voices.shared import SharedVoice
from assistant.store.library import load_library

MEGABYTE = 1 << 20


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
    def voice(self) -> Voice:
        """The voice. Raises VoiceError."""
        return SharedVoice(open_voice(self._config, self._tell))

    @cached_property
    def cache(self) -> PromptCache:
        """The sentences that are kept on disk."""
        cache_bytes = self._config.speech.cache_megabytes * MEGABYTE
        folder = default_folder() if cache_bytes else None
        return PromptCache(folder, on_trouble=self._tell, max_bytes=cache_bytes)

    def new_session(self, settings: Settings) -> Session:
        """A session that has not begun."""
        pack, routines = self.content
        return Session(pack, routines, settings, self.library)
