"""The operating points' curve: "stop" missed against false pauses, with the judge asked for more or less.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace

from assistant.core.listening.reflex import OperatingPoint
from assistant.errors import HearingError
from scripts.measure import figures
from scripts.measure.figures import Figure
from scripts.measure.lines import Place, curves
from scripts.measure.saying import in_words
from scripts.measure.trials import Kind, Trial, chosen

OTHERS = "others' reading"
CONDITIONS = f"clean,kitchen 10 dB,{OTHERS}"


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


def _missed_conditions(points: Sequence[Point]) -> list[str]:
    return list(dict.fromkeys(f.condition for p in points for f in p.found if f.what == figures.CONFIRMED))
