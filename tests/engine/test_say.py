"""`limber say` as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_voice import make_tiny_voice

Say = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def tiny_voice(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"piper:{make_tiny_voice(tmp_path_factory.mktemp('voices'))}"


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Run it where no sound device is: the only one belongs to a server that is nowhere."""
    alsa = tmp_path / "asound.conf"
    alsa.write_text("pcm.nowhere { type pulse }\n")
    no_sound = {"ALSA_CONFIG_PATH": str(alsa), "PULSE_SERVER": "unix:/nowhere", "JACK_NO_START_SERVER": "1"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "assistant", "say", *arguments]
        return subprocess.run(command, env=os.environ | no_sound, capture_output=True, text=True, check=False)

    return run


def test_it_writes_a_file(say: Say, tiny_voice: str, tmp_path: Path) -> None:
    seconds = []
    for rate in ("1", "2"):
        path = tmp_path / f"{rate}.wav"
        done = say("Ease out slowly.", "--voice", tiny_voice, "--rate", rate, "--output", str(path))
        assert (done.returncode, done.stdout) == (0, "")
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
            seconds.append(file.getnframes() / 16_000)
    assert seconds[0] > 1.5 * seconds[1] > 0.5


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["Hello."], 1, "speaker"),
        (["Hello.", "--voice", "festival"], 1, 'no voice "festival"'),
        ([" … "], 2, "nothing"),
        (["Hello.", "--rate", "0"], 2, "rate"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(
    say: Say, tiny_voice: str, arguments: list[str], code: int, words: str
) -> None:
    if "--voice" not in arguments:
        arguments = [*arguments, "--voice", tiny_voice]
    done = say(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.count("\n") == 1
