"""What Limber hears when it hears only itself: every sentence it can say, played into the real recognizer.

Nothing may veto a safety phrase, so our own prompts must not sound like one. A command may be vetoed, by the
session's own rule (core/own_voice.py): what it lets through would be done. Used by a test and by
`scripts/measure/run echo-proof`. Must not act on what it finds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from string import Formatter

import numpy as np

from assistant.core.dialogue.sound_check import SAYS_STOP
from assistant.core.events import Said
from assistant.core.hold import COUNT_FROM
from assistant.core.intents import Intent, Match
from assistant.core.needs import THINGS
from assistant.core.own_voice import is_own_voice
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ, Recognizer, Speech, Voice
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Condition, Routine, Stretch
from assistant.core.script import Script
from assistant.core.understanding import find_safety
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import same_dither

NUMBERS = range(1, 61)
SAMPLE_BYTES = 2
PAUSE_SECONDS = 0.25
FLOOR_RMS = 3.0
"""No microphone is ever exactly silent; this is the quietest room, in int16 steps."""
FAINT_RMS = 100.0
"""A faint noise, 32 dB below our voice."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that Limber can say; `name` is the line or the stretch that it belongs to."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Misheard:
    """A saying that was taken for a phrase of the table.

    `acts` tells whether a session does what it takes it for: always so for a safety phrase, but for the one
    that the sound check asks for, and for a command that it does not know to be its own voice.
    """

    saying: Saying
    voice_id: str
    noise_rms: float
    heard: Said
    is_safety: bool
    acts: bool


def everything_said(
    pack: LanguagePack, routines: Sequence[Routine], numbers: Sequence[int] = NUMBERS
) -> list[Saying]:
    """Every sentence of the pack with the values it can have, and of the routines, each sentence once."""
    seen: set[str] = set()
    found = []
    for name, text in (*_lines(pack, routines, numbers), *_stretches(pack, routines), *_transfers(pack)):
        new = [sentence for sentence in pack.sentences(text) if sentence not in seen]
        seen.update(new)
        if new:
            found.append(Saying(name, " ".join(new)))
    return found


def _lines(
    pack: LanguagePack, routines: Sequence[Routine], numbers: Sequence[int]
) -> Iterator[tuple[str, str]]:
    said = [pack.number(number) for number in numbers]
    names = [routine.spoken_name for routine in routines]
    values: dict[str, Sequence[str]] = {
        **dict.fromkeys(("seconds", "minutes", "count", "breaths"), said),
        **{key: [pack.number(score) for score in range(11)] for key in ("before", "after")},
        "number": [pack.number(number) for number in range(1, COUNT_FROM + 1)],
        "side": [pack.words["left"], pack.words["right"]],
        "routine": names,
        "routines": [pack.rules.any_of(names[at : at + 4]) for at in range(0, len(names), 4)],
        "stretch": [stretch.spoken_name for routine in routines for stretch in routine.stretches],
        "condition": [pack.words[condition] for condition in Condition],
        "conditions": [pack.words[condition] for condition in Condition],
        "things": [pack.words[thing] for thing in THINGS],
        "time": [*{minute: said for said, minute in pack.table.slots["minute_of_day"].items()}.values()],
    }
    for line, template in pack.lines.items():
        wanted = [name for _, name, _, _ in Formatter().parse(template) if name]
        for varied in wanted or [""]:
            for value in values.get(varied, [""]):
                firsts = {name: values[name][0] for name in wanted}
                yield str(line), template.format(**{**firsts, varied: value})


def _transfers(pack: LanguagePack) -> Iterator[tuple[str, str]]:
    left, right = pack.words["left"], pack.words["right"]
    for transfer, texts in pack.transfers.items():
        for side, other_side in ((left, right), (right, left)):
            for text in (texts.words, texts.easier, texts.who_should_not):
                yield f"transfers: {transfer}", text.format(side=side, other_side=other_side)


