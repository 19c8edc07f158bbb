"""The Piper voices that lie on this computer: which there are, how they are called, what is known of each.

Used on the main thread, before a session. Must not load a voice: that is for `voices/piper.py`. A voice is a
.onnx file with a .onnx.json file beside it, in any folder below the models folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.reading import read_text
from assistant.speech.models import manifest, models_folder

MAX_SETTINGS_BYTES = 1 << 20
_DEEPEST = 5
"""Folders within folders: the collection of all Piper voices has en/en_US/joe/medium."""


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """What a voice's settings tell of it; "" and 0 for what they do not.

    `language` is as in "en_US". `trouble` is why it cannot speak, as the end of a sentence, as far as that
    can be told without loading it.
    """

    name: str
    path: Path
    language: str = ""
    quality: str = ""
    speakers: int = 1
    size_bytes: int = 0
    trouble: str = ""


def installed_voices(folder: Path | None = None) -> tuple[Path, ...]:
    """The `.onnx` files of all Piper voices in the models folder: ours first, then by their names.

    Those that cannot speak are among them, for whoever put one there wants to know why.
    """
    folder = folder or models_folder()
    ours = [model.name for model in manifest() if model.kind == "voice"]
    others = {folder / model.name for model in manifest() if model.kind != "voice"}
    found = {path.resolve(): path for path in _below(folder, others, set(), _DEEPEST)}
    rank = {name: at for at, name in enumerate(ours)}
    return tuple(sorted(found.values(), key=lambda p: (rank.get(p.parent.name, len(ours)), p.stem, str(p))))


def names_of(paths: Sequence[Path]) -> Mapping[str, Path]:
    """The voices by name: that of the file, with its folder's before it where several have the same."""
    stems = [path.stem for path in paths]
    return {
        path.stem if stems.count(path.stem) == 1 else f"{path.parent.name}/{path.stem}": path
        for path in paths
    }


def settings_path(model_path: Path) -> Path:
    """Where the settings of a voice lie."""
    return Path(f"{model_path}.json")


def describe(name: str, path: Path) -> VoiceFile:
    """What a voice's settings tell of it."""
    size_bytes, trouble = 0, ""
    try:
        size_bytes = path.stat().st_size
        settings = read_settings(path)
    except (OSError, ValueError) as error:
        settings, trouble = {}, what_is_wrong(path, error)
    quality = _text(_part(settings, "audio"), "quality")
    speakers = settings.get("num_speakers")
    return VoiceFile(
        name=name,
        path=path,
        language=_language(settings) or _language_in(path.stem),
        quality=quality or (path.stem.split("-")[-1] if path.stem.count("-") == 2 else ""),
        speakers=speakers if isinstance(speakers, int) and speakers > 0 else 1,
        size_bytes=size_bytes,
        trouble=trouble,
    )


def read_settings(model_path: Path) -> dict[str, object]:
    """The settings of a voice. Raises OSError, and ValueError for what is none."""
    try:
        settings = json.loads(read_text(settings_path(model_path), MAX_SETTINGS_BYTES))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(settings, dict):
        raise ValueError("not an object")
    return settings


def what_is_wrong(model_path: Path, error: OSError | ValueError) -> str:
    """Why a voice's files cannot be read, and what to do, as the end of a sentence."""
    settings, folder = settings_path(model_path).name, model_path.parent
    if isinstance(error, FileNotFoundError):
        gone, there = settings, model_path.name
        if not model_path.exists():
            gone, there = there, gone
        return f"{gone} is missing; put it into {folder}, beside {there}"
    if isinstance(error, OSError):
        which = Path(error.filename).name if error.filename else settings
        return f"{which} in {folder} cannot be read ({error.strerror})"
    return f"{settings} in {folder} is damaged; fetch it anew"


def speaks(path: Path, language: str) -> bool:
    """Whether it is a voice of this language, by its settings, or else by its name."""
    return describe("", path).language.partition("_")[0] == language


def _below(folder: Path, others: set[Path], seen: set[Path], deep: int) -> Iterator[Path]:
    """The .onnx files in a folder and those within it; links are followed, but none in circles."""
    try:
        here = folder.resolve()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (OSError, RuntimeError):
        return
    if here in seen or folder in others:
        return
    seen.add(here)
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if path.suffix == ".onnx" and path.is_file():
            yield path
        elif deep and path.is_dir():
            yield from _below(path, others, seen, deep - 1)


def _language(settings: Mapping[str, object]) -> str:
    """As in "en_US": what the settings name, or the language that their phonemes are of."""
    if code := _text(_part(settings, "language"), "code"):
        return code.replace("-", "_")
    family, _, region = _text(_part(settings, "espeak"), "voice").partition("-")
    return f"{family}_{region.upper()}" if region else family


def _language_in(stem: str) -> str:
    family = stem.partition("-")[0]
    return family if family.partition("_")[0].isalpha() else ""


def _part(settings: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = settings.get(key)
    return found if isinstance(found, dict) else {}


def _text(part: Mapping[str, object], key: str) -> str:
    found = part.get(key)
    return found if isinstance(found, str) else ""
