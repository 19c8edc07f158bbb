"""scripts/measure/run voice: how a voice speaks in a first session, and how even its prompts are.

Runs on the main thread; a thread of its own plays, as the sound card would. A session runs in real time with
a new cache and without sound hardware. Hearing works beside it on a room's quiet noise, as it would. A gap is
a silence while something that is to be said is not rendered; before the first sound it is told by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant.audio.mixer import SILENCE, Mixer
from assistant.cli import output
from assistant.conducting import conduct
from assistant.config import Config
from assistant.core.actions import Action, ReportState, Speak
from assistant.core.context import Settings
from assistant.core.events import Event, Said, Source
from assistant.core.intents import Intent, Slots
from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ, Voice
from assistant.core.session import Session
from assistant.core.states import State
from assistant.event_queue import EventQueue
from assistant.opening import load_content, open_hearing, open_speech_model, settings_now
from assistant.performer import Performer
from assistant.speech import rendering_ahead
from assistant.speech.engines import open_voice
from assistant.speech.loudness import loudness_lufs
from assistant.speech.prompt_cache import PromptCache, prompt_key
from assistant.speech.prompting import Prompter
from assistant.speech.rendering_ahead import RenderingAhead
from assistant.speech.voice_files import installed_voices
from assistant.spoken_voice import SpokenVoice
from assistant.stock import AT_HAND, GREETINGS, Stock

ANSWER_SECONDS = 4.0
"""So long after a question somebody answers it."""
ANSWERS = {
    State.SCREENING: Intent.YES,
    State.HISTORY: Intent.NO,
    State.CONDITIONS: Intent.NO,
    State.SCORE_NOW: Intent.NUMBER,
    State.NEWS: Intent.NO,
    State.TRANSFERRING: Intent.READY,
    State.INSTRUCTING: Intent.READY,
    State.SETTLING: Intent.READY,
}
_AUDIBLE = 0.01


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("voice")(voice)


def voice(
    names: Annotated[list[str], typer.Argument(metavar="VOICE...", help="As speech.voice names them.")],
    seconds: Annotated[float, typer.Option(metavar="S", help="Of a first session.")] = 240.0,
    routine: Annotated[str, typer.Option(metavar="ID", help="What is done in it.")] = "at-the-desk",
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Level every Nth sentence.")] = 4,
    is_busy: Annotated[
        bool, typer.Option("--busy", help="One core alone, with another program on it.")
    ] = False,
    rested: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", file_okay=False, help="After a rest in which all was rendered, and kept here."
        ),
    ] = None,
) -> None:
    """Measure voices: in a first session silence, memory and work; of all prompts loudness and pauses."""
    if seconds:
        if rested is not None:
            output.emit_json(rest(names[0], rested))
        with _one_busy_core() if is_busy else tempfile.TemporaryDirectory():
            output.emit_json(first_session(names[0], routine, seconds, rested))
    everything = {name: _levels(open_voice(name, installed=installed_voices()), every) for name in names}
    for name, level in everything.items():
        output.emit_json({"voice": name, **level})


def rest(name: str, folder: Path) -> dict[str, object]:
    """Render all that may be said, as a room does that rests; what is in the folder is there already."""
    config = Config.model_validate({"speech": {"voice": name}})
    stock = Stock(config, output.note)
    cache = PromptCache(folder, on_trouble=output.note)
    ahead = RenderingAhead(lambda: stock.voice, lambda: cache, always=True)
    rendering_ahead.NICENESS = 0  # how long it takes is measured where nobody else is
    nobody = partial(settings_now, config, Path(os.devnull) / "history.sqlite")
    began, worked = time.monotonic(), time.process_time()
    wanted = stock.sayings(nobody)
    parts = list(dict.fromkeys(wanted()[1]))
    ahead.go_on(wanted)
    while ahead.may_render:
        time.sleep(0.2)
    sizes = [cache.size_of(prompt_key(stock.voice.id, part, 1.0)) for part in parts]
    return {
        "parts": len(parts),
        "kept": sum(size > 0 for size in sizes),
        "megabytes": round(sum(sizes) / (1 << 20), 1),
        "seconds": round(time.monotonic() - began, 1),
        "processor_seconds": round(time.process_time() - worked, 1),
    }


def first_session(name: str, routine: str, seconds: float, kept: Path | None = None) -> dict[str, object]:
    """Guide somebody for so long who has never been here, and measure."""
    config = Config()
    pack, routines = load_content(config, output.note)
    hearing = open_hearing(config, pack, open_speech_model(config, pack, output.note), None)
    spoken, mixer = _Timed(open_voice(name, installed=installed_voices())), Mixer()
    settings = Settings(
        routine_id=routine,
        physician_check_due=True,
        conditions_due=True,
        asks_how_it_is=True,
        sound_check=False,
    )
    with tempfile.TemporaryDirectory() as folder:
        cache = PromptCache(kept or Path(folder), on_trouble=output.note)
        prompter = Prompter(spoken, cache, mixer, sentences=pack.sentences, on_trouble=output.note)
        at_hand = [pack.render(line) for line in (*GREETINGS, *AT_HAND)]
        speaking = SpokenVoice(prompter, mixer, on_trouble=output.note, at_hand=at_hand)
        player = _Player(mixer, speaking, hearing.accept)
        person = _Person(seconds)
        began = time.monotonic()
        player.start()
        session = Session(pack, routines, settings)
        performer = Performer(speaking, mixer, hearing.listen_for, (person.watch,))
        conduct(
            session,
            performer,
            person.events,
            lambda: [*speaking.ended(), *person.says(session)],
            must_end=person.must_end,
        )
        player.end()
        speaking.close()
    first, *later = player.gaps_seconds or [0.0]
    gaps = sorted(later)
    return {
        "voice": name,
        "seconds": round(time.monotonic() - began, 1),
        "state": str(session.state),
        "before_first_sound_seconds": round(first, 2),
        "longest_gap_seconds": round(gaps[-1], 2) if gaps else 0.0,
        "gaps_over_0_3_s": sum(gap > 0.3 for gap in gaps),
        "gaps": [
            f"{gap:.1f} s after {at:.0f} s: {person.texts.get(owed or 0, '')}"
            for at, gap, owed in player.gaps_at[1:]
            if gap > 0.3
        ],
        "late_blocks": player.late_count,
        "peak_memory_megabytes": _peak_megabytes(),
        "real_time_factor": round(spoken.work_seconds / max(spoken.sound_seconds, 1e-9), 3),
        "speech_seconds_rendered": round(spoken.sound_seconds, 1),
    }


class _Timed:
    """A voice, with how long it works and how much it says."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.id = voice.id
        self.work_seconds = self.sound_seconds = 0.0

    def synthesize(self, text: str, rate: float) -> Iterator:  # type: ignore[type-arg]
        """As the voice."""
        began = time.monotonic()
        for piece in self._voice.synthesize(text, rate):
            self.work_seconds += time.monotonic() - began
            self.sound_seconds += len(piece.samples) / 2 / SAMPLE_RATE_HZ
            yield piece
            began = time.monotonic()


