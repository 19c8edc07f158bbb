"""A wheel carries all that Limber needs: it works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked, as an installation is."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")
    return folder / "installed"


def run(unpacked: Path, *arguments: str) -> str:
    # -S leaves out site-packages and the limber.pth in it; PYTHONPATH brings the libraries back.
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(unpacked), *libraries])}
    command = [sys.executable, "-S", "-P", *arguments]
    done = subprocess.run(command, cwd=unpacked.parent, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_work(unpacked: Path) -> None:
    assert "whole-spine" in run(unpacked, "-m", "assistant", "routines", "list")
    assert "vosk-model-small-en-us" in run(unpacked, "-m", "assistant", "models", "list", "--json")


def test_the_speech_model_comes_with_it(unpacked: Path) -> None:
    program = "from assistant.speech.models import *; print(find_speech_model(None).path)"
    model = Path(run(unpacked, "-c", program).strip())
    assert model == unpacked / "assistant/_data/models/limber-en"
    assert (model / "graph/HCLr.fst").stat().st_size > 0


def test_it_names_the_command(unpacked: Path) -> None:
    entry_points = next(unpacked.glob("*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "limber = assistant.__main__:main" in entry_points
    assert (next(unpacked.glob("*.dist-info/licenses/LICENSE"))).stat().st_size > 30_000
