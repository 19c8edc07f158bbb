"""Benchmark of echo cancellation: "stop" said while our own voice plays, and our own voice alone.

    .venv/bin/python scripts/bench_echo.py RECORDINGS [--impulse-response FILE] [--conditions a,b] [--json
    FILE]

RECORDINGS is a folder of people saying "stop", a word a file. Each is brought to the usual level of a person
at the microphone (-26 dBFS) and played over an endless stream of our own prompts, which reaches the
microphone as an echo: 60 ms late, at the gain named over what is played (-18 dBFS), with the speaker's clock
wrong by some ppm. The recognizer has the grammar with every phrase, and safety phrases count on partial
hypotheses, as in a session.

A condition is CANCELLER:GAIN_DB:DRIFT_PPM, such as speex:-6:0, with :room for the impulse response, or
:distorted for a loudspeaker that clips softly. `--alone SECONDS` plays our voice without anybody else.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.audio.echo import open_canceller
from assistant.audio.files import read_audio
from assistant.config import Config
from assistant.core.intents import Intent, Match, PhraseTable
from assistant.core.listening import Listener
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ, Speech, Voice
from assistant.equipment import load_content
from assistant.simulate.echo_proof import everything_said
from assistant.simulate.room import leveled
from assistant.speech.hearing import HearingPath
from assistant.speech.models import find_speech_model
from assistant.speech.prompt_cache import PromptCache, default_folder, prompt_key
from assistant.speech.recognizer import VoskRecognizer
from assistant.speech.voice import open_voice
from assistant.speech.vosk_model import VoskModel

VOICES = ("espeak:en-us", "flite:slt")
RATES = (1.0,)
DELAY_SECONDS = 0.06
FLOOR_RMS = 3.0
WARM_UP_SECONDS = 10.0
EVERY_SECONDS = 2.6
LATE_SECONDS = 0.8
CONDITIONS = ",".join(f"{c}:{g}:0" for g in (-6, 0, -12) for c in ("none", "speex", "webrtc"))


@dataclass(frozen=True, slots=True)
class Condition:
    """What is between the loudspeaker and the recognizer."""

    canceller: str
    gain_db: float
    drift_ppm: float
    kind: str = ""

    @classmethod
    def named(cls, name: str) -> Condition:
        """Read CANCELLER:GAIN_DB:DRIFT_PPM[:KIND]."""
        canceller, gain_db, drift_ppm, *kind = name.split(":")
        return cls(canceller, float(gain_db), float(drift_ppm), *kind)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it. `echo_left_db` is how much of the echo's power is left where nobody speaks."""

    condition: Condition
    seconds: float
    stops: int
    missed: int
    false_reflexes: int
    echo_left_db: float
    canceller_ms_per_block: float


