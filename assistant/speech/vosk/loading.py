"""Loads a Vosk model into libvosk, and says in one sentence why it cannot be loaded.

Called once, on the main thread, before others write to stderr: libvosk explains itself there, so stderr is
caught meanwhile. Files that are not as a manifest wants them never get here; a model without a manifest is
tried out first, in a process of its own, which may crash and hang as it likes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.deadline import within
from assistant.errors import HearingError
from assistant.native_stderr import caught_stderr
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.model_files import damage, is_listed
from assistant.speech.vosk.library import vosk

LOAD_SECONDS = 30.0  # less than one on a laptop, some on a small computer
ADVICE = "run `limber models install`, or leave speech.model unset to use the built-in one"
_BUILT_IN_ADVICE = "install Limber anew"
_SAID_EXIT_CODE = 3
_TRY_OUT = "import sys; from assistant.speech.vosk.loading import try_out; try_out(sys.argv[1])"


def checked_model(path: Path, unknown_word: str) -> vosk.Model:
    """The model of a folder, whose files are as they should be. Raises HearingError in one sentence."""
    is_built_in = path.resolve() == resource_path(BUILT_IN_MODEL).resolve()
    advice = _BUILT_IN_ADVICE if is_built_in else ADVICE
    if is_built_in or is_listed(path):
        if what := damage(path):
            raise HearingError("model_damaged", f"The speech model {path} cannot be used: {what}: {advice}.")
    else:
        _try_out_apart(path)
    return _load(path, unknown_word, advice)


def try_out(folder: str) -> None:
    """Load a model and let it hear a second; exit with the sentence on stdout when it cannot be loaded."""
    from assistant.speech.vosk.recognizer import VOSK_UNKNOWN_WORD

    try:
        model = _load(Path(folder), VOSK_UNKNOWN_WORD, ADVICE)
    except HearingError as error:
        sys.stdout.write(json.dumps(error.message))
        sys.exit(_SAID_EXIT_CODE)
    recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ, json.dumps([VOSK_UNKNOWN_WORD]))
    recognizer.AcceptWaveform(os.urandom(2 * SAMPLE_RATE_HZ))
    recognizer.FinalResult()


def _try_out_apart(path: Path) -> None:
    package = Path(__file__).resolve().parents[3]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(package), *sys.path])}
    command = [sys.executable, "-P", "-c", _TRY_OUT, str(path)]
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        what = f"loading it takes longer than {LOAD_SECONDS:.0f} seconds"
        raise HearingError(
            "model_hangs", f"The speech model {path} is damaged ({what}): {ADVICE}."
        ) from error
    if done.returncode == _SAID_EXIT_CODE:
        raise HearingError("model_damaged", str(json.loads(done.stdout)))
    if done.returncode:
        raise HearingError("model_damaged", f"The speech model {path} is damaged (it crashes): {ADVICE}.")


def _load(path: Path, unknown_word: str, advice: str) -> vosk.Model:
    vosk.SetLogLevel(-1)
    failed = False
    with caught_stderr() as said, _utf8(path) as name:
        try:
            model = within(LOAD_SECONDS, lambda: vosk.Model(name))
        except TimeoutError as error:
            message = f"The speech model {path} did not load within {LOAD_SECONDS:.0f} seconds: {advice}."
            raise HearingError("model_hangs", message) from error
        except Exception as error:  # noqa: BLE001 - vosk raises nothing more precise
            failed, model = True, error
    # A damaged graph is only complained about here, and crashes the first recognizer.
    complaints = [line for line in said if "ERROR" in line]
    if failed or complaints:
        reason = _shortened(complaints[-1], path) if complaints else "libvosk gave no reason"
        raise HearingError(
            "model_damaged", f"The speech model {path} is damaged or not a Vosk model ({reason}): {advice}."
        )
    if model.vosk_model_find_word(unknown_word) < 0:
        what = f'does not know the word "{unknown_word}"'
        raise HearingError("model_damaged", f"The speech model {path} {what}: {advice}.")
    vosk.SetLogLevel(-2)  # from now on its warnings would only disturb captions and JSON
    return model


@contextmanager
def _utf8(folder: Path) -> Iterator[str]:
    """A name of a folder that libvosk can take; it takes no bytes but UTF-8."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        yield f"/proc/self/fd/{opened}"
    else:
        yield str(folder)
    finally:
        os.close(opened)


def _shortened(line: str, path: Path) -> str:
    """libvosk's complaint without its source places and the path that the sentence has already."""
    message = line.split(") ", 1)[-1].removeprefix("ERROR: ").replace(f"{path}/", "")
    printable = "".join(c if c.isprintable() else "?" for c in message)
    return printable.strip().rstrip(".")[:160]
