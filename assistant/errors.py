"""What goes wrong at the edges, said in one sentence that a user can act on.

Adapters raise these where the fault is found, with file, line and field in the message. At run time the
shells turn them into events. The core never imports this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class AssistantError(Exception):
    """Base of every error that is shown to the user: `code` for programs, `message` for people."""

    exit_code: ClassVar[int] = 1
    """With this the program ends where the error ends it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[AssistantError], tuple[str, str]]:
        """Pickle with both, so that an error gets from one process to another."""
        return type(self), (self.code, self.message)


_LONGEST_WORD = 100  # to compare takes time by the square of it


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant by one that is not known."""
    return next(iter(get_close_matches(word[:_LONGEST_WORD], list(known), n=1)), None)


class ConfigError(AssistantError):
    """The configuration file, an environment override or an option is wrong."""


class UnknownRoutineError(ConfigError):
    """No routine is called what somebody asked for; there are `known`."""

    exit_code = 66
    """EX_NOINPUT: a script can tell it from all else that can be wrong."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        names = list(known)
        close = closest(wanted.lower(), names)
        guess = f": did you mean {close}?" if close else f"; there are {', '.join(names)}."
        super().__init__("routine_unknown", f'There is no routine "{wanted[:_LONGEST_WORD]}"{guess}')

    def __reduce__(self) -> tuple[type[AssistantError], tuple[str, str]]:
        """Pickle as what it is at its base: its message is made."""
        return ConfigError, (self.code, self.message)


class ContentError(AssistantError):
    """A routine, a language pack or a scene is wrong: says file, line and field."""


class HearingError(AssistantError):
    """A speech model or recognizer cannot be used."""


class VoiceError(AssistantError):
    """A voice cannot be loaded or cannot speak."""


class AudioError(AssistantError):
    """A sound device or an audio file cannot be used."""


class FrontEndError(AssistantError):
    """A front end cannot be opened."""


class StoreError(AssistantError):
    """The history cannot be read or written."""
