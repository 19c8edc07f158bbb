"""What is left out while this machine cannot keep up: by lateness and time alone."""

from __future__ import annotations

import pytest

from assistant.core.liveness import BEHIND, BLOCKS_PER_SECOND, Gauges, Liveness
from assistant.core.shedding import (
    AT_SECONDS,
    LONGEST_WELL_SECONDS,
    SHED_AGAIN_SECONDS,
    WELL_SECONDS,
    Shed,
    Shedding,
    shed,
)

LOOK = 0.05


class Looks:
    """Looks at a machine, again and again."""

    def __init__(self) -> None:
        self.now, self.shedding = 100.0, Shedding()

    def at(self, waiting_seconds: float, seconds: float = LOOK) -> Shed:
        for _ in range(round(seconds / LOOK)):
            self.now += LOOK
            self.shedding = shed(self.shedding, self.now, waiting_seconds)
        return self.shedding.left_out

    def until_one_comes_back(self) -> float:
        began, before = self.now, self.shedding.left_out
        while self.at(0.0) is before:
            assert self.now - began < 1000
        return self.now - began


def test_each_has_its_limit_in_the_order_of_need_and_all_are_tried_before_hearing_is_behind() -> None:
    assert list(AT_SECONDS) == list(Shed)[1:]
    assert list(AT_SECONDS.values()) == sorted(AT_SECONDS.values())
    assert AT_SECONDS[Shed.SPOTTING] < BEHIND.limit


@pytest.mark.parametrize("level", list(AT_SECONDS))
def test_so_much_is_left_out_at_once(level: Shed) -> None:
    assert Looks().at(AT_SECONDS[level] - 0.01) is Shed(level - 1)
    looks = Looks()
    assert looks.at(AT_SECONDS[level]) is level
    assert not looks.shedding.is_told


def test_where_that_does_not_help_the_next_is_left_out_as_well_and_it_is_said() -> None:
    looks = Looks()
    looks.at(0.55, SHED_AGAIN_SECONDS)
    assert (looks.shedding.left_out, looks.shedding.is_told) == (Shed.SECOND_HEARING, False)
    looks.at(0.55, 2 * LOOK)
    assert (looks.shedding.left_out, looks.shedding.is_told) == (Shed.SECOND_OPINIONS, True)
    assert looks.at(0.55, 60) is Shed.SPOTTING, "the reflex is never left out"


def test_what_is_neither_late_nor_well_changes_nothing() -> None:
    looks = Looks()
    looks.at(0.6)
    assert looks.at(0.25, 100) is Shed.SECOND_HEARING


def test_one_after_the_other_comes_back_after_a_calm_time() -> None:
    looks = Looks()
    looks.at(0.9, 1.2)
    assert looks.shedding.is_told
    for level in (Shed.SECOND_OPINIONS, Shed.SECOND_HEARING):
        assert looks.at(0.0, WELL_SECONDS - 1) is Shed(level + 1)
        assert looks.until_one_comes_back() == pytest.approx(1.0, abs=0.2)
        assert looks.shedding.left_out is level
        assert looks.shedding.is_told
    looks.until_one_comes_back()
    assert looks.shedding.left_out is Shed.PREPARING
    assert not looks.shedding.is_told
    looks.at(0.0, 2 * WELL_SECONDS)
    assert looks.shedding.left_out is Shed.NOTHING


def test_a_delay_lets_the_calm_time_begin_anew() -> None:
    looks = Looks()
    looks.at(0.35)
    looks.at(0.0, WELL_SECONDS - 1)
    looks.at(0.16)
    assert looks.until_one_comes_back() == pytest.approx(WELL_SECONDS, abs=0.2)


def test_what_has_to_be_left_out_again_soon_comes_back_ever_later_but_comes_back() -> None:
    looks = Looks()
    took = []
    for _ in range(6):
        looks.at(0.5)
        took.append(round(looks.until_one_comes_back()))
    assert took == [30, 60, 120, 240, LONGEST_WELL_SECONDS, LONGEST_WELL_SECONDS]
    looks.at(0.0, 3 * LONGEST_WELL_SECONDS)
    assert looks.shedding.left_out is Shed.NOTHING
    looks.at(0.0, LONGEST_WELL_SECONDS)
    looks.at(0.2)
    assert round(looks.until_one_comes_back()) == WELL_SECONDS


def test_liveness_sheds_by_what_waits_to_be_heard() -> None:
    liveness = Liveness()
    liveness.look(1.0, Gauges(openings=1, delivered=100, waiting=int(0.3 * BLOCKS_PER_SECOND), heard=85))
    assert liveness.lateness.left_out is Shed.PREPARING
