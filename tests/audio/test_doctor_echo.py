"""`limber doctor --sound` on virtual devices with an echo between them, and without one."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from virtual_sound import MICROPHONE, SPEAKER, VirtualSound

from assistant.audio.echo_check import check_echo
from assistant.errors import AudioError


def examined(sound: VirtualSound, configured: str = "none") -> dict[str, str]:
    """What the doctor found of the echo, with this canceller in the configuration."""
    command = [sys.executable, "-m", "assistant", "doctor", "--sound", "--json"]
    devices = {
        "LIMBER_AUDIO_MICROPHONE": MICROPHONE,
        "LIMBER_AUDIO_SPEAKER": SPEAKER,
        "LIMBER_AUDIO_ECHO": configured,
    }
    said, _ = sound.run(command, stdout=subprocess.PIPE, env=devices).communicate()
    findings = [json.loads(line) for line in said.splitlines()]
    (found,) = [finding for finding in findings if finding["check"] == "echo"]
    return found


def test_the_echo_s_level_and_delay_are_found_and_a_canceller_proposed(virtual_sound: VirtualSound) -> None:
    with virtual_sound.echo(gain_db=-6.0):
        found = examined(virtual_sound)
    delay_ms, level_db = re.findall(r"after (\d+) ms at ([+-]\d+) dB", found["found"])[0]
    assert abs(int(level_db) + 6) <= 1
    assert 20 <= int(delay_ms) < 1000
    assert re.search(r'`echo = "(speex|webrtc)"`', found["advice"])


def test_without_an_echo_none_is_proposed(virtual_sound: VirtualSound) -> None:
    found = examined(virtual_sound, configured="speex")
    assert found["found"].startswith("No echo is heard (the room is at -8")  # the faint noise of ±4 steps
    assert '`echo = "none"`' in found["advice"]


def test_a_microphone_that_is_muted_ends_it_with_a_sentence(sound_here: VirtualSound) -> None:
    sound_here.mute_microphone(True)
    with pytest.raises(AudioError, match="cannot be measured: the microphone gives nothing but silence"):
        check_echo(MICROPHONE, SPEAKER)
