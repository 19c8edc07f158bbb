"""`limber devices`: the microphones and speakers there are, and how loud the microphone hears.

Runs on the main thread, which owns the microphone while it is metered.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from assistant.cli import output
from assistant.core.decibels import SILENCE_DBFS, dbfs
from assistant.errors import AudioError
from assistant.showing import one_line

if TYPE_CHECKING:
    from assistant.audio.devices import SoundDevice
    from assistant.audio.microphone import Microphone

_FLOOR_DBFS = -90.0  # quieter than any room
_TOO_LOUD_DBFS = -3.0  # about to clip
_METER_SECONDS = 0.1
_STALL_SECONDS = 3.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="devices")(devices)


def devices(
    meter: Annotated[bool, typer.Option("--meter", help="Show how loud the microphone hears, live.")] = False,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Meter for so long, not until Ctrl-C.")
    ] = None,
    microphone: Annotated[
        str,
        typer.Option(metavar="NAME", help="Meter this one, not the configured one: any part of its name."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON, a device a line.")] = False,
) -> None:
    """List the microphones and speakers.

    With --meter, see whether the microphone hears you. To have Limber use another device than the default,
    put any part of its name into the configuration.
    """
    from assistant.audio.devices import list_devices, why_no_sound

    audio = output.configuration().audio
    name = microphone or audio.microphone or None
    listed = list_devices()
    for device in listed if as_json else ():
        output.emit_json(dataclasses.asdict(device))
    if listed and not as_json:
        output.out.print(_table(listed))
    if reason := why_no_sound(name, audio.speaker or None):
        raise AudioError("no_device", reason)
    if not as_json and (meter or seconds or microphone):
        _show_meter(name, seconds)


def _table(listed: Sequence[SoundDevice]) -> Table:
    table = Table("device", "microphone", "speaker", "rate", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for device in listed:
        table.add_row(
            one_line(device.name),
            _mark(device.input_channels, device.default_microphone),
            _mark(device.output_channels, device.default_speaker),
            f"{device.rate_hz} Hz",
        )
    return table


def _mark(channels: int, default: bool) -> str:
    return ("default" if default else "yes") if channels else ""


def _show_meter(name: str | None, seconds: float | None) -> None:
    from assistant.audio.devices import Kind, find_device
    from assistant.audio.microphone import Microphone

    microphone = Microphone(name)
    microphone.open()
    try:
        output.note(f"Listening to {find_device(Kind.MICROPHONE, name).name}. Say something; Ctrl-C ends.")
        end = math.inf if seconds is None else time.monotonic() + seconds
        with Live(console=output.out, auto_refresh=False) as live, suppress(KeyboardInterrupt):
            for rms_dbfs, peak_dbfs in _levels(microphone, end):
                live.update(_bar(rms_dbfs, peak_dbfs), refresh=True)
    finally:
        microphone.close()


def _levels(microphone: Microphone, end: float) -> Iterator[tuple[float, float]]:
    """Yield RMS and peak of each 0.1 s in dB below full scale. Raises AudioError when nothing comes."""
    import numpy as np

    samples = bytearray()
    next_at = time.monotonic() + _METER_SECONDS
    while (now := time.monotonic()) < end:
        block = microphone.read(_STALL_SECONDS)
        if block is None:
            raise AudioError("microphone_stalled", "The microphone gives no sound: plug it in again.")
        samples += block
        if now >= next_at:
            next_at = now + _METER_SECONDS
            levels = np.frombuffer(samples, np.int16) / 32768
            yield dbfs(float(np.mean(levels**2))), dbfs(float(np.max(levels**2)))
            samples.clear()


def _bar(rms_dbfs: float, peak_dbfs: float) -> Table:
    if peak_dbfs == SILENCE_DBFS:
        text = Text("silent: muted, or not plugged in", style="red")
    elif peak_dbfs > _TOO_LOUD_DBFS:
        text = Text(f"{rms_dbfs:4.0f} dBFS   too loud", style="red")
    else:
        text = Text(f"{rms_dbfs:4.0f} dBFS   peak {peak_dbfs:.0f}")
    filled = min(1.0, max(0.0, 1 - rms_dbfs / _FLOOR_DBFS))
    meter = Table.grid(padding=(0, 2))
    meter.add_row(ProgressBar(total=1.0, completed=filled, width=40), text)
    return meter
