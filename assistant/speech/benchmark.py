"""Measures a Vosk model on recordings: what it misses, what it makes up, how late and how dear it is.

Runs on the main thread, in the samples' own time. Counts come as they are, with 95 % intervals:
Wilson's for shares, Poisson's for alarms per hour.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import vosk

from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent, PhraseTable
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.speech.bench_audio import CONDITIONS, LEAD_SECONDS, Clip, Recordings, Samples, word_end_seconds
from assistant.speech.hearing import session_grammar
from assistant.speech.recognizer import UNKNOWN_WEIGHT
from assistant.speech.vosk_model import VoskModel

CLOSED_SET = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "start", "repeat")
RUNNING_SPEECH = ("librispeech", "an4", "ljspeech", "librivox")
STOP = "stop"
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
class Hypothesis:
    """What the recognizer believed from `at_seconds` on, until the next one; `final` ends an utterance."""

    at_seconds: float
    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a piece of sound, in order; a hypothesis that repeats the one before it is left out."""

    hypotheses: tuple[Hypothesis, ...]

    @property
    def finals(self) -> tuple[str, ...]:
        """The final texts, without `[unk]`."""
        texts = (h.text.split() for h in self.hypotheses if h.final)
        known = (" ".join(word for word in words if word != UNKNOWN_WORD) for words in texts)
        return tuple(text for text in known if text)

    def said(self, phrase: str) -> bool:
        """Whether a final text is exactly this phrase."""
        return phrase in self.finals

    def alarms(self, table: PhraseTable, hold_seconds: float = 0.0) -> list[tuple[Intent, float]]:
        """Which safety intents were recognized, and when: once they had been believed for so long."""
        found: list[tuple[Intent, float]] = []
        intent, since, told = None, 0.0, False
        for number, hypothesis in enumerate(self.hypotheses):
            match = table.find_safety(tuple(hypothesis.text.split()))
            if (match and match.intent) is not intent:
                intent, since, told = match and match.intent, hypothesis.at_seconds, False
            until = self.hypotheses[number + 1].at_seconds if number + 1 < len(self.hypotheses) else since
            if intent and not told and (hypothesis.final or until - since >= hold_seconds):
                found.append((intent, hypothesis.at_seconds if hypothesis.final else since + hold_seconds))
                told = True
            if hypothesis.final:
                intent = None
        return found


class Ear:
    """One grammar on a loaded model. Decodes sound in blocks and asks for a partial hypothesis after each."""

    def __init__(self, model: VoskModel, phrases: Sequence[str], *, unknown: bool = True) -> None:
        missing = frozenset(model.missing_words(word for phrase in phrases for word in phrase.split()))
        grammar = [phrase for phrase in phrases if missing.isdisjoint(phrase.split())]
        grammar += [UNKNOWN_WORD] * UNKNOWN_WEIGHT if unknown else []
        self._recognizer = vosk.KaldiRecognizer(model.native, SAMPLE_RATE_HZ, json.dumps(grammar))
        self.sound_seconds = 0.0
        self.busy_seconds = 0.0

    def hear(self, samples: Samples) -> Heard:
        """Decode one piece of sound from a fresh start."""
        found: list[Hypothesis] = []
        data, last = samples.tobytes(), ""
        began = time.thread_time()
        for number, start in enumerate(range(0, len(data), BLOCK_BYTES), start=1):
            ended = self._recognizer.AcceptWaveform(data[start : start + BLOCK_BYTES]) > 0
            answer = self._recognizer.Result() if ended else self._recognizer.PartialResult()
            text = str(json.loads(answer)["text" if ended else "partial"])
            if ended or text != last:
                found.append(Hypothesis(number * BLOCK_SECONDS, text, ended))
            last = "" if ended else text
        text = str(json.loads(self._recognizer.FinalResult())["text"])
        self._recognizer.Reset()
        self.busy_seconds += time.thread_time() - began
        self.sound_seconds += len(samples) / SAMPLE_RATE_HZ
        return Heard((*found, Hypothesis(len(samples) / SAMPLE_RATE_HZ, text, final=True)))


