"""Runs a synthesizer's command, one sentence at a time. Used by the espeak-ng and flite voices.

Belongs to the thread that owns the voice; waits for the command, with a limit.
"""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Sequence

import numpy as np

from assistant.core.ports import Speech
from assistant.errors import VoiceError
from assistant.speech.voices.pieces import PAUSE_SECONDS, to_speech

LIMIT_SECONDS = 10.0  # a sentence takes 10 to 100 ms on a laptop


def run_synthesizer(arguments: Sequence[str], text: str = "", limit_seconds: float = LIMIT_SECONDS) -> bytes:
    """Give what the command wrote on stdout, with `text` on its stdin. Raises VoiceError."""
    name = arguments[0]
    try:
        done = subprocess.run(
            arguments, input=text.encode(), capture_output=True, timeout=limit_seconds, check=False
        )
    except FileNotFoundError as error:
        message = f'The voice {name} is not installed; install it with "sudo apt-get install {name}".'
        raise VoiceError("voice_missing", message) from error
    except subprocess.TimeoutExpired as error:
        message = f"The voice {name} did not answer within {limit_seconds:g} seconds."
        raise VoiceError("voice_failed", message) from error
    except OSError as error:
        raise VoiceError("voice_failed", f"The voice {name} does not start: {error.strerror}.") from error
    if done.returncode:
        complaint = " ".join(done.stderr.decode(errors="replace").split()).rstrip(".")
        message = f"The voice {name} failed: {complaint or f'exit code {done.returncode}'}."
        raise VoiceError("voice_failed", message)
    return done.stdout


def speak_by_command(
    arguments: Sequence[str],
    text: str = "",
    limit_seconds: float = LIMIT_SECONDS,
    pause_seconds: float = PAUSE_SECONDS,
) -> Speech:
    """Give the speech that the command wrote on stdout as a WAV file, and a pause. Raises VoiceError."""
    written = run_synthesizer(arguments, text, limit_seconds)
    try:
        with wave.open(io.BytesIO(written)) as file:  # espeak-ng does not know the length when it begins
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32)
            speech = to_speech(samples * np.float32(1 / 32768), file.getframerate(), pause_seconds)
    except (wave.Error, EOFError, ValueError) as error:
        message = f"The voice {arguments[0]} wrote no sound that can be read."
        raise VoiceError("voice_failed", message) from error
    if not speech.samples:
        raise VoiceError("voice_failed", f"The voice {arguments[0]} wrote only silence.")
    return speech
