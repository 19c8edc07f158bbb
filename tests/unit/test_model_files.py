"""Models and voices are what their manifest says, or they are not loaded."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.deadline import within
from assistant.errors import HearingError, VoiceError
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.model_files import MANIFEST_NAME, damage, is_listed, write_manifest
from assistant.speech.voices.piper import PiperVoice
from assistant.speech.vosk import loading
from assistant.speech.vosk.model import VoskModel

BUILT_IN = resource_path(BUILT_IN_MODEL)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUILT_IN, tmp_path / "model"))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_the_manifest_of_the_built_in_model_is_current(model: Path) -> None:
    committed = (BUILT_IN / MANIFEST_NAME).read_text(encoding="utf-8")
    write_manifest(model)
    remedy = "the model was rebuilt by something that did not call write_manifest"
    assert (model / MANIFEST_NAME).read_text(encoding="utf-8") == committed, remedy
    assert damage(BUILT_IN) == ""


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: flip(f / "graph/HCLr.fst"), "graph/HCLr.fst is damaged"),
        (lambda f: flip(f / "judge/network.npz"), "judge/network.npz is damaged"),
        (lambda f: (f / "graph/words.txt").write_bytes(b"<eps> 0\n"), "graph/words.txt is damaged"),
        (lambda f: (f / "conf/mfcc.conf").unlink(), "conf/mfcc.conf is missing"),
        (lambda f: (f / MANIFEST_NAME).write_text("{}"), "files.json is missing or damaged"),
        (lambda f: (f / MANIFEST_NAME).write_text("[" * 9999), "files.json is missing or damaged"),
        (lambda f: (f / MANIFEST_NAME).write_text('{"a": 3}'), "files.json is missing or damaged"),
        (lambda f: (f / MANIFEST_NAME).write_text('{"/dev/zero": {}}'), "/dev/zero cannot be read"),
    ],
)
def test_each_damage_is_named(model: Path, spoil: Callable[[Path], object], said: str) -> None:
    spoil(model)
    assert damage(model).startswith(said)


def test_a_damaged_model_never_reaches_the_library(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading.vosk, "Model", lambda path: pytest.fail("it was loaded"))
    flip(model / "graph" / "HCLr.fst")
    with pytest.raises(HearingError, match=r"graph/HCLr\.fst is damaged: run `limber models install`"):
        VoskModel(model)


def test_the_built_in_model_needs_its_manifest(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (model / MANIFEST_NAME).unlink()
    monkeypatch.setattr(loading, "resource_path", lambda name: model)
    with pytest.raises(HearingError, match=r"files\.json is missing or damaged: install Limber anew"):
        VoskModel(model)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("raise SystemExit(0)", ""),
        ("import time; time.sleep(60)", r"is damaged \(loading it takes longer than 1 seconds\)"),
        ("import os; os.kill(os.getpid(), 11)", r"is damaged \(it crashes\)"),
        ("import sys; sys.stdout.write('\"No.\"'); sys.exit(3)", r"^No\.$"),
    ],
)
def test_a_model_without_a_manifest_is_tried_out_in_a_process_of_its_own(
    model: Path, monkeypatch: pytest.MonkeyPatch, outcome: str, said: str
) -> None:
    (model / MANIFEST_NAME).unlink()
    monkeypatch.setattr(loading, "LOAD_SECONDS", 1.0)
    monkeypatch.setattr(loading, "_TRY_OUT", outcome)
    monkeypatch.setattr(loading, "_load", lambda path, word, advice: "loaded")
    if not said:
        assert loading.checked_model(model, "[unk]") == "loaded"
        return
    with pytest.raises(HearingError, match=said):
        loading.checked_model(model, "[unk]")


def test_a_library_that_does_not_come_back_is_given_up(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "LOAD_SECONDS", 0.1)
    monkeypatch.setattr(loading.vosk, "Model", lambda path: time.sleep(5))
    with pytest.raises(HearingError, match="did not load within 0 seconds"):
        VoskModel(model)


def test_a_process_whose_library_hangs_still_obeys(tmp_path: Path) -> None:
    program = (
        "import time\nfrom assistant.deadline import within\n"
        "print('loading', flush=True)\nwithin(60, lambda: time.sleep(60))"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == -signal.SIGTERM


def test_what_a_thread_raises_is_passed_on() -> None:
    def fail() -> None:
        raise KeyError("x")

    assert within(5, lambda: 3) == 3
    with pytest.raises(KeyError):
        within(5, fail)


def test_a_damaged_voice_is_named_before_it_is_loaded(tmp_path: Path) -> None:
    for name in ("voice.onnx", "voice.onnx.json"):
        (tmp_path / name).write_bytes(b"{}" * 100)
    write_manifest(tmp_path)
    assert is_listed(tmp_path)
    flip(tmp_path / "voice.onnx")
    with pytest.raises(VoiceError, match=r"voice\.onnx is damaged; `limber voices install` mends it"):
        PiperVoice(tmp_path / "voice.onnx")


def test_a_library_that_cannot_be_loaded_is_told_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "vosk.py").write_text("raise OSError('libatomic.so.1: cannot open shared object file')")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    limber = [sys.executable, "-m", "assistant", "doctor"]
    done = subprocess.run(limber, env=environment, capture_output=True, text=True, check=False)
    said = " ".join((done.stdout + done.stderr).split())
    assert "library cannot be loaded (libatomic.so.1: cannot open shared object file)" in said
    assert done.returncode == 1
