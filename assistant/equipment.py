"""Finds and opens what a session is made of, as the configuration says: content, recognizer, voice.

Used by both shells and by commands, on the main thread, before a session. What is missing but can be done
without is told in a line; what cannot be done without raises an AssistantError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from assistant.config import Config
from assistant.core.context import Settings
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine
from assistant.core.session import Session
from assistant.errors import ConfigError
from assistant.language.packs import load_language
from assistant.speech.models import find_speech_model, installed_voices
from assistant.speech.recognizer import VoskRecognizer
from assistant.speech.voice import FallbackVoice, choose_voices
from assistant.speech.vosk_model import VoskModel
from assistant.store.history_reader import read_physician_checked_on
from assistant.store.routines import load_routines

Tell = Callable[[str], None]

PHYSICIAN_CHECK_DAYS = 365


def load_content(config: Config, tell: Tell) -> tuple[LanguagePack, tuple[Routine, ...]]:
    """The language pack, which knows the routines' names, and the routines, the configured one first."""
    language = config.session.language
    routines = load_routines(load_language(language).table.find_safety, tell)
    wanted = config.session.routine
    if wanted and wanted not in {routine.id for routine in routines}:
        there = ", ".join(routine.id for routine in routines)
        raise ConfigError("routine", f'There is no routine "{wanted}"; there is: {there}.')
    return load_language(language, routines), routines


def open_recognizer(config: Config, pack: LanguagePack, tell: Tell) -> VoskRecognizer:
    """The recognizer on the best model there is; words of the pack that it cannot hear are named."""
    found = find_speech_model(Path(config.speech.model) if config.speech.model else None)
    model = VoskModel(found.path)
    if missing := model.missing_words(pack.table.vocabulary()):
        words = ", ".join(missing)
        tell(f"The speech model {found.name} does not know these words, and will not hear them: {words}.")
    return VoskRecognizer(model)


def open_voice(config: Config, tell: Tell, *, steady: bool = False) -> FallbackVoice:
    """The voice that is configured, or the best there is. `steady` speaks the same way every time."""
    models = installed_voices()
    return choose_voices(config.speech.voice, piper_models=models, on_fallback=tell, steady=steady)


def session_settings(config: Config, physician_checked_on: date | None, today: date) -> Settings:
    """How the session is run; a physician is asked about on first use and again after a year."""
    due = physician_checked_on is None or today - physician_checked_on > timedelta(days=PHYSICIAN_CHECK_DAYS)
    return Settings(
        routine_id=config.session.routine,
        physician_check_due=due,
        sound_check=config.session.sound_check,
        settle_seconds=config.session.settle_seconds,
        rest_seconds=config.session.rest_seconds,
        half_way_cue=config.session.half_way_cue,
        rate=config.speech.rate,
        gain_db=config.audio.volume_db,
    )


def new_session(
    config: Config, pack: LanguagePack, routines: tuple[Routine, ...], history: Path, *, hears_itself: bool
) -> Session:
    """A session as the configuration and the history want it."""
    settings = session_settings(config, read_physician_checked_on(history), date.today())
    return Session(pack, routines, replace(settings, hears_itself=hears_itself))
