"""What Limber hears when it hears only itself: every sentence it can say, played into the real recognizer.

Nothing may veto a safety phrase, so our own prompts must not sound like one. Used by a test and by
scripts/echo_proof.py, on one thread. Must not act on what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import Formatter

import numpy as np

from assistant.core.intents import SAFETY_INTENTS, Intent, Match, PhraseTable
from assistant.core.listening import Listener
from assistant.core.ports import SAMPLE_RATE_HZ, Recognizer
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.speech.hearing import HearingPath
from assistant.speech.voice_pieces import sentences

NUMBERS = range(1, 61)
COUNTS = range(1, 11)
LEAD_SECONDS, TAIL_SECONDS = 0.1, 0.2
FLOOR_RMS = 3.0
"""No microphone is ever exactly silent; this is the quietest room, in int16 steps."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that Limber can say; `name` is the line or the stretch that it belongs to."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Misheard:
    """A saying that was taken for a phrase of the table; `words` is the whole hypothesis."""

    saying: Saying
    match: Match
    words: tuple[str, ...]

    @property
    def is_safety(self) -> bool:
        """Whether the session would have stopped."""
        return self.match.intent in SAFETY_INTENTS


def everything_said(pack: LanguagePack, routines: Sequence[Routine]) -> list[Saying]:
    """Every sentence of the pack with the values it can have, and of the routines, each sentence once."""
    seen: set[str] = set()
    found = []
    for name, text in [*_lines(pack, routines), *_stretches(pack, routines)]:
        new = [sentence for sentence in sentences(text) if sentence not in seen]
        seen.update(new)
        if new:
            found.append(Saying(name, " ".join(new)))
    return found


def _lines(pack: LanguagePack, routines: Sequence[Routine]) -> Iterator[tuple[str, str]]:
    numbers = [pack.number(number) for number in NUMBERS]
    counts = [pack.number(number) for number in COUNTS]
    names = [routine.spoken_name for routine in routines]
    values = {
        "number": counts,
        "seconds": numbers,
        "minutes": numbers,
        "side": [pack.words["left"], pack.words["right"]],
        "routine": names,
        "routines": [". ".join(names)],
        "stretch": [stretch.spoken_name for routine in routines for stretch in routine.stretches],
    }
    for line, template in pack.lines.items():
        wanted = [name for _, name, _, _ in Formatter().parse(template) if name]
        for varied in wanted or [""]:
            for value in values.get(varied, [""]):
                firsts = {name: values[name][0] for name in wanted}
                yield str(line), template.format(**{**firsts, varied: value})


def _stretches(pack: LanguagePack, routines: Sequence[Routine]) -> Iterator[tuple[str, str]]:
    left, right = pack.words["left"], pack.words["right"]
    for routine in routines:
        for stretch in routine.stretches:
            for side, other_side in ((left, right), (right, left)) if stretch.has_sides else (("", ""),):
                for text in _texts(stretch):
                    yield f"{routine.id}: {stretch.id}", text.format(side=side, other_side=other_side)


def _texts(stretch: Stretch) -> tuple[str, ...]:
    return (" ".join(stretch.enter), stretch.feel, stretch.leave, stretch.easier)


def listen_to_itself(
    spoken: Iterable[tuple[Saying, bytes]],
    open_recognizer: Callable[[], Recognizer],
    table: PhraseTable,
    noise_rms: float = FLOOR_RMS,
) -> Iterator[Misheard]:
    """Play each saying's sound (mono int16 at 16 kHz) into a recognizer that has only just begun to listen.

    The echo is at 0 dB, with even noise of `noise_rms` under it, and the grammar holds every phrase there is.
    """
    random = np.random.default_rng(0)
    lead, tail = (
        bytes(round(LEAD_SECONDS * SAMPLE_RATE_HZ) * 2),
        bytes(round(TAIL_SECONDS * SAMPLE_RATE_HZ) * 2),
    )
    for saying, sound in spoken:
        samples = np.frombuffer(lead + sound + tail, np.int16).astype(np.float32)
        heard = np.clip(np.rint(samples + random.normal(0, noise_rms, len(samples))), -32768, 32767)
        hearing, listener = HearingPath(open_recognizer(), table), Listener(table)
        hearing.listen_for(Intent)
        for hypothesis in hearing.accept(heard.astype(np.int16).tobytes()) + hearing.finish():
            match = listener.interpret(hypothesis, Intent)
            if isinstance(match, Match):
                yield Misheard(saying, match, hypothesis.words)
