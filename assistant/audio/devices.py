"""Which microphones and speakers there are, and which one a name from the configuration means.

Runs on the thread that owns the streams. Must not open a stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.audio.portaudio import call, sounddevice
from assistant.errors import AudioError


class Kind(StrEnum):
    """What a device is looked for as."""

    MICROPHONE = "microphone"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A device as PortAudio lists it; `index` is valid until PortAudio is initialized again."""

    index: int
    name: str
    input_channels: int
    output_channels: int
    rate_hz: int
    default_microphone: bool
    default_speaker: bool

    def serves_as(self, kind: Kind) -> bool:
        """Tell whether it has a channel in that direction."""
        return (self.input_channels if kind is Kind.MICROPHONE else self.output_channels) > 0


def list_devices() -> list[SoundDevice]:
    """List every sound device, empty when there is none. Raises AudioError without PortAudio."""
    module = sounddevice()
    listed = call("list the sound devices", module.query_devices)
    default_input, default_output = module.default.device
    return [
        SoundDevice(
            index=index,
            name=entry["name"],
            input_channels=entry["max_input_channels"],
            output_channels=entry["max_output_channels"],
            rate_hz=round(entry["default_samplerate"]),
            default_microphone=index == default_input,
            default_speaker=index == default_output,
        )
        for index, entry in enumerate(listed)
    ]


def find_device(kind: Kind, name: str | None = None) -> SoundDevice:
    """Find the one device whose name contains `name`, whatever the case; the default one without a name.

    A name that is equal wins over names that contain it. Raises AudioError naming what there is.
    """
    return choose(list_devices(), kind, name)


def choose(devices: Sequence[SoundDevice], kind: Kind, name: str | None = None) -> SoundDevice:
    """Choose among these devices as `find_device` does. Raises AudioError."""
    candidates = [device for device in devices if device.serves_as(kind)]
    if not candidates:
        raise AudioError("no_device", f"No {kind} was found: plug one in, or start the sound server.")
    if not name:
        defaults = (d for d in candidates if (d.default_microphone, d.default_speaker)[kind is Kind.SPEAKER])
        return next(defaults, candidates[0])
    wanted = name.casefold()
    fitting = [device for device in candidates if wanted in device.name.casefold()]
    equal = [device for device in fitting if device.name.casefold() == wanted]
    if not fitting:
        raise AudioError("no_device", f'No {kind} is called "{name}": there is {_names(candidates)}.')
    if len({device.name for device in equal or fitting}) > 1:
        message = f'"{name}" fits more than one {kind}: {_names(fitting)}; give more of the name.'
        raise AudioError("ambiguous_device", message)
    # The same name twice is one device that PortAudio reaches in two ways: it lists the better way first.
    return (equal or fitting)[0]


def why_no_sound(microphone: str | None = None, speaker: str | None = None) -> str | None:
    """Tell in one sentence why live sound cannot work with these devices; None when it can.

    It may yet fail on opening, for instance when another program holds the device.
    """
    try:
        devices = list_devices()
        if not devices:
            return "No sound device was found: plug one in, or start the sound server."
        choose(devices, Kind.MICROPHONE, microphone)
        choose(devices, Kind.SPEAKER, speaker)
    except AudioError as error:
        return error.message
    return None


def _names(devices: Sequence[SoundDevice]) -> str:
    return ", ".join(dict.fromkeys(f'"{device.name}"' for device in devices))
