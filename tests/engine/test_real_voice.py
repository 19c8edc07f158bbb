"""A real Piper voice, where ECHO_PROOF_VOICE names its file; `scripts/measure/piper_voice.py` fetches one."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from assistant.core.ports import Voice
from assistant.speech.engines import open_voice
from assistant.speech.loudness import Sound, loudness_lufs
from assistant.speech.parts import LONGEST_PART

FILE = os.environ.get("ECHO_PROOF_VOICE", "")

SENTENCES = (
    "All right.",
    "three.",
    "We rest now.",
    "Let your elbows sink, only as far as is comfortable.",
    "Slowly tilt your head to the side, and feel a mild pull.",
)


@pytest.fixture(scope="module")
def voice() -> Voice:
    if not FILE:
        pytest.skip("ECHO_PROOF_VOICE names no voice; scripts/measure/piper_voice.py fetches one")
    return open_voice(f"piper:{FILE}", steady=True)


def spoken(voice: Voice, text: str) -> Sound:
    pieces = b"".join(piece.samples for piece in voice.synthesize(text, 1.0))
    return np.frombuffer(pieces, np.int16).astype(np.float32) * np.float32(1 / 32768)


def test_its_sentences_are_even(voice: Voice) -> None:
    levels = [loudness_lufs(spoken(voice, sentence), 16_000) for sentence in SENTENCES]
    assert max(levels) - min(levels) <= 1.5


@pytest.mark.parametrize(
    ("signs", "words"),
    [
        ("Hold it for 57 seconds.", "Hold it for fifty seven seconds."),
        ("From 0 to 10.", "From zero to ten."),
        ("2.5 minutes.", "two point five minutes."),
        ("That is 1,000 breaths.", "That is one thousand breaths."),
    ],
)
def test_numbers_are_said_as_their_words_are(voice: Voice, signs: str, words: str) -> None:
    """The stress of a word may differ, so what is said is as long, within a tenth."""
    assert len(spoken(voice, signs)) == pytest.approx(len(spoken(voice, words)), rel=0.1)


def test_what_it_says_at_a_time_leaves_nothing_behind(voice: Voice) -> None:
    """Its memory after many sentences is what it was after one; with an arena it is 80 MB more."""
    longest = ("breathe in and out, " * 9)[:LONGEST_PART]
    list(voice.synthesize("All right.", 1.0))
    before = _resident_megabytes()
    for _ in range(3):
        list(voice.synthesize(longest, 1.0))
    assert _resident_megabytes() - before < 25


def test_a_long_part_takes_little_more_than_a_short_one(voice: Voice) -> None:
    """In one go it takes 18 MB for each second."""
    list(voice.synthesize("All right.", 1.0))
    before = _resident_megabytes()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    list(voice.synthesize("breathe in and out, " * 12, 1.0))
    assert _resident_megabytes("VmHWM") - before < 45


def _resident_megabytes(which: str = "VmRSS") -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1024
