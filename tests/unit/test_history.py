"""The history: written as it happens, read while it is written, never lost silently."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from assistant.core.actions import (
    Action,
    EndSession,
    RecordAskedBack,
    RecordPain,
    RecordPainScore,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    RecordStep,
    Speak,
)
from assistant.errors import StoreError
from assistant.store import history_schema
from assistant.store.history import History, local_now
from assistant.store.history_profile import read_profile
from assistant.store.history_reader import (
    Hurt,
    SessionSummary,
    count_sessions,
    history_path,
    read_sessions,
)

MIGRATIONS = history_schema.MIGRATIONS
BERLIN = timezone(timedelta(hours=1))
MORNING = datetime(2026, 3, 1, 8, 30, 15, tzinfo=BERLIN)


class Clock:
    """A wall clock that moves on by a minute with every look."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        now, self.now = self.now, self.now + timedelta(minutes=1)
        return now


def step(outcome: str = "done", held_seconds: float = 20.0) -> RecordStep:
    return RecordStep("neck-tilt", "left", 1, held_seconds, outcome)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def open_history(path: Path) -> Callable[[], History]:
    """Opens the history; it has nothing to complain of."""
    return lambda: History(path, pytest.fail, Clock())


def test_a_session_is_kept_with_all_that_happened(path: Path, open_history: Callable[[], History]) -> None:
    history = open_history()
    happened: list[Action] = [
        RecordSession("whole-spine"),
        Speak(1, "Sit tall."),
        step(),
        step("skipped", 3.25),
        RecordPain("neck-tilt", "that hurts"),
        step("pain", 7.0),
        EndSession("pain"),
    ]
    for action in happened:
        history.record(action)
    expected = SessionSummary(
        id=1,
        started_at=MORNING,
        ended_at=MORNING + timedelta(minutes=5),
        routine_id="whole-spine",
        held_seconds=30.25,
        steps_done=1,
        steps_skipped=1,
        end_reason="pain",
        hurts=(Hurt("neck-tilt", "that hurts"),),
    )
    assert read_sessions(path) == [expected]
    history.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT phrase, stretch_id, session_id, at FROM pains").fetchall() == [
            ("that hurts", "neck-tilt", 1, "2026-03-01T08:33:15+01:00")
        ]
    connection.close()


def test_the_latest_session_comes_first_and_others_are_left_alone(
    path: Path, open_history: Callable[[], History]
) -> None:
    history = open_history()
    for routine_id in ("first", "second", "third"):
        history.record(RecordSession(routine_id))
        history.record(step())
        if routine_id != "second":
            history.record(EndSession("completed"))
    assert [(s.routine_id, s.steps_done, s.end_reason) for s in read_sessions(path)] == [
        ("third", 1, "completed"),
        ("second", 1, "other_routine"),
        ("first", 1, "completed"),
    ]
    assert [s.routine_id for s in read_sessions(path, limit=1)] == ["third"]
    assert count_sessions(path) == 3


def test_what_happens_outside_a_session_is_kept_with_none(
    path: Path, open_history: Callable[[], History]
) -> None:
    history = open_history()
    history.record(RecordPain("", "ouch"))
    history.record(EndSession("ended_by_user"))
    assert read_sessions(path) == []
    history.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT session_id, phrase FROM pains").fetchall() == [(None, "ouch")]
    connection.close()


def test_the_physician_s_day_is_the_local_one_of_then(path: Path) -> None:
    clock = Clock(
        datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    )  # already the 2nd in UTC
    history = History(path, pytest.fail, clock)
    assert read_profile(path).physician_checked_on is None
    history.record(RecordPhysicianChecked())
    assert read_profile(path).physician_checked_on == date(2026, 3, 1)
    clock.now = datetime(2027, 4, 1, tzinfo=UTC)
    history.record(RecordPhysicianChecked())
    assert read_profile(path).physician_checked_on == date(2027, 4, 1)


def test_it_goes_on_where_it_was(path: Path, open_history: Callable[[], History]) -> None:
    for _ in range(2):
        history = open_history()
        history.record(RecordSession("whole-spine"))
        history.close()
    open_history()
    assert len(read_sessions(path)) == 2


