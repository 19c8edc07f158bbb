"""What all voices share: synthesized sound made into Speech.

Pure; any thread.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.core.ports import SAMPLE_RATE_HZ, Speech
from assistant.speech.loudness import at_loudness

LOUDNESS_LUFS = -20.0
"""Of every sentence in every voice. Left as they are, one voice's sentences differ by 6 dB, and a voice that
takes over in mid-session startles."""
PEAK_DBTP = -1.0

PAUSE_SECONDS = 0.5
"""After a sentence: as long as it takes to breathe in. Left as they are, voices pause for 0.1 to 0.4 s."""
SHORT_PAUSE_SECONDS = 0.3
"""After one or two words: a count goes on every second."""
CLAUSE_PAUSE_SECONDS = 0.2
"""After a part of a sentence."""

_AUDIBLE = 0.01
_LEAD_SECONDS = 0.01  # flite begins with 0.2 s of silence, which only delays the first audio
_TAIL_SECONDS = 0.03  # what dies away below the audible
_FADE_SECONDS = 0.01


def to_speech(sound: NDArray[np.float32], rate_hz: int, pause_seconds: float = PAUSE_SECONDS) -> Speech:
    """Make speech of a sound in -1…1: resampled, at the common loudness, with a pause of its own at its end.

    The silence that the voice made itself, before and after, is cut off. Silence alone becomes no speech.
    """
    if rate_hz != SAMPLE_RATE_HZ:
        sound = soxr.resample(sound, rate_hz, SAMPLE_RATE_HZ)
    audible = np.flatnonzero(np.abs(sound) > _AUDIBLE)
    if not len(audible):
        return Speech(b"")
    begins = max(int(audible[0]) - round(_LEAD_SECONDS * SAMPLE_RATE_HZ), 0)
    ends = int(audible[-1]) + round(_TAIL_SECONDS * SAMPLE_RATE_HZ)
    sound = at_loudness(sound[begins:ends], SAMPLE_RATE_HZ, LOUDNESS_LUFS, PEAK_DBTP)
    fading = min(round(_FADE_SECONDS * SAMPLE_RATE_HZ), len(sound))
    sound = np.concatenate(
        [sound[:-fading], sound[-fading:] * np.linspace(1.0, 0.0, fading, dtype=np.float32)]
    )
    pause = max(0, round((pause_seconds - _TAIL_SECONDS) * SAMPLE_RATE_HZ))
    samples = np.pad(np.rint(sound * 32767).astype(np.int16), (0, pause))
    return Speech(samples.tobytes())


def pause_after(text: str, rate: float) -> float:
    """Seconds of silence after a text, as its end asks for it; shorter where speech is faster."""
    if text.rstrip("\"'\u2019\u201d)").endswith((",", ";", ":", "\u2013", "\u2014")):
        pause = CLAUSE_PAUSE_SECONDS
    else:
        pause = PAUSE_SECONDS if len(text.split()) > 2 else SHORT_PAUSE_SECONDS
    return pause / rate