def main() -> int:
    """Run the conditions; print a line each, and write them all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path)
    parser.add_argument(
        "--list", type=Path, help="the recordings to take, a path relative to RECORDINGS a line"
    )
    parser.add_argument("--impulse-response", type=Path)
    parser.add_argument("--conditions", default=CONDITIONS)
    parser.add_argument("--every", type=int, default=1, help="take every n-th recording")
    parser.add_argument("--alone", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    bench = Bench(options.impulse_response)
    files = _files(options.recordings, options.list)[:: options.every]
    stops = [] if options.alone else [leveled(read_audio(file)) for file in files]
    results = []
    for name in options.conditions.split(","):
        results.append(bench.run(Condition.named(name), stops, options.alone))
        print(name, json.dumps(asdict(results[-1])), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
    return 0


class Bench:
    """Holds what the conditions share: model, phrases, our own voice."""

    def __init__(self, impulse_response: Path | None) -> None:
        self._pack, self._routines = load_content(Config(), print)
        self._model = VoskModel(find_speech_model(None).path)
        self._own_voice = self._speak()
        self._room = None if impulse_response is None else read_audio(impulse_response).astype(np.float64)

    def _speak(self) -> np.ndarray:
        """About twenty-five minutes of prompts, in each voice and rate by turns."""
        texts = [saying.text for saying in everything_said(self._pack, self._routines, numbers=(20,))]
        order = np.random.default_rng(1).permutation(len(texts))
        voices = [open_voice(name) for name in VOICES]
        cache = PromptCache(default_folder(), on_trouble=print)
        pieces = []
        for rate in RATES:
            for voice in voices:
                for index in order:
                    pieces += [speech.samples for speech in _spoken(voice, texts[index], rate, cache)]
                    pieces.append(bytes(round(0.15 * SAMPLE_RATE_HZ) * 2))
        return np.frombuffer(b"".join(pieces), np.int16)

    def run(self, condition: Condition, stops: list[np.ndarray], alone_seconds: float) -> Result:
        """One condition: sound through canceller and recognizer, and what was understood when."""
        seconds = alone_seconds or WARM_UP_SECONDS + EVERY_SECONDS * len(stops)
        far = np.resize(self._own_voice, round(seconds / BLOCK_SECONDS) * BLOCK_BYTES // 2)
        echo = self._echo(far, condition)
        near = echo + np.random.default_rng(2).normal(0, FLOOR_RMS, len(far))
        starts = [WARM_UP_SECONDS + EVERY_SECONDS * i for i in range(len(stops))]
        quiet = np.ones(len(far), bool)
        for start, stop in zip(starts, stops, strict=True):
            at = round(start * SAMPLE_RATE_HZ)
            part = stop[: len(far) - at]
            near[at : at + len(part)] += part
            quiet[at : at + len(part)] = False
        near_samples = np.clip(np.rint(near), -32768, 32767).astype(np.int16)
        cleaned, ms = _cancel(condition.canceller, near_samples, far)
        quiet[: round(WARM_UP_SECONDS * SAMPLE_RATE_HZ)] = False
        left = np.mean(cleaned[quiet].astype(float) ** 2) / np.mean(near_samples[quiet].astype(float) ** 2)
        moments = _reflexes(cleaned, VoskRecognizer(self._model), self._pack.table)
        spans = [
            (start, start + len(stop) / SAMPLE_RATE_HZ + LATE_SECONDS)
            for start, stop in zip(starts, stops, strict=True)
        ]
        heard = sum(any(a <= moment <= b for moment in moments) for a, b in spans)
        false = sum(not any(a <= moment <= b for a, b in spans) for moment in moments)
        missed = len(stops) - heard
        left_db = round(float(10 * np.log10(left)), 1)
        return Result(condition, round(seconds, 1), len(stops), missed, false, left_db, round(ms, 3))

    def _echo(self, far: np.ndarray, condition: Condition) -> np.ndarray:
        """What of our voice reaches the microphone."""
        sound = far.astype(np.float64)
        if condition.kind == "distorted":
            sound = np.tanh(sound / 16_384) * 16_384
        if condition.drift_ppm:
            sound = soxr.resample(sound, 1e6, 1e6 + condition.drift_ppm, "VHQ")
        sound = np.concatenate([np.zeros(round(DELAY_SECONDS * SAMPLE_RATE_HZ)), sound])
        if condition.kind == "room" and self._room is not None:
            response = self._room / np.sqrt(np.sum(self._room**2))
            size = 1 << (len(sound) + len(response)).bit_length()
            sound = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
        echo = np.zeros(len(far))
        count = min(len(far), len(sound))
        echo[:count] = sound[:count]
        return echo * 10 ** (condition.gain_db / 20)


def _spoken(voice: Voice, text: str, rate: float, cache: PromptCache) -> tuple[Speech, ...]:
    key = prompt_key(voice.id, text, rate)
    pieces = cache.get(key)
    if pieces is None:
        pieces = tuple(voice.synthesize(text, rate))
        cache.put(key, pieces)
    return pieces


def _files(folder: Path, listed: Path | None) -> list[Path]:
    if listed is not None:
        return [folder / line for line in listed.read_text(encoding="utf-8").splitlines() if line]
    return sorted(path for path in folder.rglob("*") if path.suffix in (".wav", ".flac", ".ogg"))


def _cancel(name: str, near: np.ndarray, far: np.ndarray) -> tuple[np.ndarray, float]:
    """The microphone's sound without echo, and the CPU milliseconds that a block took."""
    canceller, cleaned = open_canceller(name), []
    heard, played = near.tobytes(), far.tobytes()
    began = time.thread_time()
    for start in range(0, len(heard), BLOCK_BYTES):
        block = slice(start, start + BLOCK_BYTES)
        cleaned.append(canceller.cancel(heard[block], played[block]))
    used_seconds = time.thread_time() - began
    return np.frombuffer(b"".join(cleaned), np.int16), used_seconds * 1000 / len(cleaned)


def _reflexes(samples: np.ndarray, recognizer: VoskRecognizer, table: PhraseTable) -> list[float]:
    """When, in seconds, a safety phrase was understood."""
    hearing, listener, moments = HearingPath(recognizer, table), Listener(table), []
    hearing.listen_for(Intent)
    sound = samples.tobytes()
    for start in range(0, len(sound), BLOCK_BYTES):
        for hypothesis in hearing.accept(sound[start : start + BLOCK_BYTES]):
            match = listener.interpret(hypothesis, Intent)
            if isinstance(match, Match) and table.find_safety(hypothesis.words):
                moments.append(hypothesis.at_seconds)
    return moments


if __name__ == "__main__":
    sys.exit(main())
