"""Session after session with one history between them: what one leaves behind, the next one knows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from driver import CHIN, KNEES, PACK, Driver

from assistant.core.actions import RecordStep, ReportHoldStarted
from assistant.core.prompts import Line
from assistant.core.routine import Routine
from assistant.core.states import State
from assistant.store.history import History
from assistant.store.history_profile import read_profile
from assistant.store.history_reader import Hurt, read_sessions

TWO = Routine("two", "two stretches", "A chin and two knees.", (CHIN, KNEES))
Weeks = Callable[..., Driver]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def session(path: Path) -> Weeks:
    """Does a whole session, a day after the one before; `meanwhile` is what somebody does in it."""
    days = iter(range(1_000))

    def session(meanwhile: Callable[[Driver], object] = lambda driver: None) -> Driver:
        pasts = read_profile(path).pasts
        driver = Driver(TWO, catalogue=(TWO,), pasts=pasts, asks_how_it_is=True)
        driver.answer("four")
        driver.answer("no")
        meanwhile(driver)
        driver.until(State.SCORE_AFTER, State.FINISHED)
        if driver.state is State.SCORE_AFTER:
            driver.answer("three")
            driver.until(State.FINISHED)
        keep(driver, next(days))
        return driver

    def keep(driver: Driver, day: int) -> None:
        now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC) + timedelta(days=day)
        with closing(History(path, pytest.fail, lambda: now)) as history:
            for did in driver.did:
                now = now.replace(hour=8, minute=0, second=0) + timedelta(seconds=did.at)
                history.record(did.action)

    return session


def hold_seconds(driver: Driver) -> list[float]:
    return [report.seconds for report in driver.of(ReportHoldStarted)]


def stretched(driver: Driver) -> list[str]:
    return [step.stretch_id for step in driver.of(RecordStep)]


def chin_hurts(driver: Driver) -> None:
    driver.until(State.HOLDING).advance(4.0)
    driver.say("that hurts")
    driver.rate("three")
    driver.say("yes")


def test_holds_grow_only_after_sessions_without_pain_and_it_is_said(session: Weeks) -> None:
    held = [hold_seconds(session()) for _ in range(3)]
    assert held == [[20.0, 20.0]] * 3
    fourth = session()
    assert hold_seconds(fourth) == [25.0, 25.0]
    assert PACK.lines[Line.GROWN] in fourth.spoken


def test_what_hurt_pauses_comes_back_easier_and_then_as_it_was(session: Weeks) -> None:
    assert stretched(session(chin_hurts)) == [CHIN.id, KNEES.id]
    paused = [stretched(session()) for _ in range(2)]
    assert paused == [[KNEES.id]] * 2
    back = [session() for _ in range(3)]
    for driver in back:
        assert stretched(driver) == [CHIN.id, KNEES.id]
        assert hold_seconds(driver)[0] == 20.0
        assert CHIN.easier in driver.spoken
    assert CHIN.easier not in session().spoken


def test_what_hurt_in_two_sessions_leaves_until_it_is_asked_back(session: Weeks) -> None:
    session(chin_hurts)
    for _ in range(2):
        session()
    session(chin_hurts)
    assert [stretched(session()) for _ in range(5)] == [[KNEES.id]] * 5
    session(lambda driver: driver.answer("bring it back"))
    back = session()
    assert stretched(back) == [CHIN.id, KNEES.id]
    assert hold_seconds(back) == [20.0, 30.0]


def test_what_happened_is_in_the_history(session: Weeks, path: Path) -> None:
    session(chin_hurts)
    session()
    later, first = read_sessions(path)
    assert (first.pain_before, first.pain_after, first.end_reason) == (4, 3, "completed")
    assert first.hurts == (Hurt(CHIN.id, "that hurts", 3),)
    assert (later.hurts, later.is_pain_free, first.is_pain_free) == ((), True, False)
