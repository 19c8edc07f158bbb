"""Audio files, in any format that libsndfile reads, as the recognizer's mono int16 at 16 kHz; and WAV out.

Used on any thread. Must not know of live devices.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import AudioError

Samples = npt.NDArray[np.int16]

_READ_SECONDS = 10  # what is held in memory at a time


def read_audio(path: Path) -> Samples:
    """Read a whole file as mono int16 at 16 kHz, shape (samples,). Raises AudioError."""
    return np.concatenate(list(stream_audio(path)))


def stream_audio(path: Path) -> Iterator[Samples]:
    """Read a file piece by piece, of any length, as mono int16 at 16 kHz, shape (samples,) each.

    Channels are averaged. Raises AudioError when the file is missing, is no audio, or is empty.
    """
    try:
        with soundfile.SoundFile(path) as file:
            if file.frames == 0:
                raise AudioError("audio_file", f"{path} contains no sound.")
            yield from _convert(file)
    except (OSError, soundfile.LibsndfileError) as error:
        if not path.is_file():
            raise AudioError("audio_file", f"{path} is not there, or is not a file.") from error
        message = f"{path} is not an audio file that can be read (WAV, FLAC, Ogg and MP3 can)."
        raise AudioError("audio_file", message) from error


def write_wav(path: Path, samples: Samples, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write int16 samples, shape (samples,) or (samples, channels), as WAV. Raises AudioError."""
    try:
        soundfile.write(path, samples, rate_hz, subtype="PCM_16", format="WAV")
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioError("audio_file", f"Cannot write {path}: {error}.") from error


def _convert(file: soundfile.SoundFile) -> Iterator[Samples]:
    rate_hz = file.samplerate
    resampler = None if rate_hz == SAMPLE_RATE_HZ else soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1)
    for piece in file.blocks(_READ_SECONDS * rate_hz, dtype="float32", always_2d=True):
        mono = np.nan_to_num(piece.mean(axis=1))
        yield _to_int16(mono if resampler is None else resampler.resample_chunk(mono))
    if resampler is not None:
        yield _to_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _to_int16(samples: npt.NDArray[Any]) -> Samples:
    converted: Samples = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
    return converted
