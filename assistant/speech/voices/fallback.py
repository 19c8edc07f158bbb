"""Speaks with the first voice that opens, and goes on with the next one when it fails, in mid-session too.

A FallbackVoice belongs to one thread; its `id` may be read from others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.core.ports import Speech, Voice
from assistant.errors import VoiceError


class FallbackVoice:
    """Speaks with the first voice that opens; when it fails, moves on to the next for good.

    The failed sentence is said by the next voice, and nothing twice. The last voice is kept even when it
    fails, for it may have been a bad moment: then `synthesize` raises VoiceError. `install` are the commands
    that are told where none opens.
    """

    def __init__(
        self,
        openers: Sequence[Callable[[], Voice]],
        *,
        on_fallback: Callable[[str], None],
        first_was_asked_for: bool = False,
        install: Sequence[str] = (),
    ) -> None:
        self._openers = list(openers)
        self._on_fallback = on_fallback
        trouble: list[VoiceError] = []
        voice = self._open_next(trouble)
        if voice is None:
            reasons = [error.message for error in trouble if _is_worth_telling(error)]
            advice = " or ".join(f'"{command}"' for command in install)
            message = " ".join(["There is no voice to speak with.", *reasons, f"Install one with {advice}."])
            raise VoiceError("no_voice", message)
        for place, error in enumerate(trouble):
            if _is_worth_telling(error) or (place == 0 and first_was_asked_for):
                on_fallback(f"{error.message} Speaking with {voice.id} instead.")
        self._voice = voice

    @property
    def id(self) -> str:
        """Name the voice that speaks now."""
        return self._voice.id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the pieces of a sentence. Raises VoiceError when the last voice fails."""
        yield from self._pieces(text, rate)

    def _pieces(self, text: str, rate: float) -> list[Speech]:
        while True:
            try:
                return list(self._voice.synthesize(text, rate))
            except VoiceError as error:
                voice = self._open_next([])
                if voice is None:
                    raise
                self._voice = voice
                self._on_fallback(f"{error.message} Speaking with {voice.id} from now on.")

    def _open_next(self, trouble: list[VoiceError]) -> Voice | None:
        while self._openers:
            try:
                return self._openers.pop(0)()
            except VoiceError as error:
                trouble.append(error)
        return None


def _is_worth_telling(error: VoiceError) -> bool:
    """Tell a broken voice from one that nobody installed."""
    return error.code != "voice_missing"
