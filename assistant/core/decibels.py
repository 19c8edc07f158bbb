"""Levels and gains in decibels, and back. Pure."""

from __future__ import annotations

import math

SILENCE_DBFS = -100.0
"""Softer than the least step of a 16-bit sample."""

_SMALLEST_POWER = 10 ** (SILENCE_DBFS / 10)


def dbfs(power: float) -> float:
    """The level of a power, 1.0 being full scale; SILENCE_DBFS for silence and what is softer."""
    return 10 * math.log10(max(power, _SMALLEST_POWER))


def gain(db: float) -> float:
    """What sound is multiplied by to make it louder by so many decibels."""
    return float(10 ** (db / 20))
