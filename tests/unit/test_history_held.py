"""What the history cannot write waits, in memory and in a file beside it: nothing is lost."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
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
from assistant.core.events import DeadlineReached, Event, Started
from assistant.errors import StoreError
from assistant.store import history as history_module
from assistant.store import history_schema
from assistant.store.entries import KEPT, Entry, from_line, to_line
from assistant.store.history import History
from assistant.store.history_erasing import forget_everything
from assistant.store.history_profile import read_profile
from assistant.store.history_reader import read_sessions
from assistant.store.history_schema import MIGRATIONS
from assistant.store.history_writer import Place
from assistant.store.journal import read_journal, read_run
from assistant.store.pending import MOST_FILES, Pending, pending_files, read_pending

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
PAIN = (
    RecordPain("calf", "that hurts"),
    RecordPainScore("during", 4),
    RecordStep("calf", "", 1, 3.0, "pain"),
)
AGAIN = "The history is written again: nothing of it is lost."

LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
connection.execute("BEGIN " + sys.argv[2])
print("locked", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits here for anybody."""
    monkeypatch.setattr(history_module, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.0)


@contextmanager
def locked(path: Path, kind: str = "EXCLUSIVE") -> Iterator[None]:
    """Another process holds the database."""
    command = [sys.executable, "-c", LOCK, str(path), kind]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"locked\n"
    yield
    process.communicate(b"\n")


def kept(path: Path, said: list[str]) -> History:
    return History(path, said.append, lambda: NOW)


def hurt(path: Path) -> list[tuple[str, int | None]]:
    return [(one.stretch_id, one.score) for session in read_sessions(path) for one in session.hurts]


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_pain_that_is_told_while_the_database_is_locked_is_known_to_the_next_session(
    path: Path, kind: str
) -> None:
    said: list[str] = []
    history = kept(path, said)
    history.record(RecordSession("at-the-desk"))
    with locked(path, kind):
        for action in (*PAIN, EndSession("pain")):
            history.record(action)
        assert history.is_behind
        assert hurt(path) == [("calf", 4)], "whoever reads it knows what waits"
        assert read_profile(path).pasts["calf"].hurt_sessions == 1
        assert len(pending_files(path)) == 1
    history.retry()
    assert not history.is_behind
    assert pending_files(path) == []
    assert hurt(path) == [("calf", 4)]
    assert read_sessions(path)[0].end_reason == "pain"
    assert said == [
        f"The history cannot be written to {path}: database is locked. What happens is kept, and written as "
        "soon as that can be done; the session goes on.",
        AGAIN,
    ]


def test_a_database_that_is_locked_at_the_start_gets_the_whole_session_later(path: Path) -> None:
    said: list[str] = []
    kept(path, said).close()
    with locked(path):
        history = kept(path, said)
        history.begin({"room": "here"})
        for now, action in enumerate((RecordSession("at-the-desk"), *PAIN)):
            history.keep(float(now), DeadlineReached(), (action,))
    history.keep(9.0, DeadlineReached(), (EndSession("pain"),))
    (session,) = read_sessions(path)
    assert (session.hurts[0].stretch_id, session.end_reason) == ("calf", "pain")
    run = read_run(path)
    assert run is not None
    assert (run.head, run.session_id, len(run.entries)) == ({"room": "here"}, session.id, 5)


def test_what_a_killed_process_could_not_write_the_next_one_does(path: Path) -> None:
    said: list[str] = []
    history = kept(path, said)
    history.record(RecordSession("at-the-desk"))
    with locked(path):
        for action in PAIN:
            history.keep(1.0, Started(), (action,))
        history._pending.close()  # as when it dies
        other = kept(path, said)
        assert len(pending_files(path)) == 1
    other.retry()
    other.record(RecordSession("next"))
    assert pending_files(path) == []
    assert hurt(path) == [("calf", 4)]
    assert [session.routine_id for session in read_sessions(path)] == ["next", "at-the-desk"]
    assert read_journal(path) == [(1.0, Started())] * 3


def test_nothing_is_written_twice_when_it_dies_right_after_writing(path: Path) -> None:
    said: list[str] = []
    history = kept(path, said)
    history.record(RecordSession("at-the-desk"))
    with locked(path):
        history.record(PAIN[0])
        (file,) = pending_files(path)
        left = file.read_bytes()
    history.retry()
    file.write_bytes(left)
    assert hurt(path) == [("calf", None)]
    kept(path, said)
    assert hurt(path) == [("calf", None)]
    assert pending_files(path) == []


