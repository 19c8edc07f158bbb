"""Sessions that are killed with -9 while somebody types, and what is left of these or any others.

What the program had shown when it died is compared with what its journal brings a fresh session to.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from assistant.config import Config
from assistant.core.actions import Speak
from assistant.core.context import Settings
from assistant.core.journal import settings_from_values
from assistant.core.session import Session
from assistant.core.states import UNDER_WAY, State
from assistant.opening import load_content
from assistant.resuming import find_return
from assistant.store.history_reader import read_sessions
from assistant.store.history_schema import connect
from assistant.store.journal import read_run
from assistant.store.library import load_library

ROUTINE, ROOM = "at-the-desk", "here"
TO_BEGIN = ("yes", "no", "no", "no", "no", "no", "2")
WITHIN = (
    "ready",
    "ready",
    "next",
    "that hurts",
    "2",
    "no",
    "yes",
    "pause",
    "continue",
    "more time",
    "go back",
)
MOST_SPOKEN_BY_AN_EVENT = 12


class Typist:
    """Types into the program's terminal, and reads it."""

    def __init__(self, data: Path, *arguments: str, controls: bool = False) -> None:
        """With `controls` it is the terminal whose keys and end the program gets as signals."""
        self.master, slave = pty.openpty()
        settings = {
            **os.environ,
            "LIMBER_AUDIO_MICROPHONE": "no such microphone",
            "LIMBER_SESSION_SETTLE_SECONDS": "3",
            "LIMBER_SESSION_REST_SECONDS": "2",
            "XDG_DATA_HOME": str(data),
            "TERM": "dumb",
        }

        def prepare() -> None:
            for number in (signal.SIGINT, signal.SIGHUP):  # whoever starts the tests may ignore them
                signal.signal(number, signal.SIG_DFL)
            if controls:
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "assistant", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=settings,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509
        )
        os.close(slave)
        self.text = ""

    def type(self, line: str) -> None:
        os.write(self.master, line.encode() + b"\n")

    def read(self, seconds: float) -> None:
        """Read on for a while, or until the program has ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    self.text += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    return

    def read_until(self, wanted: str, limit_seconds: float = 60.0) -> None:
        """Read on until this is shown."""
        end = time.monotonic() + limit_seconds
        while wanted not in self.text:
            assert time.monotonic() < end, f"no {wanted!r} in {self.text!r}"
            assert self.process.poll() is None or wanted in self.text, self.text
            self.read(0.05)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    @property
    def prompts(self) -> list[str]:
        return prompts_in(self.text)


def prompts_in(text: str) -> list[str]:
    """The first line of each prompt that was shown as spoken."""
    lines = text.replace("\r", "").split("\n")[:-1]
    return [line.removeprefix("Limber  ") for line in lines if line.startswith("Limber  ")]


@dataclass(frozen=True)
class Left:
    """What a killed session left: where it was shown to be, and what came of it."""

    shown: int
    missing: int
    state: State
    offered: bool
    sessions: int


def begin(typist: Typist) -> None:
    """Answer all that is asked first."""
    typist.read_until("Before we begin")
    for answer in TO_BEGIN:
        typist.type(answer)
    typist.read_until("This is")


def drive(random: Random, typist: Typist) -> None:
    """Go on to a random moment, on the way or before."""
    if random.random() < 0.9:
        begin(typist)
    else:
        typist.read_until("Before we begin")
        for answer in TO_BEGIN[: random.randint(0, len(TO_BEGIN))]:
            typist.type(answer)
    for _ in range(random.randint(0, 8)):
        typist.type(random.choice(WITHIN))
        typist.read(random.choice((0.0, 0.05, 0.2, 0.6)))
    typist.read(random.uniform(0.0, 1.5))


def killed(random: Random, data: Path) -> list[str]:
    """Kill a session at a random moment, on its way or before; give the prompts that it had shown."""
    typist = Typist(data, "start", "--once", "--routine", ROUTINE)
    try:
        drive(random, typist)
    finally:
        typist.process.send_signal(signal.SIGKILL)
        typist.process.wait()
        typist.read(0.5)
        os.close(typist.master)
    return typist.prompts


def left_by(shown: list[str], data: Path) -> Left:
    """Look at what a session that had shown these prompts has left; asserts that it is whole."""
    history = data / "limber" / "history.sqlite"
    with closing(connect(history, 1.0)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    pack, routines = load_content(Config(), lambda line: None)
    library = tuple(load_library("en").values())

    def made(settings: Settings) -> Session:
        return Session(pack, routines, settings, library)

    run = read_run(history)
    assert run is not None
    assert run.is_whole
    session = made(settings_from_values(run.head["settings"]))
    spoken = [
        action.text
        for now, event in run.entries
        for action in session.handle(event, now)
        if isinstance(action, Speak)
    ]
    missing = len(shown) - _as_many(shown, [text[:1].upper() + text[1:] for text in spoken])
    found = find_return(history, ROOM, (pack.code, routines, library), made)
    return Left(
        len(shown), missing, session.state, bool(found and found.session), len(read_sessions(history))
    )


def _as_many(shown: list[str], spoken: Iterable[str]) -> int:
    """How many of the prompts whose first lines were shown are those of the journal, in order."""
    count = 0
    for text in spoken:
        if count < len(shown) and text.startswith(shown[count]):
            count += 1
    return count


def check(left: Left) -> None:
    """At most one event of the journal is lost, and whoever was on the way is asked whether to go on."""
    assert left.missing <= MOST_SPOKEN_BY_AN_EVENT, left
    if left.state in UNDER_WAY:
        assert left.offered, left
        assert left.sessions == 1, left
