"""Rooms that different people use: nothing of one is used for the next, or shown to them."""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from assistant.config import Config
from assistant.core.actions import EndSession, RecordPain, RecordPhysicianChecked, RecordSession
from assistant.errors import StoreError
from assistant.housing import _Past
from assistant.opening import settings_now
from assistant.store.history import History
from assistant.store.history_reader import read_sessions
from assistant.store.history_words import Known
from assistant.store.history_writer import Origin

SHARED = Origin("gym", "host", is_shared=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "history.sqlite"
    told = (
        RecordPhysicianChecked(),
        RecordSession("at-the-desk"),
        RecordPain("calf", "ouch"),
        EndSession("pain"),
    )
    for origin in (Origin("here", "host"), SHARED):
        with closing(History(file, pytest.fail, origin=origin)) as history:
            for action in told:
                history.record(action)
    return file


def test_a_session_begins_as_the_first_one_of_somebody(path: Path) -> None:
    known = settings_now(Config(), path, pytest.fail)
    assert (known.physician_check_due, known.last_routine_id, set(known.pasts)) == (
        False,
        "at-the-desk",
        {"calf"},
    )
    assert known.pasts["calf"].hurt_sessions == 1, "that of the shared room is somebody else's"
    unknown = settings_now(Config(), path, pytest.fail, is_shared=True)
    assert (unknown.physician_check_due, unknown.conditions_due) == (True, True)
    assert (unknown.last_routine_id, unknown.pasts, unknown.conditions) == ("", {}, frozenset())


def test_no_screen_shows_what_others_did_or_erases_it(path: Path) -> None:
    at_home = _Past(path, nullcontext, Known(), is_shared=False)
    in_clinic = _Past(path, nullcontext, Known(), is_shared=True)
    assert [one["number"] for one in at_home.sessions()] == [1]
    assert (in_clinic.sessions(), in_clinic.chart()) == ([], "")
    with pytest.raises(StoreError, match="nothing is erased"):
        in_clinic.forget(None)
    with pytest.raises(StoreError, match="no session 2"):
        at_home.forget(2)
    assert len(read_sessions(path)) == 2
