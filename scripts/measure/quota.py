"""scripts/measure/run quota: a live session with only a share of one core: what holds, and what is left out.

Runs on the main thread, beside the program that it measures. The program alone is in a control group with a
quota (cgroup version 1, for root); the sound server and whoever speaks are outside. Needs what tests/audio
needs. The session goes on as `live` has it: "stop" is said while it speaks, and "continue".
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "audio"))

from live import LiveLimber, live_limber, spoken
from touching import Page
from virtual_sound import VirtualSound, sound_spans

from assistant.cli import output
from assistant.errors import AssistantError
from assistant.frontends import control
from scripts.measure.live import VOICES, cpu_seconds, stop_once

GROUPS = Path("/sys/fs/cgroup/cpu")
SHARES = 100_000
"""So that the quota is what limits it, and not who else is on this machine."""
LOOK_SECONDS = 0.5
INTRODUCTION_SECONDS = 12.0
_LEFT_OUT = re.compile(r"left out: (.*)")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quota")(quota)


def quota(
    percent: Annotated[list[int], typer.Argument(metavar="PERCENT...", min=1, max=100, help="Of one core.")],
    runs: Annotated[int, typer.Option(min=1, metavar="N", help='Say "stop" so often.')] = 5,
    voice: Annotated[str, typer.Option(metavar="NAME", help="What Limber speaks with.")] = "espeak:en-us",
    with_page: Annotated[bool, typer.Option("--page", help="Serve the page as well.")] = False,
    period_ms: Annotated[
        int, typer.Option(min=1, max=1000, metavar="MS", help="The quota counts for so long each.")
    ] = 20,
) -> None:
    """Say "stop" to a live session that has a share of one core: a row of a table for each share."""
    output.out.print(
        "| of one core | stopped | word end to silence, median and longest | blocks lost |"
        " waited to be heard, median and longest | longest silence within a prompt | processor |"
        " left out, in this order | told |"
    )
    output.out.print("|---" * 9 + "|")
    for share in percent:
        output.out.print(_row(share, _measured(share, runs, voice, with_page, period_ms)))


@dataclass
class _Found:
    """What a session came to."""

    runs: int
    heard: int = 0
    silent: int = 0
    delays: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    silence: float | None = None
    cpu: float = 0.0
    left_out: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    end: str = ""


def _measured(share: int, runs: int, voice: str, with_page: bool, period_ms: int) -> _Found:
    found = _Found(runs)
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualSound.started() as sound,
        _group(share, period_ms) as group,
    ):
        page = Page()
        settings = page.settings if with_page else {"LIMBER_SCREEN_ENABLED": "never"}
        settings |= {
            "LIMBER_SESSION_ROUTINE": "at-the-desk",
            "LIMBER_SESSION_SOUND_CHECK": "false",
            "LIMBER_SPEECH_VOICE": voice,
            "LIMBER_LOG_FILE": str(Path(folder) / "log"),
            "XDG_RUNTIME_DIR": sound.env["XDG_RUNTIME_DIR"],
        }
        os.environ["XDG_RUNTIME_DIR"] = sound.env["XDG_RUNTIME_DIR"]
        with live_limber(sound, Path(folder), **settings) as limber:
            (group / "cgroup.procs").write_text(str(limber.process.pid))
            try:
                _session(sound, limber, found)
            except (AssertionError, TimeoutError) as error:
                found.end = str(error)[-200:]
            found.told = re.findall(r"^ +\((.*)\)$", limber.text(), re.MULTILINE)
        log = (Path(folder) / "log").read_text("utf-8")
        output.note(log)
        found.left_out = _order(log)
    return found


def _session(sound: VirtualSound, limber: LiveLimber, found: _Found) -> None:
    with sound.recording() as tape:
        limber.wait_for("Before we begin.", 180)
        time.sleep(INTRODUCTION_SECONDS)
    spans = sound_spans(tape.speaker(), 0.05)
    found.silence = max((later[0] - one[1] for one, later in pairwise(spans)), default=None)
    pid = limber.process.pid
    used, began = cpu_seconds(pid), time.monotonic()
    with _looking(found):
        for run in range(found.runs):
            delay, was_speaking = stop_once(sound, limber, spoken("stop", VOICES[run % len(VOICES)]))
            found.heard += delay is not None
            found.delays += [delay] if delay is not None and was_speaking else []
            found.silent += not was_speaking
            told = "missed" if delay is None else f"{delay * 1000:.0f} ms"
            output.note(f"{run + 1}: {told}" + ("" if was_speaking else ", and it was not speaking"))
    found.cpu = (cpu_seconds(pid) - used) / (time.monotonic() - began)


@contextmanager
def _looking(found: _Found) -> Iterator[None]:
    """Ask it how it is, again and again."""
    closing = threading.Event()

    def look() -> None:
        while not closing.wait(LOOK_SECONDS):
            with suppress(AssistantError, control.NoAnswerError, KeyError, ValueError):
                for answer in control.ask("status").values():
                    if isinstance(answer, dict) and answer["rooms"]:
                        _note(answer["rooms"][0]["last_second"], found)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        thread.join()


def _note(second: dict[str, Any], found: _Found) -> None:
    found.waited.append(second["waiting"] * 0.02)
    found.lost.append(1.0 - second["delivered"] / 50.0)


def _order(log: str) -> list[str]:
    """What was left out, as it came to be for the first time."""
    order: list[str] = []
    for line in _LEFT_OUT.findall(log):
        order += [name for name in line.split(", ") if name != "-" and name not in order]
    return order


@contextmanager
def _group(share: int, period_ms: int) -> Iterator[Path]:
    """A control group that has so much of one core."""
    group = GROUPS / f"limber-quota-{os.getpid()}-{share}"
    group.mkdir()
    try:
        (group / "cpu.shares").write_text(str(SHARES))
        (group / "cpu.cfs_period_us").write_text(str(period_ms * 1000))
        (group / "cpu.cfs_quota_us").write_text(str(period_ms * 10 * share))
        yield group
    finally:
        time.sleep(0.5)  # until the last of it has gone
        with suppress(OSError):
            group.rmdir()


def _row(share: int, found: _Found) -> str:
    def spread(values: list[float], unit: float = 1000) -> str:
        if not values:
            return "-"
        return f"{np.median(values) * unit:.0f}, {max(values) * unit:.0f}"

    cells = (
        f"{share} %",
        f"{found.heard} of {found.runs}" + (f", {found.silent} in silence" if found.silent else ""),
        f"{spread(found.delays)} ms",
        f"{max(0.0, float(np.mean(found.lost))) * 100:.1f} %" if found.lost else "-",
        f"{spread(found.waited)} ms",
        "-" if found.silence is None else f"{found.silence:.2f} s",
        f"{found.cpu * 100:.0f} %",
        ", ".join(found.left_out) or "nothing",
        "; ".join(dict.fromkeys(found.told)) or found.end or "nothing",
    )
    return "| " + " | ".join(cells) + " |"
