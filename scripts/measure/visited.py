"""scripts/measure/run visited: whole sessions while others talk and nobody says a word to Limber.

What they bring about is the talk's doing: it should be nothing. Runs on the main thread.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile as sf
import typer

from assistant.cli import output
from assistant.core.intents import SAFETY_INTENTS
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import HearingError
from assistant.simulate.rehearsal import Rehearsal, open_engines
from assistant.simulate.scene import Scene
from assistant.speech.engines import open_voice
from assistant.speech.vosk.model import same_dither
from scripts.measure.clips import Clip, active_rms, read_clips
from scripts.measure.material import in_folders
from scripts.measure.trials import LEARNERS, READING

TALK = (*READING, *LEARNERS, "negatives/an4", "negatives/ljspeech", "negatives/librivox")
TALK_RMS = 2000.0
LONGEST_GAP_SECONDS = 1.2
ECHO_GAIN_DB = -20.0


@dataclass(frozen=True, slots=True)
class Visited:
    """What talk made of a session: how it ended, after how long, and what was heard in it."""

    reason: str
    seconds: float
    safety: tuple[str, ...]
    commands: tuple[str, ...]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("visited")(visited)


def visited(
    audio: Annotated[
        list[Path], typer.Option(metavar="DIR", help="Recordings with a manifest.csv; repeatable.")
    ],
    sessions: Annotated[int, typer.Option(min=1, metavar="N", help="So many sessions.")] = 10,
    routine: Annotated[str, typer.Option(metavar="ID", help="Of this routine.")] = "whole-spine",
    snr_db: Annotated[float, typer.Option(help="How much softer the talk is than a person would be.")] = 10.0,
) -> None:
    """Run sessions in which nobody says anything, while others talk; show what that brings about."""
    talk = in_folders([clip for folder in audio for clip in read_clips(folder)], TALK)
    if not talk:
        raise HearingError("recordings", f"{', '.join(map(str, audio))}: nobody talks in these recordings.")
    found = []
    for seed in range(sessions):
        found.append(_session(talk, seed, routine, snr_db))
        one = found[-1]
        said = (f"{name}: {', '.join(getattr(one, name)) or 'none'}" for name in ("safety", "commands"))
        output.out.print(f"{one.seconds / 60:.1f} minutes, ended: {one.reason}; {'; '.join(said)}")
    hours = sum(one.seconds for one in found) / 3600
    whole = sum(one.reason == "completed" for one in found)
    safety, commands = (sum(len(getattr(one, kind)) for one in found) for kind in ("safety", "commands"))
    heard = f"{safety} safety phrases, {commands} commands"
    output.out.print(f"{whole} of {sessions} went to their end. In {hours:.1f} hours: {heard}.")


def _session(talk: Sequence[Clip], seed: int, routine: str, snr_db: float) -> Visited:
    same_dither(1)
    with tempfile.TemporaryDirectory(prefix="limber-visited-") as folder:
        sound = Path(folder) / "talk.wav"
        sf.write(sound, _talking(talk, seed), SAMPLE_RATE_HZ)
        room = {"noise": sound, "snr_db": snr_db, "echo_gain_db": ECHO_GAIN_DB}
        scene = Scene.model_validate({"routine": routine, "seed": seed, "room": room})
        engines = open_engines(scene, output.configuration(), open_voice("flite"), output.note)
        rows = Rehearsal(scene, engines, lambda row: None, output.note).run().rows
    heard = [row for row in rows if row["kind"] == "heard"]
    is_safety = [row["intent"] in SAFETY_INTENTS or row["source"] == "partial" for row in heard]
    end = next(row for row in rows if row["kind"] == "end")
    return Visited(
        str(end["reason"]),
        float(str(end["t"])),
        tuple(str(row["phrase"]) for row, safety in zip(heard, is_safety, strict=True) if safety),
        tuple(str(row["phrase"]) for row, safety in zip(heard, is_safety, strict=True) if not safety),
    )


def _talking(talk: Sequence[Clip], seed: int) -> np.ndarray:
    """One after the other, all equally loud, in an order of the seed's."""
    rng = np.random.default_rng(seed)
    parts = []
    for at in rng.permutation(len(talk)):
        samples = talk[at].samples().astype(np.float64)
        parts.append(samples * TALK_RMS / max(active_rms(samples), 1.0))
        parts.append(np.zeros(round(rng.uniform(0.1, LONGEST_GAP_SECONDS) * SAMPLE_RATE_HZ)))
    return np.asarray(np.clip(np.concatenate(parts), -32768, 32767), np.int16)
