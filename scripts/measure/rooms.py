"""scripts/measure/run rooms: how many rooms a machine guides at once, and how soon each of them is silent.

All rooms are fake satellites whose people listen to Limber in real time; now one, now another says "stop".
Runs on the main thread, beside the program that it measures, and takes part of the same processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "audio"))

from live import spoken
from satellites import FakeSatellite, running

from assistant.cli import output
from assistant.config_rooms import MOST_ROOMS
from assistant.frontends.control import ask
from scripts.measure.live import VOICES, cpu_seconds, peak_megabytes

PROGRAM = """
import sys
from pathlib import Path
from assistant.config_loading import load_config
from assistant.service import Service
config = load_config(Path(sys.argv[1]))
service = Service(config, print)
service.show_outside()
for room in config.rooms:
    service.open_live(room.name, ())
    service.stay_aside(room.name)
print("ready", flush=True)
service.wait()
"""
LOOK_SECONDS = 0.02
SPEAKS_SECONDS = 1.0
"""So long it speaks before somebody says "stop"."""
SILENT_SECONDS = 0.4
MISSED_SECONDS = 2.5
PAUSE_SECONDS = 5.5
ASK_AGAIN_SECONDS = 6.0


class _At(Enum):
    LISTENS = auto()
    STOPPED = auto()
    PAUSED = auto()


@dataclass
class _Person:
    """Whoever is in a room: keeps it speaking, and says "stop" when it is their turn."""

    room: FakeSatellite
    at: _At = _At.PAUSED
    since: float = 0.0
    speaks_since: float = 0.0
    asked_at: float = 0.0
    next_words: str = "wake up"
    delays: list[float] = field(default_factory=list)
    missed: int = 0

    def look(self, now: float) -> None:
        if not self.room.is_sounding:
            self.speaks_since = now
        if self.at is _At.STOPPED:
            self._await_silence(now)
        elif self.at is _At.PAUSED and now - self.since > PAUSE_SECONDS:
            self.at, self.since = _At.LISTENS, now
            self._ask(now)
        elif self.at is _At.LISTENS and self._is_left_waiting(now):
            self._ask(now)

    def _is_left_waiting(self, now: float) -> bool:
        """Whether it is silent, and what was said to it has had its time."""
        if now - max(self.room.heard_until, self.asked_at) < 1.5:
            return False
        return now - self.asked_at > ASK_AGAIN_SECONDS or self.speaks_since - self.since > 2.0

    def _ask(self, now: float) -> None:
        self.room.say(spoken_once(self.next_words))
        self.asked_at = now

    def speaks(self, now: float) -> bool:
        return self.at is _At.LISTENS and now - self.speaks_since > SPEAKS_SECONDS

    def stop(self, now: float, sound: np.ndarray[Any, Any]) -> None:
        self.room.said_until = 0.0
        self.room.say(sound)
        self.at, self.since, self.next_words = _At.STOPPED, now, "continue"

    def _await_silence(self, now: float) -> None:
        word_end = self.room.said_until
        if self.room.said or not word_end:
            return
        if now - max(self.room.heard_until, word_end) > SILENT_SECONDS:
            self.delays.append(max(0.0, self.room.heard_until - word_end))
            self.at, self.since = _At.PAUSED, now
        elif now - word_end > MISSED_SECONDS:
            self.missed += 1
            self.at, self.since, self.next_words = _At.LISTENS, now, "repeat"


_spoken: dict[tuple[str, str], np.ndarray[Any, Any]] = {}


def spoken_once(text: str, voice: str = "espeak:en-us") -> np.ndarray[Any, Any]:
    """What somebody says, made once."""
    if (text, voice) not in _spoken:
        _spoken[text, voice] = spoken(text, voice)
    return _spoken[text, voice]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rooms")(rooms)


def rooms(
    counts: Annotated[str, typer.Option(metavar="N,N,…", help="Try so many rooms.")] = "1,2,4,8,16",
    stops: Annotated[int, typer.Option(min=1, metavar="N", help='Say "stop" so often for each.')] = 40,
    most_seconds: Annotated[float, typer.Option(help="Or for so long.")] = 150.0,
    every_seconds: Annotated[float, typer.Option(help='Somewhere somebody says "stop" so often.')] = 1.0,
    voice: Annotated[str, typer.Option(help="What all rooms speak with.")] = "flite:slt",
    processes: Annotated[int, typer.Option(min=1, metavar="N", help="Share them out over so many.")] = 1,
) -> None:
    """Guide people in several rooms at once: from the end of "stop" to silence, processor and memory."""
    for words in ("wake up", "continue", "repeat"):
        spoken_once(words)
    for one in VOICES:
        spoken_once("stop", one)
    for count in map(int, counts.split(",")):
        output.emit_json(_measured(count, stops, most_seconds, every_seconds, voice, processes))


def _measured(
    count: int, stops: int, most_seconds: float, every_seconds: float, voice: str, processes: int
) -> dict[str, Any]:
    people = [_Person(FakeSatellite(f"room {number}")) for number in range(1, count + 1)]
    satellites = [person.room for person in people]
    with (
        tempfile.TemporaryDirectory() as folder,
        running(*satellites),
        ExitStack() as stack,
    ):
        programs = [
            stack.enter_context(_limber(Path(folder), number, satellites[number::processes], voice))
            for number in range(min(processes, count))
        ]
        _let_all_speak(people)
        used, own, began = _cpu_seconds(programs), time.process_time(), time.monotonic()
        _talk(people, stops, most_seconds, every_seconds)
        seconds = time.monotonic() - began
        cpu = (_cpu_seconds(programs) - used) / seconds
        told = ask("status", Path(folder) / "run" / "limber").values()
        summary = _summary(people) | {
            "seconds": round(seconds),
            "cores_used": round(cpu, 2),
            "cores_used_by_the_fake_rooms": round((time.process_time() - own) / seconds, 2),
            "peak_memory_megabytes": sum(peak_megabytes(program.pid) for program in programs),
            "load": round(os.getloadavg()[0], 1),
            "rooms_at_fault": sum(map(_faults, told)),
        }
    return {"rooms": count, "processes": len(programs)} | summary


def _let_all_speak(people: Sequence[_Person]) -> None:
    """Wake every room; some need to be told twice."""
    ends_at = time.monotonic() + 60.0 + 2.0 * len(people)
    while any(not person.room.played for person in people) and time.monotonic() < ends_at:
        for person in people:
            if not person.room.played and person.room.connections and not person.room.said:
                person.room.say(spoken_once("wake up"))
                time.sleep(0.2)
        time.sleep(2.5)
    now = time.monotonic()
    for person in people:
        person.at, person.since, person.asked_at, person.next_words = _At.LISTENS, now, now, "repeat"


def _talk(people: Sequence[_Person], stops: int, most_seconds: float, every_seconds: float) -> None:
    began, said, next_at = time.monotonic(), 0, time.monotonic() + 2.0
    while time.monotonic() - began < most_seconds:
        time.sleep(LOOK_SECONDS)
        now = time.monotonic()
        for person in people:
            person.look(now)
        if said >= stops and not any(person.at is _At.STOPPED for person in people):
            return
        ready = [person for person in people if person.speaks(now)]
        if now >= next_at and said < stops and ready:
            longest_ago = min(ready, key=lambda person: person.since)
            longest_ago.stop(now, spoken_once("stop", VOICES[said % len(VOICES)]))
            said, next_at = said + 1, now + every_seconds


def _summary(people: Sequence[_Person]) -> dict[str, Any]:
    delays = [delay for person in people for delay in person.delays]
    return {
        "stops": len(delays) + sum(person.missed for person in people),
        "missed": sum(person.missed for person in people),
        "word_end_to_silence_ms": {
            name: round(float(np.percentile(delays, share)) * 1000) if delays else None
            for name, share in (("median", 50), ("p95", 95), ("max", 100))
        },
    }


def _faults(status: Any) -> int:
    """How many rooms of a program have one; all that there may be where it does not answer."""
    return sum(bool(room["faults"]) for room in status["rooms"]) if isinstance(status, dict) else MOST_ROOMS


def _cpu_seconds(programs: Sequence[subprocess.Popen[bytes]]) -> float:
    return sum(cpu_seconds(program.pid) for program in programs)


@contextmanager
def _limber(
    folder: Path, number: int, satellites: Sequence[FakeSatellite], voice: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program with these rooms."""
    config, told = folder / f"config-{number}.toml", folder / f"printed-{number}.txt"
    parts = [f'[speech]\nvoice = "{voice}"\n[session]\nroutine = "at-the-desk"\nsound_check = false\n']
    parts += [f'[[rooms]]\nname = "{one.name}"\naddress = "127.0.0.1:{one.port}"\n' for one in satellites]
    config.write_text("".join(parts))
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    places = {"XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "run"}
    env = {**os.environ, **{name: str(folder / place) for name, place in places.items()}}
    with told.open("wb") as printed:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(config)], env=env, stdout=printed, stderr=printed
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
        output.note(told.read_text()[-2000:])
