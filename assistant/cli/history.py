"""`limber history`: the past sessions, as a list, a chart, or for programs.

Runs on the main thread. Must only read, also while a session goes on, and never judge.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.cli.known_content import known_content
from assistant.errors import StoreError
from assistant.showing import one_line
from assistant.store.history_words import (
    Known,
    Stretches,
    as_plain,
    condition_in_words,
    region_of,
    routine_in_words,
    session_in_sentences,
)
from assistant.writing import write_whole

if TYPE_CHECKING:
    from assistant.store.history_reader import SessionSummary
    from assistant.store.history_server import Where

USUAL_LIMIT = 20

PLAIN_COLUMNS = (
    *("number", "started_at", "ended_at", "routine", "held_seconds"),
    *("steps_done", "steps_skipped", "pain_before", "pain_after"),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="history")(history)


def history(
    chart: Annotated[bool, typer.Option("--chart", help="Draw the sessions, the latest last.")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Draw all sessions into this file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a session a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help=f"Only the latest N sessions: {USUAL_LIMIT} in a list or chart here, all elsewhere.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show past sessions.

    How long each was, the pain before and after, what hurt and where, and why it ended.
    """
    if chart + (svg is not None) + as_json + as_csv > 1:
        raise typer.BadParameter("choose one of --chart, --svg, --json and --csv")
    from assistant.cli.known_content import history_kept
    from assistant.store.history_reader import count_sessions, read_sessions

    is_export = svg is not None or as_json or as_csv
    path = history_kept()
    if not is_export:
        _tell_conditions(path)
    sessions = read_sessions(path, limit or (None if is_export else USUAL_LIMIT), output.note)
    if not sessions:
        output.note("There is no session yet; there will be one here after the first.")
    known = known_content() if sessions else Known()
    if as_csv:
        _print_csv(sessions, known)
    elif as_json:
        for session in sessions:
            output.emit_json(as_plain(session, known))
    elif sessions and svg is not None:
        _write_svg(sessions, known, svg)
    elif sessions and chart:
        _print_chart(sessions, known.stretches)
    elif sessions:
        _print_list(sessions, known)
    if sessions and not is_export and (count := count_sessions(path)) > len(sessions):
        output.note(f"The latest {len(sessions)} of {count}; --limit shows more.")


def _tell_conditions(path: Where) -> None:
    """What was told of the person's health, and when."""
    from assistant.store.history_reader import read_conditions

    for line in map(condition_in_words, read_conditions(path)):
        output.out.print(line)


def _print_csv(sessions: list[SessionSummary], known: Known) -> None:
    """One row a session; lists within a cell are parted by semicolons."""
    flat: dict[str, Callable[[SessionSummary], list[str]]] = {
        "hurt_stretches": lambda session: [hurt.stretch_id for hurt in session.hurts],
        "hurt_regions": lambda session: [region_of(hurt, known.stretches) for hurt in session.hurts],
        "hurt_scores": lambda session: ["" if h.score is None else str(h.score) for h in session.hurts],
        "red_flags": lambda session: list(session.red_flags),
    }
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*PLAIN_COLUMNS, *flat, "end_reason"])
    for session in sessions:
        row = as_plain(session, known)
        lists = [";".join(cells(session)) for cells in flat.values()]
        cells = [*(row[name] for name in PLAIN_COLUMNS), *lists, session.end_reason]
        writer.writerow([one_line(cell) if isinstance(cell, str) else cell for cell in cells])


def _print_list(sessions: list[SessionSummary], known: Known) -> None:
    """A heading and its sentences for each session, which fit any width and can be read aloud."""
    from rich.text import Text

    for session in sessions:
        output.out.print(
            Text(f"{session.id}. {session.started_at:%Y-%m-%d %H:%M}", style="bold"),
            f", {routine_in_words(session, known.titles)}",
            sep="",
        )
        output.paragraph(session_in_sentences(session, known.stretches), indent=3)


def _print_chart(sessions: list[SessionSummary], stretches: Stretches) -> None:
    from assistant.cli.history_chart import chart_lines

    for line in chart_lines(sessions, stretches):
        output.out.print(line)


def _write_svg(sessions: list[SessionSummary], known: Known, path: Path) -> None:
    from assistant.store.history_svg import svg_chart

    try:
        write_whole(path, svg_chart(sessions, known).encode("utf-8", "replace"))
    except OSError as error:
        message = f"The chart cannot be written to {path}: {error.strerror}."
        raise StoreError("chart_unwritable", message) from error
    output.note(f"The chart is in {path}.")
