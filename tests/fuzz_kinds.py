"""Every kind of input that Limber takes, for tests/fuzzing.py: good ones, and what reads them."""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import wave
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

import fuzz_history
import numpy as np
from typer.testing import CliRunner

from assistant import writing
from assistant.audio.files import read_audio, write_wav
from assistant.cli import app
from assistant.cli.understand import MAX_TEXT_LENGTH
from assistant.config_loading import load_config
from assistant.core.events import Source
from assistant.core.intents import Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.ports import Speech
from assistant.core.prompts import LanguagePack
from assistant.errors import AssistantError
from assistant.frontends.control import MOST_REQUEST_BYTES, Control
from assistant.keyboard import Keyboard
from assistant.languages.packs import load_language
from assistant.resources import LANGUAGES_FOLDER, resource_path
from assistant.showing import json_line, one_line
from assistant.simulate.scene import DEFAULT_SCENE, load_scene
from assistant.speech.model_files import MANIFEST_NAME, damage
from assistant.speech.prompt_cache import PromptCache, prompt_key
from assistant.store.library import load_library
from assistant.store.packs import add_pack
from assistant.store.routines import list_routines, load_routine, packs_folder, user_folder

ROOT = Path(__file__).resolve().parents[1]
MAX_TYPED_BYTES = 1500  # a line takes up to half a second, and the next one waits meanwhile


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input: good ones to begin with, and what is done with a bad one in a folder of its own."""

    suffix: str
    seeds: Callable[[], list[bytes]]
    give: Callable[[bytes, Path], None]


class HalfWrittenError(Exception):
    """A file was left behind that is neither old nor new."""


@cache
def language() -> LanguagePack:
    """The usual one."""
    return load_language()


def _files(*paths: Path) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def _put(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def _config(data: bytes, folder: Path) -> None:
    told: list[str] = []
    load_config(_put(data, folder / "config.toml"), {}, told.append)
    for line in told:
        assert one_line(line)
        assert len(line) < 2000


def _environment(data: bytes, folder: Path) -> None:
    name, _, value = data.replace(b"\0", b"").decode("utf-8", "surrogateescape").partition("=")
    load_config(None, {"LIMBER_CONFIG": "", name: value}, lambda line: None)


def _routine(data: bytes, folder: Path) -> None:
    load_routine(_put(data, folder / "odd.yaml"), language(), load_library())


def _own_routine(data: bytes, folder: Path) -> None:
    user_folder().mkdir(parents=True, exist_ok=True)
    _put(data, user_folder() / "odd.yaml")
    told: list[str] = []
    listed = list_routines(language(), told.append)
    assert len(listed) + len(told) == len(list((resource_path("routines")).glob("*.yaml"))) + 1
    (user_folder() / "odd.yaml").unlink()


def _scene(data: bytes, folder: Path) -> None:
    load_scene(_put(data, folder / "scene.yaml"))


def _pack_folder(data: bytes, folder: Path) -> None:
    name, _, content = data.partition(b"\n#\n")
    pack = folder / "pack"
    pack.mkdir()
    for number, part in enumerate((name, content)):
        _put(part, pack / ("manifest.yaml", "monday.yaml")[number])
    _add(pack)


def _pack_zip(data: bytes, folder: Path) -> None:
    _add(_put(data, folder / "pack.zip"))


def _add(pack: Path) -> None:
    before = sorted(packs_folder().glob("**/*")) if packs_folder().exists() else []
    try:
        added, _ = add_pack(pack, load_library(), (), language())
    except AssistantError:
        after = sorted(packs_folder().glob("**/*")) if packs_folder().exists() else []
        if after != before:
            raise HalfWrittenError(str(after)) from None
    else:
        shutil.rmtree(added.folder)


def _words(name: str) -> Callable[[bytes, Path], None]:
    def give(data: bytes, folder: Path) -> None:
        shutil.copytree(LANGUAGES_FOLDER / "en", folder / "en", ignore=shutil.ignore_patterns("__pycache__"))
        _put(data, folder / "en" / name)
        load_language("en", folder=folder)

    return give


def _sound(data: bytes, folder: Path) -> None:
    read_audio(_put(data, folder / "sound.wav"))


def _model_manifest(data: bytes, folder: Path) -> None:
    _put(data, folder / MANIFEST_NAME)
    damage(folder)


def _cache_entry(data: bytes, folder: Path) -> None:
    key = prompt_key("voice", "sentence", 1.0)
    _put(data, folder / key)
    PromptCache(folder, on_trouble=lambda line: None).get(key)


def _typed(data: bytes, folder: Path) -> None:
    lines = io.TextIOWrapper(io.BytesIO(data[:MAX_TYPED_BYTES]), encoding="utf-8", errors="replace")
    keyboard = Keyboard(lines, language(), lambda line: None)
    keyboard.listen_for(frozenset(Intent))
    keyboard._typed.maxsize = 0
    with mock.patch.object(keyboard._thread, "start", keyboard._run):
        keyboard.open(lambda event: None)
    while not keyboard._typed.empty():
        keyboard.happened()


def _said(data: bytes, folder: Path) -> None:
    pack = language()
    words = pack.typed(data.decode("utf-8", "surrogateescape")[:MAX_TEXT_LENGTH])
    meaning_of(words, pack.table, frozenset(Intent), Source.KEYBOARD)


def _options(data: bytes, folder: Path) -> None:
    arguments = data.replace(b"\0", b"").decode("utf-8", "surrogateescape").split("\n")
    if {"start", "install", "say", "rehearse", "devices", "doctor", "hear", "add", "remove"} & set(
        arguments
    ) or not arguments[0]:
        return
    with mock.patch.object(os, "getcwd", return_value=str(folder)):
        result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception


def _full_disk(data: bytes, folder: Path) -> None:
    """The disk is full at some moment: what was there is there afterwards, or all that is new."""
    target, place = folder / "file", len(data) % 3
    target.write_bytes(b"old")
    full = OSError(28, "No space left on device")
    with mock.patch.object(writing.os, ("fsync", "replace", "fdopen")[place], mock.Mock(side_effect=full)):
        try:
            if place == 2:
                write_wav(target, np.frombuffer(data[: len(data) // 2 * 2], np.int16))
            else:
                writing.write_whole(target, data)
        except (OSError, AssistantError):
            assert target.read_bytes() == b"old"
    if os.listdir(folder) != ["file"]:
        raise HalfWrittenError(str(os.listdir(folder)))


def _request(data: bytes, folder: Path) -> None:
    answer = Control({"status": dict}, folder)._answer(data.partition(b"\n")[0][:MOST_REQUEST_BYTES])
    assert not answer or set(answer) == {"error"}


def _shown(data: bytes, folder: Path) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert one_line(text).isprintable() or not set(one_line(text)) & set("\x1b\n\r\x9b")
    assert json.loads(json_line(text)) is not None


def _pack_seed() -> bytes:
    return b"name: calm-week\nauthor: Ada\nlicence: CC0-1.0\nreviewed_by: nobody\n\n#\n" + _own_seed()


def _own_seed() -> bytes:
    return (ROOT / "tests" / "corpus" / "routine-2.yaml").read_bytes()


def _zip_seed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest, routine = _pack_seed().split(b"\n#\n")
        archive.writestr("manifest.yaml", manifest)
        archive.writestr("monday.yaml", routine)
    return buffer.getvalue()


def _wave_seed() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(256)) * 8)
    return buffer.getvalue()


def _cache_seed() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        cache_ = PromptCache(Path(folder), on_trouble=lambda line: None)
        cache_.put("key", (Speech(bytes(64)), Speech(bytes(32))))
        return (Path(folder) / "key").read_bytes()


def _routine_seeds() -> list[bytes]:
    return _files(*sorted(resource_path("routines").glob("*.yaml"))[:4], ROOT / "tests/corpus/routine-2.yaml")


KINDS: dict[str, Kind] = {
    "config": Kind(".toml", lambda: _files(ROOT / "config.example.toml"), _config),
    "environment": Kind(".txt", lambda: [b"LIMBER_AUDIO_ECHO=auto", b"LIMBER_SPEECH_RATE=1.5"], _environment),
    "routine": Kind(".yaml", _routine_seeds, _routine),
    "own": Kind(".yaml", _routine_seeds, _own_routine),
    "scene": Kind(
        ".yaml", lambda: _files(DEFAULT_SCENE, *sorted(DEFAULT_SCENE.parent.glob("s*.yaml"))), _scene
    ),
    "pack": Kind(".txt", lambda: [_pack_seed()], _pack_folder),
    "zip": Kind(".zip", lambda: [_zip_seed()], _pack_zip),
    "phrases": Kind(".toml", lambda: _files(LANGUAGES_FOLDER / "en/phrases.toml"), _words("phrases.toml")),
    "prompts": Kind(".toml", lambda: _files(LANGUAGES_FOLDER / "en/prompts.toml"), _words("prompts.toml")),
    "sound": Kind(".wav", lambda: [_wave_seed(), *_files(ROOT / "tests/corpus/sound-0.wav")], _sound),
    "manifest": Kind(
        ".json", lambda: _files(resource_path("models/limber-en") / MANIFEST_NAME), _model_manifest
    ),
    "cache": Kind(".bin", lambda: [_cache_seed()], _cache_entry),
    "typed": Kind(
        ".txt", lambda: [b"yes\nno, no pain\n3-4\nmy lower back hurts\nten more seconds\n"], _typed
    ),
    "said": Kind(".txt", lambda: [b"I don't have chest pain, it's 3 of 10", b"stop it hurts here"], _said),
    "options": Kind(
        ".txt",
        lambda: [
            b"routines\nlist\n--json",
            b"understand\nstop\n--state\nholding",
            b"history\n--csv",
            b"-q\nroutines\nshow\nat-the-desk",
            b"forget\n2026-01-01",
        ],
        _options,
    ),
    "history": Kind(".sqlite", fuzz_history.history_seeds, fuzz_history.give_history),
    "wal": Kind(".bin", fuzz_history.wal_seeds, fuzz_history.give_beside("-wal")),
    "rollback": Kind(".bin", fuzz_history.wal_seeds, fuzz_history.give_beside("-journal")),
    "pending": Kind(".txt", fuzz_history.pending_seeds, fuzz_history.give_beside(".pending")),
    "journal": Kind(".txt", fuzz_history.journal_seeds, fuzz_history.give_journal),
    "disk": Kind(".bin", lambda: [bytes(300), bytes(301), bytes(302)], _full_disk),
    "request": Kind(".json", lambda: [b'{"do": "status"}', b'{"do": "stop"}\n'], _request),
    "shown": Kind(".txt", lambda: ["Å — 肩 \x1b[0m".encode()], _shown),
}
WEIGHTS = {
    "phrases": 0.1,
    "prompts": 0.2,
    "options": 0.3,
    "disk": 0.5,
    "shown": 0.5,
    "request": 0.5,
    "rollback": 0.3,
}
"""How often a kind comes, where not once: these take long, or have little to find."""
