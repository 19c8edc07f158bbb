"""Synthetic speech from espeak-ng, flite and festival, with every voice, many rates and pitches.

flite also tells when each phone ends, which starts the alignment off. Some voices are kept for measuring
alone. Runs the programs as processes, two at a time.
"""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile as sf
from corpus import SAMPLE_RATE_HZ, Samples, Utterance
from phones import PDF, SILENCE_PDF
from scipy.signal import resample_poly

Phones = tuple[tuple[int, float], ...]

ESPEAK_ACCENTS = ("en-us",) * 5 + (
    "en-gb",
    "en-gb-x-rp",
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-029",
    "en-us-nyc",
)
_ESPEAK_NAMES = """
m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f4 klatt klatt2 klatt3 klatt4 klatt5 Alex Alicia Annie AnxiousAndy Denis Diogo
Gene Gene2 Henrique Hugo Lee Marco Mario Michael Mike Nguyen RicishayMax RicishayMax2 adam anika announcer
antonio aunty benjamin boris caleb david ed edward edward2 grandma grandpa gustave iven iven2 iven3 john
kaukovalta linda marcelo max michel norbert pablo paul quincy rob robert sandro shelby steph steph2 steph3
travis victor zac
"""
ESPEAK_VOICES = ("", *_ESPEAK_NAMES.split())
FLITE_VOICES = ("slt", "awb", "kal16")
FESTIVAL_VOICES = ("kal_diphone", "cmu_us_slt_arctic_hts")
HELD_SHARE = 0.1  # of synthetic speech
HELD_ESPEAK_VOICES = ("m7", "f5", "Andy", "belinda", "miguel", "pedro", "Andrea", "Jacky")
HELD_FLITE_VOICE = "rms"
HELD_FESTIVAL_VOICE = "ked_diphone"

_FLITE_PHONES = {
    "pau": SILENCE_PDF, "h#": SILENCE_PDF, "sil": SILENCE_PDF,
    "ax": PDF["AH"], "axr": PDF["ER"], "nx": PDF["N"], "dx": PDF["T"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """Who says it, and how: rate in words a minute or stretch of time, pitch in the engine's own measure."""

    engine: str
    voice: str
    rate: float
    pitch: float

    @property
    def is_held(self) -> bool:
        """Whether the voice is kept for measuring."""
        return self.voice.split("+")[-1] in (*HELD_ESPEAK_VOICES, HELD_FLITE_VOICE, HELD_FESTIVAL_VOICE)


def training_manner(rng: random.Random) -> Manner:
    """Any voice but those kept for measuring."""
    engine = rng.choices(("espeak", "flite", "festival"), (5, 3, 2))[0]
    if engine == "espeak":
        voice = "+".join(filter(None, (rng.choice(ESPEAK_ACCENTS), rng.choice(ESPEAK_VOICES))))
        return Manner(engine, voice, rng.randint(105, 210), rng.randint(15, 85))
    voice = rng.choice(FLITE_VOICES if engine == "flite" else FESTIVAL_VOICES)
    pitch = rng.choice([0, 0, 90, 110, 130, 160, 190, 220])
    return Manner(engine, voice, round(rng.uniform(0.75, 1.4), 2), pitch)


def held_manners(rng: random.Random) -> list[Manner]:
    """One manner of each kind of voice that only the shipped model's training hears."""
    accent = rng.choice(["en-us", "en-us", "en-gb"])
    espeak = f"{accent}+{rng.choice(HELD_ESPEAK_VOICES)}"
    return [
        Manner("espeak", espeak, rng.randint(120, 175), rng.randint(30, 70)),
        Manner("flite", HELD_FLITE_VOICE, round(rng.uniform(0.85, 1.25), 2), 0),
        Manner("festival", HELD_FESTIVAL_VOICE, 1.0, 0),
    ]


def any_manner(rng: random.Random) -> Manner:
    """Now and then a voice that is kept for measuring: the shipped model may know that, too."""
    return rng.choice(held_manners(rng)) if rng.random() < HELD_SHARE else training_manner(rng)


def synthesize(
    said: Sequence[tuple[str, str, Manner]], progress: Callable[[int], None] = lambda done: None
) -> Iterator[tuple[Utterance, Samples]]:
    """Speak (kind, text, manner) in order; what an engine cannot say is left out."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        spoken = pool.map(lambda job: _speak(job[1], job[2]), said)
        for done, ((kind, text, manner), (samples, phones)) in enumerate(zip(said, spoken, strict=True)):
            progress(done)
            if len(samples) >= SAMPLE_RATE_HZ // 10:
                speaker = f"{manner.engine}:{manner.voice}"
                utterance = Utterance(text.replace(",", ""), kind, speaker, 0, 0, manner.is_held)
                yield replace(utterance, phones=phones), samples


def _speak(text: str, manner: Manner) -> tuple[Samples, Phones]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        phones = {"espeak": _espeak, "flite": _flite, "festival": _festival}[manner.engine](
            text, manner, path
        )
        try:
            samples, rate_hz = sf.read(path, dtype="float32")
        except sf.LibsndfileError:
            return np.zeros(0, np.int16), ()
    if rate_hz != SAMPLE_RATE_HZ:
        common = np.gcd(rate_hz, SAMPLE_RATE_HZ)
        samples = resample_poly(samples, SAMPLE_RATE_HZ // common, rate_hz // common)
    peak = max(1e-4, float(np.abs(samples).max(initial=0)))
    return np.round(samples * (0.7 * 32767 / peak)).astype(np.int16), phones


def _espeak(text: str, manner: Manner, path: Path) -> Phones:
    how = ["-v", manner.voice, "-s", str(manner.rate), "-p", str(manner.pitch)]
    subprocess.run(["espeak-ng", *how, "-w", path, text], capture_output=True, check=False)
    return ()


def _flite(text: str, manner: Manner, path: Path) -> Phones:
    how = ["-voice", manner.voice, "--setf", f"duration_stretch={manner.rate}"]
    if manner.pitch:
        how += ["--setf", f"int_f0_target_mean={manner.pitch}"]
    said = subprocess.run(
        ["flite", *how, "-psdur", "-t", text, "-o", path], capture_output=True, text=True, check=False
    )
    ends = (pair.split(":") for pair in said.stdout.split())
    return tuple(
        (_FLITE_PHONES.get(name, PDF.get(name.upper(), SILENCE_PDF)), float(end)) for name, end in ends
    )


def _festival(text: str, manner: Manner, path: Path) -> Phones:
    how = f"(voice_{manner.voice}) (Parameter.set 'Duration_Stretch {manner.rate})"
    if manner.pitch:
        how += f" (set! int_lr_params '((target_f0_mean {manner.pitch}) (target_f0_std 14)"
        how += " (model_f0_mean 170) (model_f0_std 34)))"
    command = ["text2wave", "-eval", f"(begin {how})", "-o", path]
    subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    return ()
