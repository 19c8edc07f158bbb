"""What `limber routines check` finds in the ways of a routine, and in its minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core.routine import Position, Posture
from assistant.store.library import load_library
from assistant.store.routines import check_file

LIBRARY = load_library()


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\nname: Own\nspoken_name: own one\ndescription: Own stretches.\n" + text, encoding="utf-8"
    )
    return [f"{p.line}: {p.message}" for p in check_file(path, None, LIBRARY)]


def test_a_routine_that_is_grouped_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, "stretches: [pelvic-tilt, knee-to-chest, figure-four]\n") == []


def test_more_changes_of_posture_than_needed_are_told_with_a_better_order(tmp_path: Path) -> None:
    text = "stretches: [pelvic-tilt, childs-pose, knee-to-chest, figure-four]\n"
    (found,) = problems(tmp_path, text)
    assert found.startswith("5: changes posture more often than it must: childs-pose, pelvic-tilt")
    assert problems(tmp_path, "order_reason: It is wanted so.\n" + text) == []


def test_minutes_that_are_told_are_those_that_it_takes(tmp_path: Path) -> None:
    stretches = "stretches: [neck-nod, self-hug]\n"
    assert problems(tmp_path, "minutes: 3\n" + stretches) == []
    (found,) = problems(tmp_path, "minutes: 9\n" + stretches)
    assert found.startswith("5: is 9, but it takes about 3")


def test_a_way_that_nothing_tells_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = LIBRARY["cat-camel"]
    assert (odd.position, odd.posture) == (Position.FLOOR, Posture.HANDS_AND_KNEES)
    monkeypatch.setattr("assistant.store.transfer_check.way", lambda start, goal: None if start else ())
    (found,) = problems(tmp_path, "stretches:\n  - neck-nod\n  - cat-camel\n")
    assert found.startswith(
        "7: has no transfer: nothing tells the way from sitting (seated) to hands_and_knees"
    )
