"""Phrases that no human recorded, on synthetic voices that training never heard: clean and in noise.

Recordings of humans are measured by `limber bench model`; these figures are about machines' voices only.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import synthesis
from corpus import SAMPLE_RATE_HZ
from noises import dishes, level, water

from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.languages.packs import load_language
from assistant.speech.bench_audio import active_rms
from assistant.speech.bench_ear import Ear
from assistant.speech.benchmark import Share
from assistant.speech.hearing import session_grammar
from assistant.speech.vosk.model import VoskModel

NOISY_DB = 10.0
SEED = 4


def heard(samples: np.ndarray, snr_db: float | None, rng: np.random.Generator) -> np.ndarray:
    """The clip with half a second of quiet before and a second after it, in synthetic noise if asked for."""
    whole = np.concatenate([np.zeros(SAMPLE_RATE_HZ // 2), samples / 4.0, np.zeros(SAMPLE_RATE_HZ)])
    whole += rng.normal(0, 3, len(whole))
    if snr_db is not None:
        noise = level(water(len(whole), rng)) + level(dishes(len(whole), rng))
        whole += level(noise) * active_rms(samples / 4.0) * 10 ** (-snr_db / 20)
    return np.clip(np.round(whole), -32768, 32767).astype(np.int16)


def main() -> None:
    """Print how many phrases of each intent are understood."""
    parser = argparse.ArgumentParser(description="Measure a model on synthetic voices that it never heard.")
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    table = load_language("en").table
    ear = Ear(VoskModel(arguments.model), session_grammar(table, Intent), table)
    rng, noise_rng = random.Random(SEED), np.random.default_rng(SEED)
    said = []
    for intent, patterns in table.phrases.items():
        plain = [p for p in patterns if "{" not in p]
        chosen = plain if intent in SAFETY_INTENTS else plain[:3]
        said += [(str(intent), phrase, manner) for phrase in chosen for manner in synthesis.held_manners(rng)]
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for utterance, samples in synthesis.synthesize(said):
        intent = Intent(utterance.kind)
        for name, snr_db in (("clean", None), (f"kitchen-like {NOISY_DB:.0f} dB", NOISY_DB)):
            found = ear.hear(heard(samples, snr_db, noise_rng))
            if intent in SAFETY_INTENTS:
                understood = bool(found.believed)
            else:
                match = table.match(tuple(" ".join(found.finals).split()))
                understood = match is not None and match.intent is intent
            for group in (utterance.kind, f"voice {utterance.speaker.split(':')[0]}", "all"):
                total[name, group] += 1
                right[name, group] += understood
    for name, group in total:
        share = Share(right[name, group], total[name, group])
        low, high = share.interval()
        row = {"condition": name, "group": group, "right": share.count, "of": share.total}
        sys.stdout.write(json.dumps(row | {"low": round(low, 3), "high": round(high, 3)}) + "\n")


if __name__ == "__main__":
    main()
