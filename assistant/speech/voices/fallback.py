"""Chooses the voice, and goes on with the next one when a voice fails, in mid-session too.

A FallbackVoice belongs to one thread; its `id` may be read from others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from assistant.core.ports import Speech, Voice
from assistant.core.script import sentences
from assistant.errors import VoiceError
from assistant.speech.voices.espeak import EspeakVoice
from assistant.speech.voices.flite import FliteVoice

AUTOMATIC = "auto"
_INSTALL = 'Install one with "limber models install" or "sudo apt-get install flite espeak-ng".'


def open_voice(name: str, *, piper_models: Sequence[Path] = (), steady: bool = False) -> Voice:
    """Open exactly the voice that `name` names.

    `piper:FILE.onnx`, `piper:NAME` for NAME.onnx among the `piper_models`, `flite:slt`, `espeak:en-us+f3`;
    "flite" and "espeak" alone are their usual voices. `steady` takes the chance out of Piper's rhythm. Raises
    VoiceError.
    """
    engine, _, which = name.partition(":")
    if engine == "espeak":
        return EspeakVoice(which or "en-us")
    if engine == "flite":
        return FliteVoice(which or "slt")
    if engine == "piper" and which:
        from assistant.speech.voices.piper import PiperVoice  # onnxruntime is slow to import

        installed = {path.stem: path for path in piper_models}
        return PiperVoice(installed.get(which, Path(which).expanduser()), steady=steady)
    message = f'There is no voice "{name}"; try "auto", "piper:FILE.onnx", "flite:slt" or "espeak:en-us".'
    raise VoiceError("voice_unknown", message)


def choose_voices(
    name: str = AUTOMATIC,
    *,
    piper_models: Sequence[Path] = (),
    on_fallback: Callable[[str], None],
    steady: bool = False,
) -> FallbackVoice:
    """Open the best voice there is: the one named, an installed Piper model, flite, espeak-ng.

    `name` is "auto" or as in `open_voice`. `on_fallback` gets one line, in the thread that opens or
    synthesizes, when a voice that was asked for or is installed cannot be used. Raises VoiceError when none
    can, saying what to install.
    """
    asked = [] if name == AUTOMATIC else [name]
    names = [*asked, *(f"piper:{path.stem}" for path in piper_models), "flite:slt", "espeak:en-us"]
    return FallbackVoice(
        [
            partial(open_voice, name, piper_models=piper_models, steady=steady)
            for name in dict.fromkeys(names)
        ],
        on_fallback=on_fallback,
        first_was_asked_for=bool(asked),
    )


class FallbackVoice:
    """Speaks with the first voice that opens; when it fails, moves on to the next for good.

    The failed sentence is said by the next voice, and nothing twice. The last voice is kept even when it
    fails, for it may have been a bad moment: then `synthesize` raises VoiceError.
    """

    def __init__(
        self,
        openers: Sequence[Callable[[], Voice]],
        *,
        on_fallback: Callable[[str], None],
        first_was_asked_for: bool = False,
    ) -> None:
        self._openers = list(openers)
        self._on_fallback = on_fallback
        trouble: list[VoiceError] = []
        voice = self._open_next(trouble)
        if voice is None:
            reasons = [error.message for error in trouble if _is_worth_telling(error)]
            message = " ".join(["There is no voice to speak with.", *reasons, _INSTALL])
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
        """Yield one piece per sentence. Raises VoiceError when the last voice fails."""
        for sentence in sentences(text):
            yield from self._pieces(sentence, rate)

    def _pieces(self, sentence: str, rate: float) -> list[Speech]:
        while True:
            try:
                return list(self._voice.synthesize(sentence, rate))
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
