"""Odd inputs of every kind that Limber takes: made from good ones, with a seed, and given to what reads them.

    PYTHONPATH=.:tests python tests/fuzzing.py --count 20000 --seed 1 --failed FOLDER

An input fails when it raises anything but an AssistantError, takes longer than LIMIT_SECONDS, ends the
process, or leaves half a file. What failed once is in tests/corpus, and tests/unit/test_fuzzing.py reads that
every time.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import wave
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

import numpy as np
from typer.testing import CliRunner

from assistant import writing
from assistant.audio.files import read_audio, write_wav
from assistant.cli import app
from assistant.cli.understand import MAX_TEXT_LENGTH
from assistant.config import load_config
from assistant.core.events import Source
from assistant.core.intents import Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.ports import Speech
from assistant.core.prompts import LanguagePack
from assistant.errors import AssistantError
from assistant.event_queue import EventQueue
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

LIMIT_SECONDS = 5.0  # of the processor's time
BUSY_FACTOR = 24  # so many times as long on the clock: others may be using this computer
MAX_TYPED_BYTES = 1500  # a line takes up to half a second, and the next one waits meanwhile
AT_ONCE = 200
"""Inputs that one process tries; a new one goes on after a crash."""
ROOT = Path(__file__).resolve().parents[1]

TOKENS = (
    *(
        b'!!int ""',
        b"!!bool x",
        b"!!timestamp x",
        b"!!float ''",
        b"!!binary '!'",
        b"!!python/object:os.system x",
    ),
    *(
        b"*a",
        b"&a [*a]",
        b"&a {b: *a}",
        b"<<: *a",
        b"{",
        b"[",
        b"}",
        b"]",
        b"- - - -",
        b"? !!set",
        b"---",
        b"...",
        b"|",
        b">",
    ),
    *(
        b".inf",
        b".nan",
        b"-1",
        b"0",
        b"1e999",
        b"9" * 5000,
        b"0x" + b"f" * 5000,
        b"1:2:3",
        b"2026-13-45",
        b"~",
        b"null",
    ),
    *(
        b"[" * 3000,
        b"{a: " * 500,
        b"a." * 3000,
        b'"""',
        b"'''",
        b"\\u0000",
        b'"\\0"',
        b'"\\ud800"',
        b"\xff\xfe",
        b"\xed\xa0\x80",
    ),
    *(
        b"\0",
        b"\x1b[31m",
        b"\r",
        b"\n",
        b"\t",
        b"\x7f",
        "\u202e".encode(),
        "\u2028".encode(),
        b"a" * 70_000,
        b" " * 2000,
    ),
    *(
        b"{side}",
        b"{routine}",
        b"{",
        b"(a|b)",
        b"[a]",
        b"<a>",
        b"stop",
        b"it hurts",
        b"%s",
        b"../../x",
        b"/dev/zero",
    ),
)


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
        keyboard.open(EventQueue())
    while keyboard.happened():
        pass


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
    "disk": Kind(".bin", lambda: [bytes(300), bytes(301), bytes(302)], _full_disk),
    "shown": Kind(".txt", lambda: ["Å — 肩 \x1b[0m".encode()], _shown),
}
WEIGHTS = {"phrases": 0.1, "prompts": 0.2, "options": 0.3, "disk": 0.5, "shown": 0.5}
"""How often a kind comes, where not once: these take long, or have little to find."""


