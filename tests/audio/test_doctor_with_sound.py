"""The doctor on a machine that has sound, and on one whose microphone is muted."""

from __future__ import annotations

import json
import subprocess
import sys

from virtual_sound import VirtualSound


def examined(sound: VirtualSound) -> tuple[int, dict[str, dict[str, str]]]:
    result = sound.run([sys.executable, "-m", "assistant", "doctor", "--json"], stdout=subprocess.PIPE)
    said, _ = result.communicate()
    findings = [json.loads(line) for line in said.splitlines()]
    return result.returncode, {finding["check"]: finding for finding in findings}


def test_with_sound_nothing_is_bad(virtual_sound: VirtualSound) -> None:
    code, found = examined(virtual_sound)
    assert {check: f for check, f in found.items() if f["verdict"] == "bad"} == {}
    assert code == 0


def test_a_muted_microphone_is_bad(virtual_sound: VirtualSound) -> None:
    virtual_sound.mute_microphone(muted=True)
    code, found = examined(virtual_sound)
    assert code == 1
    assert found["microphone"]["verdict"] == "bad"
    assert "silence" in found["microphone"]["found"]
