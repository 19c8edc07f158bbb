"""How the past decides how a session is run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assistant.config import Config, SessionConfig
from assistant.core.actions import (
    Action,
    EndSession,
    RecordPain,
    RecordPhysicianChecked,
    RecordSession,
    RecordStep,
    Speak,
)
from assistant.core.adapting import Form, form_today
from assistant.core.events import Started
from assistant.core.prompts import Line
from assistant.core.routine import Condition
from assistant.core.session import Session
from assistant.core.states import State
from assistant.opening import load_content, note_missing_routine, session_settings, settings_now
from assistant.store.history import History
from assistant.store.history_profile import Profile, read_profile

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("checked_on", "is_due"),
    [
        (None, True),
        (date(2026, 3, 1), False),
        (date(2025, 3, 1), False),
        (date(2025, 2, 28), True),
        (date(2026, 3, 2), False),
        (date(2026, 3, 3), True),
    ],
    ids=["never", "today", "a year ago", "longer ago", "in a zone ahead", "a clock that is behind"],
)
def test_a_physician_is_asked_about_on_first_use_and_after_a_year(
    checked_on: date | None, is_due: bool
) -> None:
    profile = Profile(physician_checked_on=checked_on)
    assert session_settings(Config(), profile, TODAY).physician_check_due is is_due


def test_conditions_are_read_from_the_configuration() -> None:
    config = Config(session=SessionConfig(conditions="osteoporosis, disc_trouble"))
    wanted = {Condition.OSTEOPOROSIS, Condition.DISC_TROUBLE}
    assert session_settings(config, Profile(), TODAY).conditions == wanted
    assert session_settings(Config(), Profile(), TODAY).conditions == frozenset()


def test_what_hurt_lately_is_known_to_the_session(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    history = History(path, pytest.fail, lambda: datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    happened: list[Action] = [
        RecordPhysicianChecked(),
        RecordSession("whole-spine"),
        RecordStep("chin-tuck", "", 1, 20.0, "done"),
        RecordPain("child-pose", "ouch"),
        EndSession("pain"),
    ]
    for action in happened:
        history.record(action)
    history.close()
    pasts = session_settings(Config(), read_profile(path), TODAY).pasts
    assert pasts is not None
    forms = {stretch_id: form_today(past) for stretch_id, past in pasts.items()}
    assert forms == {"child-pose": Form.PAUSED, "chin-tuck": Form.USUAL}


def test_where_the_history_cannot_be_read_the_session_is_as_the_first(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"no database" * 1000)
    said: list[str] = []
    config = Config(session=SessionConfig(routine="whole-spine", sound_check=False))
    pack, routines = load_content(config, pytest.fail)
    session = Session(pack, routines, settings_now(config, path, said.append))
    assert said == [f"The history {path} cannot be read: file is not a database."]
    spoken = [action.text for action in session.handle(Started(), 0.0) if isinstance(action, Speak)]
    assert pack.render(Line.SCREENING) in spoken


def test_conditions_are_asked_for_once_and_whenever_a_physician_is() -> None:
    checked = {"physician_checked_on": TODAY}
    assert session_settings(Config(), Profile(**checked), TODAY).conditions_due
    asked = Profile(**checked, conditions_asked_on=TODAY)
    assert not session_settings(Config(), asked, TODAY).conditions_due
    assert session_settings(Config(), Profile(conditions_asked_on=TODAY), TODAY).conditions_due


def test_what_was_told_is_added_to_what_is_configured() -> None:
    config = Config(session=SessionConfig(conditions="glaucoma"))
    told = Profile(conditions=frozenset((Condition.HIP_REPLACEMENT,)))
    wanted = {Condition.GLAUCOMA, Condition.HIP_REPLACEMENT}
    assert session_settings(config, told, TODAY).conditions == wanted


def test_where_the_configured_routine_is_gone_the_session_asks_which_one(tmp_path: Path) -> None:
    said: list[str] = []
    config = Config(session=SessionConfig(routine="mine-that-was-left-out", sound_check=False))
    pack, routines = load_content(config, pytest.fail)
    note_missing_routine(config, routines, said.append)
    session = Session(pack, routines, settings_now(config, tmp_path / "none.sqlite", said.append))
    (line,) = said
    assert line.startswith(
        'session.routine does not count: There is no routine "mine-that-was-left-out"; there'
    )
    session.handle(Started(), 0.0)
    assert session.state is State.CHOOSING
