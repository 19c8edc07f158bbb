"""Draws figures as SVG: a bar with its interval for each condition, and targets as lines.

Pure text. Every bar carries its value in words, so that color carries nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from scripts.measure import figures
from scripts.measure.figures import Figure
from scripts.measure.saying import TARGETS, amount, in_words

WIDTH, LEFT, RIGHT, TOP, ROW = 900, 264, 630, 72, 22
INK, GRID, BAR, MARK = "#222222", "#dddddd", "#9db9d3", "#b35806"
STEPS = 5

PLOTS = {
    "stop-missed": ('"stop" missed', (figures.MISSED, figures.CONFIRMED)),
    "false-pauses": ("False pauses an hour", (figures.PAUSES,)),
    "suspicions": ("Suspicions an hour", (figures.DUCKS,)),
    "taken-for-safety": ("Single other words taken for a safety phrase", (figures.TAKEN,)),
    "delays": ("From the word's end to the speaker's silence", (figures.SILENT, figures.SILENT_LATE)),
    "decisions": ("From the word's end to the decision", (figures.DECIDED, figures.DECIDED_LATE)),
    "understood": ("Single commands understood", (figures.UNDERSTOOD,)),
}


def plots_of(found: Sequence[Figure]) -> dict[str, str]:
    """A drawing of each kind of figure that there is, by the name of its file."""
    drawn = {}
    for name, (title, whats) in PLOTS.items():
        rows = [figure for figure in found if figure.what in whats]
        if rows:
            drawn[name] = _drawing(title, rows, several=len({figure.what for figure in rows}) > 1)
    return drawn


def _drawing(title: str, rows: Sequence[Figure], *, several: bool) -> str:
    unit = rows[0].unit
    step = _step(max(max(figure.high, figure.value) for figure in rows), unit)
    most = STEPS * step
    height = TOP + ROW * len(rows) + 40

    def x(value: float) -> float:
        return LEFT + min(value / most, 1.0) * (RIGHT - LEFT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" font-family="sans-serif" font-size="12" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="28" font-size="17" font-weight="bold">{escape(title)}</text>',
        '<text x="16" y="48">bars: measured; lines: 95 % intervals; diamonds: targets (at most)</text>',
    ]
    bottom = TOP + ROW * len(rows)
    for at in (step * number for number in range(STEPS + 1)):
        parts.append(
            f'<line x1="{x(at):.1f}" y1="{TOP - 6}" x2="{x(at):.1f}" y2="{bottom}" stroke="{GRID}"/>'
        )
        parts.append(
            f'<text x="{x(at):.1f}" y="{bottom + 18}" text-anchor="middle">{escape(amount(at, unit))}</text>'
        )
    for number, figure in enumerate(rows):
        parts += _row(figure, TOP + ROW * number, (x(figure.value), x(figure.low), x(figure.high)), several)
        for target in TARGETS:
            if (target.what, target.condition) == figure.key:
                parts.append(_diamond(x(target.at_most), TOP + ROW * number + ROW / 2 - 2))
    return "\n".join([*parts, "</svg>", ""])


def _step(most: float, unit: str) -> float:
    """The least round number, of those that begin with 1, 2 or 5, of which STEPS reach so far."""
    if unit == "share" and most > 0.5:
        return 1 / STEPS
    wanted = (most or 1.0) / STEPS
    power = 10.0 ** math.floor(math.log10(wanted))
    return power * next(first for first in (1, 2, 5, 10) if power * first >= wanted * (1 - 1e-9))


def _row(figure: Figure, y: float, places: tuple[float, float, float], several: bool) -> list[str]:
    value, low, high = places
    kind = figure.what.rpartition(", ")[2] if several and ", " in figure.what else ""
    name = f"{figure.condition}, {kind}" if kind else figure.condition
    middle = y + ROW / 2 - 2
    path = f"M{low:.1f} {middle - 4:.1f}v8m0 -4H{high:.1f}m0 -4v8"
    return [
        f'<text x="{LEFT - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{y:.1f}" width="{value - LEFT:.1f}" height="{ROW - 5}" fill="{BAR}"/>',
        f'<path d="{path}" stroke="{INK}" fill="none"/>',
        f'<text x="{RIGHT + 12}" y="{middle + 4:.1f}">{escape(in_words(figure))}</text>',
    ]


def _diamond(x: float, y: float) -> str:
    return f'<path d="M{x - 5:.1f} {y:.1f}l5 -6l5 6l-5 6z" fill="none" stroke="{MARK}" stroke-width="2"/>'