class _Player(threading.Thread):
    """Plays a block every 20 ms, hears a quiet room, and notes for how long nothing sounded that was owed."""

    def __init__(self, mixer: Mixer, speaking: SpokenVoice, hear: object) -> None:
        super().__init__(daemon=True)
        self._mixer, self._speaking, self._hear = mixer, speaking, hear
        self._ending = threading.Event()
        self.gaps_seconds: list[float] = []
        self.gaps_at: list[tuple[float, float, int | None]] = []
        self.late_count = 0

    def run(self) -> None:
        """Until it is ended."""
        random = np.random.default_rng(1)
        began = due = time.monotonic()
        gap, owed = 0.0, None
        while not self._ending.is_set():
            block = self._mixer.next_block()
            if block == SILENCE and self._speaking.owed() is not None:
                owed = self._speaking.owed()
                gap += BLOCK_SECONDS
            elif gap:
                self.gaps_seconds.append(gap)
                self.gaps_at.append((time.monotonic() - began, gap, owed))
                gap = 0.0
            self._hear(random.normal(0, 3, BLOCK_SAMPLES).astype(np.int16).tobytes())  # type: ignore[operator]
            due += BLOCK_SECONDS
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            elif wait < -0.1:
                self.late_count += 1
                due = time.monotonic()

    def end(self) -> None:
        """Play no more."""
        self._ending.set()
        self.join()


class _Person:
    """Answers what is asked, and is ready when it is asked for, some seconds later."""

    def __init__(self, seconds: float) -> None:
        self.events = EventQueue()
        self.texts: dict[int, str] = {}
        self._until = time.monotonic() + seconds
        self._since, self._answered = time.monotonic(), True

    def watch(self, action: Action) -> None:
        """Another state may ask something."""
        if isinstance(action, Speak):
            self.texts[action.prompt_id] = action.text
        if isinstance(action, ReportState):
            self._since, self._answered = time.monotonic(), False

    def says(self, session: Session) -> Iterator[Event]:
        """What is said now, if anything."""
        if session.view.prompts:
            self._since = time.monotonic()
        elif (
            not self._answered
            and time.monotonic() - self._since > ANSWER_SECONDS
            and session.state in ANSWERS
        ):
            self._answered = session.state is not State.HISTORY
            self._since = time.monotonic()
            intent = ANSWERS[session.state]
            slots = Slots(number=3) if intent is Intent.NUMBER else Slots()
            yield Said(intent, str(intent), slots, Source.TOUCH)

    def must_end(self) -> str:
        """It is over."""
        return "terminated" if time.monotonic() > self._until else ""


def _levels(voice: Voice, every: int) -> dict[str, object]:
    """Loudness of sentences as they are kept, and the silence after each."""
    pack, routines = load_content(Config(), output.note)
    fixed = [text for text in pack.lines.values() if "{" not in text]
    told = [
        text for r in routines for s in r.stretches for text in (*s.enter, s.feel, s.leave) if "{" not in text
    ]
    sentences = list(dict.fromkeys(s for text in (*fixed, *told) for s in pack.sentences(text)))[::every]
    levels, pauses = [], []
    for sentence in sentences:
        pieces = b"".join(piece.samples for piece in voice.synthesize(sentence, 1.0))
        sound = np.frombuffer(pieces, np.int16).astype(np.float32) * np.float32(1 / 32768)
        levels.append(loudness_lufs(sound, SAMPLE_RATE_HZ))
        pauses.append((len(sound) - np.flatnonzero(np.abs(sound) > _AUDIBLE)[-1]) / SAMPLE_RATE_HZ)
    return {
        "sentences": len(sentences),
        "lufs_lowest_median_highest": _spread(levels),
        "pause_seconds_shortest_median_longest": _spread(pauses),
    }


def _spread(values: Sequence[float]) -> list[float]:
    return [round(float(value), 2) for value in np.percentile(values, [0, 50, 100])]


@contextmanager
def _one_busy_core() -> Iterator[None]:
    """This process on one core, with another that never rests."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    other = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    other.start()
    try:
        yield
    finally:
        other.terminate()
        other.join()
        os.sched_setaffinity(0, cores)


def _spin() -> None:
    while True:
        pass


def _peak_megabytes() -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
