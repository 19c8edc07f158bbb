"""The Piper voice: neural, natural, from a downloaded ONNX model. Belongs to one thread.

Must not import onnxruntime or piper before a voice is opened: they take a moment to load.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.core.ports import Speech
from assistant.core.prompts import speakable
from assistant.deadline import within
from assistant.errors import VoiceError
from assistant.reading import open_regular
from assistant.speech.model_files import damage, is_listed
from assistant.speech.models import models_folder
from assistant.speech.voice_files import names_of, read_settings, settings_path, speaks, what_is_wrong
from assistant.speech.voices.pieces import pause_after, to_speech
from assistant.speech.voices.windowed import WindowedSession, session_options

if TYPE_CHECKING:
    from piper import PiperVoice as Engine


LOAD_SECONDS = 30.0
PHONEMES = ("espeak", "text")
"""Piper's other ways from a text to its phonemes fetch files of their own, or need other packages."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of malloc.h
_LARGE_BYTES = 128 * 1024
_INPUTS = {"input", "input_lengths", "scales"}


def open_voice(which: str, *, installed: Sequence[Path], steady: bool) -> PiperVoice:
    """The voice of this name or path; "#" and a speaker's name or number may follow. Raises VoiceError."""
    found, speaker = find_voice(which, installed), ""
    if found is None and "#" in which:
        which, _, speaker = which.rpartition("#")
        found = find_voice(which, installed)
    if found is None:
        message = (
            f'There is no Piper voice "{which}": no file is called so, and no voice in {models_folder()}; '
            "`limber voices` lists those that are there."
        )
        raise VoiceError("voice_failed", message)
    return PiperVoice(found, steady=steady, speaker=speaker)


def find_voice(which: str, installed: Sequence[Path]) -> Path | None:
    """The .onnx file that a name or a path means: of an installed voice, or of its folder, or any file.

    None where there is nothing. Raises VoiceError where it is not clear which.
    """
    by_name = names_of(installed)
    if which in by_name:
        return by_name[which]
    path = Path(which).expanduser()
    meant = [found for found in installed if which in (found.stem, found.parent.name)]
    if not meant and path.is_dir():
        meant = sorted(path.glob("*.onnx"))
        if not meant:
            message = f"In {path} there is no Piper voice: a .onnx file, with its .onnx.json beside it."
            raise VoiceError("voice_failed", message)
    if len(meant) > 1:
        named = ", ".join(str(found) for found in meant)
        raise VoiceError(
            "voice_failed", f'"{which}" may be one of several voices; name one by its file: {named}.'
        )
    if meant:
        return meant[0]
    if which.endswith(".onnx.json"):
        path = path.with_suffix("")
    elif path.suffix != ".onnx" and Path(f"{path}.onnx").exists():
        path = Path(f"{path}.onnx")
    is_there = path.exists() or path.is_symlink() or settings_path(path).exists()
    return path if is_there and path.suffix == ".onnx" else None


def speaking(language: str, installed: Sequence[Path]) -> Sequence[str]:
    """The installed voices of a language."""
    return [name for name, path in names_of(installed).items() if speaks(path, language)]


def knows(name: str, installed: Sequence[Path]) -> bool:
    """Whether a name without an engine's before it means a voice of this one: an installed one, or a file."""
    is_name = any(
        name.partition("#")[0] in (name_, p.stem, p.parent.name) for name_, p in names_of(installed).items()
    )
    return is_name or "/" in name or name.endswith((".onnx", ".onnx.json"))


