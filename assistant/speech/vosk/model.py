"""A Vosk model: what recognizers are made of, with a judge, and what a folder needs to be one.

Opened once, on the main thread. Must not be opened while another thread needs stderr.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from pathlib import Path

from assistant.errors import HearingError
from assistant.reading import open_regular
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.vosk.judge import Judge, load_judging
from assistant.speech.vosk.loading import ADVICE, checked_model
from assistant.speech.vosk.recognizer import VOSK_UNKNOWN_WORD, VoskRecognizer

# Without these libvosk prints a riddle or, for the graph of a runtime grammar, ends the process.
_NEEDED = ("am/final.mdl", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")
_JUDGE = "judge"
_FEATURES = ("conf/mfcc.conf", "conf/fbank.conf")


class VoskModel:
    """A loaded model, to make any number of recognizers of. Raises HearingError in one sentence.

    A model without a judge of its own is judged by the built-in one's.
    """

    def __init__(self, path: Path) -> None:
        _check_files(path)
        self.native = checked_model(path, VOSK_UNKNOWN_WORD)
        own = path / _JUDGE
        self._judging = load_judging(own if own.is_dir() else resource_path(BUILT_IN_MODEL) / _JUDGE)

    def new_recognizer(self) -> VoskRecognizer:
        """A recognizer for one stream of sound."""
        return VoskRecognizer(self)

    def new_commands(self) -> None:
        """A recognizer hears all itself."""

    def new_judge(self) -> Judge:
        """A judge for one recognizer's stream."""
        return Judge(*self._judging)

    def missing_words(self, words: Iterable[str]) -> tuple[str, ...]:
        """Those words that the model does not know, sorted: phrases with them cannot be heard."""
        return tuple(sorted(word for word in set(words) if self.native.vosk_model_find_word(word) < 0))


def same_dither(seed: int) -> None:
    """From now on the same sound gives the same words as after the last such call, if one thread listens.

    libvosk adds a faint noise to the sound, and draws it with the C library's `rand`. For benchmarks and
    tests: a sound on the edge is otherwise heard now like this, now like that.
    """
    ctypes.CDLL(None).srand(seed)


def _check_files(path: Path) -> None:
    if not path.is_dir():
        what = "is not a directory" if path.exists() else "does not exist"
        raise HearingError("model_missing", f"The speech model {path} {what}: {ADVICE}.")
    missing = [name for name in _NEEDED if not _has_content(path / name)]
    if not any(_has_content(path / name) for name in _FEATURES):
        missing.append(_FEATURES[0])
    if missing:
        raise HearingError(
            "model_incomplete",
            f"The speech model {path} lacks {', '.join(missing)} (Limber needs a Vosk model that takes"
            f" grammars at run time): {ADVICE}.",
        )


def _has_content(file: Path) -> bool:
    try:
        with open_regular(file) as opened:
            return bool(opened.read(1))
    except OSError:
        return False
