"""The operating point: what "stop" misses against what it makes up, for several costs of the graph.

Builds a model folder for each setting and decodes the development set with it. Writes one line of JSON per
setting: `scripts/model/build tune --help`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import Pool
from pathlib import Path

import export
import graph
import numpy as np
from phones import PDF_COUNT

from assistant.core.intents import Intent
from assistant.speech.bench_audio import CONDITIONS, Recordings, read_recordings
from assistant.speech.benchmark import STOP, Ear, short_grammar
from assistant.speech.vosk_model import VoskModel

NOISY = "kitchen 10 dB"


@dataclass(frozen=True, slots=True)
class Setting:
    """One operating point: the graph's costs and the decoder's options."""

    costs: graph.Costs = field(default_factory=graph.Costs)
    options: export.Options = field(default_factory=export.Options)


@dataclass(frozen=True, slots=True)
class Point:
    """What a setting gave: shares missed, of confirmed clips, and alarms per hour of running speech."""

    missed_exact: float
    missed_exact_noisy: float
    alarms_exact: float
    missed_safety: float
    missed_safety_noisy: float
    alarms_safety: float
    missed_loose: float


def try_setting(network_path: Path, setting: Setting, recordings: Recordings, every: int = 1) -> Point:
    """Decode every `every`-th "stop", clean and noisy, and the running speech."""
    import torch
    from network import load

    torch.set_num_threads(1)
    table = graph.language_pack("en")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        priors = np.load(network_path.with_suffix(".priors.npy"))
        export.write(folder, load(network_path, PDF_COUNT), priors, setting.options)
        graph.build(folder, costs=setting.costs)
        model = VoskModel(folder)
        short, full = Ear(model, table, short_grammar(table)), Ear(model, table, table.grammar(Intent))
    shares = []
    clips = [c for c in recordings.commands(STOP) if c.confirmed][::every]
    for name in ("clean", NOISY):
        condition = next(c for c in CONDITIONS if c.name == name)
        heard = [recordings.heard(clip, condition, seed) for seed, clip in enumerate(clips)]
        exact = [short.hear(samples) for samples in heard]
        safety = [full.hear(samples).alarm_seconds([Intent.STOP]) for samples in heard]
        shares.append(
            (
                np.mean([not h.said(STOP) for h in exact]),
                np.mean([at is None for at in safety]),
                np.mean([not h.safety for h in exact]),
            )
        )
    exact_alarms = safety_alarms = 0
    hours = 0.0
    for clip in recordings.negatives("librispeech"):
        samples = clip.samples()
        hours += len(samples) / 16_000 / 3600
        exact_alarms += short.hear(samples).finals.count(STOP)
        safety_alarms += [i for i, _ in full.hear(samples).safety].count(Intent.STOP)
    (exact_clean, safety_clean, loose), (exact_noisy, safety_noisy, _) = shares
    return Point(
        float(exact_clean), float(exact_noisy), exact_alarms / hours,
        float(safety_clean), float(safety_noisy), safety_alarms / hours, float(loose),
    )  # fmt: skip


def _job(job: tuple[Path, Setting, Path, int]) -> tuple[Setting, Point]:
    network_path, setting, audio, every = job
    return setting, try_setting(network_path, setting, read_recordings(audio), every)


def settings(grid: dict[str, list[float]]) -> list[Setting]:
    """All combinations of the grid's values; keys are fields of Costs or Options."""
    found = [Setting()]
    for name, values in grid.items():
        found = [_with(setting, name, value) for setting in found for value in values]
    return found


def _with(setting: Setting, name: str, value: float) -> Setting:
    if name in graph.Costs.__dataclass_fields__:
        return replace(setting, costs=replace(setting.costs, **{name: value}))
    return replace(setting, options=replace(setting.options, **{name: value}))


def main() -> None:
    """Try a grid of settings."""
    parser = argparse.ArgumentParser(description="Try operating points on the development set.")
    parser.add_argument("network", type=Path)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--grid", type=json.loads, required=True, help='such as {"unknown_phone": [2, 3]}')
    parser.add_argument("--every", type=int, default=1, help='only every n-th "stop"')
    arguments = parser.parse_args()
    jobs = [(arguments.network, s, arguments.audio, arguments.every) for s in settings(arguments.grid)]
    with Pool(os.cpu_count()) as pool:
        for setting, point in pool.imap(_job, jobs):
            every = asdict(setting.costs) | asdict(setting.options)
            chosen = {name: every[name] for name in arguments.grid}
            sys.stdout.write(json.dumps(chosen | {k: round(v, 4) for k, v in asdict(point).items()}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
