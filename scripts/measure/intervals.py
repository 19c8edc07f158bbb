"""Shares and rates that were counted, with their 95 % intervals, Wilson's and Poisson's.

Pure arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.96
"""So many deviations from the middle do 95 % of a normal distribution reach."""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, spoken by so many people."""

    count: int
    total: int
    speakers: int = 0

    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval, as shares."""
        if not self.total:
            return 0.0, 1.0
        share, n = self.count / self.total, self.total
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` alarms in `hours` of sound."""

    count: int
    hours: float

    def interval(self) -> tuple[float, float]:
        """Poisson's 95 % interval per hour, by Wilson and Hilferty's approximation."""
        n = self.count
        low = n * (1 - 1 / (9 * n) - Z / (3 * math.sqrt(n))) ** 3 if n else 0.0
        high = (n + 1) * (1 - 1 / (9 * (n + 1)) + Z / (3 * math.sqrt(n + 1))) ** 3
        return low / self.hours, high / self.hours
