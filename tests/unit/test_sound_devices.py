"""Which device a name means, and what is said when it means none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.audio.devices import Kind, SoundDevice, choose
from assistant.errors import AudioError


def _device(index: int, name: str, inputs: int = 0, outputs: int = 0, default: bool = False) -> SoundDevice:
    return SoundDevice(index, name, inputs, outputs, 48_000, default and inputs > 0, default and outputs > 0)


DEVICES = [
    _device(0, "HDA Intel: ALC257 Analog (hw:0,0)", 2, 2),
    _device(1, "Jabra SPEAK 510: USB Audio (hw:1,0)", 1, 2),
    _device(2, "HDMI 0 (hw:0,3)", 0, 8),
    _device(3, "Jabra", 1, 0),
    _device(4, "default", 32, 32, default=True),
]


@pytest.mark.parametrize(
    ("name", "kind", "index"),
    [
        ("speak 510", Kind.MICROPHONE, 1),
        ("HDMI", Kind.SPEAKER, 2),
        ("jabra", Kind.MICROPHONE, 3),  # equal wins over contained
        ("jabra", Kind.SPEAKER, 1),  # "Jabra" has no speaker
        (None, Kind.SPEAKER, 4),
        ("", Kind.MICROPHONE, 4),
    ],
)
def test_part_of_a_name_is_enough(name: str | None, kind: Kind, index: int) -> None:
    assert choose(DEVICES, kind, name).index == index


def test_without_a_default_the_first_one_serves() -> None:
    assert choose(DEVICES[:3], Kind.MICROPHONE).index == 0


def test_one_device_listed_twice_is_not_ambiguous() -> None:
    assert choose([DEVICES[1], _device(9, DEVICES[1].name, 1, 2)], Kind.SPEAKER, "jabra").index == 1


@pytest.mark.parametrize(
    ("devices", "name", "said"),
    [
        (
            DEVICES[:2],
            "bose",
            'No speaker is called "bose": there is "HDA Intel: ALC257 Analog (hw:0,0)", "Jabra',
        ),
        (
            DEVICES[:3],
            "hw:0",
            '"hw:0" fits more than one speaker: "HDA Intel: ALC257 Analog (hw:0,0)", "HDMI 0',
        ),
        (DEVICES[3:4], None, "No speaker was found"),
    ],
)
def test_what_is_wrong_is_said_with_the_names_there_are(
    devices: list[SoundDevice], name: str | None, said: str
) -> None:
    with pytest.raises(AudioError) as raised:
        choose(devices, Kind.SPEAKER, name)
    assert raised.value.message.startswith(said)


def test_without_the_portaudio_library_it_says_how_to_install_it() -> None:
    """sounddevice raises OSError as it is imported: here its search for the library finds nothing."""
    program = (
        "import ctypes.util, os\n"
        "ctypes.util.find_library = lambda name: None\n"
        "import assistant.audio.devices as devices\n"
        "print(devices.why_no_sound())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (
        done.stdout == "Live sound needs the PortAudio library: run `sudo apt-get install libportaudio2`.\n"
    )
    assert done.stderr == ""


def test_another_reason_than_a_missing_library_is_not_answered_with_an_installation() -> None:
    """Without temporary space, for instance, the search for the library fails in its own way."""
    program = (
        "import ctypes.util\n"
        "def find(name): raise FileNotFoundError(2, 'No usable temporary directory found')\n"
        "ctypes.util.find_library = find\n"
        "import assistant.audio.devices as devices\n"
        "print(devices.why_no_sound())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("The PortAudio library cannot be used: ")
    assert "No usable temporary directory found" in done.stdout
    assert "apt-get" not in done.stdout
