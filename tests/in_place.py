"""What a world puts in the place of threads and clocks, of PortAudio, the disk and the engines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from virtual_engines import Uncleaned, Unmeasured
from virtual_library import Library
from virtual_process import SCREEN, Process
from virtual_threads import Killed

from assistant import (
    conducting,
    deadline,
    event_queue,
    furnishing,
    guiding,
    hearing_thread,
    opening,
    resuming,
    room,
    rooms,
    watch,
)
from assistant.audio import block_queue, live, portaudio, server_routes, speaker_stream
from assistant.audio.mixer import Mixer
from assistant.core import view
from assistant.core.listening.spotting import phrases_to_spot
from assistant.core.phrases import PhraseTable
from assistant.frontends.registry import FRONT_ENDS, Entry
from assistant.speech import hearing, prompting
from assistant.speech.hearing import HearingPath
from assistant.speech.voices import fallback
from assistant.store import history, history_reader, history_schema, pending, recorder
from assistant.store.history import History
from assistant.store.history_writer import Origin

if TYPE_CHECKING:
    from whole_program import World

PROGRAM = (
    room,
    conducting,
    rooms,
    guiding,
    watch,
    hearing_thread,
    event_queue,
    live,
    speaker_stream,
    block_queue,
    deadline,
)
PROGRAM += (server_routes, history, recorder, resuming, fallback, prompting)
"""The modules that have threads, wait, or look at a clock."""


@contextmanager
def in_place(world: World) -> Iterator[None]:
    """While this is entered, the program runs in this world."""
    with ExitStack() as stack:
        for module, name, value in (*_threads_and_clocks(world), *_engines(world), *_machine(world)):
            stack.enter_context(patch.object(module, name, value))
        stack.enter_context(patch.dict(sys.modules, {"sounddevice": world.card}))
        entry = Entry("", lambda send, house: _current(world).screen, wants_health=True)
        stack.enter_context(patch.dict(FRONT_ENDS, {SCREEN: entry}))
        stack.enter_context(patch.object(sys, "unraisablehook", _tell_unless_killed))
        handler = Listening(world.problems)
        logging.getLogger("assistant").addHandler(handler)
        stack.callback(logging.getLogger("assistant").removeHandler, handler)
        yield


Put = tuple[ModuleType, str, object]


def _threads_and_clocks(world: World) -> Iterator[Put]:
    library: Any = Library(world.threads, world.wall)
    names = {
        "time": library,
        "threading": library,
        "Flag": library.Flag,
        "SimpleQueue": library.SimpleQueue,
        "Future": library.Future,
        "wait": library.wait,
    }
    yield from ((m, name, value) for m in PROGRAM for name, value in names.items() if hasattr(m, name))

    def now() -> datetime:
        return datetime.fromtimestamp(world.wall(), UTC)

    def today() -> date:
        return now().date()

    yield history, "local_now", now
    yield opening, "date", SimpleNamespace(today=today)


def _engines(world: World) -> Iterator[Put]:
    yield opening, "HearingPath", partial(HearingPath, cleaning=Uncleaned)
    yield hearing_thread, "SoundMeter", Unmeasured
    yield hearing, "phrases_to_spot", _phrases_to_spot
    yield hearing, "session_grammar", _session_grammar
    yield view, "examples", _examples


def _machine(world: World) -> Iterator[Put]:
    yield portaudio, "_quiet_stderr", nullcontext
    yield portaudio, "atexit", SimpleNamespace(unregister=lambda function: None)
    yield server_routes, "_listed", world.card.listed
    yield server_routes, "shutil", SimpleNamespace(which=lambda name: name)
    yield furnishing, "Mixer", partial(_mixer, world)
    yield recorder, "History", partial(_history, world)
    yield history, "BUSY_SECONDS", 0.0
    yield history_reader, "BUSY_SECONDS", 0.0
    yield history_schema, "sqlite3", world.disk.sqlite()
    yield pending, "os", world.disk.os()
    yield resuming, "os", SimpleNamespace(getpid=lambda: world.process_count)
    yield resuming, "_boot_id", lambda: f"boot {world.boot_number}"
    yield resuming, "_began", partial(_began, world)


def _current(world: World) -> Process:
    """The process whose thread has its turn."""
    process = world.threads.current.belongs_to
    assert isinstance(process, Process)
    return process


def _mixer(world: World) -> Mixer:
    mixer = _current(world).mixer = Mixer()
    return mixer


def _history(world: World, path: Path, tell: Callable[[str], None], clock: object, origin: Origin) -> History:
    """Known to the world also while it is being opened: a process may die in that."""
    made = History.__new__(History)
    _current(world).history = made
    made.__init__(path, tell, history.local_now, origin)  # type: ignore[misc]
    return made


def _began(world: World, pid: int) -> str:
    """When a process began, if it still runs."""
    process = world.process
    is_running = process is not None and process.number == pid and not process.is_killed
    return str(pid) if is_running else ""


def _tell_unless_killed(unraisable: Any) -> None:
    """A generator of a process that was killed has nothing to close any more."""
    if not isinstance(unraisable.exc_value, Killed):
        sys.__unraisablehook__(unraisable)


class Listening(logging.Handler):
    """No thread of the program may come to grief."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and not isinstance(record.exc_info[1], Killed):
            self._problems.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


class Once:
    """A function that is asked again for what each session has: it answers from memory, by the table."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._answers: dict[Any, Any] = {}

    def __call__(self, table: PhraseTable, *rest: Any) -> Any:
        key = (id(table), *rest)
        if key not in self._answers:
            self._answers[key] = self._function(table, *rest)
        return self._answers[key]


_phrases_to_spot, _session_grammar = Once(phrases_to_spot), Once(hearing.session_grammar)
_examples = Once(view.examples)
