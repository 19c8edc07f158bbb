"""The history on a real PostgreSQL server: what holds of a file holds of it, and it delays nobody."""

from __future__ import annotations

import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from driver import CATALOGUE, PACK, Driver
from postgres import Postgres, postgres, program
from typer.testing import CliRunner

from assistant import resuming
from assistant.cli.program import app
from assistant.config_loading import load_config
from assistant.core.actions import (
    Action,
    EndSession,
    RecordAskedBack,
    RecordCondition,
    RecordConditionsAsked,
    RecordPain,
    RecordPainScore,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    RecordStep,
)
from assistant.core.context import Settings
from assistant.core.events import DeadlineReached, KeepingChanged, Started
from assistant.core.routine import Condition
from assistant.core.session import Session
from assistant.core.states import State
from assistant.errors import ConfigError, StoreError
from assistant.resuming import clock_facts, find_return, head_of
from assistant.store import history as history_module
from assistant.store import history_server
from assistant.store.history import History
from assistant.store.history_erasing import forget_everything, forget_sessions, kept_rows
from assistant.store.history_profile import Profile, read_profile
from assistant.store.history_reader import Hurt, count_sessions, read_sessions
from assistant.store.history_server import HistoryServer, Where
from assistant.store.history_server_connection import ServerConnection
from assistant.store.history_writer import Origin
from assistant.store.journal import read_journal, read_run
from assistant.store.pending import pending_files
from assistant.store.recorder import Recorder

