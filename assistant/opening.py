"""Finds and opens what a session is made of, as the configuration says: content, recognizer, voice.

Used by both shells and by commands, on the main thread, before a session. What is missing but can be done
without is told in a line; what cannot be done without raises an AssistantError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from assistant.config import Config
from assistant.core.context import Settings
from assistant.core.ports import EchoCanceller
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine
from assistant.core.speed import Choice
from assistant.errors import StoreError, UnknownRoutineError
from assistant.languages.packs import load_language, with_routines
from assistant.speech.engines import GuardedModel, HearingModel, choose_voices, find_model, open_model
from assistant.speech.hearing import HearingPath
from assistant.speech.voice_files import installed_voices
from assistant.speech.voices.fallback import FallbackVoice
from assistant.store.history_profile import Profile, read_profile
from assistant.store.history_server import Where
from assistant.store.routines import load_routines

Tell = Callable[[str], None]

PHYSICIAN_CHECK_DAYS = 365
CLOCK_DAYS = 1
"""Another time zone may be a day behind."""


def load_content(config: Config, tell: Tell) -> tuple[LanguagePack, tuple[Routine, ...]]:
    """The language pack, which knows the routines' names, and the routines."""
    pack = load_language(config.session.language)
    routines = load_routines(pack, tell)
    return with_routines(pack, routines), routines


def require_routine(wanted: str, routines: tuple[Routine, ...]) -> None:
    """Raises UnknownRoutineError when no routine is called so."""
    if not any(routine.is_called(wanted) for routine in routines):
        raise UnknownRoutineError(wanted, [routine.spoken_name for routine in routines])


def open_speech_model(config: Config, pack: LanguagePack, tell: Tell) -> HearingModel:
    """The built-in model, or the one that is configured, beside the built-in one for safety phrases.

    Words of the pack that it cannot hear are named.
    """
    engine, found = find_model(config.speech.model)
    model = engine.open_model(found.path)
    if missing := model.missing_words(pack.table.vocabulary()):
        words = ", ".join(missing)
        tell(
            f"The speech model {found.name} does not know these words, and will not hear commands with them: "
            f"{words}."
        )
    return model if found.is_built_in else GuardedModel(open_model(), model)


def open_hearing(
    config: Config,
    pack: LanguagePack,
    model: HearingModel,
    canceller: EchoCanceller | None,
    choice: Choice = Choice(),  # noqa: B008 - it is frozen
) -> HearingPath:
    """The whole hearing path over a model, as the configuration says, and as far as this machine can."""
    point = config.hearing.operating_point()
    return HearingPath(
        model.new_recognizer(),
        pack.table,
        canceller=canceller,
        second=model.new_recognizer() if canceller is not None and choice.second_recognizer else None,
        commands=model.new_commands(),
        point=point,
        spots=choice.spotting,
    )


def open_voice(config: Config, tell: Tell, *, steady: bool = False) -> FallbackVoice:
    """The voice that is configured, or the best there is. `steady` speaks the same way every time."""
    return choose_voices(
        config.speech.voice,
        language=config.session.language,
        installed=installed_voices(),
        on_fallback=tell,
        steady=steady,
    )


def session_settings(config: Config, profile: Profile, today: date) -> Settings:
    """How the session is run; a physician is asked about on first use, after a year and after a red flag.

    Conditions are asked for then as well, and once of whoever was never asked.
    """
    return Settings(
        routine_id=config.session.routine,
        last_routine_id=profile.last_routine_id,
        physician_check_due=_is_physician_check_due(profile, today),
        pasts=profile.pasts,
        conditions_due=_are_conditions_due(profile, today),
        conditions=config.session.known_conditions | profile.conditions,
        sound_check=config.session.sound_check,
        settle_seconds=config.session.settle_seconds,
        rest_seconds=config.session.rest_seconds,
        half_way_cue=config.session.half_way_cue,
        rate=config.speech.rate,
        gain_db=config.audio.volume_db,
    )


def _is_physician_check_due(profile: Profile, today: date) -> bool:
    """Whether nobody has agreed for a year. A clock that is behind the consent cannot tell."""
    if profile.physician_checked_on is None:
        return True
    days = (today - profile.physician_checked_on).days
    return not -CLOCK_DAYS <= days <= PHYSICIAN_CHECK_DAYS


def _are_conditions_due(profile: Profile, today: date) -> bool:
    """Once, and again whenever a physician is asked about."""
    return profile.conditions_asked_on is None or _is_physician_check_due(profile, today)


def note_missing_routine(config: Config, routines: tuple[Routine, ...], tell: Tell) -> None:
    """Where the configured routine is not there, or was left out, a session asks which one: tell why."""
    if wanted := config.session.routine:
        try:
            require_routine(wanted, routines)
        except UnknownRoutineError as error:
            tell(f"session.routine does not count: {error.message}")


def settings_now(config: Config, history: Where, tell: Tell, *, is_shared: bool = False) -> Settings:
    """How a session is run, as the configuration and the history want it; without a history, as the first.

    In a shared room the history is somebody else's.
    """
    try:
        profile = Profile() if is_shared else read_profile(history)
    except StoreError as error:
        tell(error.message)
        profile = Profile()
    return replace(session_settings(config, profile, date.today()), asks_how_it_is=True)