def changed(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A good input with a few things that are not as they should be."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                data[at:at] = chance.choice(TOKENS)
            case 2:
                del data[at : at + chance.choice((1, 2, 10, 200))]
            case 3:
                del data[at:]
            case 4:
                part = data[at : at + chance.choice((4, 40, 400))]
                data[at:at] = part * chance.choice((1, 2, 60))
            case 5:
                other = chance.choice(others)
                begin = chance.randrange(len(other) + 1)
                data[at:] = other[begin:]
            case 6:
                lines = bytes(data).split(b"\n")
                lines[chance.randrange(len(lines))] = chance.choice(lines) + chance.choice(
                    (b"", b" ", b": 1")
                )
                data = bytearray(b"\n".join(lines))
            case _:
                line = bytes(data).split(b"\n")
                number = chance.randrange(len(line))
                key = line[number].partition(b":")[0].partition(b"=")[0]
                mark = b"=" if b"=" in line[number] else b":"
                line[number] = key + mark + b" " + chance.choice(TOKENS)
                data = bytearray(b"\n".join(line))
    return bytes(data[: 1 << 20])


def inputs(count: int, seed: int) -> Iterator[tuple[int, str, bytes]]:
    """Numbered inputs, the same for the same seed."""
    names, weights = list(KINDS), [WEIGHTS.get(name, 1.0) for name in KINDS]
    seeds = {name: kind.seeds() for name, kind in KINDS.items()}
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        name = chance.choices(names, weights)[0]
        yield number, name, changed(chance.choice(seeds[name]), seeds[name], chance)


def problem_of(name: str, data: bytes, limit_seconds: float = LIMIT_SECONDS) -> str:
    """What went wrong with an input, "" when nothing did."""
    with (
        tempfile.TemporaryDirectory(prefix="limber-fuzz-") as folder,
        _homes(Path(folder)),
        _in_time(limit_seconds),
    ):
        place = Path(folder) / "here"
        place.mkdir()
        try:
            KINDS[name].give(data, place)
        except AssistantError as error:
            return "" if error.message and len(error.message) < 3000 else "a message without end"
        except _TooLongError:
            return f"more than {limit_seconds} seconds"
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__}: {str(error)[:200]} ({last.filename}:{last.lineno})"
    return ""


class _TooLongError(BaseException):
    pass


@contextmanager
def _in_time(limit_seconds: float) -> Iterator[None]:
    def late(signal_number: int, frame: object) -> None:
        raise _TooLongError

    timers = ((signal.SIGPROF, signal.ITIMER_PROF, 1), (signal.SIGALRM, signal.ITIMER_REAL, BUSY_FACTOR))
    before = [signal.signal(number, late) for number, _, _ in timers]
    for _, timer, factor in timers:
        signal.setitimer(timer, limit_seconds * factor)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


@contextmanager
def _homes(folder: Path) -> Iterator[None]:
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    with mock.patch.dict(os.environ, {name: str(folder / name) for name in names}):
        yield


def _some(wanted: list[tuple[int, str, bytes]], doing: Path, failed: Path) -> None:
    for number, name, data in wanted:
        doing.write_bytes(f"{number} {name}\n".encode() + data)
        if problem_of(name, data) and (problem := problem_of(name, data)):  # not what was slow by chance
            (failed / f"{name}-{number}{KINDS[name].suffix}").write_bytes(data)
            with (failed / "problems.txt").open("a") as file:
                file.write(f"{name}-{number}: {problem}\n")
    doing.unlink()


def main() -> None:
    """Try many, in processes that may crash."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failed", type=Path, required=True)
    arguments = parser.parse_args()
    failed: Path = arguments.failed
    failed.mkdir(parents=True, exist_ok=True)
    doing, began = failed / "doing", time.monotonic()
    for name in ("said", "routine", "scene"):  # what is made ready on first use
        problem_of(name, KINDS[name].seeds()[0])
    waiting = list(inputs(arguments.count, arguments.seed))
    while waiting:
        batch = waiting[:AT_ONCE]
        process = multiprocessing.get_context("fork").Process(target=_some, args=(batch, doing, failed))
        process.start()
        process.join(AT_ONCE * LIMIT_SECONDS * BUSY_FACTOR)
        done = len(batch)
        if process.exitcode != 0:
            process.kill()
            head, _, data = doing.read_bytes().partition(b"\n")
            number, name = head.decode().split()
            done = 1 + next(index for index, one in enumerate(batch) if one[0] == int(number))
            (failed / f"{name}-{number}{KINDS[name].suffix}").write_bytes(data)
            with (failed / "problems.txt").open("a") as file:
                file.write(f"{name}-{number}: the process ended with {process.exitcode}\n")
        waiting = waiting[done:]
        count = arguments.count - len(waiting)
        sys.stdout.write(f"{count} of {arguments.count} in {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