psycopg = pytest.importorskip("psycopg", reason="psycopg comes with limber[clinic]")
if program("postgres") is None:
    pytest.skip("there is no PostgreSQL server here: apt install postgresql", allow_module_level=True)

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
GYM = Origin("gym", "host-1")
PAIN = (
    RecordPain("calf", "that hurts"),
    RecordPainScore("during", 4),
    RecordStep("calf", "left", 1, 3.0, "pain"),
)
A_SESSION: tuple[Action, ...] = (
    RecordPainScore("before", 2),
    RecordSession("at-the-desk"),
    *PAIN,
    RecordStep("neck", "left", 1, 20.0, "done"),
    EndSession("pain"),
)
AGAIN = "The history is written again: nothing of it is lost."


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def where(server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HistoryServer:
    """A server without a history; nobody waits for long here."""
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(history_server, "FIRST_REST_SECONDS", 0.0)
    monkeypatch.setattr(history_server, "LONGEST_REST_SECONDS", 0.0)
    monkeypatch.setattr(history_server, "ANSWER_SECONDS", 0.3)
    run_sql(server, "DROP SCHEMA IF EXISTS limber CASCADE")
    return HistoryServer(server.url(), tmp_path / "data" / "history.server")


@pytest.fixture(params=["file", "server"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    if request.param == "file":
        return tmp_path / "data" / "history.sqlite"
    found: HistoryServer = request.getfixturevalue("where")
    return found


def run_sql(server: Postgres, statement: str) -> list[Any]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def kept(where: Where, said: list[str] | None = None, origin: Origin = GYM) -> History:
    tell = pytest.fail if said is None else said.append
    return History(where, tell, lambda: NOW, origin)


def record(where: Where, *actions: Action, origin: Origin = GYM) -> None:
    with closing(kept(where, origin=origin)) as history:
        for action in actions:
            history.record(action)


def hurt(where: Where) -> list[tuple[str, int | None]]:
    return [(one.stretch_id, one.score) for session in read_sessions(where) for one in session.hurts]


# As with a file


def test_a_session_is_kept_with_all_that_happened(either: Where) -> None:
    record(either, *A_SESSION)
    (session,) = read_sessions(either)
    assert (session.routine_id, session.end_reason, session.held_seconds) == ("at-the-desk", "pain", 23.0)
    assert (session.started_at, session.ended_at) == (NOW, NOW)
    assert (session.pain_before, session.pain_after, session.steps_done) == (2, None, 1)
    assert session.hurts == (Hurt("calf", "that hurts", 4),)
    assert (session.room, session.host, session.is_shared) == ("gym", "host-1", False)
    record(either, RecordSession("next"))
    assert [one.routine_id for one in read_sessions(either, 1)] == ["next"]
    assert count_sessions(either) == 2
    rows = kept_rows(either)
    assert (rows["sessions"], rows["steps"], rows["pains"], rows["scores"]) == (2, 2, 1, 2)


def test_the_profile_is_the_same(either: Where) -> None:
    told = (RecordPhysicianChecked(), RecordConditionsAsked(), RecordCondition(Condition.GLAUCOMA))
    record(either, *told, *A_SESSION)
    profile = read_profile(either)
    assert (profile.physician_checked_on, profile.conditions_asked_on) == (NOW.date(), NOW.date())
    assert (profile.conditions, profile.last_routine_id) == ({Condition.GLAUCOMA}, "at-the-desk")
    assert (profile.pasts["calf"].hurt_sessions, profile.pasts["calf"].sessions_since_hurt) == (1, 0)
    assert profile.pasts["neck"].hurt_sessions == 0
    record(either, RecordRedFlag("fall"), RecordAskedBack("calf"))
    profile = read_profile(either)
    assert profile.physician_checked_on is None
    assert profile.pasts["calf"].hurt_sessions == 0


def test_each_room_has_a_journal_of_its_own_and_goes_on_with_it(either: Where) -> None:
    for room in ("gym", "hall"):
        with closing(kept(either, origin=Origin(room, "host-1"))) as history:
            history.begin({"room": room, "clock": 1})
            history.keep(1.0, Started(), (RecordSession(room),))
            history.keep(2.0, DeadlineReached(), PAIN[:1])
    run = read_run(either, room="gym")
    assert run is not None
    assert (run.head["room"], len(run.entries), run.is_whole) == ("gym", 2, True)
    with closing(kept(either, origin=Origin("gym", "host-2"))) as history:
        history.resume(run.number, run.session_id, {"clock": 2})
        history.keep(3.0, Started(), (RecordPainScore("during", 5), EndSession("completed")))
    again = read_run(either, room="gym")
    assert again is not None
    assert (again.head, len(again.entries)) == ({"room": "gym", "clock": 2}, 3)
    assert [(s.routine_id, s.end_reason) for s in read_sessions(either)] == [
        ("hall", "interrupted"),
        ("gym", "completed"),
    ]
    assert hurt(either) == [("calf", None), ("calf", 5)]


def test_a_row_that_the_tables_do_not_take_is_told_and_the_rest_is_kept(either: Where) -> None:
    said: list[str] = []
    with closing(kept(either, said)) as history:
        history.keep(
            1.0, Started(), (RecordSession("a"), RecordPainScore("before", 44), RecordPain("calf", "ouch"))
        )
    assert len(said) == 1
    assert said[0].startswith("The history does not take RecordPainScore: ")
    assert hurt(either) == [("calf", None)]


def test_of_a_shared_room_nothing_is_used_for_the_next_person(either: Where) -> None:
    told = (RecordPhysicianChecked(), RecordConditionsAsked(), RecordCondition(Condition.GLAUCOMA))
    record(either, *told, *A_SESSION, RecordAskedBack("calf"), origin=Origin("gym", "host-1", is_shared=True))
    assert read_profile(either) == Profile()
    (session,) = read_sessions(either)
    assert session.is_shared
    assert session.hurts == (Hurt("calf", "that hurts", 4),), "what happened is kept, for who treats them"
    rows = kept_rows(either)
    assert (rows["physician_checks"], rows["conditions"], rows["condition_checks"]) == (0, 0, 0)


# Forgetting


def test_what_is_forgotten_is_in_no_table_and_in_none_of_its_files(
    server: Postgres, where: HistoryServer
) -> None:
    phrase = "my secret pain"
    record(where, RecordSession("first"), RecordPain("calf", phrase), EndSession("pain"))
    record(where, RecordSession("second"), RecordPain("neck", "my other one"))
    run_sql(server, "CHECKPOINT")
    assert phrase.encode() in tables(server)
    forget_sessions(where, [1])
    run_sql(server, "CHECKPOINT")
    assert [one.routine_id for one in read_sessions(where)] == ["second"]
    assert phrase.encode() not in tables(server)
    assert b"my other one" in tables(server)
    assert forget_everything(where) == []
    run_sql(server, "CHECKPOINT")
    assert b"my other one" not in tables(server)
    assert not any(kept_rows(where).values())


def tables(server: Postgres) -> bytes:
    files = (server.folder / "data/base").rglob("*")
    return b"".join(file.read_bytes() for file in files if file.is_file())


def test_a_session_that_is_forgotten_while_it_goes_on_keeps_nothing_more(where: HistoryServer) -> None:
    said: list[str] = []
    history = kept(where, said)
    history.begin({"room": "gym"})
    history.keep(1.0, Started(), (RecordSession("first"),))
    forget_sessions(where, [1])
    history.keep(2.0, Started(), PAIN)
    history.keep(3.0, Started(), (EndSession("pain"), RecordSession("next")))
    history.close()
    assert len(said) == 3, said
    assert [(s.routine_id, s.hurts) for s in read_sessions(where)] == [("next", ())]
    assert [run.entries for run in [read_run(where, room="gym")] if run] == [((3.0, Started()),)]


def test_the_commands_work_on_it_and_say_what_they_cannot_reach(
    server: Postgres, where: HistoryServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LIMBER_HISTORY_DATABASE", server.url())
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    record(where, *A_SESSION)
    shown = CliRunner().invoke(app, ["history", "--json"])
    assert '"at-the-desk"' in shown.stdout
    erased = CliRunner().invoke(app, ["forget", "--all", "--yes"])
    assert erased.stdout.startswith("Erased: the whole history: 1 session, 2 steps")
    assert "backups" in erased.stderr
    assert read_sessions(where) == []


# A server that is gone, slow, or comes back


def test_a_server_that_stops_in_a_session_gets_all_of_it_when_it_is_back(
    server: Postgres, where: HistoryServer
) -> None:
    said: list[str] = []
    history = kept(where, said)
    history.record(A_SESSION[0])
    server.stop()
    try:
        began_at = time.monotonic()
        for action in A_SESSION[1:]:
            history.record(action)
        assert time.monotonic() - began_at < 1.0
        (file,) = pending_files(where.beside)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with pytest.raises(StoreError, match=r"^The history postgresql:///postgres cannot be read: "):
            read_sessions(where)
    finally:
        server.start()
    assert hurt(where) == [("calf", 4)], "whoever reads it knows what waits"
    history.retry()
    history.close()
    assert pending_files(where.beside) == []
    assert hurt(where) == [("calf", 4)]
    assert len(said) == 2
    assert said[0].startswith("The history cannot be written to postgresql:///postgres: ")
    assert said[1] == AGAIN


def test_a_server_that_stands_still_is_let_go_after_a_moment_and_nothing_is_written_twice(
    server: Postgres, where: HistoryServer
) -> None:
    said: list[str] = []
    history = kept(where, said)
    history.record(A_SESSION[0])
    server.freeze()
    try:
        began_at = time.monotonic()
        history.record(A_SESSION[1])
        assert time.monotonic() - began_at < 1.0
        monkey = pytest.MonkeyPatch()
        with monkey.context() as patch:
            patch.setattr(history_server, "CONNECT_SECONDS", 0.2)
            for action in A_SESSION[2:]:
                history.record(action)
    finally:
        server.thaw()
    wait_until(lambda: (history.retry(), not history.is_behind)[1])
    history.close()
    (session,) = read_sessions(where)
    assert (session.end_reason, session.hurts) == ("pain", (Hurt("calf", "that hurts", 4),))
    assert said[0].endswith(
        ": it does not answer. What happens is kept, and written as soon as that can be done; "
        "the session goes on."
    )
    assert said[-1] == AGAIN


def wait_until(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def test_a_session_is_never_delayed_and_shows_that_its_history_is_held(
    server: Postgres, where: HistoryServer
) -> None:
    said: list[str] = []
    recorder = Recorder(where, said.append, GYM)
    recorder.wait_until_open()
    recorder.begin({"room": "gym"})
    recorder.keep(0.0, Started(), (RecordSession("at-the-desk"),))
    wait_until(lambda: recorder.is_written)
    server.freeze()
    try:
        began_at = time.monotonic()
        for number in range(50):
            recorder.keep(float(number), Started(), PAIN[:1])
        assert time.monotonic() - began_at < 0.1
        wait_until(lambda: recorder.happened() == (KeepingChanged(is_written=False),))
    finally:
        server.thaw()
    wait_until(lambda: recorder.happened() == (KeepingChanged(),))
    recorder.keep(60.0, Started(), (EndSession("pain"),))
    recorder.close()
    assert len(hurt(where)) == 50
    assert len(read_journal(where)) == 52


def test_at_the_end_what_a_server_does_not_take_is_in_the_file_and_the_next_start_writes_it(
    server: Postgres, where: HistoryServer
) -> None:
    recorder = Recorder(where, lambda line: None, GYM)
    recorder.wait_until_open()
    server.freeze()
    try:
        for action in A_SESSION:
            recorder.keep(0.0, Started(), (action,))
        began_at = time.monotonic()
        recorder.close()
        assert time.monotonic() - began_at < 1.6
        assert len(pending_files(where.beside)) == 1
    finally:
        server.thaw()
    time.sleep(0.1)
    kept(where, [], Origin("hall", "host-1")).close()
    (session,) = read_sessions(where)
    assert (session.room, session.hurts) == ("gym", (Hurt("calf", "that hurts", 4),))


def test_one_that_does_not_answer_is_asked_by_one_and_all_others_are_told_at_once(tmp_path: Path) -> None:
    where = HistoryServer(f"postgresql:///x?host={tmp_path}", tmp_path / "history.server")
    with pytest.raises(StoreError):
        read_sessions(where)
    asked = time.monotonic()
    for _ in range(100):
        with pytest.raises(StoreError):
            read_profile(where)
    assert time.monotonic() - asked < 0.3


@pytest.mark.parametrize("dies", [False, True], ids=["goes on", "dies"])
@pytest.mark.parametrize("is_written", [False, True], ids=["not written", "written"])
def test_an_end_that_nobody_heard_of_is_written_once(
    where: HistoryServer, monkeypatch: pytest.MonkeyPatch, is_written: bool, dies: bool
) -> None:
    said: list[str] = []
    history = kept(where, said)
    history.begin({"room": "gym"})
    commit = psycopg.Connection.execute

    def cut(self: Any, query: Any, *values: Any, **how: Any) -> Any:
        if query == "COMMIT":
            if is_written:
                commit(self, query)
            self.close()
            raise psycopg.OperationalError("the line went")
        return commit(self, query, *values, **how)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", cut)
        history.keep(1.0, Started(), (RecordSession("at-the-desk"), *PAIN))
    assert history.is_behind
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 60.0)
    history._retry_at = time.monotonic() + 60.0
    history.keep(2.0, Started(), (RecordPain("neck", "ouch"),))
    if dies:
        history._pending.close()
        history._database.disconnect()
        history = kept(where, said)
    else:
        history._retry_at = 0.0
        history.keep(3.0, Started(), (EndSession("pain"),))
    history.close()
    (session,) = read_sessions(where)
    assert [(one.stretch_id, one.score) for one in session.hurts] == [("calf", 4), ("neck", None)]
    assert len(read_journal(where)) == (2 if dies else 3)
    assert pending_files(where.beside) == []


# Two hosts


def test_hosts_that_start_at_once_make_the_tables_once(server: Postgres, where: HistoryServer) -> None:
    said: list[str] = []
    barrier = threading.Barrier(4)

    def start(number: int) -> None:
        one = HistoryServer(server.url(), where.beside.with_name(f"host-{number}"))
        barrier.wait()
        with closing(kept(one, said, Origin(f"room-{number}", f"host-{number}"))) as history:
            history.begin({"room": f"room-{number}"})
            for action in A_SESSION:
                history.keep(1.0, Started(), (action,))

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line for line in said if line != AGAIN] == []
    assert run_sql(server, "SELECT count(*) FROM limber.version") == [(1,)]
    sessions = read_sessions(where)
    assert {(one.room, one.host) for one in sessions} == {(f"room-{n}", f"host-{n}") for n in range(4)}
    assert {one.hurts for one in sessions} == {(Hurt("calf", "that hurts", 4),)}
    runs = [read_run(where, room=f"room-{number}") for number in range(4)]
    assert len({run.number for run in runs if run}) == 4
    assert {len(run.entries) for run in runs if run} == {len(A_SESSION)}


def test_tables_of_a_newer_limber_are_left_alone(server: Postgres, where: HistoryServer) -> None:
    kept(where).close()
    run_sql(server, "UPDATE limber.version SET migrations = 99")
    said: list[str] = []
    history = kept(where, said)
    history.record(RecordSession("held"))
    assert "it was written by a newer Limber" in said[0]
    assert run_sql(server, "SELECT count(*) FROM limber.sessions") == [(0,)]
    history.close()


def test_the_journal_of_a_room_makes_room_for_its_next_session(
    server: Postgres, where: HistoryServer
) -> None:
    for number in range(3):
        with closing(kept(where)) as history:
            history.begin({"room": "gym"})
            history.keep(float(number), Started(), ())
    assert read_journal(where) == [(2.0, Started())]
    assert run_sql(server, "SELECT count(*) FROM limber.journal") == [(2,)]


def test_another_host_goes_on_with_a_session_whose_host_is_gone(
    where: HistoryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver(sound_check=False)
    driver.until(State.HOLDING).advance(5.0)
    settings = Settings(routine_id="mixed", sound_check=False)
    with closing(History(where, pytest.fail, origin=Origin("gym", "host-1", is_shared=True))) as history:
        history.begin(head_of("gym", settings, CATALOGUE))
        fresh = driver.another_session()
        for now, event in driver.told:
            history.keep(now, event, fresh.handle(event, now))
    monkeypatch.setattr(resuming.platform, "node", lambda: "host-2")
    monkeypatch.setattr(resuming, "_boot_id", lambda: "another")
    made = lambda settings: Session(PACK, CATALOGUE, settings)  # noqa: E731
    back = find_return(where, "gym", CATALOGUE, made, is_shared=True)
    assert back is not None
    assert back.session is not None
    back.session.handle(back.event, back.at)
    assert back.session.state is State.GOING_ON
    assert find_return(where, "hall", CATALOGUE, made, is_shared=True) is None


def test_another_host_knows_how_long_ago_it_was_by_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    there = clock_facts(10.0)
    there["wall"] -= 30.0
    monkeypatch.setattr(resuming.platform, "node", lambda: "another")
    assert resuming._away_seconds(there, 12.0) == pytest.approx(28.0, abs=1.0)
    there["wall"] += timedelta(hours=1).total_seconds()
    assert resuming._away_seconds(there, 12.0) == 0.0


# What is secret


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://limber:hunter2@db.example/limber",
        "postgresql://db.example/limber?password=hunter2",
        "postgresql://db.example/limber?sslmode=require&password=hunter2",
        "limber:hunter2@db.example",
    ],
)
def test_a_password_in_the_configuration_is_refused_and_not_told(url: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[history]\ndatabase = "{url}"\n')
    for environ in ({}, {"LIMBER_HISTORY_DATABASE": url}):
        with pytest.raises(ConfigError) as caught:
            load_config(None if environ else file, environ)
        assert "hunter2" not in caught.value.message
        assert "password" in caught.value.message or "postgresql://" in caught.value.message


@pytest.mark.parametrize("rest", ["?bogus=hunter2", "?connect_timeout=hunter2", "?port=hunter2"])
def test_what_is_wrong_with_a_url_tells_nothing_of_it(tmp_path: Path, rest: str) -> None:
    where = HistoryServer(f"postgresql://limber@db.example/limber{rest}", tmp_path / "history.server")
    said: list[str] = []
    kept(where, said).close()
    assert said
    assert "hunter2" not in " ".join(said)
    assert str(where) == "postgresql://db.example/limber"


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said: list[str] = []
    history = History(HistoryServer("postgresql:///x", tmp_path / "history.server"), said.append)
    history.record(RecordSession("held"))
    assert 'pip install "limber[clinic]"' in said[0]
    assert len(pending_files(tmp_path / "history.server")) == 1
    history.close()


def test_a_statement_that_is_slow_is_cut(where: HistoryServer) -> None:
    with closing(where.connect(0.2)) as connection:
        began_at = time.monotonic()
        with pytest.raises(StoreError, match="it does not answer"):
            connection.execute("SELECT pg_sleep(5)")
        assert time.monotonic() - began_at < 1.0
        with suppress(StoreError):
            connection.execute("SELECT 1")
    assert isinstance(connection, ServerConnection)