def test_a_file_that_somebody_still_writes_is_left_to_them(path: Path) -> None:
    said: list[str] = []
    history = kept(path, said)
    with locked(path):
        history.record(RecordSession("one"))
        history.record(PAIN[0])
    other = kept(path, said)
    assert len(pending_files(path)) == 1
    other.record(RecordSession("two"))
    history.retry()
    assert pending_files(path) == []
    assert sorted(session.routine_id for session in read_sessions(path)) == ["one", "two"]
    assert len(hurt(path)) == 1


@pytest.mark.parametrize("how", ["file removed", "file renamed", "folder removed", "folder renamed"])
def test_a_history_that_goes_begins_anew_with_the_whole_session(path: Path, how: str) -> None:
    said: list[str] = []
    history = kept(path, said)
    history.begin({"room": "here"})
    for action in (RecordPainScore("before", 2), RecordSession("at-the-desk"), PAIN[0]):
        history.keep(1.0, Started(), (action,))
    gone = path if how.startswith("file") else path.parent
    if how.endswith("renamed"):
        gone.rename(gone.with_name("elsewhere"))
    else:
        for file in path.parent.iterdir():
            file.unlink()
        if gone is path.parent:
            gone.rmdir()
    for action in (*PAIN[1:], EndSession("pain")):
        history.keep(2.0, Started(), (action,))
    assert said == [f"The history {path} was moved or removed: a new one begins, with this session."]
    (session,) = read_sessions(path)
    assert (session.pain_before, session.end_reason, session.routine_id) == (2, "pain", "at-the-desk")
    assert hurt(path) == [("calf", 4)]
    run = read_run(path)
    assert run is not None
    assert not run.is_whole, "nobody is brought to where half a journal leads"


def test_a_session_that_began_while_the_end_of_another_waited_is_written_anew_as_well(path: Path) -> None:
    history = kept(path, [])
    history.record(RecordSession("before"))
    with locked(path):
        for action in (EndSession("interrupted"), RecordSession("at-the-desk"), PAIN[0]):
            history.record(action)
    history.retry()
    path.rename(path.with_name("elsewhere"))
    history.record(EndSession("pain"))
    (session,) = read_sessions(path)
    assert (session.routine_id, session.end_reason) == ("at-the-desk", "pain")
    assert hurt(path) == [("calf", None)]


def test_a_folder_in_the_way_is_waited_for(path: Path) -> None:
    path.parent.parent.mkdir(exist_ok=True)
    path.parent.write_text("a file in its place")
    said: list[str] = []
    history = kept(path, said)
    for action in (RecordSession("at-the-desk"), *PAIN):
        history.record(action)
    path.parent.unlink()
    history.retry()
    assert hurt(path) == [("calf", 4)]
    assert said[1:] == [AGAIN]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from assistant.core.actions import RecordPain, RecordSession, EndSession
from assistant.core.events import Started
from assistant.store import history as module
from assistant.store.history import History
module.RETRY_SECONDS = 0.0
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
path, at_start = Path(sys.argv[1]), sys.argv[2] == "at the start"
room(0 if at_start else 150_000)
history = History(path, print)
history.record(RecordSession("at-the-desk"))
for number in range(600):
    history.note(float(number), Started())
