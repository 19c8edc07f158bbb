"""The judge that comes with Limber, on synthesized speech: what was said fits, what was not does not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from assistant.core.listening.reflex import OperatingPoint
from assistant.core.ports import BLOCK_BYTES, SAMPLE_RATE_HZ
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.vosk.judge import Judge, load_judging

VOICES = ("slt", "awb", "kal16")
POINT = OperatingPoint()

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="needs: sudo apt-get install flite")


def judge_of(text: str, voice: str, folder: Path, *, then_seconds: float = 0.1) -> Judge:
    """A judge that has just heard this, over a little noise."""
    path = folder / "said.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", path], check=True, capture_output=True)
    samples, rate_hz = sf.read(path, dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    quiet = np.zeros(SAMPLE_RATE_HZ)
    whole = np.concatenate([quiet, samples * 8000, quiet[: round(then_seconds * SAMPLE_RATE_HZ)]])
    whole += np.random.default_rng(1).normal(0, 4, len(whole))
    judge, heard = (
        Judge(*load_judging(resource_path(BUILT_IN_MODEL) / "judge")),
        whole.astype(np.int16).tobytes(),
    )
    for start in range(0, len(heard) - BLOCK_BYTES + 1, BLOCK_BYTES):
        judge.accept(heard[start : start + BLOCK_BYTES])
    return judge


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("phrase", ["stop", "that hurts", "my back hurts", "ouch", "I can't feel my legs"])
def test_what_was_said_fits(phrase: str, voice: str, tmp_path: Path) -> None:
    judge = judge_of(phrase, voice, tmp_path)
    asked = POINT.alone_plausibility if phrase == "stop" else POINT.unrecorded_plausibility
    assert judge.plausibility(phrase.lower(), 0.2) >= asked


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("phrase", ["stop", "that hurts", "dizzy", "ouch"])
def test_talk_fits_worse_than_what_is_asked_after_talk(phrase: str, voice: str, tmp_path: Path) -> None:
    judge = judge_of("she walked along the river in the evening", voice, tmp_path)
    assert judge.plausibility(phrase, 0.2) < POINT.doubted_plausibility
