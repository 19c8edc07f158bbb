"""Damaged files of the history, for tests/fuzzing.py: the database, what lies beside it, and its journal.

Whatever is wrong with them, the readers bring a sentence at most, and what is told now is not lost.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from unittest import mock

from assistant.core.actions import (
    EndSession,
    RecordCondition,
    RecordPain,
    RecordPainScore,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    RecordStep,
)
from assistant.core.context import Settings
from assistant.core.events import DeadlineReached, MicrophoneLost, Said, Started
from assistant.core.intents import Intent
from assistant.core.routine import Condition
from assistant.core.session import Session
from assistant.errors import StoreError
from assistant.languages.packs import load_language
from assistant.resuming import find_return, head_of
from assistant.store import history as history_module
from assistant.store.entries import Entry, as_json
from assistant.store.history import History
from assistant.store.history_erasing import kept_rows
from assistant.store.history_profile import read_profile
from assistant.store.history_reader import count_sessions, read_conditions, read_sessions
from assistant.store.history_schema import MIGRATIONS
from assistant.store.history_writer import Origin, Place
from assistant.store.journal import read_journal, read_run
from assistant.store.pending import Pending, pending_files, read_pending
from assistant.store.routines import load_routines

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
NAME = "history.sqlite"
PAINFUL = "what-hurts-now"
CONTENT = ("fuzz",)
MAY_BE_THERE = ("", "-wal", "-shm", "-journal", ".pending", ".broken-", ".version-")


class LostError(Exception):
    """What was told is nowhere, or a file was left behind that is neither old nor new."""


def give_history(data: bytes, folder: Path) -> None:
    """A database that is damaged, of another version, or none."""
    (folder / NAME).write_bytes(data)
    _use(folder / NAME)


def give_beside(name: str) -> Callable[[bytes, Path], None]:
    """Something damaged beside a database that is whole."""

    def give(data: bytes, folder: Path) -> None:
        (folder / NAME).write_bytes(_good())
        (folder / (NAME + name)).write_bytes(data)
        _use(folder / NAME)

    return give


def give_journal(data: bytes, folder: Path) -> None:
    """Rows of the journal, a line each."""
    (folder / NAME).write_bytes(_good())
    with closing(sqlite3.connect(folder / NAME)) as connection:
        connection.execute("DELETE FROM journal")
        for line in data.decode("utf-8", "replace").split("\n"):
            connection.execute("INSERT INTO journal (run, now, event) VALUES (7, 1.5, ?)", (line,))
        connection.commit()
    _use(folder / NAME)


def _use(path: Path) -> None:
    """What a start, a session and the commands do with it."""
    _read(path)
    told: list[str] = []
    with (
        mock.patch.object(history_module, "BUSY_SECONDS", 0.0),
        mock.patch.object(history_module, "RETRY_SECONDS", 0.0),
    ):
        history = History(path, told.append, lambda: NOW, Origin("here"))
        _read(path)
        history.begin(head_of("here", Settings(), CONTENT))
        history.keep(1.0, Started(), (RecordSession("at-the-desk"),))
        history.keep(2.0, DeadlineReached(), (RecordPain(PAINFUL, "that hurts"),))
        history.close()
    assert all(len(line) < 3000 for line in told)
    is_newer = any("newer Limber" in line for line in told)
    if not (_waits(path) if is_newer else _is_known(path)):
        raise LostError(f"the pain is nowhere: {told}")
    _read(path)
    for file in path.parent.iterdir():
        rest = file.name.removeprefix(NAME)
        if file.name.endswith(".part") or not rest.startswith(MAY_BE_THERE):
            raise LostError(file.name)


def _read(path: Path) -> None:
    told: list[str] = []
    for read in (
        lambda: read_sessions(path, tell=told.append),
        lambda: read_profile(path),
        lambda: read_conditions(path),
        lambda: read_run(path),
        lambda: read_journal(path),
        lambda: count_sessions(path),
        lambda: kept_rows(path),
    ):
        with suppress(StoreError):
            read()
    find_return(path, "here", CONTENT, _made)


def _made(settings: Settings) -> Session:
    return Session(_language(), _routines(), settings)


@cache
def _language():  # type: ignore[no-untyped-def]
    return load_language()


@cache
def _routines():  # type: ignore[no-untyped-def]
    return load_routines(_language(), lambda line: None)


def _is_known(path: Path) -> bool:
    with suppress(StoreError):
        return PAINFUL in (read_profile(path).pasts or {})
    return False


def _waits(path: Path) -> bool:
    return any(PAINFUL in file.read_text(errors="replace") for file in pending_files(path))


def _filled(path: Path) -> None:
    history = History(path, lambda line: None, lambda: NOW, Origin("here"))
    for number in range(3):
        history.begin(head_of("here", Settings(), CONTENT))
        history.keep(0.0, Started(), (RecordPhysicianChecked(), RecordPainScore("before", 3)))
        history.keep(1.0, Said(Intent.START, "start"), (RecordSession("at-the-desk"),))
        for step in range(8):
            history.keep(2.0 + step, DeadlineReached(), (RecordStep("calf", "left", step, 20.0, "done"),))
        history.keep(20.0, Said(Intent.PAIN, "that hurts"), (RecordPain("calf", "that hurts"),))
        history.keep(21.0, Started(), (RecordPainScore("during", 4), RecordCondition(next(iter(Condition)))))
        if number == 1:
            history.keep(22.0, MicrophoneLost("lost"), (RecordRedFlag("chest_pain"),))
        if number < 2:
            history.keep(30.0, DeadlineReached(), (EndSession("pain"),))
    history.close()


@cache
def _good() -> bytes:
    with tempfile.TemporaryDirectory() as folder, _same_clock():
        _filled(Path(folder) / NAME)
        return (Path(folder) / NAME).read_bytes()


def _same_clock():  # type: ignore[no-untyped-def]
    """Seeds are the same in every process."""
    clock = {"at": 0.0, "boot": "b", "seconds": 1.0, "wall": 1.0, "pid": 1, "began": "1"}
    return mock.patch("assistant.resuming.clock_facts", return_value=clock)


def _of_version(version: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        with closing(sqlite3.connect(path)) as connection:
            for statements in MIGRATIONS[:version]:
                for statement in statements:
                    connection.execute(statement)
            if version:
                connection.execute(
                    "INSERT INTO sessions (id, routine_id, started_at) VALUES (1, 'a', ?)", (str(NOW),)
                )
                connection.execute(
                    "INSERT INTO pains (session_id, at, stretch_id, phrase) VALUES (1,?,?,?)", "abc"
                )
            connection.execute(f"PRAGMA user_version = {version}")
            connection.commit()
        return path.read_bytes()


def _with_version(version: int) -> bytes:
    """The tables of today under another number."""
    data = bytearray(_good())
    data[60:64] = version.to_bytes(4, "big", signed=True)
    return bytes(data)


def history_seeds() -> list[bytes]:
    """Databases of all versions, and of none that there was."""
    older = [_of_version(version) for version in range(len(MIGRATIONS))]
    return [_good(), _good(), *older, *(_with_version(number) for number in (-1, 0, 1, 99, 2**31 - 1))]


@cache
def wal_seeds() -> list[bytes]:
    """What SQLite has beside a database that is open, and a log of another one."""
    found = []
    for fill in (True, False):
        with tempfile.TemporaryDirectory() as folder, _same_clock():
            path = Path(folder) / NAME
            path.write_bytes(_good() if fill else b"")
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("CREATE TABLE IF NOT EXISTS other (a TEXT)")
                connection.execute("INSERT INTO other VALUES ('x')")
                found.append(path.with_name(NAME + "-wal").read_bytes())
    return found


@cache
def pending_seeds() -> list[bytes]:
    """What a process left that could not write."""
    actions = (RecordSession("at-the-desk"), RecordPain("calf", "that hurts"), RecordPainScore("during", 4))
    entries = [
        Entry(NOW.isoformat(), event=as_json({"begins": {"room": "here"}}), begins_run=True),
        *(Entry(NOW.isoformat(), (action,), 1.0, '{"event":"Started"}') for action in actions),
        Entry(NOW.isoformat(), (EndSession("pain"),), 2.0, '{"event":"DeadlineReached"}'),
        Entry(NOW.isoformat(), event='{"begins":{}}', resumes=(2, 2)),
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("uuid.uuid4", return_value=mock.Mock(hex="0123")),
    ):
        pending = Pending(Path(folder) / NAME)
        pending.append(Place(1, 2, 3, (("pains", 3),)), entries)
        data = (Path(folder) / f"{NAME}.pending").read_bytes()
        assert read_pending(Path(folder) / f"{NAME}.pending")[2] == entries
        pending.close()
    return [data]


@cache
def journal_seeds() -> list[bytes]:
    """The rows of a session that was cut short."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(_good())
        with closing(sqlite3.connect(Path(folder) / NAME)) as connection:
            rows = connection.execute("SELECT event FROM journal WHERE run = 3 ORDER BY id").fetchall()
    return ["\n".join(event for (event,) in rows).encode()]
