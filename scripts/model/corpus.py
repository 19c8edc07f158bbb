"""Corpora on disk and in memory: many utterances' samples in one file, and a line of JSON for each.

One pack is `NAME.int16` (mono, 16 kHz) beside `NAME.jsonl`. Human corpora are read from a folder with
`manifest.csv` (path, text, speaker, in_dev, kind), or from files WORD/SPEAKER_nohash_N.wav, as Speech
Commands has.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import soundfile as sf
from lexicon import pronunciations

SAMPLE_RATE_HZ = 16_000
Samples = np.ndarray  # mono int16
NATURAL = "natural", "everyday"
NOISES = "noise", "conversation"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech. `phones` are (pdf, end in seconds) in order, empty before alignment.

    `measured` marks speakers that also are in the development set. `kind` is "human"; of natural synthetic
    voices "natural" or, not for Limber, "everyday"; of the other voices "command" (a phrase of the language
    pack), "word" (a short word) or "text" (what is not for Limber).
    """

    text: str
    kind: str
    speaker: str
    start: int
    length: int
    measured: bool = False
    phones: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """Utterances and the one array with all their samples."""

    samples: Samples
    utterances: tuple[Utterance, ...]

    def audio(self, utterance: Utterance) -> Samples:
        """The samples of one utterance."""
        return self.samples[utterance.start : utterance.start + utterance.length]

    def save(self, path: Path) -> None:
        """Write the pack; its JSON lines come last, so that a pack with them is whole."""
        self.samples.astype("<i2").tofile(path.with_suffix(".int16"))
        save_utterances(path.with_suffix(".jsonl"), self.utterances)


def load(path: Path) -> Pack:
    """The pack of a path without its suffix."""
    samples = np.memmap(path.with_suffix(".int16"), "<i2", mode="r")
    return Pack(samples, load_utterances(path.with_suffix(".jsonl")))


def save_utterances(path: Path, utterances: Iterable[Utterance]) -> None:
    """Write a line of JSON for each; the file appears when it is whole."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text("".join(json.dumps(asdict(utterance)) + "\n" for utterance in utterances))
    unfinished.rename(path)


def load_utterances(path: Path) -> tuple[Utterance, ...]:
    """What `save_utterances` wrote."""
    with path.open() as lines:
        rows = [json.loads(line) for line in lines]
    return tuple(Utterance(**row | {"phones": tuple((p, e) for p, e in row["phones"])}) for row in rows)


def gather(items: Iterable[tuple[Utterance, Samples]]) -> Pack:
    """One pack of utterances that each come with their own samples."""
    parts: list[Samples] = []
    utterances: list[Utterance] = []
    at = 0
    for utterance, samples in items:
        utterances.append(replace(utterance, start=at, length=len(samples)))
        parts.append(samples)
        at += len(samples)
    return Pack(np.concatenate(parts) if parts else np.zeros(0, np.int16), tuple(utterances))


def read_human(folder: Path) -> Iterator[tuple[Utterance, Samples]]:
    """The transcribed clips of a folder whose words all have a pronunciation."""
    manifest = folder / "manifest.csv"
    rows = _manifest_rows(manifest) if manifest.exists() else _speech_commands_rows(folder)
    for path, spoken in rows:
        if spoken.text and all(pronunciations(word) for word in spoken.text.split()):
            yield spoken, sf.read(path, dtype="int16")[0]


def read_noises(folder: Path) -> Iterator[Samples]:
    """The sounds of a folder's manifest in which nobody speaks to a microphone."""
    if (manifest := folder / "manifest.csv").exists():
        for row in _rows(manifest):
            if row.get("kind") in NOISES:
                yield sf.read(folder / row["path"], dtype="int16")[0]


def _manifest_rows(manifest: Path) -> Iterator[tuple[Path, Utterance]]:
    for row in _rows(manifest):
        kind = row["kind"] if row.get("kind") in NATURAL else "human"
        measured = row.get("in_dev") == "yes"
        spoken = Utterance(row["text"].lower(), kind, row["speaker"], 0, 0, measured)
        yield manifest.parent / row["path"], spoken


def _rows(manifest: Path) -> Iterator[dict[str, str]]:
    with manifest.open(newline="") as lines:
        yield from csv.DictReader(lines)


def _speech_commands_rows(folder: Path) -> Iterator[tuple[Path, Utterance]]:
    for path in sorted(folder.glob("[a-z]*/*_nohash_*.*")):
        yield path, Utterance(path.parent.name, "human", path.name.split("_")[0], 0, 0)
