"""libvosk, as Python sees it; the one place where it is loaded, on the thread that first asks for it."""

from __future__ import annotations

from assistant.errors import HearingError

try:
    import vosk
except OSError as error:  # such as a library of the system that it wants, and that is not there
    message = f"The speech recognizer's own library cannot be loaded ({error}): install what it lacks."
    raise HearingError("library", message) from error

__all__ = ["vosk"]
