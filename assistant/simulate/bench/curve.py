"""The operating points' curve: "stop" missed against false pauses, with the judge asked for more or less.

Pure. Drawn as SVG; every line has its own dashes and its name, so that color carries nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from xml.sax.saxutils import escape

from assistant.core.reflex import OperatingPoint
from assistant.errors import HearingError
from assistant.simulate.bench import figures
from assistant.simulate.bench.figures import Figure
from assistant.simulate.bench.saying import in_words
from assistant.simulate.bench.trials import Kind, Trial, chosen

OTHERS = "others' reading"
CONDITIONS = f"clean,kitchen 10 dB,{OTHERS}"
WIDTH, HEIGHT, MARGIN = 640, 420, 60
STEPS = 5
COLORS = ("#1b6ca8", "#b8402a", "#4a7a2c", "#7a4a8c")
DASHES = ("", "6 4", "2 3", "10 3 2 3")

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """What came of one operating point: its factor and all of its figures."""

    factor: float
    found: Sequence[Figure]

    def figure(self, what: str, condition: str) -> Figure | None:
        """One of them, if it was measured."""
        return next((one for one in self.found if one.key == (what, condition)), None)


def trials(patterns: str, *, quick: bool) -> list[Trial]:
    """What a curve is measured on: CONDITIONS, or those that are named. Raises HearingError."""
    found = chosen(patterns or CONDITIONS, quick=quick)
    if OTHERS not in {trial.name for trial in found} or Kind.STOP not in {trial.kind for trial in found}:
        raise HearingError("curve", f'A curve needs "{OTHERS}" and a condition with "stop".')
    return found


def factors(text: str) -> list[float]:
    """Numbers such as "8,4,2,1". Raises HearingError."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or min(found) < 0:
        raise HearingError("curve", f'"{text}" is no list of factors; write them like 8,4,2,1,0.5.')
    return found


def asking(point: OperatingPoint, factor: float) -> OperatingPoint:
    """The same with every limit of plausibility times the factor: above 1 less is asked of the sound."""
    limits = {field.name for field in fields(point) if field.name.endswith("plausibility")}
    return replace(point, **{name: getattr(point, name) * factor for name in limits})


def text(points: Sequence[Point]) -> list[str]:
    """A table, a line for each operating point."""
    missed = _missed_conditions(points)
    lines = ["| factor | " + " | ".join([*(f'"stop" missed, {one}' for one in missed), OTHERS]) + " |"]
    lines.append("|" + "---|" * (len(missed) + 2))
    for point in points:
        wanted = [(figures.CONFIRMED, one) for one in missed] + [(figures.PAUSES, OTHERS)]
        cells = [in_words(one) if (one := point.figure(*key)) else "" for key in wanted]
        lines.append(f"| {point.factor:g} | " + " | ".join(cells) + " |")
    return lines


def as_json(points: Sequence[Point]) -> str:
    """A list of operating points with their figures."""
    rows = [{"factor": point.factor, "figures": [asdict(one) for one in point.found]} for point in points]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def drawing(points: Sequence[Point]) -> str:
    """The curve as SVG: one line for each way that "stop" was heard."""
    lines: dict[str, list[Place]] = {}
    for condition in _missed_conditions(points):
        ends = ((p.figure(figures.PAUSES, OTHERS), p.figure(figures.CONFIRMED, condition)) for p in points)
        lines[condition] = [(across.value, 100 * up.value) for across, up in ends if across and up]
    return curves("false pauses in an hour of others reading", "missed “stop”, %", lines)


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
    for step in range(STEPS + 1):
        x, y = right * step / STEPS, top * step / STEPS
        parts.append(
            f'<text x="{place(x, 0)[0]:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{x:.0f}</text>'
        )
        parts.append(f'<text x="{MARGIN - 8}" y="{place(0, y)[1]:.1f}" text-anchor="end">{y:.0f}</text>')
    for number, (name, line) in enumerate(lines.items()):
        color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
        style = f'fill="none" stroke="{color}" stroke-dasharray="{dash}"'
        at = [place(*point) for point in sorted(line)]
        parts.append(f'<polyline points="{_path(at)}" {style}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in at]
        x, y = WIDTH - MARGIN, 24 + 16 * number
        parts.append(f'<path d="M{x - 30} {y - 4}H{x}" {style}/>')
        parts.append(f'<text x="{x - 38}" y="{y}" text-anchor="end">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _path(places: Sequence[Place]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _missed_conditions(points: Sequence[Point]) -> list[str]:
    return list(dict.fromkeys(f.condition for p in points for f in p.found if f.what == figures.CONFIRMED))
