"""Which models there are, where they lie, and their installation.

Used on the main thread before a session. Must not load a model: that is for the recognizer and the voice.
"""

from __future__ import annotations

import os
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import platformdirs

from assistant.errors import AssistantError
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.downloads import download, in_one_sentence
from assistant.speech.model_files import damage, is_listed, write_manifest


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file to fetch; a zip file is unpacked."""

    url: str
    size_bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name, from its address."""
        return PurePosixPath(urlsplit(self.url).path).name


@dataclass(frozen=True, slots=True)
class InstallableModel:
    """A model of the manifest. `kind` is "hearing" or "voice"."""

    name: str
    kind: str
    about: str
    license: str
    source: str
    files: tuple[ModelFile, ...]

    @property
    def size_bytes(self) -> int:
        """How much there is to fetch."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model to recognize speech with. `origin` is "configured" or "built-in"."""

    path: Path
    name: str
    origin: str

    @property
    def is_built_in(self) -> bool:
        """Whether it is the one in the package, however it was found."""
        return self.path.resolve() == resource_path(BUILT_IN_MODEL).resolve()


@cache
def manifest() -> tuple[InstallableModel, ...]:
    """The models that can be installed, the preferred one of each kind first."""
    data = tomllib.loads(resource_path("models/manifest.toml").read_text("utf-8"))
    return tuple(
        InstallableModel(**{**entry, "files": tuple(ModelFile(**file) for file in entry["files"])})
        for entry in data["model"]
    )


def models_folder() -> Path:
    """Where this user's installed models lie: one folder each, named as the model."""
    return platformdirs.user_data_path("limber", appauthor=False) / "models"


def installed(model: InstallableModel, folder: Path | None = None) -> Path | None:
    """Where the model was installed, None if it was not."""
    path = (folder or models_folder()) / model.name
    return path if path.is_dir() else None


def is_damaged(path: Path) -> bool:
    """Whether an installed model is not as it was installed; one without a manifest cannot be told."""
    return is_listed(path) and bool(damage(path))


def find_speech_model(configured: Path | None) -> SpeechModel:
    """The model to hear with: the configured, else the one that is built in.

    That one was measured at hearing "stop". One that was only installed was not, and is not taken by itself.
    """
    if configured is not None:
        return SpeechModel(configured, configured.name, "configured")
    path = resource_path(BUILT_IN_MODEL)
    return SpeechModel(path, path.name, "built-in")


def named_model(name: str) -> InstallableModel:
    """The model or voice of this name. Raises AssistantError."""
    found = next((model for model in manifest() if model.name == name), None)
    if found is None:
        known = ", ".join(model.name for model in manifest())
        raise AssistantError("model_unknown", f"There is no model {name} to install; there are: {known}.")
    return found


def install(
    model: InstallableModel, folder: Path | None = None, on_bytes: Callable[[int], None] = lambda _: None
) -> Path:
    """Fetch, check and unpack a model; return its folder, which appears only when it is complete.

    One that is installed, but damaged, is fetched again.

    `on_bytes` is told how much of `model.size_bytes` there is. An interrupted download is continued by the
    next call. Raises AssistantError in one sentence.
    """
    folder = folder or models_folder()
    done = installed(model, folder)
    if done and not is_damaged(done):
        return done
    parts = folder / ".partial" / model.name
    with in_one_sentence(f"Cannot install {model.name} in {folder}"):
        ready = parts / "ready"
        for left in (ready, parts / "damaged"):
            shutil.rmtree(left, ignore_errors=True)
        ready.mkdir(parents=True)
        before = 0
        for file in model.files:
            report = partial(_report, on_bytes, before)
            download(file.url, parts / file.name, file.size_bytes, file.sha256, report)
            before += file.size_bytes
        for file in model.files:
            _put_in_place(parts / file.name, ready)
        unpacked = _only_folder(ready)
        write_manifest(unpacked)
        if done:
            os.replace(done, parts / "damaged")
        os.replace(unpacked, folder / model.name)
        shutil.rmtree(parts)
    return folder / model.name


def _report(on_bytes: Callable[[int], None], before: int, file_bytes: int) -> None:
    on_bytes(before + file_bytes)


def _put_in_place(fetched: Path, ready: Path) -> None:
    if not zipfile.is_zipfile(fetched):
        os.replace(fetched, ready / fetched.name)
        return
    with zipfile.ZipFile(fetched) as archive:
        for name in archive.namelist():
            if not (ready / name).resolve().is_relative_to(ready.resolve()):
                raise AssistantError(
                    "model_unsafe", f"{fetched.name} wants to write outside its folder: {name}."
                )
        archive.extractall(ready)


def _only_folder(ready: Path) -> Path:
    """Vosk's archives hold one folder with everything in it."""
    inside = list(ready.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else ready