@dataclass(frozen=True, slots=True)
class StopFigures:
    """ "stop" missed in a condition: in final texts, and in partial ones."""

    condition: str
    missed_exact: Share
    missed_exact_confirmed: Share
    missed_safety: Share
    missed_safety_confirmed: Share


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """One kind of sound without a safety word: false "stop" both ways, and any false safety phrase."""

    kind: str
    exact: Rate
    safety_stop: Rate
    safety_any: Rate


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


def first_alarm(heard: Heard, table: PhraseTable, intent: Intent, hold_seconds: float = 0.0) -> float | None:
    """When the intent was first recognized, in samples' time."""
    return next((at for found, at in heard.alarms(table, hold_seconds) if found is intent), None)


def measure(
    model_path: Path, recordings: Recordings, table: PhraseTable, progress: Callable[[str], None]
) -> Figures:
    """Measure a model. Raises HearingError if it cannot be loaded."""
    before, began = _resident_megabytes(), time.perf_counter()
    model = VoskModel(model_path)
    load_seconds = time.perf_counter() - began
    ear = Ear(model, session_grammar(table, Intent))
    progress("closed set")
    closed = _closed_set(Ear(model, CLOSED_SET, unknown=False), recordings)
    stop, delays = [], []
    for condition in CONDITIONS:
        progress(f'"stop", {condition.name}')
        rows = []
        for seed, clip in enumerate(recordings.commands(STOP)):
            samples = recordings.heard(clip, condition, seed)
            heard = ear.hear(samples)
            safety_at = first_alarm(heard, table, Intent.STOP)
            rows.append((clip, heard.said(STOP), safety_at is not None))
            if condition is CONDITIONS[0] and safety_at is not None:
                delays.append(safety_at - LEAD_SECONDS - word_end_seconds(clip.samples()))
        stop.append(_stop_figures(condition.name, rows))
    alarms = []
    for kinds in (("librispeech",), RUNNING_SPEECH, ("words",), ("custom_phrases", "wakewords", "precise")):
        progress(f"false alarms, {', '.join(kinds)}")
        alarms.append(_alarm_figures(kinds, recordings, ear, table))
    progress("other commands")
    commands = _by_word(ear, recordings, table)
    factor = ear.busy_seconds / ear.sound_seconds
    memory = _resident_megabytes() - before
    return Figures(load_seconds, memory, factor, closed, tuple(stop), tuple(alarms), tuple(delays), commands)


def _closed_set(ear: Ear, recordings: Recordings) -> dict[str, Share]:
    """How many of each word are right when nothing else can be said; "" for all."""
    rows = [
        (c, ear.hear(recordings.heard(c, CONDITIONS[0], 0)).finals == (c.text,))
        for c in recordings.commands(*CLOSED_SET)
    ]
    return {
        word: _share((c, right) for c, right in rows if word in ("", c.text)) for word in ("", *CLOSED_SET)
    }


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


def _stop_figures(condition: str, rows: list[tuple[Clip, bool, bool]]) -> StopFigures:
    exact = [(clip, not exact) for clip, exact, _ in rows]
    safety = [(clip, not safety) for clip, _, safety in rows]
    sure = [[(clip, missed) for clip, missed in way if clip.confirmed] for way in (exact, safety)]
    return StopFigures(condition, _share(exact), _share(sure[0]), _share(safety), _share(sure[1]))


def _alarm_figures(
    kinds: Sequence[str], recordings: Recordings, ear: Ear, table: PhraseTable
) -> AlarmFigures:
    exact = stops = alarms = 0
    hours = 0.0
    for clip in recordings.negatives(*kinds):
        samples = clip.samples()
        hours += len(samples) / SAMPLE_RATE_HZ / 3600
        heard = ear.hear(samples)
        exact += heard.finals.count(STOP)
        safety = [intent for intent, _ in heard.alarms(table)]
        stops += safety.count(Intent.STOP)
        alarms += sum(intent in SAFETY_INTENTS for intent in safety)
    return AlarmFigures(", ".join(kinds), Rate(exact, hours), Rate(stops, hours), Rate(alarms, hours))


def _resident_megabytes() -> float:
    """Memory in use by this process; Linux only, 0 elsewhere."""
    status = Path("/proc/self/statm")
    pages = int(status.read_text().split()[1]) if status.exists() else 0
    return pages * 4096 / 1e6
