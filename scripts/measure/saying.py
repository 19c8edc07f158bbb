"""Figures in words, and as a table for people, with the targets beside what was measured.

Pure text. Must not measure or judge beyond "reached" and "not reached".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from scripts.measure import figures
from scripts.measure.figures import Figure
from scripts.measure.measuring import Outcome


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised of a figure: at most so much."""

    name: str
    what: str
    condition: str
    at_most: float


TARGETS = (
    Target('"stop" missed, clean', figures.CONFIRMED, "clean", 0.04),
    Target('"stop" missed, kitchen at 10 dB', figures.CONFIRMED, "kitchen 10 dB", 0.10),
    Target("false pauses, other people's speech", figures.PAUSES, "others' reading", 1.0),
    Target("single other commands taken for a safety phrase", figures.TAKEN, "single other commands", 0.01),
    Target(
        '"stop" missed over our own voice, echo -6 dB, Speex', figures.CONFIRMED, "own voice speex room", 0.10
    ),
    Target("false pauses on our own voice alone, Speex", figures.PAUSES, "own voice alone speex", 0.0),
    Target("word end to silence, median", figures.SILENT, "clean", 0.25),
    Target("word end to silence, 95 %", figures.SILENT_LATE, "clean", 0.5),
    Target("real-time factor on one core", figures.COST, "real-time factor on one core", 0.05),
)


def amount(value: float, unit: str) -> str:
    """A value with its unit."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "s":
        return f"{1000 * value:.0f} ms"
    if unit == "x":
        return f"{value:.3f}"
    return f"{value:.0f} MB" if unit == "MB" else f"{value:.1f} an hour"


def in_words(figure: Figure) -> str:
    """The value and its interval, such as "3.0 % (1.2 to 7.1 %)"; of a cost, the value."""
    value, low, high = (amount(v, figure.unit) for v in (figure.value, figure.low, figure.high))
    if not figure.worse:
        return value
    end = value[value.index(" ") :]
    return (
        f"{value} ({low.removesuffix(end)} to {high.removesuffix(end) if figure.unit == 'an hour' else high})"
    )


def out_of(figure: Figure) -> str:
    """What the figure stands on, if on sound."""
    if not figure.total:
        return ""
    people = f", {figure.speakers} speakers" if figure.speakers else ""
    if figure.unit == "an hour":
        recordings = f", {figure.recordings} recordings" if figure.recordings else ""
        return f"{figure.count} in {figure.total:.2f} h{recordings}{people}"
    if figure.unit == "share":
        return f"{figure.count} of {figure.recordings} recordings{people}"
    if figure.unit == "s":
        return f"{figure.recordings} recordings{people}"
    return f"{figure.total / 3600:.2f} h of sound"


def text(found: Sequence[Figure]) -> list[str]:
    """Lines for a terminal."""
    lines = []
    for what, group in groupby(_sorted(found), key=lambda figure: figure.what):
        lines += ["", what]
        lines += [f"  {one.condition:28} {in_words(one):34} {out_of(one)}".rstrip() for one in group]
    return lines[1:]


def made_up(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines that name what was heard where nobody had said it, by condition."""
    lines = []
    for condition, pieces in groupby(outcomes, key=lambda outcome: outcome.trial):
        counts = Counter(phrase for piece in pieces for phrase in piece.made_up)
        lines += [f"  {condition:28} {count} x {phrase}" for phrase, count in counts.most_common()]
    return ["", "made up", *lines] if lines else []


def markdown(found: Sequence[Figure]) -> str:
    """The targets and every figure, as tables."""
    there = {figure.key: figure for figure in found}
    lines = ["| | target | measured | of | reached |", "|---|---|---|---|---|"]
    for target in TARGETS:
        figure = there.get((target.what, target.condition))
        if figure is None:
            lines.append(f"| {target.name} | | not measured | | |")
            continue
        limit = f"≤ {amount(target.at_most, figure.unit)}" if target.at_most else "0"
        reached = _reached(figure, target.at_most)
        lines.append(f"| {target.name} | {limit} | {in_words(figure)} | {out_of(figure)} | {reached} |")
    for what, group in groupby(_sorted(found), key=lambda figure: figure.what):
        lines += ["", f"| {what} | | of |", "|---|---|---|"]
        lines += [f"| {one.condition} | {in_words(one)} | {out_of(one)} |" for one in group]
    return "\n".join([*lines, ""])


def _reached(figure: Figure, at_most: float) -> str:
    """ "so far": the value does, but its interval reaches beyond the target."""
    if figure.value > at_most:
        return "no"
    return "yes" if figure.high <= at_most or not figure.worse else "so far"


def _sorted(found: Sequence[Figure]) -> list[Figure]:
    """The same kinds together, in the order in which they first come."""
    order = list(dict.fromkeys(figure.what for figure in found))
    return sorted(found, key=lambda figure: order.index(figure.what))
