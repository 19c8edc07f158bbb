"""The sound servers that virtual devices can be on: PulseAudio, or PipeWire with WirePlumber.

Each runs from a folder of its own, and sees no device of the machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

CHOSEN = os.environ.get("LIMBER_TEST_SOUND", "pulseaudio")
"""Which one the tests run on, unless they ask for another."""


@dataclass(frozen=True)
class SoundServer:
    """How a server is started; it is asked and changed with `pactl`, whichever it is."""

    socket: str
    """Where it answers, relative to its folder."""
    leftovers: tuple[str, ...]
    """What a killed one leaves in its folder and the next one must not find."""
    packages: Mapping[str, bool]
    """Its Debian packages, and whether each is there."""
    files: Mapping[str, str]
    script: str
    """For sh, in the folder: starts it in the background."""


_PULSEAUDIO = SoundServer(
    socket="socket",
    leftovers=("socket", "pulse/pid"),
    packages={"pulseaudio": bool(shutil.which("pulseaudio"))},
    files={"server.pa": "load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/socket\n"},
    script="pulseaudio -n -F server.pa --daemonize=no --use-pid-file=no --exit-idle-time=-1 --realtime=no"
    " --high-priority=no &",
)

# Without a quantum so small a block of sound takes 64 ms at this rate.
_PIPEWIRE_CLOCK = """
context.properties = {{
    support.dbus = false
    default.clock.rate = 16000
    default.clock.allowed-rates = [ 16000 ]
    default.clock.quantum = 320
    default.clock.min-quantum = 160
    default.clock.max-quantum = 640
}}
"""
_NO_DEVICES = """
alsa_monitor.enabled = false
v4l2_monitor.enabled = false
libcamera_monitor.enabled = false
default_access.properties["enable-flatpak-portal"] = false
"""

_PIPEWIRE = SoundServer(
    socket="pulse/native",
    leftovers=("pulse/native", "pulse/pid", "pipewire-0", "pipewire-0.lock"),
    packages={
        "pipewire": bool(shutil.which("pipewire")),
        # 0.5 has no such folder, and would take the machine's devices.
        "wireplumber (0.4)": Path("/usr/share/wireplumber/main.lua.d").exists(),
        "pipewire-pulse": bool(shutil.which("pipewire-pulse")),
        "pipewire-bin": bool(shutil.which("pw-link")),
    },
    files={
        ".config/pipewire/pipewire.conf.d/80-limber.conf": _PIPEWIRE_CLOCK,
        ".config/wireplumber/main.lua.d/80-limber.lua": _NO_DEVICES,
        ".config/wireplumber/bluetooth.lua.d/80-limber.lua": "bluez_monitor.enabled = false\n",
    },
    script="""
unset DBUS_SESSION_BUS_ADDRESS PIPEWIRE_REMOTE PIPEWIRE_RUNTIME_DIR PULSE_RUNTIME_PATH
unset XDG_CONFIG_HOME XDG_STATE_HOME
pipewire &
until [ -S pipewire-0 ]; do sleep 0.02; done
wireplumber &
pipewire-pulse &
""",
)

SERVERS = {"pulseaudio": _PULSEAUDIO, "pipewire": _PIPEWIRE}


def missing_packages(server: str = CHOSEN) -> list[str]:
    """Name the Debian packages that the virtual devices need and that are not installed."""
    found = {
        **SERVERS[server].packages,
        "pulseaudio-utils": all(shutil.which(name) for name in ("pactl", "pacat", "parec")),
        "libasound2-plugins": any(Path("/usr").glob("lib*/**/alsa-lib/libasound_module_pcm_pulse.so")),
        "libportaudio2": find_library("portaudio"),
    }
    return [package for package, there in found.items() if not there]
