"""scripts/measure/run live: a live session on virtual devices, from the end of a spoken "stop" to silence.

Runs on the main thread, beside the program that it measures. Needs what tests/audio needs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "audio"))

from live import LOUD, LiveLimber, last_loud, live_limber, silence_after, spoken
from screens import Listening
from sound_servers import missing_packages
from touching import Page
from virtual_sound import RATE_HZ, Samples, VirtualSound

from assistant.audio.files import read_audio
from assistant.cli import output
from assistant.errors import AudioError

VOICES = ("espeak:en-us", "espeak:en-us+f3", "espeak:en-gb", "flite:slt", "flite:rms")
SETTINGS = {"LIMBER_SESSION_ROUTINE": "at-the-desk", "LIMBER_SESSION_SOUND_CHECK": "false"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("live")(live)


def live(
    runs: Annotated[int, typer.Option(min=1, metavar="N", help='Say "stop" so often.')] = 20,
    recordings: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help='Recordings of "stop"; else synthesized ones.'
        ),
    ] = None,
    pages: Annotated[
        int, typer.Option(min=0, max=50, metavar="N", help="So many pages of its screen look on.")
    ] = 0,
) -> None:
    """Say "stop" to a live session on virtual devices: how late it is silent; processor and memory."""
    page = Page()
    if missing := missing_packages():
        raise AudioError("missing", f"This needs: sudo apt-get install {' '.join(missing)}")
    stops = _stops(recordings, runs)
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualSound.started() as sound,
        live_limber(sound, Path(folder), **(page.settings if pages else SETTINGS)) as limber,
    ):
        limber.wait_for("Before we begin.")  # a long question; "continue" asks it again
        looking = [Listening(page) for _ in range(pages)]
        used, started = cpu_seconds(limber.process.pid), time.monotonic()
        delays, missed = [], 0
        for number, stop in enumerate(stops, 1):
            delay, _ = stop_once(sound, limber, stop)
            missed += delay is None
            delays += [] if delay is None else [delay]
            output.note(f"run {number}: " + ("missed" if delay is None else f"{delay * 1000:.0f} ms"))
        seconds = time.monotonic() - started
        cpu = (cpu_seconds(limber.process.pid) - used) / seconds
        memory = peak_megabytes(limber.process.pid)
        for one in looking:
            one.close()
    summary = {
        "runs": len(stops),
        "missed": missed,
        "word_end_to_silence_ms": {
            "median": round(float(np.median(delays)) * 1000) if delays else None,
            "p95": round(float(np.percentile(delays, 95)) * 1000) if delays else None,
            "max": round(max(delays) * 1000) if delays else None,
        },
        "cpu_share_of_one_core": round(cpu, 3),
        "peak_memory_megabytes": memory,
    }
    output.emit_json(summary)


def _stops(folder: Path | None, runs: int) -> list[Samples]:
    if folder is None:
        said = [spoken("stop", voice) for voice in VOICES]
        return [said[run % len(said)] for run in range(runs)]
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".wav", ".flac", ".ogg"))
    chosen = files[:: max(1, len(files) // runs)][:runs]
    return [_leveled(read_audio(path)) for path in chosen]


def _leveled(samples: Samples) -> Samples:
    """The recording at a peak of -6 dBFS, without what is quieter than 5 % of it at its ends."""
    sound = samples.astype(np.float64) * (16_384 / max(1, np.abs(samples.astype(np.int32)).max()))
    loud = np.flatnonzero(np.abs(sound) > 0.05 * 16_384)
    leveled: Samples = sound[loud[0] : loud[-1] + 1].astype(np.int16)
    return leveled


def stop_once(sound: VirtualSound, limber: LiveLimber, stop: Samples) -> tuple[float | None, bool]:
    """Stop it while it speaks, measure, and let it go on: the delay, and whether it was speaking.

    None when it did not stop.
    """
    time.sleep(1.2)
    before = limber.text().count("You  ")
    with sound.recording() as tape:
        time.sleep(0.3)
        sound.play_to_microphone(stop)
        time.sleep(1.0)
    stopped = limber.text().count("You  ") > before
    said_end = last_loud(tape.microphone())
    before_it = tape.speaker()[max(0, said_end - len(stop) - RATE_HZ // 2) : said_end - len(stop)]
    was_speaking = bool(np.abs(before_it.astype(np.int32)).max(initial=0) > LOUD)
    delay = _delay(tape.speaker(), said_end) if stopped else None
    time.sleep(5.5 if stopped else 0.0)
    if stopped:
        for _ in range(3):
            said = limber.text().count("continue\n")
            sound.play_to_microphone(spoken("continue"))
            time.sleep(1.5)
            if limber.text().count("You  continue") > said - 1:
                break
    return delay, was_speaking


def _delay(speaker: Samples, said_end: int) -> float:
    """Until it was silent; 0 where it was before the word had ended."""
    is_silent = np.abs(speaker[said_end:].astype(np.int32)).max(initial=0) <= LOUD
    return 0.0 if is_silent else silence_after(speaker, said_end)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> int:
    """The most memory that a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
