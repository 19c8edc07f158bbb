"""Each planted fault is found by the sessions of chance of test_any_session.py, and a few more like them."""

from __future__ import annotations

import pytest
from happenings import FIXED_SEED, MOST_SESSIONS, Found, search
from mutants import MUTANTS, Mutant

from assistant.core import machine


@pytest.mark.no_cover  # a core with a fault covers nothing
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.wrong.replace(" ", "-"))
def test_a_planted_fault_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    machine._machine.cache_clear()
    with monkeypatch.context() as patch:
        mutant.plant(patch)
        found = any(isinstance(ended, Found) for ended in search(FIXED_SEED, MOST_SESSIONS))
    machine._machine.cache_clear()
    assert found, f"{mutant.wrong}: not found in {MOST_SESSIONS} sessions"
