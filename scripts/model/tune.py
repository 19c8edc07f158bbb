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
import judging
import numpy as np
import torch
import transducer
from network import JUDGE, trained
from phones import JUDGED_PDF_COUNT, PDF_COUNT

from assistant.core.intents import Intent
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.languages.packs import load_language
from assistant.speech.bench_audio import (
    CONDITIONS,
    LEAD_SECONDS,
    Recordings,
    read_recordings,
    word_end_seconds,
)
from assistant.speech.bench_ear import Ear
from assistant.speech.benchmark import STOP, closed_set
from assistant.speech.hearing import session_grammar
from assistant.speech.vosk.model import VoskModel

NOISY = "kitchen 10 dB"


@dataclass(frozen=True, slots=True)
class Setting:
    """One operating point: the graph's costs and the decoder's options."""

    costs: transducer.Costs = field(default_factory=transducer.Costs)
    options: export.Options = field(default_factory=export.Options)


def try_setting(
    network_path: Path, judge_path: Path | None, setting: Setting, recordings: Recordings, every: int
) -> dict[str, float]:
    """Decode every `every`-th "stop", clean and noisy, and the running speech.

    Returns the share of the closed set that is right, shares missed of confirmed clips, and alarms per hour:
    by final texts that are exactly "stop", and as the reflex believes it.
    """
    torch.set_num_threads(1)
    table = load_language("en").table
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        export.write(folder, *trained(network_path, PDF_COUNT), setting.options)
        if judge_path is not None:
            judging.write(folder, *trained(judge_path, JUDGED_PDF_COUNT, JUDGE))
        graph.build(folder, costs=setting.costs)
        model = VoskModel(folder)
    ear = Ear(model, session_grammar(table, Intent), table)
    right = closed_set(model, recordings, table)[""]
    found = {"closed set right": right.count / right.total}
    clips = [clip for clip in recordings.commands(STOP) if clip.confirmed][::every]
    for name in ("clean", NOISY):
        condition = next(c for c in CONDITIONS if c.name == name)
        heard = [ear.hear(recordings.heard(clip, condition, seed)) for seed, clip in enumerate(clips)]
        found[f"exact missed {name}"] = float(np.mean([not h.said(STOP) for h in heard]))
        at = [h.believed_at(Intent.STOP) for h in heard]
        found[f"believed missed {name}"] = float(np.mean([a is None for a in at]))
        if name == "clean":
            late = (
                a - LEAD_SECONDS - word_end_seconds(clip.samples())
                for a, clip in zip(at, clips, strict=True)
                if a is not None
            )
            found["delay seconds"] = float(np.median(list(late)))
    spoken = [clip.samples() for clip in recordings.negatives("librispeech")][::every]
    hours = sum(map(len, spoken)) / SAMPLE_RATE_HZ / 3600
    heard = [ear.hear(samples) for samples in spoken]
    found["exact alarms"] = sum(h.finals.count(STOP) for h in heard) / hours
    believed = [intent for h in heard for intent, _ in h.believed]
    found["believed alarms"] = believed.count(Intent.STOP) / hours
    found["believed alarms of any kind"] = len(believed) / hours
    found["real-time factor"] = ear.busy_seconds / ear.sound_seconds
    return found


def _job(job: tuple[Path, Path | None, Setting, Path, int]) -> tuple[Setting, dict[str, float]]:
    network_path, judge_path, setting, audio, every = job
    return setting, try_setting(network_path, judge_path, setting, read_recordings(audio), every)


def settings(grid: dict[str, list[float]]) -> list[Setting]:
    """All combinations of the grid's values; keys are fields of Costs or Options."""
    found = [Setting()]
    for name, values in grid.items():
        found = [_with(setting, name, value) for setting in found for value in values]
    return found


def _with(setting: Setting, name: str, value: float) -> Setting:
    if name in transducer.Costs.__dataclass_fields__:
        return replace(setting, costs=replace(setting.costs, **{name: value}))
    return replace(setting, options=replace(setting.options, **{name: value}))


def main() -> None:
    """Try a grid of settings."""
    parser = argparse.ArgumentParser(description="Try operating points on the development set.")
    parser.add_argument("network", type=Path)
    parser.add_argument("--judge", type=Path, help="the judge's network; the built-in one's without it")
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--grid", type=json.loads, required=True, help='such as {"unknown_phone": [2, 3]}')
    parser.add_argument("--every", type=int, default=1, help="only every n-th clip")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    same = arguments.network, arguments.judge
    jobs = [(*same, s, arguments.audio, arguments.every) for s in settings(arguments.grid)]
    with Pool(arguments.processes) as pool:
        for setting, point in pool.imap(_job, jobs):
            every = asdict(setting.costs) | asdict(setting.options)
            chosen = {name: every[name] for name in arguments.grid}
            sys.stdout.write(json.dumps(chosen | {k: round(v, 4) for k, v in point.items()}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