def test_another_thread_may_write(path: Path, open_history: Callable[[], History]) -> None:
    history = open_history()
    thread = threading.Thread(target=lambda: history.record(RecordSession("whole-spine")))
    thread.start()
    thread.join()
    assert len(read_sessions(path)) == 1


def test_two_sessions_at_once_both_write(path: Path, open_history: Callable[[], History]) -> None:
    one, other = open_history(), open_history()
    for history, routine_id in ((one, "a"), (other, "b")):
        history.record(RecordSession(routine_id))
    one.record(step())
    other.record(EndSession("completed"))
    assert [(s.routine_id, s.steps_done, s.end_reason) for s in read_sessions(path)] == [
        ("b", 0, "completed"),
        ("a", 1, "interrupted"),
    ]


def test_reading_neither_waits_for_a_writer_nor_sees_what_is_unfinished(
    path: Path, open_history: Callable[[], History]
) -> None:
    history = open_history()
    history.record(RecordSession("whole-spine"))
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO sessions (routine_id, started_at) VALUES ('x', '2026-01-01T00:00:00+00:00')")
    assert [s.routine_id for s in read_sessions(path)] == ["whole-spine"]
    writer.execute("COMMIT")
    assert len(read_sessions(path)) == 2
    writer.close()


SESSION_TO_KILL = """
import sys
from pathlib import Path
from assistant.core.actions import RecordSession, RecordStep
from assistant.store.history import History
history = History(Path(sys.argv[1]), print)
history.record(RecordSession("whole-spine"))
for number in range(1, 100_000):
    history.record(RecordStep("stretch", "left", number, 20.0, "done"))
    print(number, flush=True)
"""


