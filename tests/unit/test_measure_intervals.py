"""The benchmark's arithmetic: intervals of what was counted."""

from __future__ import annotations

import pytest

from scripts.measure.intervals import Rate, Share


def test_wilsons_interval_of_a_known_example() -> None:
    low, high = Share(10, 100).interval()
    assert (low, high) == pytest.approx((0.0552, 0.1744), abs=1e-3)
    assert Share(0, 20).interval()[0] == 0.0
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_poissons_interval_of_a_known_example() -> None:
    assert Rate(10, 1.0).interval() == pytest.approx((4.80, 18.39), abs=0.05)
    assert Rate(0, 0.5).interval() == pytest.approx((0.0, 7.38), abs=0.1)
