"""Whether a figure got worse than the one that was kept, beyond what chance explains.

Pure. A figure is worse when it lies outside of the kept figure's 95 % interval on the bad side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.measure.figures import Figure
from scripts.measure.saying import in_words

ROUNDING = 1e-9
FEWEST = 20
"""A share or a time of fewer recordings is not compared: one of them more or less is beyond its interval."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it: a sentence for each that got worse, and the kept figures that are not there."""

    worse: tuple[str, ...]
    missing: tuple[str, ...]


def compare(now: Sequence[Figure], kept: Sequence[Figure]) -> Compared:
    """Hold each figure against the one that was kept; what is new is let be."""
    there = {figure.key: figure for figure in now}
    wanted = comparable(kept)
    worse = tuple(
        f"{old.what}, {old.condition}: {in_words(there[old.key])}, was {in_words(old)}."
        for old in wanted
        if old.key in there and got_worse(there[old.key], old)
    )
    missing = tuple(f"{old.what}, {old.condition}" for old in wanted if old.key not in there)
    return Compared(worse, missing)


def comparable(found: Sequence[Figure]) -> list[Figure]:
    """Those that are worth keeping: not of the computer, and of enough recordings."""
    return [one for one in found if one.worse and (one.recordings >= FEWEST or one.unit == "an hour")]


def got_worse(now: Figure, kept: Figure) -> bool:
    """Beyond the kept figure's interval, on the bad side."""
    if kept.worse == "down":
        return now.value < kept.low - ROUNDING
    return bool(kept.worse) and now.value > kept.high + ROUNDING
