"""Each planted fault is found by the sessions of chance that test_any_session.py runs, the same ones."""

from __future__ import annotations

import pytest
from happenings import Found, search
from mutants import MUTANTS, Mutant
from test_any_session import FIXED_SEED, FIXED_SESSIONS

from assistant.core import machine


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.wrong.replace(" ", "-"))
def test_a_planted_fault_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    machine._machine.cache_clear()
    with monkeypatch.context() as patch:
        mutant.plant(patch)
        found = next(
            (ended for ended in search(FIXED_SEED, FIXED_SESSIONS) if isinstance(ended, Found)), None
        )
    machine._machine.cache_clear()
    assert found, f"{mutant.wrong}: not found in {FIXED_SESSIONS} sessions"
