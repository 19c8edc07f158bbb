"""Audio files, in any format that libsndfile reads, as the recognizer's mono int16 at 16 kHz; and WAV out.

Used on any thread. Must not know of live devices.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import AudioError
from assistant.reading import UnfitFileError, open_regular
from assistant.writing import writing_whole

Samples = npt.NDArray[np.int16]

MAX_SECONDS = 4 * 3600
MAX_CHANNELS = 32
RATES_HZ = range(1_000, 768_001)
_READ_FRAMES = 1 << 18  # what is held in memory at a time


def read_audio(path: Path) -> Samples:
    """Read a whole file as mono int16 at 16 kHz, shape (samples,). Raises AudioError."""
    return np.concatenate(list(stream_audio(path)))


def stream_audio(path: Path) -> Iterator[Samples]:
    """Read a file piece by piece as mono int16 at 16 kHz, shape (samples,) each.

    Channels are averaged. Raises AudioError when the file is missing, is no audio, is empty, or goes on for
    longer than anybody records.
    """
    try:
        with open_regular(path) as opened, soundfile.SoundFile(opened) as file:
            _check(path, file)
            yield from _convert(path, file)
    except UnfitFileError as error:
        raise AudioError("audio_file", f"{path} cannot be read: {error.strerror}.") from error
    except FileNotFoundError as error:
        raise AudioError("audio_file", f"{path} is not there, or is not a file.") from error
    except (OSError, ValueError, soundfile.LibsndfileError) as error:
        message = f"{path} is not an audio file that can be read (WAV, FLAC, Ogg and MP3 can)."
        raise AudioError("audio_file", message) from error


def write_wav(path: Path, samples: Samples, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write int16 samples, shape (samples,) or (samples, channels), as WAV. Raises AudioError."""
    try:
        with writing_whole(path) as whole, wave.open(whole, "wb") as file:
            file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
            file.setsampwidth(samples.dtype.itemsize)
            file.setframerate(rate_hz)
            file.setnframes(len(samples))
            file.writeframesraw(samples.tobytes())
    except (OSError, wave.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise AudioError("audio_file", f"Cannot write {path}: {reason}.") from error


def _check(path: Path, file: soundfile.SoundFile) -> None:
    if file.frames == 0:
        raise AudioError("audio_file", f"{path} contains no sound.")
    if file.samplerate not in RATES_HZ or file.channels > MAX_CHANNELS:
        what = f"{file.channels} channels at {file.samplerate} Hz"
        raise AudioError("audio_file", f"{path} is no recording that can be used: it has {what}.")


def _convert(path: Path, file: soundfile.SoundFile) -> Iterator[Samples]:
    rate_hz = file.samplerate
    resampler = None if rate_hz == SAMPLE_RATE_HZ else soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1)
    frames = 0
    while len(piece := file.read(_READ_FRAMES // file.channels, dtype="float32", always_2d=True)):
        frames += len(piece)
        if frames > MAX_SECONDS * rate_hz:
            raise AudioError("audio_file", f"{path} is longer than {MAX_SECONDS // 3600} hours.")
        mono = np.nan_to_num(piece.mean(axis=1))
        yield _to_int16(mono if resampler is None else resampler.resample_chunk(mono))
    if resampler is not None:
        yield _to_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _to_int16(samples: npt.NDArray[Any]) -> Samples:
    converted: Samples = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
    return converted
