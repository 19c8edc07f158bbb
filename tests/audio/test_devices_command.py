"""`limber devices` on virtual devices, and without any."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from virtual_sound import MICROPHONE, SPEAKER, VirtualSound, tone, wait_until


def _devices(sound: VirtualSound, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", "devices", *options]
    return subprocess.run(
        command, env={**sound.env, **env}, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_devices_are_listed_and_the_defaults_marked(virtual_sound: VirtualSound) -> None:
    done = _devices(virtual_sound)
    assert done.returncode == 0
    assert done.stderr == ""
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows[MICROPHONE] == rows[SPEAKER] == ["yes", "yes", "44100", "Hz"]
    assert rows["default"] == ["default", "default", "44100", "Hz"]


def test_json_gives_a_device_a_line(virtual_sound: VirtualSound) -> None:
    lines = [json.loads(line) for line in _devices(virtual_sound, "--json").stdout.splitlines()]
    (speaker,) = (line for line in lines if line["name"] == SPEAKER)
    assert speaker["output_channels"] > 0
    assert not speaker["default_speaker"]


def test_the_meter_shows_how_loud_the_microphone_hears(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    """A sine of amplitude 0.1: -23 dBFS, its peak -20."""
    shown = tmp_path / "shown"
    with (
        shown.open("wb") as out,
        virtual_sound.run(
            [sys.executable, "-m", "assistant", "devices", "--microphone", MICROPHONE, "--seconds", "3"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={"FORCE_COLOR": "1", "COLUMNS": "120", "TERM": "xterm"},
        ) as limber,
    ):
        wait_until(lambda: b"Listening to" in shown.read_bytes())
        virtual_sound.play_to_microphone(tone(1.5, amplitude=0.1))
    assert limber.returncode == 0
    assert "-23 dBFS" in shown.read_text()
    assert "peak -20" in shown.read_text()


def test_a_muted_microphone_is_shown_as_silent(virtual_sound: VirtualSound) -> None:
    virtual_sound.mute_microphone(True)
    done = _devices(virtual_sound, "--microphone", MICROPHONE, "--seconds", "0.5")
    assert "silent: muted, or not plugged in" in done.stdout


def test_an_unknown_microphone_is_refused_with_the_names_there_are(virtual_sound: VirtualSound) -> None:
    done = _devices(virtual_sound, "--microphone", "jabra")
    assert done.returncode == 1
    assert done.stderr.startswith(f'No microphone is called "jabra": there is "{MICROPHONE}", ')


def test_without_any_device_it_says_so(virtual_sound: VirtualSound) -> None:
    virtual_sound.kill_server()
    done = _devices(virtual_sound)
    assert done.returncode == 1
    assert done.stderr == "No sound device was found: plug one in, or start the sound server.\n"
    assert done.stdout == ""