class PiperVoice:
    """Speaks by piper-tts.

    `model_path` is the .onnx file, with its .onnx.json beside it. `steady` leaves out the chance in rhythm
    and tone, so that the same text always sounds the same. `speaker` is one of those that a voice of several
    has, by name or number; "" is its usual one. Raises VoiceError when the voice cannot be used.
    """

    def __init__(self, model_path: Path, *, steady: bool = False, speaker: str = "") -> None:
        self._path = model_path
        self._noise_scale = 0.0 if steady else None  # None: as the model's own configuration has it
        if is_listed(model_path.parent) and (what := damage(model_path.parent)):
            raise _unusable(model_path, f"{what}; `limber voices install` mends it")
        try:
            settings = read_settings(model_path)
            contents = _sum(model_path)
        except (OSError, ValueError) as error:
            raise _unusable(model_path, what_is_wrong(model_path, error)) from error
        phonemes = settings.get("phoneme_type", "espeak")
        if phonemes not in PHONEMES:
            raise _unusable(
                model_path, f'it needs phonemes of the kind "{phonemes}", which Limber cannot make'
            )
        try:
            self._engine = within(LOAD_SECONDS, lambda: _load(model_path, settings))
            inputs = {wanted.name for wanted in self._engine.session.get_inputs()}
        except TimeoutError as error:
            reason = f"it did not load within {LOAD_SECONDS:.0f} seconds"
            raise _unusable(model_path, reason) from error
        except _failures() as error:
            reason = f"its files are damaged or no Piper voice; fetch {model_path.name} and its .json anew"
            raise _unusable(model_path, reason) from error
        if not inputs >= _INPUTS:
            raise _unusable(
                model_path, f"it is a network of another kind, which wants {', '.join(sorted(inputs))}"
            )
        self._speaker = self._speaker_id(speaker)
        which = f"{model_path.stem}#{speaker}" if speaker else model_path.stem
        self._id = f"piper:{which}:{contents}" + (":steady" if steady else "")

    def _speaker_id(self, speaker: str) -> int | None:
        """The number of a speaker; None for the usual one. Raises VoiceError where there is none such."""
        if not speaker:
            return None
        config = self._engine.config
        number = config.speaker_id_map.get(speaker, int(speaker) if speaker.isdecimal() else -1)
        if not 0 <= number < config.num_speakers:
            known = ", ".join([*config.speaker_id_map][:20]) or f"0 to {config.num_speakers - 1}"
            raise _unusable(self._path, f'it has no speaker "{speaker}"; there is: {known}')
        return int(number)

    @property
    def id(self) -> str:
        """Engine, voice, and a sum of its files: what was kept of another file is never taken for its own."""
        return self._id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the sentence, in one piece. Raises VoiceError."""
        from piper import SynthesisConfig

        settings = SynthesisConfig(
            length_scale=self._engine.config.length_scale / rate,
            noise_scale=self._noise_scale,
            noise_w_scale=self._noise_scale,
            speaker_id=self._speaker,
        )
        if sentence := speakable(text):
            try:
                chunks = list(self._engine.synthesize(sentence, settings))
                sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
            except _failures() as error:
                message = f"The voice {self._path.stem} failed to speak; its model may be damaged."
                raise VoiceError("voice_failed", message) from error
            speech = to_speech(sound, chunks[0].sample_rate, pause_after(sentence, rate))
            if not speech.samples:
                raise VoiceError("voice_failed", f"The voice {self._path.stem} gave only silence.")
            yield speech


@cache
def _failures() -> tuple[type[Exception], ...]:
    """onnxruntime has no base class for its errors; KeyError and the like come of models of another kind."""
    from onnxruntime.capi import onnxruntime_pybind11_state

    own = (value for value in vars(onnxruntime_pybind11_state).values() if isinstance(value, type))
    return (
        *(kind for kind in own if issubclass(kind, Exception)),
        *(OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError),
    )


def _unusable(model_path: Path, reason: str) -> VoiceError:
    return VoiceError("voice_failed", f"The voice {model_path} cannot be used: {reason}.")


def _sum(model_path: Path) -> str:
    """A sum of the files; 54 ms for 63 MB. The size alone is the same for most voices. Raises OSError."""
    total = hashlib.sha256()
    for path in (model_path, settings_path(model_path)):
        with open_regular(path) as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]


@cache
def _give_memory_back() -> None:
    """Large blocks go back to the system as soon as they are free, for the whole process.

    glibc comes to keep them instead: 241 MB at the most, with the recognizer, and 202 MB so, for a tenth more
    work. Other C libraries are left as they are.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)


def _load(model_path: Path, settings: dict[str, Any]) -> Engine:
    import onnxruntime
    from piper import PiperVoice as Engine
    from piper.config import PiperConfig

    config = PiperConfig.from_dict(settings)
    _give_memory_back()
    try:
        with open_regular(model_path) as file:
            session = WindowedSession(file)
    except _failures():  # it is of another kind, or damaged; then what comes now tells how
        path, options = str(model_path), session_options()
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return Engine(session=session, config=config)
