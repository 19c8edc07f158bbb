"""The whole program but the sound card, under faults of every kind: some schedules, and planted faults.

`scripts/soak_program` plays thousands. What must hold is in tests/program_rules.py and tests/invariants.py.
"""

from __future__ import annotations

import pytest
from cases import Case
from happenings import untraced
from program_cases import minimal, played, random_case
from program_mutants import MUTANTS, ProgramMutant

FIXED_SCHEDULES = range(1000, 1040)


def test_schedules_of_faults_and_speech() -> None:
    """The same ones each time."""
    for seed in FIXED_SCHEDULES:
        case = Case({})
        with untraced():
            came = played(case, random_case(seed, case))
        assert not came.broken, f"{came.broken}: scripts/soak_program --replay '{minimal(case)}'"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.wrong.replace(" ", "-"))
def test_a_fault_that_is_planted_into_the_program_is_found(
    mutant: ProgramMutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case({"seed": 1, "routine": "short"}, mutant.moves)
    with untraced():
        assert not played(case).broken, "it is broken without it"
        with monkeypatch.context() as patch:
            mutant.plant(patch)
            assert played(case).broken


def test_a_schedule_is_played_again_as_it_was() -> None:
    case = Case({})
    with untraced():
        first = played(case, random_case(7, case))
        again = played(case)
    assert again.trace == first.trace
    assert len(first.trace) > 20
