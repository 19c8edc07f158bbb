"""Draws what `tune` found, missed "stop" against alarms per hour of running speech, as an SVG."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scripts.measure.lines import curves

LINES = {
    "exact phrase, clean": ("exact alarms", "exact missed clean"),
    "exact phrase, kitchen 10 dB": ("exact alarms", "exact missed kitchen 10 dB"),
    "as believed, clean": ("believed alarms", "believed missed clean"),
    "as believed, kitchen 10 dB": ("believed alarms", "believed missed kitchen 10 dB"),
}


def main() -> None:
    """Draw a file of lines of JSON."""
    parser = argparse.ArgumentParser(description="Draw what tune found.")
    parser.add_argument("points", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.points.read_text().splitlines()]
    lines = {
        name: [(row[alarms], 100 * row[missed]) for row in rows] for name, (alarms, missed) in LINES.items()
    }
    across = "false “stop” in an hour of people reading"
    arguments.out.write_text(curves(across, "missed “stop”, %", lines))


if __name__ == "__main__":
    main()
