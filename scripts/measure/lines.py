"""Draws lines through points as SVG: each has its own dashes and its name, so that color carries nothing.

Pure text. `scripts/model` draws with it too, so it needs nothing but Python.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 640, 420, 60
MOST_TICKS = 7
COLORS = ("#1b6ca8", "#b8402a", "#4a7a2c", "#7a4a8c")
DASHES = ("", "6 4", "2 3", "10 3 2 3")

Place = tuple[float, float]


def curves(across: str, up: str, lines: Mapping[str, Sequence[Place]]) -> str:
    """Lines through points, as SVG, with the names of the axes and of each line."""
    right = max(10.0, *(x for line in lines.values() for x, _ in line)) * 1.05
    top = max(10.0, *(y for line in lines.values() for _, y in line)) * 1.1

    def place(x: float, y: float) -> Place:
        return (
            MARGIN + x / right * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - y / top * (HEIGHT - 2 * MARGIN),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(up)} and {escape(across)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<polyline points="{_path([place(0, top), place(0, 0), place(right, 0)])}"'
        ' fill="none" stroke="black"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle"'
        f' transform="rotate(-90 16 {HEIGHT / 2})">{escape(up)}</text>',
    ]
    for x in _ticks(right):
        left = f"{place(x, 0)[0]:.1f}"
        parts.append(f'<text x="{left}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{x}</text>')
    for y in _ticks(top):
        parts.append(f'<text x="{MARGIN - 8}" y="{place(0, y)[1]:.1f}" text-anchor="end">{y}</text>')
    for number, (name, line) in enumerate(lines.items()):
        color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
        style = f'fill="none" stroke="{color}" stroke-dasharray="{dash}"'
        at = [place(*point) for point in sorted(line, key=lambda end: (end[0], -end[1]))]
        parts.append(f'<polyline points="{_path(at)}" {style}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in at]
        x, y = WIDTH - MARGIN, 24 + 16 * number
        parts.append(f'<path d="M{x - 30} {y - 4}H{x}" {style}/>')
        parts.append(f'<text x="{x - 38}" y="{y}" text-anchor="end">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _ticks(end: float) -> range:
    """Round numbers from 0 on, seven at most beside it."""
    steps = (base * 10**power for power in itertools.count() for base in (1, 2, 5))
    return range(0, int(end) + 1, next(step for step in steps if end / step <= MOST_TICKS))


def _path(places: Sequence[Place]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