def _stretches(pack: LanguagePack, routines: Sequence[Routine]) -> Iterator[tuple[str, str]]:
    left, right = pack.words["left"], pack.words["right"]
    for routine in routines:
        for stretch in routine.stretches:
            for side, other_side in ((left, right), (right, left)) if stretch.has_sides else (("", ""),):
                for text in _texts(stretch):
                    yield f"{routine.id}: {stretch.id}", text.format(side=side, other_side=other_side)


def _texts(stretch: Stretch) -> tuple[str, ...]:
    starts = (start for _, start in stretch.starts)
    return (*starts, " ".join(stretch.enter), stretch.feel, stretch.breath, stretch.leave, stretch.easier)


class _Sounding:
    """A saying as a session speaks it: what its script knows at any moment from `began_at` on."""

    def __init__(self, pack: LanguagePack, text: str, pieces: Sequence[Speech], began_at: float) -> None:
        lengths = [len(piece.samples) / SAMPLE_BYTES / SAMPLE_RATE_HZ for piece in pieces]
        self._ends_at = deque(began_at + end for end in accumulate(lengths))
        self._script = Script(pack)
        self._script.now = began_at
        self._script.speak(text)

    def commands(self, said: Said) -> bool:
        """Whether a session would do what it hears of itself. Each must be later than the last."""
        self._advance(said.at_seconds)
        return not said.is_safety and not is_own_voice(said, said.word_end_seconds, self._script)

    def _advance(self, now: float) -> None:
        while self._ends_at and self._ends_at[0] <= now:
            self._script.now = self._ends_at.popleft()
            self._script.sentence_finished(1)
            if not self._ends_at:
                self._script.finished(1)
        self._script.now = now


def listen_to_itself(
    sayings: Sequence[Saying],
    voice: Voice,
    recognizer: Recognizer,
    pack: LanguagePack,
    *,
    noises_rms: Sequence[float] = (FLOOR_RMS, FAINT_RMS),
    intents: Iterable[Intent] = Intent,
    draws: int = 1,
) -> list[Misheard]:
    """Say it all to the recognizer at 0 dB, over even noise of each level; return what it took for phrases.

    The grammar holds every phrase there is, or those of some intents and the safety phrases, as in a state
    of a session. The recognizer's own dither is drawn so often; a first draw is always the same. Raises
    VoiceError.
    """
    found: list[Misheard] = []
    hearing, heard_seconds = HearingPath(recognizer, pack.table), 0.0
    hearing.listen_for(intents)
    for saying in sayings:
        spoken = (voice.synthesize(sentence, 1.0) for sentence in pack.sentences(saying.text))
        pieces = tuple(piece for sentence in spoken for piece in sentence)
        for noise_rms, draw in product(noises_rms, range(1, draws + 1)):
            same_dither(draw)
            sound = _in_room(b"".join(piece.samples for piece in pieces), noise_rms)
            sounding = _Sounding(pack, saying.text, pieces, heard_seconds + PAUSE_SECONDS)
            heard_seconds += -(-len(sound) // BLOCK_BYTES) * BLOCK_SECONDS
            for said in _hear(sound, hearing):
                is_safety = _is_unsafe(saying, find_safety(said.words, pack.table))
                acts = is_safety or sounding.commands(said)
                found.append(Misheard(saying, voice.id, noise_rms, said, is_safety, acts))
    return found


def _is_unsafe(saying: Saying, heard: Match | None) -> bool:
    """Whether a saying must not sound so: only the sound check's question may, and only like "stop"."""
    return heard is not None and not (saying.name == SAYS_STOP and heard.intent is Intent.STOP)


def _in_room(sound: bytes, noise_rms: float) -> bytes:
    pause_samples = round(PAUSE_SECONDS * SAMPLE_RATE_HZ)
    samples = np.pad(np.frombuffer(sound, np.int16), pause_samples).astype(np.float32)
    samples += np.random.default_rng(0).normal(0, noise_rms, len(samples)).astype(np.float32)
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16).tobytes()


def _hear(sound: bytes, hearing: HearingPath) -> list[Said]:
    return [said for said in hearing.accept(sound) + hearing.finish() if isinstance(said, Said)]
