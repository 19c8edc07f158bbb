"""Loads a Vosk model, and says in one sentence why it cannot be loaded.

Called once, on the main thread, before others write to stderr: libvosk explains itself there, so stderr is
caught meanwhile. Must not be asked to load while another thread needs it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from pathlib import Path

import vosk

from assistant.errors import HearingError
from assistant.native_stderr import caught_stderr
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.vosk.judge import Judge, load_judging
from assistant.speech.vosk.recognizer import VOSK_UNKNOWN_WORD, VoskRecognizer

# Without these libvosk prints a riddle or, for the graph of a runtime grammar, ends the process.
_NEEDED = ("am/final.mdl", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")
_JUDGE = "judge"
_FEATURES = ("conf/mfcc.conf", "conf/fbank.conf")
_ADVICE = "run `limber models install`, or leave speech.model unset to use the built-in one"


class VoskModel:
    """A loaded model, to make any number of recognizers of. Raises HearingError in one sentence.

    A model without a judge of its own is judged by the built-in one's.
    """

    def __init__(self, path: Path) -> None:
        self.native = _load(path)
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


def _load(path: Path) -> vosk.Model:
    _check_files(path)
    vosk.SetLogLevel(-1)
    failed = False
    with caught_stderr() as said:
        try:
            model = vosk.Model(str(path))
        except Exception as error:  # noqa: BLE001 - vosk raises nothing more precise
            failed, model = True, error
    # A damaged graph is only complained about here, and crashes the first recognizer.
    complaints = [line for line in said if "ERROR" in line]
    if failed or complaints:
        reason = _shortened(complaints[-1], path) if complaints else "libvosk gave no reason"
        raise HearingError(
            "model_damaged", f"The speech model {path} is damaged or not a Vosk model ({reason}): {_ADVICE}."
        )
    if model.vosk_model_find_word(VOSK_UNKNOWN_WORD) < 0:
        what = f'does not know the word "{VOSK_UNKNOWN_WORD}"'
        raise HearingError("model_damaged", f"The speech model {path} {what}: {_ADVICE}.")
    vosk.SetLogLevel(-2)  # from now on its warnings would only disturb captions and JSON
    return model


def _check_files(path: Path) -> None:
    if not path.is_dir():
        what = "is not a directory" if path.exists() else "does not exist"
        raise HearingError("model_missing", f"The speech model {path} {what}: {_ADVICE}.")
    missing = [name for name in _NEEDED if not _has_content(path / name)]
    if not any(_has_content(path / name) for name in _FEATURES):
        missing.append(_FEATURES[0])
    if missing:
        raise HearingError(
            "model_incomplete",
            f"The speech model {path} lacks {', '.join(missing)} (Limber needs a Vosk model that takes"
            f" grammars at run time): {_ADVICE}.",
        )


def _has_content(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return bool(opened.read(1))
    except OSError:
        return False


def _shortened(line: str, path: Path) -> str:
    """libvosk's complaint without its source places and the path that the sentence has already."""
    message = line.split(") ", 1)[-1].removeprefix("ERROR: ").replace(f"{path}/", "")
    printable = "".join(c if c.isprintable() else "?" for c in message)
    return printable.strip().rstrip(".")[:160]
