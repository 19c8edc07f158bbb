"""The operating point: what "stop" misses against what it makes up, for several costs of the graph.

Builds a model folder for each setting and measures it on the development set, in the virtual room. Writes one
line of JSON per setting: `scripts/model/build tune --help`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
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
from assistant.core.understanding import find_safety
from assistant.languages.packs import load_language
from scripts.measure.measuring import Outcome
from scripts.measure.processes import Run, measure
from scripts.measure.trials import STOP, chosen

CLEAN, WORDS, READING = "clean", "twelve words", "others' reading"
NOISY = "kitchen 10 dB"


@dataclass(frozen=True, slots=True)
class Setting:
    """One operating point: the graph's costs and the decoder's options."""

    costs: transducer.Costs = field(default_factory=transducer.Costs)
    options: export.Options = field(default_factory=export.Options)


def try_setting(
    network_path: Path, judge_path: Path | None, setting: Setting, audio: Path, every: int
) -> dict[str, float]:
    """Hear every `every`-th "stop", clean and noisy, the twelve words and the running speech.

    Returns the share of the closed set that is right, shares missed of confirmed clips, and alarms per hour:
    by final texts that are exactly "stop", and as the reflex believes it.
    """
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        export.write(folder, *trained(network_path, PDF_COUNT), setting.options)
        if judge_path is not None:
            judging.write(folder, *trained(judge_path, JUDGED_PDF_COUNT, JUDGE))
        graph.build(folder, costs=setting.costs)
        trials = chosen(",".join((CLEAN, NOISY, WORDS, READING)), quick=False)
        run = Run((audio,), trials, every=every, processes=1, model=folder, own_voice=False)
        outcomes = measure(run, lambda line: None)
    return _point(outcomes)


def _point(outcomes: Sequence[Outcome]) -> dict[str, float]:
    heard = {name: [one for one in outcomes if one.trial == name] for name in (CLEAN, NOISY, WORDS, READING)}
    spoken = {name: [one for piece in pieces for one in piece.spoken] for name, pieces in heard.items()}
    found = {"closed set right": float(np.mean([one.right for one in spoken[WORDS]]))}
    for name in (CLEAN, NOISY):
        stops = [one for one in spoken[name] if one.confirmed]
        found[f"exact missed {name}"] = float(np.mean([not one.exact for one in stops]))
        decided = [one.decided_seconds for one in stops if one.decided_seconds is not None]
        found[f"believed missed {name}"] = 1 - len(decided) / len(stops)
        if name == CLEAN:
            found["delay seconds"] = float(np.median(decided))
    table = load_language("en").table
    hours = sum(piece.seconds for piece in heard[READING]) / 3600
    believed = [find_safety(tuple(one.split()), table) for piece in heard[READING] for one in piece.made_up]
    found["exact alarms"] = sum(one.finals.count(STOP) for one in spoken[READING]) / hours
    found["believed alarms"] = sum(one is not None and one.intent is Intent.STOP for one in believed) / hours
    found["believed alarms of any kind"] = len(believed) / hours
    seconds = sum(piece.seconds for piece in outcomes)
    found["real-time factor"] = sum(piece.busy_seconds for piece in outcomes) / seconds
    return found


def _job(job: tuple[Path, Path | None, Setting, Path, int]) -> tuple[Setting, dict[str, float]]:
    network_path, judge_path, setting, audio, every = job
    return setting, try_setting(network_path, judge_path, setting, audio, every)


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
