"""Whole rehearsals by the program itself, with the real recognizer and a real voice."""

from __future__ import annotations

import json
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

Rows = list[dict[str, Any]]


def rehearse(folder: Path, scene: str | None = None) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder.mkdir(parents=True, exist_ok=True)
    arguments: list[str] = []
    if scene is not None:
        (folder / "scene.yaml").write_text(scene)
        arguments = [str(folder / "scene.yaml")]
    command = [sys.executable, "-m", "assistant", "rehearse", *arguments, "-o", str(folder / "out")]
    return subprocess.run(command, capture_output=True, text=True, check=False), folder / "out"


def rows_of(output: Path) -> Rows:
    return [json.loads(line) for line in (output / "timeline.jsonl").read_text().splitlines()]


def values(rows: Rows, kind: str, key: str) -> list[Any]:
    return [row[key] for row in rows if row["kind"] == kind]


@pytest.fixture(scope="module")
def default_rehearsal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, dict[str, Any], Path]:
    done, output = rehearse(tmp_path_factory.mktemp("default"))
    assert done.returncode == 0, done.stderr
    return rows_of(output), json.loads((output / "summary.json").read_text()), output


def test_the_default_rehearsal_understands_every_line(
    default_rehearsal: tuple[Rows, dict[str, Any], Path],
) -> None:
    rows, summary, _ = default_rehearsal
    assert values(rows, "heard", "intent") == [
        *("repeat", "next", "stop", "resume", "ready", "pain", "number", "no", "yes"),
        *("ready", "more_time", "ready"),
    ]
    assert (summary["ended"], summary["lines_never_said"]) == ("completed", [])


def test_stop_is_heard_before_the_utterance_is_over_and_cuts_within_a_block(
    default_rehearsal: tuple[Rows, dict[str, Any], Path],
) -> None:
    rows, _, _ = default_rehearsal
    sources = {row["intent"]: row["source"] for row in rows if row["kind"] == "heard"}
    assert (sources["stop"], sources["pain"], sources["ready"]) == ("partial", "partial", "final")
    assert all(seconds <= 0.02 for seconds in values(rows, "cut", "silent_after_seconds"))


def test_holds_last_as_long_in_the_recording_as_they_should(
    default_rehearsal: tuple[Rows, dict[str, Any], Path],
) -> None:
    _, summary, output = default_rehearsal
    complete = [hold for hold in summary["holds"] if hold["complete"]]
    assert len(complete) == 2
    for hold in complete:
        assert abs(hold["measured_seconds"] - hold["held_seconds"]) < 0.05
    assert soundfile.info(output / "session.wav").channels == 2


SHORT = """
routine: at-the-desk
seed: 3
max_seconds: 40
room: {noise: noise.wav, snr_db: 20, echo_gain_db: -40}
person:
  - {when: {prompt: 2, after_seconds: 0.5}, say: "stop", voice: "en-us+f3"}
  - {when: {state: paused, after_seconds: 9}, play: continue.wav, gain_db: 2}
"""


def test_the_same_seed_gives_the_same_timeline(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, 32_000)
    timelines = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "noise.wav", noise, 16_000)
        recording = ["espeak-ng", "-v", "en-gb", "-w", str(tmp_path / name / "continue.wav"), "continue"]
        subprocess.run(recording, check=True)
        done, output = rehearse(tmp_path / name, SHORT)
        assert done.returncode == 0, done.stderr
        timelines.append((output / "timeline.jsonl").read_bytes())
    assert timelines[0] == timelines[1]
    assert b'"intent": "stop"' in timelines[0]
    assert b'"intent": "resume"' in timelines[0]


def test_without_any_voice_there_is_a_silent_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    scene = "routine: at-the-desk\nmax_seconds: 20\nperson:\n  - {when: {at_seconds: 5}, say: stop}\n"
    done, output = rehearse(tmp_path, scene)
    assert done.returncode == 0, done.stderr
    assert "This rehearsal is silent" in done.stderr
    assert values(rows_of(output), "heard", "intent") == ["stop"]


FAULTS = """
routine: at-the-desk
max_seconds: 45
person:
  - {when: {at_seconds: 3}, fault: microphone_silent, for_seconds: 6}
  - {when: {at_seconds: 14}, fault: microphone_lost, for_seconds: 4}
  - {when: {at_seconds: 30}, fault: speaker_lost, for_seconds: 3}
"""


def test_faults_interrupt_the_session_and_nothing_resumes_by_itself(tmp_path: Path) -> None:
    done, output = rehearse(tmp_path, FAULTS)
    assert done.returncode == 0, done.stderr
    rows = rows_of(output)
    states = [(row["t"], row["state"]) for row in rows if row["kind"] == "state"]
    assert [state for _, state in states] == ["introducing", "deaf", "paused", "deaf", "paused"]
    assert 3 < states[1][0] <= 6, "the silent microphone is noticed within three seconds"
    assert states[3][0] <= 14.1, "the lost one at once"


ECHO = """
routine: at-the-desk
max_seconds: 25
room: {{echo_gain_db: -3, echo_canceller: {canceller}}}
person:
  - {{when: {{at_seconds: 11}}, say: "stop"}}
"""


@pytest.mark.skipif(not find_library("speexdsp"), reason="needs: sudo apt-get install libspeexdsp1")
def test_stop_over_a_loud_echo_is_heard_where_the_echo_is_cancelled(tmp_path: Path) -> None:
    done, output = rehearse(tmp_path, ECHO.format(canceller="speex"))
    assert done.returncode == 0, done.stderr
    assert values(rows_of(output), "heard", "intent") == ["stop"]
    assert len(values(rows_of(output), "cut", "prompt")) == 1, "it was said over our own voice"


@pytest.mark.parametrize(
    ("scene", "complaint"),
    [
        ("routine: neck\nperson:\n  - {when: {state: dancing}, say: hi}\n", "scene.yaml:3"),
        ("person:\n  - {when: {at_seconds: 1}}\n", "needs exactly one of say, play and fault"),
        ("person:\n  - {when: {at_seconds: 1}, play: nothing.wav}\n", "nothing.wav is not there"),
        ("room: {snr_db: loud}\n", "scene.yaml:1"),
        ("speed: 3\n", "speed"),
        ("routine: no-such-routine\n", 'There is no routine "no-such-routine"'),
    ],
)
def test_a_wrong_scene_gets_one_sentence(tmp_path: Path, scene: str, complaint: str) -> None:
    done, _ = rehearse(tmp_path, scene)
    assert done.returncode == (66 if "routine" in complaint else 1)
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_the_committed_schema_is_current() -> None:
    from assistant.simulate.scene import DEFAULT_SCENE, Scene
    from assistant.store.documents import schema_json

    assert (DEFAULT_SCENE.parent / "schema.json").read_text() == schema_json(Scene)
