"""Draws what `tune` found, missed "stop" against alarms per hour of running speech, as an SVG."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 640, 400, 56
SERIES = (
    ("exact missed clean", "exact alarms", "exact phrase, clean", "#1b6ca8", ""),
    ("exact missed kitchen 10 dB", "exact alarms", "exact phrase, kitchen 10 dB", "#1b6ca8", "6 4"),
    ("believed missed clean", "believed alarms", "as believed, clean", "#b8402a", ""),
    ("believed missed kitchen 10 dB", "believed alarms", "as believed, kitchen 10 dB", "#b8402a", "6 4"),
)

Point = tuple[float, float]


def svg(rows: Sequence[dict[str, float]]) -> str:
    """The drawing; one row per setting."""
    series = [
        (sorted((row[alarms], 100 * row[missed]) for row in rows), name, color, dash)
        for missed, alarms, name, color, dash in SERIES
    ]
    right = max(10.0, *(x for points, *_ in series for x, _ in points)) * 1.05
    top = max(10.0, *(y for points, *_ in series for _, y in points)) * 1.1

    def place(point: Point) -> str:
        x = MARGIN + point[0] / right * (WIDTH - 2 * MARGIN)
        y = HEIGHT - MARGIN - point[1] / top * (HEIGHT - 2 * MARGIN)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<polyline points="{place((0, top))} {place((0, 0))} {place((right, 0))}"',
        ' fill="none" stroke="black"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">',
        "false “stop” per hour of people reading</text>",
        f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">',
        "missed “stop”, %</text>",
    ]
    for step in range(6):
        x, y = right * step / 5, top * step / 5
        across, up = place((x, 0)).split(",")[0], place((0, y)).split(",")[1]
        parts.append(f'<text x="{across}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{x:.0f}</text>')
        parts.append(f'<text x="{MARGIN - 8}" y="{up}" text-anchor="end">{y:.0f}</text>')
    for number, (points, name, color, dash) in enumerate(series):
        line = " ".join(map(place, points))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-dasharray="{dash}"/>')
        for point in points:
            across, up = place(point).split(",")
            parts.append(f'<circle cx="{across}" cy="{up}" r="3" fill="{color}"/>')
        x, y = WIDTH - MARGIN, MARGIN + 16 * number
        parts.append(f'<text x="{x}" y="{y}" text-anchor="end" fill="{color}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Draw a file of lines of JSON."""
    parser = argparse.ArgumentParser(description="Draw what tune found.")
    parser.add_argument("points", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.points.read_text().splitlines()]
    arguments.out.write_text(svg(rows))


if __name__ == "__main__":
    main()
