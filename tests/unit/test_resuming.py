"""Whether a session was cut short, and what brings another one to where it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from driver import CATALOGUE, PACK, Driver

from assistant import resuming
from assistant.core.adapting import StretchPast
from assistant.core.context import Settings
from assistant.core.events import CutShort
from assistant.core.journal import settings_as_values, settings_from_values
from assistant.core.routine import Condition
from assistant.core.session import Session
from assistant.core.states import State
from assistant.resuming import Return, clock_facts, find_return, fingerprint, head_of
from assistant.store.history import History
from assistant.store.history_writer import Origin

SETTINGS = Settings(routine_id="mixed", sound_check=False, pasts={"calf": StretchPast(1, 3, 0)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture(autouse=True)
def _another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ran before was not this one."""
    monkeypatch.setattr(resuming, "_is_running", lambda clock: False)


def made(settings: Settings) -> Session:
    return Session(PACK, CATALOGUE, settings)


def leave(path: Path, to: Callable[[Driver], object], room: str = "here", **changes: object) -> Driver:
    """A session that was kept, and is left where it was brought to."""
    driver = Driver(sound_check=False, pasts=SETTINGS.pasts)
    to(driver)
    head = {**head_of(room, SETTINGS, CATALOGUE), **changes}
    with closing(History(path, pytest.fail, origin=Origin(room))) as history:
        history.begin(head)
        fresh = driver.another_session()
        for now, event in driver.told:
            history.keep(now, event, fresh.handle(event, now))
    return driver


def holding(driver: Driver) -> None:
    driver.until(State.HOLDING).advance(5.0)


def found(path: Path, room: str = "here", content: object = CATALOGUE) -> Return | None:
    return find_return(path, room, content, made)


def test_a_session_comes_back_as_it_was(path: Path) -> None:
    driver = leave(path, holding)
    back = found(path)
    assert back is not None
    assert back.session is not None
    assert back.session.state is State.HOLDING
    assert back.at == driver.told[-1][0]
    assert (back.run.number, back.run.session_id) == (1, 1)
    back.session.handle(back.event, back.at)
    assert back.session.state is State.GOING_ON


def test_what_is_too_long_ago_is_closed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(path, holding)
    since = resuming._since_boot()
    monkeypatch.setattr(resuming, "_since_boot", lambda: since + 3600.0)
    back = found(path)
    assert back is not None
    assert back.session is None
    assert "EndSession" in {type(action).__name__ for action in back.closing}


@pytest.mark.parametrize("wall", ["set back", "right"])
def test_after_another_start_of_the_machine_a_clock_that_is_behind_does_not_matter(
    path: Path, monkeypatch: pytest.MonkeyPatch, wall: str
) -> None:
    leave(path, holding)
    monkeypatch.setattr(resuming, "_boot_id", lambda: "another")
    monkeypatch.setattr(resuming, "_since_boot", lambda: 40.0)
    if wall == "set back":
        monkeypatch.setattr(resuming.time, "time", lambda: 0.0)
    back = found(path)
    assert back is not None
    assert back.session is not None
    assert back.event.away_seconds == pytest.approx(40.0, abs=5.0)


def test_a_machine_that_has_run_for_long_was_away_for_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(path, holding)
    monkeypatch.setattr(resuming, "_boot_id", lambda: "another")
    monkeypatch.setattr(resuming, "_since_boot", lambda: 4000.0)
    back = found(path)
    assert back is not None
    assert back.session is None


def test_there_is_nothing_to_come_back_to(path: Path) -> None:
    assert found(path) is None
    path.write_bytes(b"no database" * 1000)
    assert found(path) is None


@pytest.mark.parametrize("what", ["another room", "other content", "over", "ended by a key", "no clock"])
def test_what_does_not_go_on(path: Path, what: str) -> None:
    def to_the_end(driver: Driver) -> None:
        driver.until(State.FINISHED)

    def by_a_key(driver: Driver) -> None:
        holding(driver)
        driver.event(CutShort("interrupted_by_user"))

    ways = {"over": to_the_end, "ended by a key": by_a_key}
    leave(path, ways.get(what, holding), **({"clock": None} if what == "no clock" else {}))
    room = "there" if what == "another room" else "here"
    content = CATALOGUE[:1] if what == "other content" else CATALOGUE
    assert found(path, room, content) is None


def test_each_room_comes_back_to_its_own(path: Path) -> None:
    """Of what was cut short at once, as by a power cut."""
    leave(path, holding)
    leave(path, holding, room="kitchen")
    assert found(path, "attic") is None
    for room, run in (("here", 1), ("kitchen", 2)):
        back = found(path, room)
        assert back is not None
        assert back.run.number == run
        assert back.session is not None


def test_a_past_that_breaks_a_session_keeps_none_from_beginning(path: Path) -> None:
    leave(path, holding, settings={**settings_as_values(SETTINGS), "mood": "bad"})
    assert found(path) is None


def test_whoever_still_runs_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(path, holding)
    monkeypatch.undo()
    assert found(path) is None, "it is this process"
    facts = clock_facts(0.0)
    assert resuming._is_running(facts)
    assert not resuming._is_running({**facts, "began": "1"})
    assert not resuming._is_running({**facts, "boot": "another"})
    assert not resuming._is_running({**facts, "pid": 2**22 + 1})
    assert resuming._began(os.getpid())


def test_settings_come_back_as_they_were() -> None:
    settings = replace(SETTINGS, conditions=frozenset({Condition.GLAUCOMA, Condition.BLOOD_CLOT}))
    for one in (settings, Settings()):
        assert settings_from_values(settings_as_values(one)) == one
    for values in ({}, {"pasts": 1}, {**settings_as_values(settings), "mood": "bad"}):
        with pytest.raises(ValueError, match=r".+"):
            settings_from_values(values)


def test_a_fingerprint_is_of_all_that_there_is() -> None:
    assert fingerprint(CATALOGUE) == fingerprint(tuple(CATALOGUE))
    changed = replace(CATALOGUE[0].stretches[0], hold_seconds=21)
    other = (replace(CATALOGUE[0], stretches=(changed, *CATALOGUE[0].stretches[1:])), *CATALOGUE[1:])
    assert fingerprint(other) != fingerprint(CATALOGUE)


@pytest.mark.parametrize(
    ("seconds", "is_shared", "comes_back"), [(60, True, True), (200, True, False), (200, False, True)]
)
def test_in_a_room_that_different_people_use_who_comes_back_late_is_somebody_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, is_shared: bool, comes_back: bool
) -> None:
    leave(path, holding)
    monkeypatch.setattr(resuming, "_away_seconds", lambda clock, at: seconds)
    back = find_return(path, "here", CATALOGUE, made, is_shared=is_shared)
    assert (back is not None) is comes_back
