"""scripts/measure/run visited: whole sessions while others talk, a television for one.

Nobody says a word to Limber, or a person says what it takes to get through, and nothing else. All other that
is heard is the talk's doing: it should be nothing. Runs on the main thread.
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
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.core.states import State
from assistant.errors import HearingError
from assistant.simulate.rehearsal import Rehearsal, open_engines
from assistant.simulate.scene import Scene
from assistant.simulate.timeline import Row
from assistant.speech.engines import open_voice
from assistant.speech.vosk.model import same_dither
from scripts.measure.clips import Clip, active_rms, read_clips
from scripts.measure.material import in_folders
from scripts.measure.trials import LEARNERS, READING

TALK = (*READING, *LEARNERS, "negatives/an4", "negatives/ljspeech", "negatives/librivox")
TALK_RMS = 2000.0
LONGEST_GAP_SECONDS = 1.2
ECHO_GAIN_DB = -20.0
VOICES = ("en-us+f3", "en-gb+m5", "en-us+m2", "en-gb+f1", "en-us+Andrea")
ANSWER_SECONDS, AGAIN_SECONDS, MOST_TIMES = 6.0, 8.0, 6
SAYS = {
    State.TRANSFERRING: ("ready", Intent.READY),
    State.SETTLING: ("ready", Intent.READY),
    State.PAUSED: ("continue", Intent.RESUME),
    State.ASLEEP: ("continue", Intent.RESUME),
    State.HELPING: ("no", Intent.NO),
    State.FINISHING: ("no", Intent.NO),
    State.SCORING: ("zero", Intent.NUMBER),
    State.SPREADING: ("no", Intent.NO),
    State.DECIDING: ("yes", Intent.YES),
}
"""What the person says in each state, after ANSWER_SECONDS and again every AGAIN_SECONDS, and its meaning."""
UNDERSTOOD_SECONDS = 4.0
"""What was meant is heard so soon after somebody began to say it."""


@dataclass(frozen=True, slots=True)
class Visited:
    """What talk made of a session: how it ended, after how long, and what was heard in it that nobody said.

    Of the `said` words of the person, so many were `understood`.
    """

    reason: str
    seconds: float
    safety: tuple[str, ...]
    commands: tuple[str, ...]
    said: int
    understood: int


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
    person: Annotated[bool, typer.Option("--person", help="Somebody says ready, and goes on.")] = False,
) -> None:
    """Run sessions while others talk; show what that brings about."""
    talk = in_folders([clip for folder in audio for clip in read_clips(folder)], TALK)
    if not talk:
        raise HearingError("recordings", f"{', '.join(map(str, audio))}: nobody talks in these recordings.")
    found = []
    for seed in range(sessions):
        found.append(_session(talk, seed, routine, snr_db, has_person=person))
        one = found[-1]
        told = (f"{name}: {', '.join(getattr(one, name)) or 'none'}" for name in ("safety", "commands"))
        words = f"; understood {one.understood} of {one.said}" if person else ""
        output.out.print(f"{one.seconds / 60:.1f} minutes, ended: {one.reason}; {'; '.join(told)}{words}")
    hours = sum(one.seconds for one in found) / 3600
    whole = sum(one.reason == "completed" for one in found)
    safety, commands = (sum(len(getattr(one, kind)) for one in found) for kind in ("safety", "commands"))
    heard = f"{safety} safety phrases, {commands} commands"
    output.out.print(f"{whole} of {sessions} went to their end. In {hours:.1f} hours: {heard}.")
    if person:
        said, understood = (sum(getattr(one, name) for one in found) for name in ("said", "understood"))
        output.out.print(f"Of {said} words of the person {understood} were understood.")


def _session(talk: Sequence[Clip], seed: int, routine: str, snr_db: float, *, has_person: bool) -> Visited:
    same_dither(1)
    with tempfile.TemporaryDirectory(prefix="limber-visited-") as folder:
        sound = Path(folder) / "talk.wav"
        sf.write(sound, _talking(talk, seed), SAMPLE_RATE_HZ)
        room = {"noise": sound, "snr_db": snr_db, "echo_gain_db": ECHO_GAIN_DB}
        person = _lines(VOICES[seed % len(VOICES)]) if has_person else []
        scene = Scene.model_validate({"routine": routine, "seed": seed, "room": room, "person": person})
        engines = open_engines(scene, output.configuration(), open_voice("flite"), output.note)
        rows = Rehearsal(scene, engines, lambda row: None, output.note).run().rows
    return _told(rows)


def _lines(voice: str) -> list[dict[str, object]]:
    """What the person says, each time that a state comes."""
    return [
        {"when": {"state": state, "occurrence": 0, "after_seconds": after}, "say": text, "voice": voice}
        for state, (text, _) in SAYS.items()
        for after in (ANSWER_SECONDS + AGAIN_SECONDS * time for time in range(MOST_TIMES))
    ]


def _told(rows: Sequence[Row]) -> Visited:
    """What came of a session, without what the person said."""
    meant = dict(SAYS.values())
    heard = [row for row in rows if row["kind"] == "heard"]
    said = [row for row in rows if row["kind"] == "person"]
    understood = 0
    for one in said:
        answers = (row for row in heard if 0 <= _time(row) - _time(one) <= UNDERSTOOD_SECONDS)
        own = next((row for row in answers if row["intent"] == meant[str(one["text"])]), None)
        if own is not None:
            understood += 1
            heard.remove(own)
    is_safety = [row["intent"] in SAFETY_INTENTS or row["source"] == "partial" for row in heard]
    end = next(row for row in rows if row["kind"] == "end")
    return Visited(
        str(end["reason"]),
        _time(end),
        tuple(str(row["phrase"]) for row, safety in zip(heard, is_safety, strict=True) if safety),
        tuple(str(row["phrase"]) for row, safety in zip(heard, is_safety, strict=True) if not safety),
        len(said),
        understood,
    )


def _time(row: Row) -> float:
    return float(str(row["t"]))


def _talking(talk: Sequence[Clip], seed: int) -> np.ndarray:
    """One after the other, all equally loud, in an order of the seed's."""
    rng = np.random.default_rng(seed)
    parts = []
    for at in rng.permutation(len(talk)):
        samples = talk[at].samples().astype(np.float64)
        parts.append(samples * TALK_RMS / max(active_rms(samples), 1.0))
        parts.append(np.zeros(round(rng.uniform(0.1, LONGEST_GAP_SECONDS) * SAMPLE_RATE_HZ)))
    return np.asarray(np.clip(np.concatenate(parts), -32768, 32767), np.int16)
