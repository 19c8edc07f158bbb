"""The Piper voice: neural, natural, from a downloaded ONNX model. Belongs to one thread.

Must not import onnxruntime or piper before a voice is opened: they take a moment to load.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.core.ports import Speech
from assistant.core.prompts import speakable
from assistant.deadline import within
from assistant.errors import VoiceError
from assistant.reading import read_text
from assistant.speech.model_files import damage, is_listed
from assistant.speech.voices.pieces import to_speech

if TYPE_CHECKING:
    from piper import PiperVoice as Engine


LOAD_SECONDS = 30.0
_MAX_CONFIG_BYTES = 1 << 20


def open_voice(which: str, *, installed: Sequence[Path], steady: bool) -> PiperVoice:
    """The voice of a .onnx file, or of the name of an installed one. Raises VoiceError."""
    by_name = {path.stem: path for path in installed}
    return PiperVoice(by_name.get(which, Path(which).expanduser()), steady=steady)


def speaking(language: str, installed: Sequence[Path]) -> Sequence[str]:
    """The installed voices of a language, which their names begin with, as "en_US-ljspeech-medium" does."""
    return [path.stem for path in installed if path.stem.partition("_")[0].partition("-")[0] == language]


class PiperVoice:
    """Speaks by piper-tts.

    `model_path` is the .onnx file, with its .onnx.json beside it. `steady` leaves out the chance in rhythm
    and tone, so that the same text always sounds the same. Raises VoiceError when the model cannot be used.
    """

    def __init__(self, model_path: Path, *, steady: bool = False) -> None:
        self._path = model_path
        self._noise_scale = 0.0 if steady else None  # None: as the model's own configuration has it
        if is_listed(model_path.parent) and (what := damage(model_path.parent)):
            message = f"The voice {model_path} cannot be used: {what}; `limber models install` mends it."
            raise VoiceError("voice_failed", message)
        try:
            self._engine = within(LOAD_SECONDS, lambda: _load(model_path))
            size = model_path.stat().st_size
        except FileNotFoundError as error:
            message = f"The voice {model_path} is incomplete: {error.filename or model_path} is missing."
            raise VoiceError("voice_failed", message) from error
        except TimeoutError as error:
            message = f"The voice {model_path} did not load within {LOAD_SECONDS:.0f} seconds."
            raise VoiceError("voice_failed", message) from error
        except _failures() as error:
            message = f"The voice {model_path} cannot be loaded; its files are damaged or no Piper voice."
            raise VoiceError("voice_failed", message) from error
        self._id = f"piper:{model_path.stem}:{size}" + (":steady" if steady else "")

    @property
    def id(self) -> str:
        """Engine, model, and the model's size for its version."""
        return self._id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the sentence, in one piece. Raises VoiceError."""
        from piper import SynthesisConfig

        settings = SynthesisConfig(
            length_scale=self._engine.config.length_scale / rate,
            noise_scale=self._noise_scale,
            noise_w_scale=self._noise_scale,
        )
        if sentence := speakable(text):
            try:
                chunks = list(self._engine.synthesize(sentence, settings))
                sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
            except _failures() as error:
                message = f"The voice {self._path.stem} failed to speak; its model may be damaged."
                raise VoiceError("voice_failed", message) from error
            speech = to_speech(sound, chunks[0].sample_rate)
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


def _load(model_path: Path) -> Engine:
    import onnxruntime
    from piper import PiperVoice as Engine
    from piper.config import PiperConfig

    config_path = Path(f"{model_path}.json")
    config = PiperConfig.from_dict(json.loads(read_text(config_path, _MAX_CONFIG_BYTES)))
    if not model_path.is_file():
        raise FileNotFoundError(2, "missing", str(model_path))
    options = onnxruntime.SessionOptions()
    # Rendering ahead must not starve the recognizer: one core stays free, and idle threads sleep.
    options.intra_op_num_threads = max((os.cpu_count() or 1) - 1, 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what goes wrong is raised; onnxruntime need not print it too
    session = onnxruntime.InferenceSession(str(model_path), options, providers=["CPUExecutionProvider"])
    return Engine(session=session, config=config)
