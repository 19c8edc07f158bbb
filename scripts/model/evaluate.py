"""Phrases that no human recorded, on synthetic voices that training never heard: clean and in noise.

Recordings of humans are measured by `scripts/measure/run model`; these figures are about machines alone.
Each phrase is heard in the virtual room from a fresh start.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile as sf
import synthesis
from corpus import SAMPLE_RATE_HZ
from noises import dishes, level, water

from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.phrases import PhraseTable
from assistant.languages.packs import load_language
from assistant.speech.engines import open_model
from scripts.measure.clips import Clip
from scripts.measure.intervals import Share
from scripts.measure.material import Backgrounds, Piece
from scripts.measure.measuring import Spoken, Tools, hear_piece
from scripts.measure.trials import Kind, Trial

NOISY_DB = 10.0
SEED = 4
NOISE_SECONDS = 60
NOISE_RMS = 1000.0
TRIALS = (
    Trial("clean", Kind.SAID),
    Trial(f"kitchen-like {NOISY_DB:.0f} dB", Kind.SAID, background="kitchen", snr_db=NOISY_DB),
)


def phrases(table: PhraseTable, folder: Path) -> Iterator[tuple[Intent, Clip]]:
    """Every safety phrase and some of the others, each by several voices, with what it means."""
    rng, said = random.Random(SEED), []
    for intent, patterns in table.phrases.items():
        plain = [p for p in patterns if "{" not in p]
        wanted = plain if intent in SAFETY_INTENTS else plain[:3]
        said += [(str(intent), phrase, manner) for phrase in wanted for manner in synthesis.held_manners(rng)]
    for number, (utterance, samples) in enumerate(synthesis.synthesize(said)):
        path = folder / f"{number}.wav"
        sf.write(path, samples, SAMPLE_RATE_HZ)
        yield Intent(utterance.kind), Clip(path, "", utterance.text, utterance.speaker, "")


def noise(folder: Path) -> Clip:
    """A minute of water and dishes, made from nothing."""
    rng, count = np.random.default_rng(SEED), NOISE_SECONDS * SAMPLE_RATE_HZ
    made = level(level(water(count, rng)) + level(dishes(count, rng))) * NOISE_RMS
    sf.write(folder / "noise.wav", made.clip(-32768, 32767).astype(np.int16), SAMPLE_RATE_HZ)
    return Clip(folder / "noise.wav", "noise/ambient", "", "", "")


def is_understood(intent: Intent, spoken: Spoken, table: PhraseTable) -> bool:
    """A safety phrase: believed; any other: what it means is what the final texts mean."""
    if intent in SAFETY_INTENTS:
        return spoken.decided_seconds is not None
    match = table.match(tuple(" ".join(spoken.finals).split()))
    return match is not None and match.intent is intent


def main() -> None:
    """Print how many phrases of each intent are understood."""
    parser = argparse.ArgumentParser(description="Measure a model on synthetic voices that it never heard.")
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    table, model = load_language("en").table, open_model(str(arguments.model))
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(model, table, Backgrounds((noise(Path(folder)),), (), ()), None)
        for number, (intent, clip) in enumerate(phrases(table, Path(folder))):
            for trial in TRIALS:
                (spoken,) = hear_piece(Piece(trial, number, (clip,), 0.0), tools).spoken
                for group in (str(intent), f"voice {clip.speaker.split(':')[0]}", "all"):
                    total[trial.name, group] += 1
                    right[trial.name, group] += is_understood(intent, spoken, table)
    for name, group in total:
        share = Share(right[name, group], total[name, group])
        low, high = share.interval()
        row = {"condition": name, "group": group, "right": share.count, "of": share.total}
        sys.stdout.write(json.dumps(row | {"low": round(low, 3), "high": round(high, 3)}) + "\n")


if __name__ == "__main__":
    main()
