"""Shares the pieces of all trials out to processes, and tells how far they are.

The main thread reads what there is, synthesizes our own voice and waits; each process loads the model once
and hears a piece at a time. What comes out does not depend on how many there are.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.audio.echo import open_canceller
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.phrases import PhraseTable
from assistant.errors import AudioError, HearingError, VoiceError
from assistant.languages.packs import load_language
from assistant.speech.engines import open_model
from assistant.speech.models import find_speech_model
from assistant.speech.vosk.model import VoskModel
from scripts.measure.clips import Clip, read_clips
from scripts.measure.material import (
    Backgrounds,
    Piece,
    clips_of,
    pieces_of,
    plays_own_voice,
    prompts_from_seconds,
)
from scripts.measure.measuring import Outcome, Tools, hear_piece
from scripts.measure.own_voice import Prompts, synthesize
from scripts.measure.trials import Trial

LONGEST_PROMPT_SECONDS = 30.0
TELL_EVERY = 0.05

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What to measure: trials, of every n-th recording of these folders.

    With `half`, 1 or 2, only that half of the speakers is heard, though everybody may talk in the background.
    The model is the usual one unless its folder is given, and so is the operating point. Without
    `own_voice` trials of it are left out, and nobody knows when it is silent.
    """

    audio: Sequence[Path]
    trials: Sequence[Trial]
    quick: bool = False
    every: int = 1
    half: int | None = None
    processes: int = 2
    model: Path | None = None
    point: OperatingPoint | None = None
    own_voice: bool = True


def measure(run: Run, tell: Tell) -> list[Outcome]:
    """Hear it all; trials that need what is not there are left out, with a line each.

    Raises AssistantError: in one sentence what of the recordings, the model or a voice cannot be used.
    """
    clips = tuple(clip for folder in run.audio for clip in read_clips(folder))
    table = load_language().table
    model = find_speech_model(run.model).path
    loaded = _opened(model)
    backgrounds = Backgrounds.among(clips)
    clips = tuple(clip for clip in clips if run.half in (None, clip.half))
    pieces = [
        piece for trial in _possible(run.trials, tell) for piece in _pieces(run, trial, clips, table, tell)
    ]
    with tempfile.TemporaryDirectory(prefix="limber-bench-") as folder:
        prompts = _prompts(pieces, Path(folder), tell) if run.own_voice else None
        if prompts is None:
            pieces = [piece for piece in pieces if piece.trial.own_voice is None]
        if not pieces:
            raise HearingError(
                "recordings",
                f"{', '.join(map(str, run.audio))}: there are no recordings for these conditions.",
            )
        if run.processes == 1:
            tools = Tools(loaded, table, backgrounds, prompts, run.point)
            return _told(pieces, ((piece, hear_piece(piece, tools)) for piece in pieces), tell)
        with _pool(run.processes, _Made(model, table, backgrounds, prompts, run.point)) as pool:
            return _told(pieces, _heard(pool, pieces), tell)


def _possible(trials: Sequence[Trial], tell: Tell) -> Iterator[Trial]:
    """Those whose canceller is there."""
    for trial in trials:
        try:
            open_canceller(trial.own_voice.canceller if trial.own_voice else "none")
        except AudioError as error:
            tell(f'Left out: "{trial.name}". {error.message}')
        else:
            yield trial


def _pieces(run: Run, trial: Trial, clips: Sequence[Clip], table: PhraseTable, tell: Tell) -> list[Piece]:
    pieces = pieces_of(trial, clips_of(trial, clips, table), quick=run.quick, every=run.every)
    if not pieces:
        tell(f'Left out: "{trial.name}". There are no recordings for it.')
    return pieces


def _prompts(pieces: Sequence[Piece], folder: Path, tell: Tell) -> Prompts | None:
    """Our own voice, for as long as the pieces reach into it; None, with a line, where there is no voice."""
    ends = [prompts_from_seconds(piece) + piece.seconds for piece in pieces if plays_own_voice(piece.trial)]
    if not ends:
        return None
    seconds = max(ends) + LONGEST_PROMPT_SECONDS
    tell(f"Synthesizing {math.ceil(seconds / 60)} minutes of our own voice, unless they are still there.")
    try:
        return synthesize(seconds, folder, tell)
    except VoiceError as error:
        tell(f"Our own voice is left out. {error.message}")
        return None


@dataclass(frozen=True, slots=True)
class _Made:
    """What a process makes its tools of."""

    model: Path
    table: PhraseTable
    backgrounds: Backgrounds
    prompts: Prompts | None
    point: OperatingPoint | None = None


_tools: list[Tools] = []
"""Of this process; filled once, when the pool starts it."""


def _prepare(made: _Made) -> None:
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # an interrupt is told by the main process alone
    threading.Thread(target=_end_with_main_process, daemon=True).start()
    _tools.append(Tools(_opened(made.model), made.table, made.backgrounds, made.prompts, made.point))


def _end_with_main_process() -> None:
    """However that ends: nobody else would tell a process that waits for a piece."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _hear(piece: Piece) -> Outcome:
    return hear_piece(piece, _tools[0])


@contextmanager
def _pool(processes: int, made: _Made) -> Iterator[ProcessPoolExecutor]:
    """Processes that begin empty, so that each one's memory is its own. What waits is dropped on an error."""
    start = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, start, _prepare, (made,))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise HearingError("bench", "A process that measured has ended; is there enough memory?") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _heard(pool: ProcessPoolExecutor, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Outcome]]:
    """The longest first, so that none is left over at the end."""
    order = sorted(pieces, key=lambda piece: -piece.seconds)
    going: dict[Future[Outcome], Piece] = {pool.submit(_hear, piece): piece for piece in order}
    while going:
        done, _ = wait(going, return_when=FIRST_COMPLETED)
        for future in done:
            yield going.pop(future), future.result()


def _told(pieces: Sequence[Piece], heard: Iterator[tuple[Piece, Outcome]], tell: Tell) -> list[Outcome]:
    """Collect what comes, tell how much time is left, and put it into the order of the pieces."""
    total, done, told, began = sum(piece.seconds for piece in pieces), 0.0, 0.0, time.monotonic()
    tell(f"Listening to {total / 60:.0f} minutes of sound.")
    found: dict[tuple[str, int], Outcome] = {}
    for piece, outcome in heard:
        found[piece.trial.name, piece.number] = outcome
        done += piece.seconds
        if done / total >= told + TELL_EVERY:
            told = done / total
            left = (time.monotonic() - began) * (total - done) / done
            tell(f"{told:4.0%}, {left // 60:.0f} min {left % 60:02.0f} s left")
    return [found[piece.trial.name, piece.number] for piece in pieces]


def _opened(folder: Path) -> VoskModel:
    """The model in a folder; what is measured with it are the recognizer's own weights, too."""
    model = open_model(str(folder))
    assert isinstance(model, VoskModel)
    return model
