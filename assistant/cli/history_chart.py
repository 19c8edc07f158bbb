"""Draws the history in a terminal of 80 columns: a line a session, and no color needed.

Runs on the main thread. Must not judge: it shows what was told, and leaves out what was not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.store.history_words import Stretches, ending_in_words, region_of

if TYPE_CHECKING:
    from assistant.store.history_reader import SessionSummary

BEFORE, AFTER, BOTH = "○", "●", "◉"
CELL = 3
"""Columns from one number of the scale to the next."""
BAR_COLUMNS = 10
WIDTH = 79


def chart_lines(sessions: list[SessionSummary], stretches: Stretches) -> list[str]:
    """The lines of the chart, the earliest session first, from sessions of which the latest is first."""
    most_seconds = max(session.held_seconds for session in sessions) or 1.0
    numbers = "".join(f"{number:<{CELL}}" for number in range(11)).rstrip()
    return [
        f"Pain from 0 to 10: {BEFORE} before, {AFTER} after, {BOTH} both the same",
        "",
        f"{'':10}  {numbers}  minutes held",
        *(_line(session, most_seconds, stretches) for session in reversed(sessions)),
    ]


def _line(session: SessionSummary, most_seconds: float, stretches: Stretches) -> str:
    bar = "▆" * round(BAR_COLUMNS * session.held_seconds / most_seconds)
    minutes = f"{bar} {session.held_seconds / 60:.1f}".strip()
    line = f"{session.started_at:%Y-%m-%d}  {_scale(session)}   {minutes:<{BAR_COLUMNS + 4}} "
    regions = dict.fromkeys(region_of(hurt, stretches) for hurt in session.hurts)
    if session.red_flags:
        line += ending_in_words(session)
    elif regions:
        line += "hurt: " + ", ".join(filter(None, regions)) if any(regions) else "hurt"
    return line[:WIDTH].rstrip()


def _scale(session: SessionSummary) -> str:
    cells = list((("·" + " " * (CELL - 1)) * 11).rstrip())
    told = [score * CELL for score in (session.pain_before, session.pain_after) if score is not None]
    if told:
        for column in range(min(told), max(told)):
            cells[column] = "━"
    if session.pain_before is not None:
        cells[session.pain_before * CELL] = BEFORE
    if session.pain_after is not None:
        cells[session.pain_after * CELL] = BOTH if session.pain_after == session.pain_before else AFTER
    return "".join(cells)