def test_a_killed_session_loses_at_most_the_step_it_was_in(path: Path) -> None:
    command = [sys.executable, "-c", SESSION_TO_KILL, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line == "25\n":
            process.kill()
            break
    said = [line for line in process.stdout if line.endswith("\n")]  # what it still said before it died
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    last_said = int(said[-1]) if said else 25
    (session,) = read_sessions(path)
    assert session.end_reason == "interrupted"
    assert session.steps_done in (last_said, last_said + 1)
    History(path, pytest.fail, Clock()).record(RecordSession("next"))
    assert len(read_sessions(path)) == 2


@pytest.mark.parametrize("what", ["no folder can be made", "the file is a folder"])
def test_where_nothing_can_be_written_the_session_goes_on(tmp_path: Path, what: str) -> None:
    if what == "no folder can be made":
        (tmp_path / "data").write_text("a file in its place")
        path = tmp_path / "data" / "history.sqlite"
    else:
        path = tmp_path / "history.sqlite"
        path.mkdir()
    said: list[str] = []
    history = History(path, said.append, Clock())
    history.record(RecordSession("whole-spine"))
    history.record(EndSession("completed"))
    (line,) = said
    assert line.startswith(f"The history cannot be written to {path}: ")


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, and it is long enough to be taken for one" * 100)


def _torn(path: Path) -> None:
    """A page in the middle overwritten, as a dying SD card does."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("CREATE TABLE many (text TEXT)")
        connection.executemany("INSERT INTO many VALUES (?)", [("x" * 900,)] * 100)
        connection.execute("CREATE INDEX slow ON many (text)")
    connection.close()
    with path.open("r+b") as file:
        file.seek(4096 * 4)
        file.write(b"\xff" * 4096 * 8)


def _misnamed(path: Path) -> None:
    """A flipped bit in the name of a table, which SQLite then tells in its own message: no text."""
    history = History(path, lambda line: None, Clock())
    history.record(RecordSession("before"))
    history.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    content = path.read_bytes()
    assert b"CREATE TABLE sessions" in content
    path.write_bytes(content.replace(b"CREATE TABLE", b"CREATE TABLF").replace(b"sessions", b"sess\x82ons"))


@pytest.mark.parametrize("damage", [_garbage, _torn, _misnamed])
def test_a_damaged_file_is_set_aside_and_said(path: Path, damage: Callable[[Path], None]) -> None:
    path.parent.mkdir()
    damage(path)
    before = path.read_bytes()
    said: list[str] = []
    history = History(path, said.append, Clock())
    history.record(RecordSession("whole-spine"))
    aside = path.with_name("history.sqlite.broken-2026-03-01")
    (line,) = said
    assert line.startswith(f"The history was damaged: it is kept as {aside}, and a new one begins, with ")
    assert aside.read_bytes() == before
    assert len(read_sessions(path)) == 1


def test_a_second_damage_on_the_same_day_overwrites_nothing(path: Path) -> None:
    path.parent.mkdir()
    for number in range(3):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.write_bytes(bytes([number]) * 5000)
        History(path, lambda _: None, Clock()).close()
    kept = sorted(p.name for p in path.parent.glob("*.broken-*") if not p.name.endswith(("-wal", "-shm")))
    assert kept == [f"history.sqlite.broken-2026-03-01{n}" for n in ("", "-2", "-3")]
    assert [path.with_name(name).read_bytes()[0] for name in kept] == [0, 1, 2]


def test_a_file_of_a_newer_limber_is_left_as_it_is(path: Path, open_history: Callable[[], History]) -> None:
    open_history().close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    said: list[str] = []
    History(path, said.append, Clock()).record(RecordSession("whole-spine"))
    (line,) = said
    assert line.startswith(f"The history cannot be written to {path}: it was written by a newer Limber. ")


VERSION_1 = """
    INSERT INTO sessions VALUES (7, 'whole-spine', '2025-12-31T23:59:00+01:00', NULL, NULL);
    INSERT INTO steps VALUES (1, 7, '2026-01-01T00:00:10+01:00', 'neck-tilt', 'left', 1, 20.5, 'done');
    INSERT INTO pains VALUES (3, 7, '2026-01-01T00:01:00+01:00', 'neck-tilt', 'ouch');
    INSERT INTO pains VALUES (4, NULL, '2026-01-01T00:02:00+01:00', '', 'it hurts');
    INSERT INTO physician_checks VALUES (1, '2025-12-31T23:58:00+01:00');
    PRAGMA user_version = 1;
"""


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = ("sessions", "steps", "pains", "physician_checks")
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def make_version_1(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(";".join(MIGRATIONS[0]) + ";" + VERSION_1)


def test_a_file_of_the_first_version_is_read_as_it_is_and_migrated_without_loss(path: Path) -> None:
    make_version_1(path)
    before, rows = path.read_bytes(), _rows(path)
    expected = SessionSummary(
        id=7,
        started_at=datetime(2025, 12, 31, 23, 59, tzinfo=BERLIN),
        ended_at=None,
        routine_id="whole-spine",
        held_seconds=20.5,
        steps_done=1,
        steps_skipped=0,
        end_reason="interrupted",
        hurts=(Hurt("neck-tilt", "ouch"),),
    )
    assert read_sessions(path) == [expected]
    assert read_profile(path).physician_checked_on == date(2025, 12, 31)
    assert path.read_bytes() == before
    history = History(path, pytest.fail, Clock())
    assert read_sessions(path) == [expected]
    migrated = _rows(path)
    added = {"pains": 1, "physician_checks": 1, "sessions": 3}
    assert migrated | {table: [row[:-n] for row in migrated[table]] for table, n in added.items()} == rows
    history.record(RecordSession("next"))
    history.record(RecordPainScore("before", 4))
    assert [(s.id, s.pain_before) for s in read_sessions(path)] == [(8, 4), (7, None)]


@pytest.mark.parametrize("version", [0, 1])
def test_every_older_file_becomes_like_a_new_one(path: Path, version: int) -> None:
    def shape(of: Path) -> tuple[int, list[tuple[str, str]]]:
        with closing(sqlite3.connect(of)) as connection:
            query = """SELECT s.name, group_concat(p.name || p.type)
                FROM sqlite_schema s, pragma_table_info(s.name) p GROUP BY s.name ORDER BY s.name"""
            rows = connection.execute(query).fetchall()
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            return number, rows

    if version:
        make_version_1(path)
    for _ in range(2):
        History(path, pytest.fail, Clock()).close()
    new = path.with_name("new.sqlite")
    History(new, pytest.fail, Clock()).close()
    assert shape(path) == shape(new)
    assert shape(new)[0] == len(MIGRATIONS)


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    History(path, pytest.fail, Clock()).close()
    broken = (*MIGRATIONS, ("ALTER TABLE sessions ADD COLUMN mood TEXT", "nonsense"))
    monkeypatch.setattr(history_schema, "MIGRATIONS", broken)
    said: list[str] = []
    History(path, said.append, Clock())
    assert len(said) == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(sessions)")]
    assert "mood" not in columns


def test_pain_is_kept_with_its_numbers_and_what_was_told_on_the_way_belongs_to_the_session(
    path: Path,
    open_history: Callable[[], History],
) -> None:
    history = open_history()
    happened: list[Action] = [
        RecordPainScore("before", 3),
        RecordSession("whole-spine"),
        RecordPain("neck-tilt", "ouch"),
        RecordPainScore("during", 9),
        RecordPainScore("during", 5),  # the number was corrected
        RecordPain("calf", "that hurts"),
        RecordRedFlag("both_legs"),
        RecordPainScore("after", 4),
        EndSession("emergency"),
        RecordPainScore("before", 0),
        RecordSession("at-the-desk"),
    ]
    for action in happened:
        history.record(action)
    later, first = read_sessions(path)
    assert (first.pain_before, first.pain_after, first.red_flags) == (3, 4, ("both_legs",))
    assert first.hurts == (Hurt("neck-tilt", "ouch", 5), Hurt("calf", "that hurts", None))
    assert (later.pain_before, later.pain_after, later.hurts, later.end_reason) == (
        0,
        None,
        (),
        "interrupted",
    )


def test_what_was_told_before_a_session_that_never_began_is_not_the_next_one_s(
    path: Path,
    open_history: Callable[[], History],
) -> None:
    history = open_history()
    for action in (RecordPainScore("before", 7), EndSession("see_physician"), RecordSession("whole-spine")):
        history.record(action)
    (session,) = read_sessions(path)
    assert session.pain_before is None


def test_a_stretch_that_is_asked_back_did_hurt_but_that_is_over(
    path: Path, open_history: Callable[[], History]
) -> None:
    history = open_history()
    happened = [RecordPain("calf", "ouch"), RecordPain("neck-tilt", "ouch"), RecordAskedBack("calf")]
    for action in (RecordSession("whole-spine"), *happened, RecordPain("calf", "ouch")):
        history.record(action)
    (session,) = read_sessions(path)
    told = [(hurt.stretch_id, bool(hurt.asked_back_at)) for hurt in session.hurts]
    assert told == [("calf", True), ("neck-tilt", False), ("calf", False)]


@pytest.mark.parametrize("score", [-1, 11])
def test_a_number_outside_the_scale_is_never_kept(path: Path, score: int) -> None:
    said: list[str] = []
    history = History(path, said.append, Clock())
    history.record(RecordSession("whole-spine"))
    history.record(RecordPainScore("before", score))
    assert len(said) == 1
    assert read_sessions(path)[0].pain_before is None


def test_reading_makes_and_moves_nothing(path: Path) -> None:
    assert read_sessions(path) == []
    assert not path.parent.exists()
    path.parent.mkdir()
    _garbage(path)
    with pytest.raises(StoreError, match=r"history\.sqlite cannot be read: file is not a database"):
        read_sessions(path)
    assert [p.name for p in path.parent.iterdir()] == ["history.sqlite"]


def test_an_empty_file_is_a_history_without_sessions(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert read_sessions(path) == []
    history = History(path, pytest.fail, Clock())
    history.record(RecordSession("whole-spine"))
    assert len(read_sessions(path)) == 1


def test_after_closing_nothing_is_kept_and_nothing_raised(
    path: Path, open_history: Callable[[], History]
) -> None:
    history = open_history()
    history.close()
    history.close()
    history.record(RecordSession("whole-spine"))
    assert read_sessions(path) == []


def test_the_clock_knows_its_offset_and_the_file_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert local_now().utcoffset() is not None
    assert history_path() == tmp_path / "limber" / "history.sqlite"
