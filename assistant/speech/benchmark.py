"""Measures a Vosk model on recordings: what it misses, what it makes up, how late and how dear it is.

Runs on the main thread, in the samples' own time. Counts come as they are, with 95 % intervals:
Wilson's for shares, Poisson's for alarms per hour.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.core.intents import Intent, PhraseTable
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.speech.bench_audio import CONDITIONS, LEAD_SECONDS, Clip, Recordings, word_end_seconds
from assistant.speech.bench_ear import Ear
from assistant.speech.hearing import session_grammar
from assistant.speech.vosk.model import VoskModel

CLOSED_SET = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "start", "repeat")
RUNNING_SPEECH = ("librispeech", "an4", "ljspeech", "librivox")
STOP = "stop"
CONFIRMED = "confirmed"
Z = 1.96
"""So many deviations from the middle do 95 % of a normal distribution reach."""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, spoken by so many people."""

    count: int
    total: int
    speakers: int = 0

    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval, as shares."""
        if not self.total:
            return 0.0, 1.0
        share, n = self.count / self.total, self.total
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval()
        share = self.count / self.total if self.total else 0.0
        return (
            f"{share:6.1%} ({low:.1%} to {high:.1%}; {self.count} of {self.total}, {self.speakers} speakers)"
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` alarms in `hours` of sound."""

    count: int
    hours: float

    def interval(self) -> tuple[float, float]:
        """Poisson's 95 % interval per hour, by Wilson and Hilferty's approximation."""
        n = self.count
        low = n * (1 - 1 / (9 * n) - Z / (3 * math.sqrt(n))) ** 3 if n else 0.0
        high = (n + 1) * (1 - 1 / (9 * (n + 1)) + Z / (3 * math.sqrt(n + 1))) ** 3
        return low / self.hours, high / self.hours

    def __str__(self) -> str:
        low, high = self.interval()
        rate = self.count / self.hours
        return f"{rate:5.1f} an hour ({low:.1f} to {high:.1f}; {self.count} in {self.hours:.2f} h)"


@dataclass(frozen=True, slots=True)
class StopFigures:
    """ "stop" missed in a condition: in final texts, exactly; as the reflex believes it; not even suspected.

    Where "confirmed", only clips of which an independent spotter confirmed the label.
    """

    condition: str
    exact: Share
    exact_confirmed: Share
    believed: Share
    believed_confirmed: Share
    suspected: Share
    suspected_confirmed: Share


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """One kind of sound without a safety word: "stop" and any safety phrase made up."""

    kind: str
    exact_stop: Rate
    believed_stop: Rate
    believed: Rate
    suspected: Rate


@dataclass(frozen=True, slots=True)
class Figures:
    """All that was measured on one model."""

    load_seconds: float
    memory_megabytes: float
    real_time_factor: float
    closed_set: dict[str, Share]
    stop: tuple[StopFigures, ...]
    alarms: tuple[AlarmFigures, ...]
    delays_seconds: tuple[float, ...]
    commands: dict[str, Share]


def measure(
    model_path: Path, recordings: Recordings, table: PhraseTable, progress: Callable[[str], None]
) -> Figures:
    """Measure a model. Raises HearingError if it cannot be loaded."""
    before, began = _resident_megabytes(), time.perf_counter()
    model = VoskModel(model_path)
    load_seconds = time.perf_counter() - began
    ear = Ear(model, session_grammar(table, Intent), table)
    progress("closed set")
    closed = closed_set(model, recordings, table)
    stop, delays = [], []
    for condition in CONDITIONS:
        progress(f'"stop", {condition.name}')
        rows = []
        for seed, clip in enumerate(recordings.commands(STOP)):
            samples = recordings.heard(clip, condition, seed)
            heard = ear.hear(samples)
            at = heard.believed_at(Intent.STOP)
            suspected = Intent.STOP in heard.suspected(table)
            rows.append((clip, (heard.said(STOP), at is not None, suspected)))
            if condition is CONDITIONS[0] and at is not None:
                delays.append(at - LEAD_SECONDS - word_end_seconds(clip.samples()))
        stop.append(_stop_figures(condition.name, rows))
    alarms = []
    for kinds in (("librispeech",), RUNNING_SPEECH, ("words",), ("custom_phrases", "wakewords", "precise")):
        if clips := recordings.negatives(*kinds):
            progress(f"false alarms, {', '.join(kinds)}")
            alarms.append(_alarm_figures(", ".join(kinds), clips, ear, table))
    progress("other commands")
    commands = _by_word(ear, recordings, table)
    factor = ear.busy_seconds / ear.sound_seconds
    memory = _resident_megabytes() - before
    return Figures(load_seconds, memory, factor, closed, tuple(stop), tuple(alarms), tuple(delays), commands)


def closed_set(model: VoskModel, recordings: Recordings, table: PhraseTable) -> dict[str, Share]:
    """How many of each word are right when nothing else can be said; "" for all; those that are confirmed."""
    ear = Ear(model, CLOSED_SET, table, unknown=False)
    rows = [
        (c, ear.hear(recordings.heard(c, CONDITIONS[0], 0)).finals == (c.text,))
        for c in recordings.commands(*CLOSED_SET)
    ]
    found = {
        word: _share((c, right) for c, right in rows if word in ("", c.text)) for word in ("", *CLOSED_SET)
    }
    return found | {CONFIRMED: _share((c, right) for c, right in rows if c.confirmed)}


def _by_word(ear: Ear, recordings: Recordings, table: PhraseTable) -> dict[str, Share]:
    """How many of each recorded command are understood exactly, among all phrases."""
    found: dict[str, list[tuple[Clip, bool]]] = {}
    for clip in recordings.commands():
        if table.match((clip.text,)):
            said = ear.hear(recordings.heard(clip, CONDITIONS[0], 0)).finals == (clip.text,)
            found.setdefault(clip.text, []).append((clip, said))
    return {word: _share(rows) for word, rows in sorted(found.items())}


def _share(rows: Iterable[tuple[Clip, bool]]) -> Share:
    rows = list(rows)
    return Share(sum(yes for _, yes in rows), len(rows), len({clip.speaker for clip, _ in rows}))


def _stop_figures(condition: str, rows: list[tuple[Clip, tuple[bool, bool, bool]]]) -> StopFigures:
    ways = [[(clip, not found[way]) for clip, found in rows] for way in range(3)]
    shares = ((_share(way), _share((c, missed) for c, missed in way if c.confirmed)) for way in ways)
    return StopFigures(condition, *(share for pair in shares for share in pair))


def _alarm_figures(kind: str, clips: Sequence[Clip], ear: Ear, table: PhraseTable) -> AlarmFigures:
    exact = stops = believed = suspected = 0
    hours = 0.0
    for clip in clips:
        samples = clip.samples()
        hours += len(samples) / SAMPLE_RATE_HZ / 3600
        heard = ear.hear(samples)
        exact += heard.finals.count(STOP)
        stops += sum(intent is Intent.STOP for intent, _ in heard.believed)
        believed += len(heard.believed)
        suspected += len(heard.suspected(table))
    return AlarmFigures(kind, *(Rate(n, hours) for n in (exact, stops, believed, suspected)))


def _resident_megabytes() -> float:
    """Memory in use by this process; Linux only, 0 elsewhere."""
    status = Path("/proc/self/statm")
    pages = int(status.read_text().split()[1]) if status.exists() else 0
    return pages * 4096 / 1e6
