"""Odd inputs of every kind: what failed once, and some hundred others; tests/fuzzing.py tries any number."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzing import KINDS, inputs, problem_of

CORPUS = sorted((Path(__file__).parents[1] / "corpus").iterdir())
ALL_KINDS = 400


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """What is made ready on first use takes its time."""
    for name in ("said", "routine", "scene"):
        problem_of(name, KINDS[name].seeds()[0])


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_failed_once_is_a_sentence_now(path: Path) -> None:
    data = path.read_bytes()
    name = path.name.partition("-")[0]
    assert problem_of(name, data) == ""
    if name == "routine":
        assert problem_of("own", data) == ""


@pytest.mark.parametrize("part", range(8))
def test_no_input_brings_more_than_a_sentence(part: int) -> None:
    some = [one for one in inputs(ALL_KINDS, seed=13) if one[0] % 8 == part]
    found = {f"{name}-{number}": problem_of(name, data) for number, name, data in some}
    assert {what: problem for what, problem in found.items() if problem} == {}


def test_every_kind_is_among_them_and_good_ones_are_good() -> None:
    assert {name for _, name, _ in inputs(ALL_KINDS, seed=13)} == set(KINDS)
    for name, kind in KINDS.items():
        for seed in kind.seeds():
            assert problem_of(name, seed) == ""
