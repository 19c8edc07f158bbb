"""Each planted fault is found by the sessions of chance of test_any_session.py, and a few more like them."""

from __future__ import annotations

import pytest
from happenings import FIXED_SEED, MOST_SESSIONS, Found, search, untraced
from invariants import Watched
from mutants import MUTANTS, Mutant

from assistant.core import machine


class Meddled(Watched):
    """A session of a core that is mended again before anybody could replay it."""

    was_meddled_with = property(lambda self: True, lambda self, value: None)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.wrong.replace(" ", "-"))
def test_a_planted_fault_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    machine._machine.cache_clear()
    seeds = dict.fromkeys((mutant.seed, FIXED_SEED, FIXED_SEED + 1))
    with untraced(), monkeypatch.context() as patch:
        mutant.plant(patch)
        searches = (search(seed, MOST_SESSIONS, Meddled) for seed in seeds)
        found = any(isinstance(ended, Found) for sessions in searches for ended in sessions)
    machine._machine.cache_clear()
    assert found, f"{mutant.wrong}: not found in {len(seeds) * MOST_SESSIONS} sessions"
