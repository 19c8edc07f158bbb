"""`limber say` through PortAudio to a virtual speaker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from tiny_voice import make_tiny_voice
from virtual_sound import SPEAKER, VirtualSound

from assistant.speech.engines import open_voice

SENTENCES = ("Ease out.", "Well done.")


def test_all_of_it_is_heard_and_then_it_ends(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    voice = f"piper:{make_tiny_voice(tmp_path)}"
    speaker = open_voice(voice)
    said = b"".join(piece.samples for text in SENTENCES for piece in speaker.synthesize(text, 1.0))
    expected = np.trim_zeros(np.frombuffer(said, np.int16), "b")  # a pause comes last
    with virtual_sound.recording() as tape:
        done = virtual_sound.run(
            [sys.executable, "-m", "assistant", "say", " ".join(SENTENCES), "--voice", voice],
            env={"LIMBER_AUDIO_SPEAKER": SPEAKER},
            stderr=subprocess.PIPE,
        )
        _, complaint = done.communicate(timeout=60)
    assert (done.returncode, complaint) == (0, b"")
    loud = np.flatnonzero(np.abs(tape.speaker()) > 300)
    assert abs((loud[-1] - loud[0]) - len(expected)) < 16_000 * 0.1
