"""The scenes that come with Limber, by the program itself, with the real recognizer and a real voice."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.simulate.scene import DEFAULT_SCENE, load_scene

SCENES = DEFAULT_SCENE.parent
EMERGENCY = "Please get emergency help now. These signs need a hospital today. Call your emergency number."

EXPECTED = {
    "mild-pain": ("ready pain number no yes ready ready", "completed"),
    "six-of-ten": ("ready pain number", "pain"),
    "spreading": ("ready ready ready pain number yes", "pain"),
    "red-flag": ("ready ready ready pause red_flag", "emergency"),
    "no-answer": ("ready pain", "pain"),
    "two-reports": ("ready pain number no yes ready pain", "pain"),
    "hurt-last-time": ("bring_back ready ready ready ready", "completed"),
    "planner": ("choose ready ready ready whats_next end", "ended_by_user"),
    "seated-only": (
        "choose yes no no no no no number ready next next next next number",
        "completed",
    ),
    "whole-spine": ("number no ready ready ready ready ready ready ready number", "completed"),
    "first-use": ("stop choose yes no no no no no number ready end yes", "ended_by_user"),
    "sound-check": ("stop stop stop end", "ended_by_user"),
}
"""What is heard in each, in order, and how it ends."""


FIRST_USE_SECONDS = 60.0
"""So long Limber speaks at most before somebody who is here for the first time hears of the first stretch."""

FIRST_HOLD_SECONDS = 110.0
"""So long it takes such a person to the first hold, who answers about a second after each question."""


def spoken_seconds(rows: list[dict[str, Any]], recording: Path, before: str) -> float:
    """How long Limber's own voice sounds before a state, without the time that the person takes."""
    end = next(row["t"] for row in rows if row["kind"] == "state" and row["state"] == before)
    samples, rate = soundfile.read(recording)
    starts = [row["t"] for row in rows if row["kind"] == "say" and row["t"] < end]
    total = 0.0
    for start, following in pairwise([*starts, end]):
        sounding = np.nonzero(np.abs(samples[int(start * rate) : int(following * rate), 1]) > AUDIBLE)[0]
        total += sounding[-1] / rate
    return total


AUDIBLE = 0.003


def rehearse(name: str, folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    command = [sys.executable, "-m", "assistant", "rehearse", str(SCENES / f"{name}.yaml"), "-o", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]
    return rows, json.loads((folder / "summary.json").read_text())


def test_every_scene_is_rehearsed_here() -> None:
    assert {path.stem for path in SCENES.glob("*.yaml")} == {*EXPECTED, "default"}
    for name in EXPECTED:
        load_scene(SCENES / f"{name}.yaml")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_scene_goes_as_it_should(name: str, tmp_path: Path) -> None:
    intents, reason = EXPECTED[name]
    rows, summary = rehearse(name, tmp_path)
    assert [row["intent"] for row in rows if row["kind"] == "heard"] == intents.split()
    assert (summary["ended"], summary["lines_never_said"]) == (reason, [])
    states = [(row["t"], row["state"]) for row in rows if row["kind"] == "state"]
    spoken = [row["text"] for row in rows if row["kind"] == "say"]
    hurt_at = [at for at, state in states if state == "easing"]
    if hurt_at and reason == "pain":
        assert not [r for r in rows if r["kind"] == "hold_started" and r["t"] > hurt_at[-1]]
        assert any("see a doctor" in text for text in spoken)
    if name == "red-flag":
        assert spoken[-2:] == [EMERGENCY] * 2
    if name in ("planner", "seated-only"):
        assert any(text.startswith("I chose") for text in spoken)
    if name == "sound-check":
        assert [state for _, state in states][:3] == ["sound_check", "introducing", "instructing"]
        assert spoken[2:4] == ["I am quiet now. It is your turn.", "Good, I can hear you."]
        (sound,) = [row for row in rows if row["kind"] == "sound"]
        assert sound["echo_delay_seconds"] == 0.01, "the room's"
        assert sound["noise_dbfs"] < -55
        assert sound["speech_over_noise_db"] > 20
    if name == "first-use":
        asked = [state for _, state in states][:6]
        assert asked == ["sound_check", "choosing", "screening", "history", "conditions", "score_now"]
        assert spoken_seconds(rows, tmp_path / "session.wav", "introducing") <= FIRST_USE_SECONDS
        held = next(row["t"] for row in rows if row["kind"] == "hold_started")
        assert held <= FIRST_HOLD_SECONDS
    if name == "hurt-last-time":
        assert any("easier way" in text for text in spoken)
        assert "I have made this one a little longer. Say shorter if you like." in spoken
    if name == "whole-spine":
        assert len(summary["holds"]) >= 12
        assert all(hold["complete"] and 20 <= hold["held_seconds"] <= 30 for hold in summary["holds"])
        assert "It was three, and now it is two." in spoken
