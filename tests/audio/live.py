"""A whole live session on the virtual devices: the `limber` program itself, spoken to and listened to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from virtual_sound import MICROPHONE, RATE_HZ, SPEAKER, Samples, VirtualSound, wait_until

from assistant.speech.engines import open_voice

LOUD = 300
"""The virtual speaker is exactly silent but for what Limber plays."""


def spoken(text: str, voice: str = "espeak:en-us") -> Samples:
    """What a person says, as mono int16 at 16 kHz, without the silence around it."""
    pieces = open_voice(voice).synthesize(text, 1.0)
    sound = np.frombuffer(b"".join(piece.samples for piece in pieces), np.int16)
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > LOUD)
    return sound[loud[0] : loud[-1] + 1]


class LiveLimber:
    """The running program and the lines that it printed so far."""

    def __init__(
        self, sound: VirtualSound, folder: Path, settings: Mapping[str, str], program: tuple[str, ...]
    ) -> None:
        self.printed = folder / "printed.txt"
        env = {
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "LIMBER_AUDIO_MICROPHONE": MICROPHONE,
            "LIMBER_AUDIO_SPEAKER": SPEAKER,
            "LIMBER_SPEECH_VOICE": "espeak:en-us",
            "XDG_DATA_HOME": str(folder / "data"),
            **settings,
        }
        with self.printed.open("wb") as file:
            self.process = sound.run(
                [sys.executable, *program],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def text(self) -> str:
        """All that the program printed."""
        return self.printed.read_text(errors="replace")

    def wait_for(self, text: str, limit_seconds: float = 60.0) -> None:
        """Wait until the program has printed this. Raises TimeoutError, and says what it printed instead."""
        try:
            wait_until(lambda: text in self.text() or self.process.poll() is not None, limit_seconds)
        except TimeoutError:
            raise TimeoutError(f"no {text!r} in {self.text()!r}") from None
        assert text in self.text(), self.text()


@contextmanager
def live_limber(
    sound: VirtualSound, folder: Path, *program: str, how: str = "--once", **settings: str
) -> Iterator[LiveLimber]:
    """Run `limber` on the virtual devices, or another program in its place; it is ended on leaving."""
    limber = LiveLimber(sound, folder, settings, (*(program or ("-m", "assistant")), "start", how))
    try:
        yield limber
    finally:
        limber.process.terminate()
        limber.process.wait(10)


def silence_after(speaker: Samples, said_end: int) -> float:
    """Seconds from the sample `said_end` until the speaker falls silent for half a second."""
    loud = np.flatnonzero(np.abs(speaker[said_end:].astype(np.int32)) > LOUD)
    gaps = np.flatnonzero(np.diff(loud) > RATE_HZ // 2)
    last = loud[gaps[0]] if len(gaps) else loud[-1]
    return float(last) / RATE_HZ


def last_loud(samples: Samples) -> int:
    """Index of the last sample that is not silence."""
    return int(np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)[-1])
