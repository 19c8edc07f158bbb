"""What the history means for the next session: what hurt, what was held without pain, what is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from assistant.core.actions import (
    Action,
    EndSession,
    ForgetCondition,
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
from assistant.core.adapting import StretchPast
from assistant.core.routine import Condition
from assistant.errors import StoreError
from assistant.store.history import History
from assistant.store.history_profile import Profile, read_profile
from assistant.store.history_reader import KeptCondition, read_conditions
from assistant.store.history_words import condition_in_words

START = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=1)))
Keep = Callable[..., None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def keep(path: Path) -> Keep:
    """Keeps what is recorded in one process, a day after what was kept before."""
    days = iter(range(1_000))

    def keep(*actions: Action) -> None:
        now = START + timedelta(days=next(days))
        with closing(History(path, pytest.fail, lambda: now)) as history:
            for action in actions:
                history.record(action)

    return keep


def done(*stretch_ids: str) -> list[Action]:
    return [RecordStep(stretch_id, "left", 1, 20.0, "done") for stretch_id in stretch_ids]


def session(*actions: Action, ended: str = "completed") -> tuple[Action, ...]:
    return (RecordSession("whole-spine"), *actions, EndSession(ended))


def test_nothing_is_known_at_first(path: Path) -> None:
    assert read_profile(path) == Profile()
    path.touch()
    assert read_profile(path) == Profile()


def test_sessions_without_pain_count_for_each_stretch(path: Path, keep: Keep) -> None:
    keep(RecordPhysicianChecked(), *session(*done("neck", "calf")))
    keep(*session(*done("neck"), ended="ended_by_user"))
    assert read_profile(path) == Profile(
        physician_checked_on=date(2026, 3, 1),
        last_routine_id="whole-spine",
        pasts={"calf": StretchPast(0, None, 1), "neck": StretchPast(0, None, 2)},
    )


def test_a_stretch_that_was_not_held_to_the_end_each_time_does_not_count(path: Path, keep: Keep) -> None:
    keep(*session(*done("neck", "calf"), RecordStep("calf", "right", 1, 3.0, "skipped")))
    assert read_profile(path).pasts == {"neck": StretchPast(0, None, 1)}


HURT: list[tuple[str, tuple[Action, ...]]] = [
    ("pain", session(*done("neck"), RecordPain("calf", "ouch"))),
    ("pain outside any stretch", session(*done("neck"), RecordPain("", "my back hurts"))),
    ("a warning sign", session(*done("neck"), RecordRedFlag("chest"), ended="emergency")),
    ("an end for pain", session(*done("neck"), ended="pain")),
    (
        "more pain afterwards",
        (RecordPainScore("before", 3), *session(*done("neck"), RecordPainScore("after", 4))),
    ),
]


@pytest.mark.parametrize("actions", [actions for _, actions in HURT], ids=[name for name, _ in HURT])
def test_a_session_with_pain_does_not_count(path: Path, keep: Keep, actions: tuple[Action, ...]) -> None:
    keep(*session(*done("neck")))
    keep(*actions)
    assert read_profile(path).pasts["neck"] == StretchPast(0, None, 1)
    keep(*session(*done("neck")))
    assert read_profile(path).pasts["neck"] == StretchPast(0, None, 2)


@pytest.mark.parametrize(
    ("before", "after"), [(5, 5), (5, 4), (None, 5), (5, None)], ids=["same", "less", "new", "untold"]
)
def test_pain_that_did_not_rise_is_no_pain_from_stretching(
    path: Path, keep: Keep, before: int | None, after: int | None
) -> None:
    first = () if before is None else (RecordPainScore("before", before),)
    last = () if after is None else (RecordPainScore("after", after),)
    keep(*first, *session(*done("neck"), *last))
    assert read_profile(path).pasts["neck"].pain_free_sessions == 1


@pytest.mark.parametrize("ended", ["no_answer", None])
def test_a_session_whose_end_is_not_known_does_not_count(path: Path, keep: Keep, ended: str | None) -> None:
    keep(*session(*done("neck")))
    keep(RecordSession("whole-spine"), *done("neck"), *([EndSession(ended)] if ended else []))
    assert read_profile(path).pasts["neck"].pain_free_sessions == 1


def test_a_session_in_which_nothing_happened_does_not_shorten_a_pause(path: Path, keep: Keep) -> None:
    keep(*session(RecordPain("calf", "ouch"), ended="pain"))
    keep(*session(ended="ended_by_user"))
    assert read_profile(path).pasts == {"calf": StretchPast(1, 0, 0)}


def test_what_hurt_is_counted_by_sessions_and_begins_anew(path: Path, keep: Keep) -> None:
    for _ in range(3):
        keep(*session(*done("calf")))
    keep(*session(RecordPain("calf", "ouch"), RecordPain("calf", "ouch")))
    assert read_profile(path).pasts["calf"] == StretchPast(1, 0, 0)
    keep(*session(*done("neck")))
    keep(*session(*done("calf")))
    assert read_profile(path).pasts["calf"] == StretchPast(1, 2, 1)
    keep(*session(RecordPain("calf", "ouch")))
    assert read_profile(path).pasts["calf"] == StretchPast(2, 0, 0)


def test_what_was_asked_back_has_not_hurt_but_its_holds_begin_anew(path: Path, keep: Keep) -> None:
    for _ in range(2):
        keep(*session(*done("calf")))
        keep(*session(RecordPain("calf", "ouch")))
    keep(*session(*done("calf")))
    keep(RecordAskedBack("calf"), *session(*done("calf")))
    assert read_profile(path).pasts["calf"] == StretchPast(0, None, 2)
    keep(*session(RecordPain("calf", "ouch")))
    assert read_profile(path).pasts["calf"] == StretchPast(1, 0, 0)


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(0), -timedelta(days=20_000)])
def test_a_warning_sign_ends_the_consent_whatever_the_clock_says(path: Path, later: timedelta) -> None:
    now = START
    with closing(History(path, pytest.fail, lambda: now)) as history:
        history.record(RecordPhysicianChecked())
        now = START + later
        for action in (RecordRedFlag("fall"), EndSession("emergency")):
            history.record(action)
        assert read_profile(path) == Profile()
        history.record(RecordPhysicianChecked())
        assert read_profile(path).physician_checked_on == now.date()


def test_a_consent_whose_day_cannot_be_read_is_asked_for_again(path: Path, keep: Keep) -> None:
    keep(RecordPhysicianChecked())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE physician_checks SET at = '20v6-03-01T08:30:00+01:00'")
    assert read_profile(path).physician_checked_on is None


def test_a_hold_that_was_cut_short_and_done_anew_counts(path: Path, keep: Keep) -> None:
    cut = RecordStep("neck", "left", 1, 7.0, "interrupted")
    keep(*session(cut, *done("neck"), RecordStep("calf", "left", 1, 7.0, "interrupted")))
    assert read_profile(path).pasts == {"neck": StretchPast(0, None, 1)}


@pytest.mark.parametrize("ended", ["terminated", "hung_up", "cannot_hear"])
def test_a_session_that_the_machine_ended_does_not_count(path: Path, keep: Keep, ended: str) -> None:
    keep(*session(*done("neck"), ended=ended))
    assert read_profile(path).pasts["neck"].pain_free_sessions == 0


def test_what_hurt_counts_where_a_time_cannot_be_read(path: Path, keep: Keep) -> None:
    keep(*session(RecordPain("calf", "ouch"), ended="pain"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE sessions SET started_at = '2026-03-0q', ended_at = 'x'")
    assert read_profile(path).pasts == {"calf": StretchPast(1, 0, 0)}


def test_a_damaged_history_is_one_sentence(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match=r"history\.sqlite cannot be read: file is not a database\.$"):
        read_profile(path)


def test_what_somebody_has_is_kept_with_its_day_until_it_is_taken_back(path: Path) -> None:
    days = iter([date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)])
    history = History(path, pytest.fail, lambda: datetime.combine(next(days), time(8), UTC))
    assert read_conditions(path) == []
    history.record(RecordConditionsAsked())
    for condition in (Condition.GLAUCOMA, Condition.HIP_REPLACEMENT):
        history.record(RecordCondition(condition))
    assert read_profile(path).conditions == {Condition.GLAUCOMA, Condition.HIP_REPLACEMENT}
    history.record(ForgetCondition(Condition.GLAUCOMA))
    history.close()
    profile = read_profile(path)
    assert profile.conditions_asked_on == date(2026, 3, 1)
    assert profile.conditions == {Condition.HIP_REPLACEMENT}
    kept = read_conditions(path)
    assert kept == [
        KeptCondition(Condition.GLAUCOMA, date(2026, 3, 1), date(2026, 4, 1)),
        KeptCondition(Condition.HIP_REPLACEMENT, date(2026, 3, 2)),
    ]
    assert [condition_in_words(one) for one in kept] == [
        "Left out for: glaucoma, told on 2026-03-01, over since 2026-04-01.",
        "Left out for: hip replacement, told on 2026-03-02.",
    ]


def test_a_condition_that_this_version_does_not_know_is_passed_over(path: Path) -> None:
    history = History(path, pytest.fail)
    history.record(RecordCondition("unheard_of"))  # type: ignore[arg-type]
    history.close()
    assert read_profile(path).conditions == frozenset()
