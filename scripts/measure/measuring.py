"""Hears one piece of a trial in its room, block by block, and notes what came of it.

Time is the number of samples; only the cost is taken from the processor's clock. Belongs to the thread, or
the process, that measures the piece.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.core.events import Meaning, Said
from assistant.core.intents import Intent
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.machine import listened_for
from assistant.core.phrases import PhraseTable
from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.core.understanding import find_safety, understand
from assistant.languages.en.rules import words as spoken_words
from assistant.simulate.acoustics import Sound
from assistant.speech.vosk.model import VoskModel, same_dither
from scripts.measure.clips import FRAME_SAMPLES, Clip, word_end_seconds
from scripts.measure.ears import Ears, Noticed, text_of
from scripts.measure.material import (
    Backgrounds,
    Piece,
    plays_own_voice,
    prompts_from_seconds,
    room_for,
    said,
    warm_up_seconds,
)
from scripts.measure.own_voice import Prompts, Talking
from scripts.measure.trials import Kind

LATE_SECONDS = 0.8
"""A reflex counts for a word until so long after the word's end."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every piece needs: made once a process."""

    model: VoskModel
    table: PhraseTable
    backgrounds: Backgrounds
    prompts: Prompts | None
    point: OperatingPoint | None = None


@dataclass(slots=True)
class Spoken:
    """A recording that was played, and what came of it.

    Times are counted from the word's end: `decided_seconds` when the reflex was sure, None where there was
    none; `silent_seconds` when the speaker was silent. `understood` is whether a final text was just this;
    `finals` are those that the recognizer had itself, and `suspected` is whether it lowered the speaker.
    """

    text: str
    speaker: str
    confirmed: bool
    decided_seconds: float | None = None
    silent_seconds: float | None = None
    understood: bool = False
    finals: list[str] = field(default_factory=list)
    suspected: bool = False

    @property
    def exact(self) -> bool:
        """Whether one of the recognizer's own final texts is just this."""
        return self.text in self.finals

    @property
    def right(self) -> bool:
        """Whether nothing else was heard either."""
        return self.finals == [self.text]


@dataclass(slots=True)
class Outcome:
    """What came of a piece. `made_up` are the safety phrases that nobody had said, with the sentence that
    sounded where it was our own voice alone; `own_words` counts those that this sentence does say, as only
    the sound check's question may. `commands` are the phrases of all other meanings that were taken. A
    suspicion counts when it begins.

    `prompts` is how many of our own were begun, in so many `voices`.
    """

    trial: str
    kind: Kind
    number: int
    spoken: list[Spoken] = field(default_factory=list)
    seconds: float = 0.0
    made_up: list[str] = field(default_factory=list)
    suspicions: int = 0
    busy_seconds: float = 0.0
    peak_megabytes: float = 0.0
    prompts: int = 0
    voices: int = 0
    own_words: int = 0
    commands: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """When a recording begins, and from when to when a reflex is its doing; in blocks, in seconds."""

    clip: Clip
    sound: Sound
    begins_at: int
    ends_at_seconds: float
    until_seconds: float


def hear_piece(piece: Piece, tools: Tools) -> Outcome:
    """Hear it. Our own voice plays in every trial of "stop"; what echoes of it is the trial's. Raises
    HearingError or AudioError.
    """
    same_dither(1)
    hearing = _Hearing(piece, tools)
    lines = _lines(piece)
    end = round(piece.seconds / BLOCK_SECONDS)
    if lines:
        end = lines[-1].begins_at + round((len(lines[-1].sound) / SAMPLE_RATE_HZ + 1.6) / BLOCK_SECONDS)
    waiting = iter([*lines, None])
    line = next(waiting)
    for block in range(end):
        if line is not None and line.begins_at == block:
            hearing.say(line)
            line = next(waiting)
        hearing.next_block(block)
    hearing.finish()
    return hearing.outcome


def _lines(piece: Piece) -> list[_Line]:
    at_seconds = warm_up_seconds(piece.trial)
    lines = []
    for clip in piece.clips:
        sound = said(piece, clip)
        begins_at = round(at_seconds / BLOCK_SECONDS)
        seconds = len(sound) / SAMPLE_RATE_HZ
        word = word_end_seconds(clip.samples()) if len(sound) >= FRAME_SAMPLES else seconds
        ends_at = begins_at * BLOCK_SECONDS + word
        lines.append(_Line(clip, sound, begins_at, ends_at, ends_at + LATE_SECONDS))
        at_seconds = begins_at * BLOCK_SECONDS + seconds + piece.trial.pause_seconds
    return lines


