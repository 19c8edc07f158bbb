"""Adapting over weeks: every rule, and what holds become."""

from __future__ import annotations

import pytest
from driver import CHIN, MIXED
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.adapting import (
    NEW,
    RULES,
    Form,
    StretchPast,
    adapted_routine,
    form_today,
    grew_today,
    hold_seconds_after,
    ids_in,
)


@pytest.mark.parametrize(
    ("past", "form"),
    [
        (NEW, Form.USUAL),
        (StretchPast(0, None, 9), Form.USUAL),
        (StretchPast(1, 0, 0), Form.PAUSED),
        (StretchPast(1, 1, 0), Form.PAUSED),
        (StretchPast(1, 2, 0), Form.EASIER),
        (StretchPast(1, 5, 2), Form.EASIER),
        (StretchPast(1, 5, 3), Form.USUAL),
        (StretchPast(2, 0, 0), Form.GONE),
        (StretchPast(2, 50, 9), Form.GONE),
        (StretchPast(3, 50, 9), Form.GONE),
    ],
)
def test_how_a_stretch_takes_part(past: StretchPast, form: Form) -> None:
    assert form_today(past) is form
    assert ids_in({"it": past, "new": NEW}, form) - {"new"} == {"it"}


def test_every_form_has_its_rule() -> None:
    assert {rule.form for rule in RULES} == set(Form)
    assert all(rule.says for rule in RULES)


@pytest.mark.parametrize(
    ("sessions", "seconds", "grew"),
    [(0, 20, False), (2, 20, False), (3, 25, True), (4, 25, False), (6, 30, True), (9, 30, False)],
)
def test_holds_grow_after_sessions_without_pain(sessions: int, seconds: int, grew: bool) -> None:
    assert hold_seconds_after(sessions) == seconds
    assert grew_today(StretchPast(0, None, sessions)) is grew


@given(st.integers(0, 10_000))
def test_holds_stay_within_what_is_usual(sessions: int) -> None:
    assert 20 <= hold_seconds_after(sessions) <= hold_seconds_after(sessions + 1) <= 30


def test_a_routine_is_adapted_stretch_by_stretch() -> None:
    adapted = adapted_routine(MIXED, {CHIN.id: StretchPast(0, None, 6)})
    assert [stretch.hold_seconds for stretch in adapted.stretches] == [30, 20, 20]
    assert adapted.id == MIXED.id
