"""The real voices: piper-tts with a tiny model of our own, espeak-ng and flite where they are installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_voice import make_tiny_voice

from assistant.core.ports import Voice
from assistant.errors import VoiceError
from assistant.speech.engines import choose_voices, open_voice
from assistant.speech.voices.command import run_synthesizer, speak_by_command

TEXT = "Let your shoulder drop, breathe in slowly, and feel a mild pull."

needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
needs_flite = pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
needs_both = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("flite")), reason="espeak-ng or flite is not installed"
)


@pytest.fixture(scope="module")
def tiny_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_voice(tmp_path_factory.mktemp("voices"))


@pytest.fixture(
    params=["piper", pytest.param("flite", marks=needs_flite), pytest.param("espeak", marks=needs_espeak)]
)
def voice(request: pytest.FixtureRequest, tiny_voice: Path) -> Voice:
    return open_voice(f"piper:{tiny_voice}" if request.param == "piper" else request.param)


def seconds(voice: Voice, text: str, rate: float = 1.0) -> float:
    return sum(len(piece.samples) for piece in voice.synthesize(text, rate)) / 32_000


def test_every_voice_speaks_a_sentence_in_one_piece(voice: Voice) -> None:
    pieces = list(voice.synthesize(TEXT, 1.0))
    assert len(pieces) == 1
    for piece in pieces:
        samples = np.frombuffer(piece.samples, np.int16)
        assert 0.5 < len(samples) / 16_000 < 10
        assert 3000 < np.abs(samples).max() < 32_000
        assert np.flatnonzero(np.abs(samples) > 300)[0] < 800  # the first audio is no silence


def test_every_voice_honors_the_rate(voice: Voice) -> None:
    assert seconds(voice, TEXT, 1.5) < 0.85 * seconds(voice, TEXT) < 0.75 * seconds(voice, TEXT, 0.7)


def test_every_voice_says_the_same_again_and_nothing_for_nothing(voice: Voice) -> None:
    assert list(voice.synthesize(TEXT, 1.0)) == list(voice.synthesize(TEXT, 1.0))
    assert list(voice.synthesize(" … ", 1.0)) == []


def test_every_voice_takes_any_text(voice: Voice) -> None:
    assert seconds(voice, "-o x") > 0
    assert seconds(voice, "Zero\x00 <b>& $(rm) 'quoted' \"café\" 25") > 0


def test_steady_piper_is_a_voice_of_its_own(tiny_voice: Path) -> None:
    steady = open_voice(f"piper:{tiny_voice}", steady=True)
    assert steady.id != open_voice(f"piper:{tiny_voice}").id
    assert seconds(steady, TEXT) > 1


Damage = Callable[[Path], object]


@pytest.mark.parametrize(
    "damage",
    [
        lambda model: model.write_bytes(b"no model"),
        lambda model: model.write_bytes(b""),
        lambda model: model.write_bytes(model.read_bytes()[:-100]),
        lambda model: model.unlink(),
        lambda model: Path(f"{model}.json").unlink(),
        lambda model: Path(f"{model}.json").write_text("{"),
        lambda model: Path(f"{model}.json").write_text("[]"),
        lambda model: Path(f"{model}.json").write_text('{"audio": {}}'),
        lambda model: Path(f"{model}.json").write_bytes(b"\xff"),
    ],
)
def test_a_damaged_piper_voice_is_one_sentence(
    tmp_path: Path, damage: Damage, capfd: pytest.CaptureFixture[str]
) -> None:
    model = make_tiny_voice(tmp_path)
    damage(model)
    with pytest.raises(VoiceError, match=str(model)) as caught:
        open_voice(f"piper:{model}")
    assert caught.value.message.count("\n") == 0
    assert capfd.readouterr().err == ""


def test_a_piper_voice_that_fails_when_speaking_is_a_voice_error(tmp_path: Path) -> None:
    """The configuration asks for what the model has not: it loads, and fails when it is to speak."""
    model = make_tiny_voice(tmp_path)
    config = Path(f"{model}.json")
    config.write_text(json.dumps(json.loads(config.read_text()) | {"num_speakers": 2}))
    voice = open_voice(f"piper:{model}")
    with pytest.raises(VoiceError, match="en_US-tiny failed to speak"):
        list(voice.synthesize(TEXT, 1.0))


@needs_espeak
def test_a_piper_voice_that_fails_in_mid_session_is_replaced(tmp_path: Path) -> None:
    model = make_tiny_voice(tmp_path)
    config = Path(f"{model}.json")
    config.write_text(json.dumps(json.loads(config.read_text()) | {"num_speakers": 2}))
    told: list[str] = []
    voice = choose_voices(language="en", installed=[model], on_fallback=told.append)
    assert voice.id.startswith("piper:")
    assert len(list(voice.synthesize(TEXT, 1.0))) == 1
    assert voice.id.startswith(("flite:", "espeak:"))
    assert len(told) == 1


@needs_both
def test_the_order_of_voices(tiny_voice: Path, tmp_path: Path) -> None:
    told: list[str] = []
    assert choose_voices(language="en", installed=[tiny_voice], on_fallback=told.append).id.startswith(
        "piper:en_US-tiny"
    )
    assert choose_voices(language="en", on_fallback=told.append).id == "flite:slt"
    assert choose_voices("espeak:en-us+f3", language="en", on_fallback=told.append).id.startswith(
        "espeak:en-us+f3:1."
    )
    assert choose_voices(
        "piper:en_US-tiny", language="en", installed=[tiny_voice], on_fallback=told.append
    ).id.startswith("piper:")
    assert told == []
    assert (
        choose_voices(f"piper:{tmp_path}/gone.onnx", language="en", on_fallback=told.append).id == "flite:slt"
    )
    assert len(told) == 1
    assert "gone.onnx" in told[0]


@needs_espeak
@pytest.mark.parametrize("name", ["espeak:nosuch", "espeak:en-us+nosuch"])
def test_espeak_refuses_what_it_does_not_have(name: str) -> None:
    with pytest.raises(VoiceError, match="espeak"):
        open_voice(name)


@needs_espeak
def test_an_espeak_variant_sounds_different() -> None:
    assert list(open_voice("espeak:en-us").synthesize("Stop.", 1.0)) != list(
        open_voice("espeak:en-us+f3").synthesize("Stop.", 1.0)
    )


@needs_flite
def test_flite_refuses_what_it_does_not_have() -> None:
    with pytest.raises(VoiceError, match="nosuch"):
        open_voice("flite:nosuch")


@pytest.fixture
def command(tmp_path: Path) -> Callable[[str], str]:
    def make(script: str) -> str:
        path = tmp_path / "synthesizer"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no such voice >&2; exit 3", "no such voice"),
        ("exit 3", "exit code 3"),
        ("echo nonsense", "no sound"),
        ("printf RIFF", "no sound"),
        ("exec sleep 60", "did not answer"),
        ("kill -SEGV $$", "exit code -11"),
    ],
)
def test_a_command_that_fails_is_a_voice_error(
    command: Callable[[str], str], script: str, words: str
) -> None:
    with pytest.raises(VoiceError, match=words):
        speak_by_command([command(script)], limit_seconds=2.0)


def test_a_command_that_cannot_be_run_is_a_voice_error(command: Callable[[str], str]) -> None:
    path = Path(command("exit 0"))
    with pytest.raises(VoiceError, match="apt-get install nosuch-synthesizer"):
        run_synthesizer(["nosuch-synthesizer"])
    path.chmod(0o644)
    with pytest.raises(VoiceError, match="does not start"):
        run_synthesizer([str(path)])