class _Hearing:
    """The room, the ears and the voice of one piece, and what was noticed so far."""

    def __init__(self, piece: Piece, tools: Tools) -> None:
        own = piece.trial.own_voice
        self.outcome = Outcome(piece.trial.name, piece.trial.kind, piece.number)
        self._room = room_for(piece, tools.backgrounds)
        self._table = tools.table
        canceller = own.canceller if own else "none"
        state = piece.trial.state
        self._intents = frozenset(Intent if state is None else listened_for(state))
        self._ears = Ears(tools.model, tools.table, canceller, tools.point, piece.trial.only, self._intents)
        self._echoes = own is not None
        self._voice = None
        self._voices = tools.prompts.voices if tools.prompts else 0
        if tools.prompts is not None and plays_own_voice(piece.trial):
            self._voice = Talking(tools.prompts, tools.prompts.first_at(prompts_from_seconds(piece)))
        self._line: _Line | None = None
        self._was_suspecting = False
        self._falling_silent: Spoken | None = None
        self._last_sounding = 0

    def say(self, line: _Line) -> None:
        """The person begins."""
        self._room.say(line.sound)
        self._line = line
        self.outcome.spoken.append(Spoken(line.clip.text, line.clip.speaker, line.clip.confirmed))

    def next_block(self, block: int) -> None:
        """20 ms: something is played, heard, and acted upon."""
        played = bytes(2 * BLOCK_SAMPLES) if self._voice is None else self._voice.next_block()
        self._watch_silence(played, block)
        near = self._room.next_block(played)
        began = time.process_time()
        noticed = self._ears.hear(near, played if self._echoes else None)
        self.outcome.busy_seconds += time.process_time() - began
        self.outcome.seconds += BLOCK_SECONDS
        if noticed.suspects and not self._was_suspecting:
            self.outcome.suspicions += 1
        self._was_suspecting = noticed.suspects
        if self._voice is not None:
            self._voice.duck(noticed.suspects)
        now_seconds = (block + 1) * BLOCK_SECONDS
        self._recognized(now_seconds, noticed)
        if noticed.reflex:
            self._reflex(now_seconds, noticed)
        for meaning in noticed.meanings:
            if isinstance(meaning, Said) and not meaning.is_safety:
                self.outcome.commands.append(meaning.phrase)
            if not isinstance(meaning, Said) or meaning.is_final:
                self._understood(meaning)

    def finish(self) -> None:
        """Note what is known at the end only."""
        self.outcome.peak_megabytes = _peak_megabytes()
        if self._voice is not None:
            self.outcome.prompts, self.outcome.voices = self._voice.begun_count, self._voices

    def _recognized(self, now_seconds: float, noticed: Noticed) -> None:
        if self._line is not None:
            spoken = self.outcome.spoken[-1]
            spoken.finals += noticed.finals
            if now_seconds <= self._line.until_seconds:
                spoken.suspected |= noticed.suspects or noticed.reflex

    def _reflex(self, now_seconds: float, noticed: Noticed) -> None:
        if self._voice is not None:
            self._voice.cut()
        line = self._line
        if self.outcome.kind is Kind.OTHERS or line is None or now_seconds > line.until_seconds:
            self._made_up(noticed)
            return
        spoken = self.outcome.spoken[-1]
        if spoken.decided_seconds is None:
            spoken.decided_seconds = now_seconds - line.ends_at_seconds
            if self._voice is not None:
                self._falling_silent = spoken

    def _made_up(self, noticed: Noticed) -> None:
        found = (find_safety(meaning.words, self._table) for meaning in noticed.meanings)
        heard = next((match for match in found if match), None)
        phrase = heard.phrase if heard else "?"
        if self._voice is not None and self.outcome.kind is Kind.ALONE:
            said = find_safety(spoken_words(self._voice.sounding), self._table)
            if heard and said and heard.intent is said.intent:
                self.outcome.own_words += 1
                return
            phrase += f" in: {self._voice.sounding}"
        self.outcome.made_up.append(phrase)

    def _watch_silence(self, played: bytes, block: int) -> None:
        """After a cut: the first block without sound tells that the sample before it was the last."""
        sounding = np.flatnonzero(np.frombuffer(played, np.int16))
        spoken, line = self._falling_silent, self._line
        if len(sounding):
            self._last_sounding = block * BLOCK_SAMPLES + int(sounding[-1]) + 1
        elif spoken is not None and line is not None and spoken.decided_seconds is not None:
            last_seconds = self._last_sounding / SAMPLE_RATE_HZ - line.ends_at_seconds
            spoken.silent_seconds = max(spoken.decided_seconds, last_seconds)
            self._falling_silent = None

    def _understood(self, meaning: Meaning) -> None:
        if self.outcome.spoken:
            spoken = self.outcome.spoken[-1]
            spoken.understood |= (
                self._is_meant(meaning, spoken.text)
                if self.outcome.kind is Kind.MEANT
                else text_of(meaning.words) == spoken.text
            )

    def _is_meant(self, meaning: Meaning, text: str) -> bool:
        """Whether that is what these words mean where these intents are listened for."""
        match = understand(tuple(text.split()), self._table, self._intents)
        return (
            match is not None
            and isinstance(meaning, Said)
            and not meaning.is_half_heard
            and (meaning.intent, meaning.slots) == (match.intent, match.slots)
        )


def _peak_megabytes() -> float:
    """The most memory that this process has had in use; Linux only, 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii", errors="replace").splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), 0.0)
