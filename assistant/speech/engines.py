"""Every engine that hears or speaks, by name. Nothing else opens one.

An engine is a module of its own and one line here. Used on the main thread, before a session. Must not import
an engine's library: that takes a moment, and belongs to whoever opens that engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from assistant.core.liveness import VOICE_SPARE
from assistant.core.ports import Recognizer, Voice
from assistant.errors import VoiceError
from assistant.speech.models import SpeechModel, find_speech_model
from assistant.speech.voices import espeak, flite, piper
from assistant.speech.voices.fallback import HANG_SECONDS, FallbackVoice

AUTOMATIC = "auto"


class HearingModel(Protocol):
    """A loaded model: what recognizers, any number of them, are made of."""

    def new_recognizer(self) -> Recognizer:
        """A recognizer for one stream of sound."""

    def new_commands(self) -> Recognizer | None:
        """One that hears commands in the recognizer's place; None where it hears all itself."""

    def missing_words(self, words: Iterable[str]) -> tuple[str, ...]:
        """Those words that the model does not know, sorted: phrases with them cannot be heard."""


class GuardedModel:
    """Any model for commands and answers; for safety phrases the built-in one, which was measured at them."""

    def __init__(self, safety: HearingModel, commands: HearingModel) -> None:
        self._safety, self._commands = safety, commands

    def new_recognizer(self) -> Recognizer:
        """For safety phrases."""
        return self._safety.new_recognizer()

    def new_commands(self) -> Recognizer:
        """For all others."""
        return self._commands.new_recognizer()

    def missing_words(self, words: Iterable[str]) -> tuple[str, ...]:
        """Those that commands cannot have."""
        return self._commands.missing_words(words)


@dataclass(frozen=True, slots=True)
class RecognizerEngine:
    """How to hear. `open_model` loads the model in a folder, or raises HearingError."""

    name: str
    open_model: Callable[[Path], HearingModel]


class OpenVoice(Protocol):
    """Opens the voice `which` of an engine. Raises VoiceError.

    `installed` are the files of the voices that Limber installed. With `steady` a text always sounds
    the same.
    """

    def __call__(self, which: str, *, installed: Sequence[Path], steady: bool) -> Voice:
        """Open it."""


@dataclass(frozen=True, slots=True)
class VoiceEngine:
    """How to speak. `speaking` tells which of its voices speak a language, the best first, if any does.

    `install` is the command that installs it. `usual` is the voice that the engine's name alone stands for;
    "" where its voices are files, and one has to be named. `knows` tells whether a name without an engine's
    before it is one of its voices.
    """

    name: str
    open: OpenVoice
    speaking: Callable[[str, Sequence[Path]], Sequence[str]]
    install: str
    usual: str = ""
    knows: Callable[[str, Sequence[Path]], bool] = lambda name, installed: False

    @property
    def example(self) -> str:
        """How one of its voices is written in the configuration."""
        return f"{self.name}:{self.usual or 'FILE.onnx'}"


def _open_vosk(folder: Path) -> HearingModel:
    from assistant.speech.vosk.model import VoskModel

    return VoskModel(folder)


RECOGNIZERS: tuple[RecognizerEngine, ...] = (RecognizerEngine("vosk", _open_vosk),)
"""The usual one first: a folder without an engine's name is a model of that one."""

VOICES: tuple[VoiceEngine, ...] = (
    VoiceEngine("piper", piper.open_voice, piper.speaking, "limber voices install", knows=piper.knows),
    VoiceEngine("flite", flite.open_voice, flite.speaking, "sudo apt-get install flite", "slt"),
    VoiceEngine("espeak", espeak.open_voice, espeak.speaking, "sudo apt-get install espeak-ng", "en-us"),
)
"""The best first: "auto" tries them in this order."""


def find_model(name: str = "") -> tuple[RecognizerEngine, SpeechModel]:
    """The model to hear with, and its engine: the one named, or the one that is built in.

    `name` is a folder, with an engine before it ("vosk:FOLDER") where it is not for the usual one.
    """
    engine, colon, folder = name.partition(":")
    found = next((one for one in RECOGNIZERS if colon and one.name == engine), None)
    if found is None:
        found, folder = RECOGNIZERS[0], name
    return found, find_speech_model(Path(folder) if folder else None)


def open_model(name: str = "") -> HearingModel:
    """The loaded model of that name, as `find_model` finds it. Raises HearingError."""
    engine, model = find_model(name)
    return engine.open_model(model.path)


def open_voice(name: str, *, installed: Sequence[Path] = (), steady: bool = False) -> Voice:
    """Open exactly the voice that `name` names: "ENGINE:VOICE", or an engine alone for its usual voice.

    A name without an engine is that of an installed voice, or the path of one.

    `steady` takes the chance out of a voice's rhythm, where there is any. Raises VoiceError.
    """
    engine, which = _voice_engine(name, installed)
    return engine.open(which, installed=installed, steady=steady)


def choose_voices(
    name: str = AUTOMATIC,
    *,
    language: str,
    installed: Sequence[Path] = (),
    on_fallback: Callable[[str], None],
    steady: bool = False,
) -> FallbackVoice:
    """Open the best voice there is for a language: the one named, else the first of each engine that opens.

    `name` is "auto" or as in `open_voice`, of an engine that there is. `on_fallback` gets one line, in the
    thread that opens or synthesizes, when a voice that was asked for or is installed cannot be used. With
    `steady` no other voice stands in for one that is late. Raises VoiceError when none can, saying what to
    install.
    """
    asked = [] if name == AUTOMATIC else [name]
    for wanted in asked:
        if ":" in wanted:  # an engine is named; what else is unknown is told, and another voice speaks
            _voice_engine(wanted, installed)
    names = names_in_order(name, language=language, installed=installed)
    return FallbackVoice(
        [partial(open_voice, one, installed=installed, steady=steady) for one in names],
        on_fallback=on_fallback,
        first_was_asked_for=bool(asked),
        install=[voice.install for voice in VOICES],
        late_seconds=HANG_SECONDS if steady else VOICE_SPARE.limit,
    )


def names_in_order(name: str, *, language: str, installed: Sequence[Path]) -> list[str]:
    """The voices that are tried, as `open_voice` takes them: the one named, then those of the language."""
    asked = [] if name == AUTOMATIC else [_in_full(name, installed)]
    usual = (f"{voice.name}:{which}" for voice in VOICES for which in voice.speaking(language, installed))
    return list(dict.fromkeys((*asked, *usual)))


def _in_full(name: str, installed: Sequence[Path]) -> str:
    """A name with its engine's before it; one that nobody knows stays as it is."""
    try:
        engine, which = _voice_engine(name, installed)
    except VoiceError:
        return name
    return f"{engine.name}:{which}"


def _voice_engine(name: str, installed: Sequence[Path]) -> tuple[VoiceEngine, str]:
    """The engine that a name names, and which of its voices. Raises VoiceError."""
    engine, _, which = name.partition(":")
    for voice in VOICES:
        if voice.name == engine and (which or voice.usual):
            return voice, which or voice.usual
    for voice in VOICES:
        if voice.knows(name, installed):
            return voice, name
    examples = [f'"{known}"' for known in (AUTOMATIC, *(voice.example for voice in VOICES))]
    message = f'There is no voice "{name}"; try {", ".join(examples[:-1])} or {examples[-1]}.'
    raise VoiceError("voice_unknown", message)
