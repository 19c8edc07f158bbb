"""Shares the pieces of all trials out to processes, and tells how far they are.

The main thread reads what there is, synthesizes our own voice and waits; each process loads the model once
and hears a piece at a time. What comes out does not depend on how many there are.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.audio.echo import open_canceller
from assistant.core.intents import PhraseTable
from assistant.errors import AudioError, HearingError, VoiceError
from assistant.language.packs import load_language
from assistant.simulate.bench.material import Backgrounds, Piece, clips_of, pieces_of
from assistant.simulate.bench.measuring import Outcome, Tools, hear_piece
from assistant.simulate.bench.own_voice import Prompts, synthesize
from assistant.simulate.bench.trials import Kind, Trial
from assistant.speech.bench_audio import Clip, read_clips
from assistant.speech.models import find_speech_model
from assistant.speech.vosk_model import VoskModel

LEAST_PROMPT_SECONDS = 600.0
TELL_EVERY = 0.05

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What to measure: trials, of every n-th recording; the model's folder, None for the usual one."""

    audio: Path
    trials: Sequence[Trial]
    quick: bool = False
    every: int = 1
    processes: int = 2
    model: Path | None = None


def measure(run: Run, tell: Tell) -> list[Outcome]:
    """Hear it all; trials that need what is not there are left out, with a line each.

    Raises AssistantError: in one sentence what of the recordings, the model or a voice cannot be used.
    """
    clips = read_clips(run.audio)
    table = load_language().table
    model = find_speech_model(run.model).path
    backgrounds = Backgrounds.among(clips)
    with tempfile.TemporaryDirectory(prefix="limber-bench-") as folder:
        prompts = _prompts(run, Path(folder), tell)
        trials = list(_possible(run.trials, has_voice=prompts is not None, tell=tell))
        pieces = [piece for trial in trials for piece in _pieces(run, trial, clips, table, tell)]
        if not pieces:
            raise HearingError("recordings", f"{run.audio} has no recordings for these conditions.")
        tools = Tools(VoskModel(model), table, backgrounds, prompts)
        if run.processes == 1:
            return _told(pieces, ((piece, hear_piece(piece, tools)) for piece in pieces), tell)
        with _pool(run.processes, _Made(model, table, backgrounds, prompts)) as pool:
            return _told(pieces, _heard(pool, pieces), tell)


def _prompts(run: Run, folder: Path, tell: Tell) -> Prompts | None:
    """Our own voice, as long as the longest piece of work needs it; None where there is no voice."""
    seconds = LEAST_PROMPT_SECONDS
    for trial in run.trials:
        if trial.kind is Kind.ALONE:
            seconds = max(
                seconds, sum(p.seconds for p in pieces_of(trial, (), quick=run.quick, every=run.every))
            )
    if not any(trial.own_voice or trial.kind is Kind.STOP for trial in run.trials):
        return None
    tell(f"Synthesizing {seconds / 60:.0f} minutes of our own voice, unless they are still there.")
    try:
        return synthesize(seconds, folder, tell)
    except VoiceError as error:
        tell(error.message)
        return None


def _possible(trials: Sequence[Trial], *, has_voice: bool, tell: Tell) -> Iterator[Trial]:
    missing: set[str] = set()
    for trial in trials:
        own = trial.own_voice
        if own is not None and own.canceller not in missing:
            try:
                open_canceller(own.canceller)
            except AudioError as error:
                missing.add(own.canceller)
                tell(error.message)
        if own is not None and (not has_voice or own.canceller in missing):
            tell(f'Left out: "{trial.name}".')
        else:
            yield trial


def _pieces(run: Run, trial: Trial, clips: Sequence[Clip], table: PhraseTable, tell: Tell) -> list[Piece]:
    pieces = pieces_of(trial, clips_of(trial, clips, table), quick=run.quick, every=run.every)
    if not pieces:
        tell(f'Left out: "{trial.name}", there are no recordings for it.')
    return pieces


@dataclass(frozen=True, slots=True)
class _Made:
    """What a process makes its tools of."""

    model: Path
    table: PhraseTable
    backgrounds: Backgrounds
    prompts: Prompts | None


_tools: list[Tools] = []
"""Of this process; filled once, when the pool starts it."""


def _prepare(made: _Made) -> None:
    _tools.append(Tools(VoskModel(made.model), made.table, made.backgrounds, made.prompts))


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
