"""`limber history`: the past sessions.

Runs on the main thread. Must only read: also while a session goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output

if TYPE_CHECKING:
    from assistant.store.history_reader import SessionSummary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="history")(history)


def history(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a session a line.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show the latest N sessions.")] = 20,
) -> None:
    """Show past sessions, the latest first: what was held, what hurt, and why it ended."""
    from assistant.store.history_reader import history_path, read_sessions

    sessions = read_sessions(history_path(), limit)
    if as_json:
        for session in sessions:
            output.emit_json(_json(session))
    elif sessions:
        _print_table(sessions)
    else:
        output.note("There is no session yet.")


def _json(session: SessionSummary) -> dict[str, object]:
    return {
        "started_at": session.started_at.isoformat(),
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "routine": session.routine_id,
        "held_seconds": round(session.held_seconds, 1),
        "steps_done": session.steps_done,
        "steps_skipped": session.steps_skipped,
        "pain_reports": session.pain_reports,
        "end_reason": session.end_reason,
    }


def _print_table(sessions: list[SessionSummary]) -> None:
    from rich.table import Table

    table = Table("when", "routine", "minutes held", "steps", "pain reports", "why it ended", box=None)
    for session in sessions:
        table.add_row(
            f"{session.started_at:%Y-%m-%d %H:%M}",
            session.routine_id,
            f"{session.held_seconds / 60:.1f}",
            f"{session.steps_done}"
            + (f" ({session.steps_skipped} skipped)" if session.steps_skipped else ""),
            str(session.pain_reports),
            session.end_reason.replace("_", " "),
        )
    output.out.print(table)