history.record(RecordPain("calf", "that hurts"))
print("behind", history.is_behind)
room(resource.RLIM_INFINITY)
history.record(EndSession("pain"))
history.close()
"""


@pytest.mark.parametrize("when", ["at the start", "midway"])
def test_a_full_disk_is_told_once_and_gets_everything_when_there_is_room(path: Path, when: str) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(path), when]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    told, behind, again = result.stdout.splitlines()
    assert told.startswith(f"The history cannot be written to {path}: ")
    assert (behind, again) == ("behind True", AGAIN)
    (session,) = read_sessions(path)
    assert (session.hurts[0].stretch_id, session.end_reason) == ("calf", "pain")
    assert len(read_journal(path)) == 600
    assert pending_files(path) == []


def test_what_finds_no_room_anywhere_is_said_at_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    history = kept(path, said)
    monkeypatch.setattr(Pending, "append", lambda *_: False)
    with locked(path):
        history.record(RecordSession("at-the-desk"))
        history.record(PAIN[0])
        history.close()
    assert said[1:] == ["2 events could be written nowhere: the history lacks them."]


def test_of_very_much_the_journal_goes_and_never_what_is_for_the_history(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "MOST_HELD", 50)
    said: list[str] = []
    history = kept(path, said)
    history.record(RecordSession("at-the-desk"))
    with locked(path):
        for number in range(40):
            history.note(float(number), Started())
        for action in PAIN:
            history.record(action)
        for number in range(200):
            history.note(float(number), Started())
        assert len(history._held) <= 60
    history.record(EndSession("pain"))
    assert hurt(path) == [("calf", 4)]
    with pytest.raises(StoreError, match="missing"):
        read_journal(path)


# The file beside it


def test_half_a_line_is_none_and_what_cannot_be_read_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    pending = Pending(path)
    assert pending.append(Place(run=3, told_before=(("scores", 1),)), [Entry("t", (PAIN[0],))])
    token = pending.token
    (file,) = pending_files(path)
    pending.close()
    with file.open("ab") as more:
        more.write(b'nonsense\n{"at": "t", "act')
    place = Place(3, None, None, (("scores", 1),))
    assert read_pending(file) == (token, place, [Entry("t", (PAIN[0],))], None)
    for name, content in (("-2", b"{}\n"), ("-3", b"[1]\n"), ("-4", b""), ("-5", b"\xff\xfe\n")):
        path.with_name(f"{path.name}.pending{name}").write_bytes(content)
    said: list[str] = []
    kept(path, said).close()
    assert pending_files(path) == []
    aside = sorted(one.name for one in path.parent.glob("*.broken-*"))
    assert aside == [f"history.sqlite.broken-pending-{n}" for n in (2, 3, 5)]


def test_every_kind_of_action_comes_back_from_its_line() -> None:
    actions: tuple[Action, ...] = (
        RecordSession("x"),
        *PAIN,
        RecordRedFlag("fall"),
        RecordAskedBack("calf"),
        RecordPhysicianChecked(),
        EndSession("pain"),
    )
    assert {type(action).__name__ for action in actions} <= set(KEPT)
    assert Speak.__name__ not in KEPT
    entry = Entry("2026", actions, 1.5, '{"event":"Started"}', True, (3, None))
    assert from_line(to_line(entry)) == entry
    for line in ("1", "{}", '{"actions": [["Speak", {}]], "resumes": null}'):
        with pytest.raises(ValueError, match=r".+"):
            from_line(line)


def test_there_are_only_so_many_files(path: Path) -> None:
    path.parent.mkdir()
    files = [Pending(path) for _ in range(MOST_FILES + 1)]
    assert [one.append(Place(), [Entry("t")]) for one in files] == [True] * MOST_FILES + [False]
    for one in files:
        one.discard()
    assert pending_files(path) == []


def test_a_line_for_which_there_is_no_room_is_taken_back(path: Path) -> None:
    path.parent.mkdir()
    pending = Pending(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, limits[1]))
        assert not pending.append(Place(), [Entry("t")])
        assert pending_files(path) == []
        resource.setrlimit(resource.RLIMIT_FSIZE, (400, limits[1]))
        assert pending.append(Place(), [Entry("first")])
        assert not pending.append(Place(), [Entry("x" * 400)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert pending.append(Place(), [Entry("second")])
    (file,) = pending_files(path)
    assert [entry.at for entry in read_pending(file)[2]] == ["first", "second"]


# Rows and files that are damaged


def damage(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)


@pytest.mark.parametrize("at", range(19))
@pytest.mark.parametrize("bit", [0, 3, 6, 7])
def test_any_flipped_bit_in_a_time_leaves_out_that_session_alone_or_none(
    path: Path, at: int, bit: int
) -> None:
    said: list[str] = []
    with closing(kept(path, said)) as history:
        for routine_id in ("first", "second"):
            for action in (RecordSession(routine_id), *PAIN, EndSession("pain")):
                history.record(action)
    time = bytearray(b"2026-03-01T08:30:00+00:00")
    time[at] ^= 1 << bit
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        statement = "UPDATE sessions SET started_at = CAST(? AS TEXT) WHERE id = 1"
        connection.execute(statement, (bytes(time),))
    sessions = read_sessions(path, tell=said.append)
    assert "second" in [session.routine_id for session in sessions]
    if len(sessions) == 1:
        assert said == [f"Of the history {path} these sessions cannot be read, and are left out: 1."]
    assert read_profile(path).pasts["calf"].hurt_sessions == 2, "that it hurt is known all the same"


def test_what_is_wrong_with_a_row_is_left_out_of_it(path: Path) -> None:
    said: list[str] = []
    with closing(kept(path, said)) as history:
        for action in (RecordPainScore("before", 3), RecordSession("one"), *PAIN):
            history.record(action)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE scores SET score = 131")
        connection.execute("UPDATE steps SET held_seconds = -1e300")
    (session,) = read_sessions(path)
    assert (session.pain_before, session.hurts[0].score, session.held_seconds) == (None, None, 0.0)
    assert session.hurts[0].stretch_id == "calf"


def test_many_sessions_that_cannot_be_read_are_one_line(path: Path) -> None:
    said: list[str] = []
    with closing(kept(path, said)) as history:
        for number in range(9):
            history.record(RecordSession(str(number)))
    damage(path, "UPDATE sessions SET started_at = 'never'")
    assert read_sessions(path, tell=said.append) == []
    assert said == [
        f"Of the history {path} these sessions cannot be read, and are left out: 9, 8, 7, 6, 5, …."
    ]


def test_a_journal_is_read_up_to_what_cannot_be_read(path: Path) -> None:
    history = kept(path, [])
    for _ in range(3):
        history.note(1.0, Started())
    damage(path, "UPDATE journal SET event = CAST(? AS TEXT) WHERE id = 2", b"\xff{")
    run = read_run(path)
    assert run is not None
    assert (run.entries, run.is_whole) == (((1.0, Started()),), False)


def test_of_a_torn_file_what_can_be_read_is_in_the_new_one(path: Path) -> None:
    said: list[str] = []
    with closing(kept(path, said)) as history:
        history.record(RecordPhysicianChecked())
        for number in range(300):
            history.record(RecordSession(f"{number} {'x' * 300}"))
            history.record(RecordPain("calf", "that hurts"))
    with path.open("r+b") as file:
        file.seek(4096 * 30)
        file.write(b"\xff" * 4096 * 3)
    history = kept(path, said)
    assert len(said) == 1
    assert "a new one begins, with " in said[0]
    assert said[0].endswith(" rows that could be read.")
    assert 200 < len(hurt(path)) <= 300
    assert read_profile(path).physician_checked_on == NOW.date()
    assert read_profile(path).pasts["calf"].hurt_sessions > 200


def test_damage_in_the_midst_of_a_session_loses_nothing_of_it(path: Path) -> None:
    said: list[str] = []
    history = kept(path, said)
    history.record(RecordSession("before"))
    history.record(EndSession("completed"))
    history.record(RecordSession("now"))
    history.record(PAIN[0])
    history._database.disconnect()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[:16] = b"not a database!!"
    path.write_bytes(content)
    history.record(PAIN[1])
    history.record(EndSession("pain"))
    assert said[0].startswith("The history was damaged")
    (session,) = [one for one in read_sessions(path) if one.routine_id == "now"]
    assert (session.hurts[0].score, session.end_reason) == (4, "pain")


@pytest.mark.parametrize("version", [1, 3])
def test_before_tables_are_changed_a_copy_is_kept(path: Path, version: int) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        for statements in MIGRATIONS[:version]:
            connection.executescript(";".join(statements))
        connection.execute(
            "INSERT INTO sessions VALUES (7, 'whole-spine', '2025-12-31T23:59:00+01:00', NULL, NULL)"
        )
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()
    kept(path, []).close()
    copy = path.with_name(f"{path.name}.version-{version}")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        assert connection.execute("SELECT routine_id FROM sessions").fetchall() == [("whole-spine",)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept(path, []).close()
    assert len(list(path.parent.glob("*.version-*"))) == 1
    forget_everything(path)
    assert list(path.parent.iterdir()) == []


def test_without_room_for_the_copy_nothing_is_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(path, []).close()
    monkeypatch.setattr(
        history_schema, "MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE sessions ADD COLUMN x TEXT",))
    )

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(history_schema.os, "open", full)
    said: list[str] = []
    history = kept(path, said)
    history.record(RecordSession("held"))
    assert "No space left" in said[0]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_the_consent_of_an_older_file_ends_with_its_red_flag(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        for statements in MIGRATIONS[:3]:
            connection.executescript(";".join(statements))
        connection.execute("INSERT INTO physician_checks VALUES (1, '2026-01-01T08:00:00+01:00')")
        connection.execute("INSERT INTO red_flags VALUES (1, NULL, '2026-01-01T07:00:00+01:00', 'fall')")
        connection.execute("PRAGMA user_version = 3")
        connection.commit()
    assert read_profile(path).physician_checked_on is None


# Private


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_what_is_kept_is_the_users_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        said: list[str] = []
        history = kept(path, said)
        history.record(RecordSession("at-the-desk"))
        with locked(path):
            history.record(PAIN[0])
            assert modes(path.parent) == {0o600}
            assert len(list(path.parent.iterdir())) == 4
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_what_others_may_read_is_mended(path: Path) -> None:
    history = kept(path, [])
    history.record(RecordSession("at-the-desk"))
    history.close()
    path.parent.chmod(0o755)
    path.chmod(0o644)
    kept(path, [])
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_a_run_that_goes_on_goes_on_with_its_session(path: Path) -> None:
    history = kept(path, [])
    history.begin({"room": "here", "clock": 1})
    events: tuple[Event, ...] = (Started(), Started())
    for event, action in zip(events, (RecordSession("at-the-desk"), PAIN[0]), strict=True):
        history.keep(1.0, event, (action,))
    history.keep(2.0, Started(), (EndSession("terminated"),))
    history.close()
    run = read_run(path)
    assert run is not None
    history = kept(path, [])
    history.resume(run.number, run.session_id, {"clock": 2})
    assert read_sessions(path)[0].end_reason == "interrupted"
    history.keep(3.0, Started(), (RecordPainScore("during", 2), EndSession("completed")))
    (session,) = read_sessions(path)
    assert (session.end_reason, session.hurts[0].score) == ("completed", 2)
    run = read_run(path)
    assert run is not None
    assert (run.head, len(run.entries)) == ({"room": "here", "clock": 2}, 4)
    assert asdict(Place())["run"] is None


@pytest.mark.parametrize("version", [-1, 0, 1, 3])
def test_tables_that_are_not_those_of_their_version_are_damage_and_what_they_hold_is_read(
    path: Path, version: int
) -> None:
    said: list[str] = []
    history = kept(path, said)
    for action in (RecordSession("at-the-desk"), *PAIN, EndSession("pain")):
        history.record(action)
    history.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    history = kept(path, said)
    history.record(RecordSession("at-the-desk"))
    history.close()
    assert hurt(path) == [("calf", 4)]
    assert read_profile(path).pasts["calf"].hurt_sessions == 1
    assert len(said) == 1
    assert said[0].startswith("The history was damaged")


def test_a_table_that_is_missing_is_damage(path: Path) -> None:
    said: list[str] = []
    kept(path, said).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE pains")
    history = kept(path, said)
    for action in (RecordSession("at-the-desk"), *PAIN):
        history.record(action)
    history.close()
    assert hurt(path) == [("calf", 4)]
    assert len(said) == 1


def test_a_session_that_ended_unwritten_is_written_whole_though_its_history_goes(path: Path) -> None:
    history = kept(path, [])
    history.record(RecordSession("at-the-desk"))
    with locked(path):
        for action in (*PAIN, EndSession("pain")):
            history.record(action)
        path.rename(path.with_name("elsewhere"))
    history.close()
    (session,) = read_sessions(path)
    assert (session.routine_id, session.end_reason, len(session.hurts)) == ("at-the-desk", "pain", 1)


def test_nothing_is_written_twice_though_the_file_was_damaged_right_after_writing(path: Path) -> None:
    history = kept(path, [])
    history.record(RecordSession("at-the-desk"))
    with locked(path):
        history.record(PAIN[0])
    waits = pending_files(path)[0].read_bytes()
    history.retry()
    history.close()
    path.with_name(f"{path.name}.pending").write_bytes(waits)  # as when it dies before that is removed
    with path.open("r+b") as file:
        with closing(sqlite3.connect(path)) as connection:
            root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'steps'").fetchone()[0]
        file.seek((root - 1) * 4096)
        file.write(b"\xa5" * 4096)
    said: list[str] = []
    kept(path, said).close()
    assert any("was damaged" in line for line in said)
    assert hurt(path) == [("calf", None)]
