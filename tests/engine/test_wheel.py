"""A wheel carries all that Limber needs, and nothing that only measures: it works away from the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCENE = "routine: at-the-desk\nmax_seconds: 20\nperson:\n  - {when: {at_seconds: 5}, say: stop}\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment with nothing but the wheel, and the libraries that it needs, from beside it."""
    environment = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin/python"), "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--quiet", str(wheel)], check=True, capture_output=True)
    # A .pth in a folder that a .pth names is not read: the checkout's limber.pth stays outside.
    (site_packages(environment) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment


def site_packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


def run(environment: Path, program: str, *arguments: str) -> str:
    """Run one of its programs, in a folder that is not the checkout."""
    elsewhere = environment.parent
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(environment / "bin" / program), *arguments]
    done = subprocess.run(command, cwd=elsewhere, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_the_wheel_that_runs_and_not_the_checkout(installed: Path) -> None:
    found = run(installed, "python", "-c", "import assistant; print(assistant.__file__)").strip()
    assert Path(found) == site_packages(installed) / "assistant/__init__.py"


def test_the_commands_work(installed: Path) -> None:
    helped = run(installed, "limber", "--help")
    assert "rehearse" in helped
    assert "bench" not in helped
    assert "Whole spine" in run(installed, "limber", "routines", "list")
    assert run(installed, "limber", "config", "example") == (ROOT / "config.example.toml").read_text("utf-8")
    assert "vosk-model-small-en-us" in run(installed, "limber", "models", "list", "--json")


def test_the_speech_model_comes_with_it(installed: Path) -> None:
    program = "from assistant.speech.models import *; print(find_speech_model(None).path)"
    model = Path(run(installed, "python", "-c", program).strip())
    assert model == site_packages(installed) / "assistant/_data/models/limber-en"
    assert (model / "graph/HCLr.fst").stat().st_size > 0


def test_it_hears_a_recording(installed: Path) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs: sudo apt-get install espeak-ng")
    said = installed.parent / "stop.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-w", str(said), "stop"], check=True)
    rows = [json.loads(line) for line in run(installed, "limber", "hear", "--json", "stop.wav").splitlines()]
    assert [row["intent"] for row in rows if "intent" in row] == ["stop"]


def test_it_rehearses_a_session(installed: Path) -> None:
    (installed.parent / "scene.yaml").write_text(SCENE)
    run(installed, "limber", "rehearse", "scene.yaml", "--output", "out")
    timeline = (installed.parent / "out/timeline.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in timeline.splitlines()]
    assert [row["intent"] for row in rows if row["kind"] == "heard"] == ["stop"]


def test_it_holds_the_program_and_its_data_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"assistant", "limber"}
    data = [name.split("/")[2] for name in names if name.startswith("assistant/_data/")]
    assert set(data) == {"models", "routines", "config.example.toml"}
    assert not [name for name in names if "bench" in name or "measure/" in name]


def test_it_names_the_command(installed: Path) -> None:
    information = next(site_packages(installed).glob("limber-*.dist-info"))
    assert "limber = assistant.__main__:main" in (information / "entry_points.txt").read_text("utf-8")
    assert (information / "licenses/LICENSE").stat().st_size > 30_000
