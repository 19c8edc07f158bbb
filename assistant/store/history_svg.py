"""Draws the history as SVG: pain before and after over time, when something hurt, and the minutes held.

Pure. Lines run only between sessions that told a number: a gap stays a gap. Shapes and
dashes carry the meaning, colors only repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from assistant.showing import one_line
from assistant.store.history_words import (
    Known,
    ending_in_words,
    hurt_in_words,
    pain_in_words,
    routine_in_words,
)

if TYPE_CHECKING:
    from assistant.store.history_reader import SessionSummary

WIDTH, HEIGHT, LEFT, RIGHT = 720, 360, 64, 692
PAIN_TOP, PAIN_BOTTOM, HURT_AT, HELD_TOP, HELD_BOTTOM = 72, 212, 232, 254, 318
INK, GRID, BEFORE, AFTER, HELD = "#222222", "#dddddd", "#b35806", "#1f5fa8", "#9aa7b3"
DATES = 6
ROOMY_SESSIONS = 40
"""From so many on, dots get smaller."""

Place = Callable[[datetime], float]
Point = tuple[float, float] | None
"""Where a number is drawn; None where none was told."""


def svg_chart(sessions: list[SessionSummary], known: Known) -> str:
    """An SVG document of the sessions, at least one, in any order."""
    ordered = sorted(sessions, key=lambda session: session.started_at)
    first, last = ordered[0].started_at, ordered[-1].started_at
    span_seconds = (last - first).total_seconds()

    def x(at: datetime) -> float:
        part = (at - first).total_seconds() / span_seconds if span_seconds else 0.5
        return LEFT + 14 + part * (RIGHT - LEFT - 28)

    def points(scores: Iterable[int | None]) -> list[Point]:
        pairs = zip(ordered, scores, strict=True)
        return [None if score is None else (x(one.started_at), _pain_y(score)) for one, score in pairs]

    parts = [
        *_frame(),
        *_dates(first, last, x),
        *_held(ordered, x),
        *_series(points(one.pain_before for one in ordered), BEFORE, is_before=True),
        *_series(points(one.pain_after for one in ordered), AFTER, is_before=False),
        *(_details(one, x(one.started_at), known) for one in ordered),
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
            f' height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="{INK}">',
            "<title>Pain before and after each session, and minutes held</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            *parts,
            "</svg>\n",
        )
    )


def _pain_y(score: float) -> float:
    return PAIN_BOTTOM - score / 10 * (PAIN_BOTTOM - PAIN_TOP)


def _text(x: float, y: float, text: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, *, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"{more}/>'


def _dot(x: float, y: float, color: str, *, is_before: bool, size: float = 1.0) -> str:
    radius, fill = (5.5, "#ffffff") if is_before else (3.5, color)  # one within the other where they meet
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius * size:.1f}"'
    return f'<circle {place} fill="{fill}" stroke="{color}" stroke-width="{2 * size:.1f}"/>'


def _cross(x: float, y: float) -> str:
    path = f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"
    return f'<path d="{path}" stroke="{INK}" stroke-width="2" fill="none"/>'


def _frame() -> list[str]:
    """Title, legend, and the pain scale."""
    parts = [
        _text(LEFT, 26, "Pain before and after each session", more=' font-size="17" font-weight="bold"'),
        _dot(LEFT + 6, 46, BEFORE, is_before=True),
        _text(LEFT + 17, 50, "before"),
        _dot(LEFT + 76, 46, AFTER, is_before=False),
        _text(LEFT + 86, 50, "after"),
        _cross(LEFT + 136, 46),
        _text(LEFT + 147, 50, "something hurt"),
        _text(18, 142, "pain, 0 to 10", "middle", ' transform="rotate(-90 18 142)"'),
        _text(LEFT - 8, HURT_AT + 4, "hurt", "end"),
        _text(18, 286, "minutes", "middle", ' transform="rotate(-90 18 286)"'),
    ]
    for score in range(0, 11, 2):
        y = _pain_y(score)
        parts += [_line(LEFT, y, RIGHT, y, GRID), _text(LEFT - 8, y + 4, str(score), "end")]
    return parts


def _dates(first: datetime, last: datetime, x: Place) -> list[str]:
    """Days along the bottom, each once."""
    ticks = {f"{at:%Y-%m-%d}": at for at in (first + (last - first) * i / (DATES - 1) for i in range(DATES))}
    return [_text(x(at), HELD_BOTTOM + 20, day, "middle") for day, at in ticks.items()]


def _held(sessions: list[SessionSummary], x: Place) -> list[str]:
    """A bar for the minutes of each session, from 0 to the most there was."""
    most = max(5.0, max(session.held_seconds for session in sessions) / 60)
    width = min(14.0, max(2.0, 0.5 * (RIGHT - LEFT) / len(sessions)))
    parts = []
    for y, minutes in ((HELD_BOTTOM, 0.0), (HELD_TOP, most)):
        parts += [_line(LEFT, y, RIGHT, y, GRID), _text(LEFT - 8, y + 4, f"{minutes:.0f}", "end")]
    for session in sessions:
        height = session.held_seconds / 60 / most * (HELD_BOTTOM - HELD_TOP)
        left, top = x(session.started_at) - width / 2, HELD_BOTTOM - height
        box = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
        parts.append(f'<rect {box} fill="{HELD}"/>')
    return parts


def _series(points: list[Point], color: str, *, is_before: bool) -> list[str]:
    """Dots, and lines between those of sessions that follow each other."""
    dash = ' stroke-width="1.5"' + (' stroke-dasharray="5 4"' if is_before else "")
    size = max(0.4, min(1.0, ROOMY_SESSIONS / len(points)))
    lines = [_line(*one, *other, color, more=dash) for one, other in pairwise(points) if one and other]
    return lines + [_dot(*point, color, is_before=is_before, size=size) for point in points if point]


def _details(session: SessionSummary, x: float, known: Known) -> str:
    """What is told of a session where a pointer rests on it; a cross where something hurt."""
    told = [
        f"{session.started_at:%Y-%m-%d %H:%M}, {routine_in_words(session, known.titles)}",
        f"{session.held_seconds / 60:.1f} minutes held, pain {pain_in_words(session)}",
        *hurt_in_words(session, known.stretches),
        f"ended: {ending_in_words(session)}",
    ]
    title = escape("\n".join(map(one_line, told)))
    cross = _cross(x, HURT_AT) if session.hurts or session.red_flags else ""
    area = f'x="{x - 6:.1f}" y="{PAIN_TOP}" width="12" height="{HELD_BOTTOM - PAIN_TOP}" fill-opacity="0"'
    return f"<g><title>{title}</title>{cross}<rect {area}/></g>"
