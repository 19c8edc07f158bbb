"""`limber forget`: erases sessions, or everything that is kept of the user, and says what it erased.

Runs on the main thread. Must erase nothing that was not named, and everything only when that was confirmed.
"""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import StoreError
from assistant.showing import is_terminal

if TYPE_CHECKING:
    from assistant.store.history_reader import SessionSummary

_KINDS = {
    "sessions": ("session", "sessions"),
    "steps": ("step", "steps"),
    "pains": ("pain report", "pain reports"),
    "scores": ("pain number", "pain numbers"),
    "red_flags": ("warning sign", "warning signs"),
    "physician_checks": ("physician's consent", "physician's consents"),
    "conditions": ("condition", "conditions"),
    "condition_checks": ("question about conditions", "questions about conditions"),
}
"""What the rows of each table are called."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="forget")(forget)


def forget(
    sessions: Annotated[
        list[str] | None,
        typer.Argument(metavar="SESSION...", help="A session's number, as `history` shows it, or a day."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Erase the whole history, with what was answered about health.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase everything without asking.")] = False,
) -> None:
    """Erase a session, a day's sessions (2026-03-01), or everything. What is erased cannot be had back."""
    if everything == bool(sessions):
        raise typer.BadParameter("name sessions by number or day, or say --all")
    if everything:
        _forget_everything(yes)
    else:
        _forget_sessions(sessions or [])


def _forget_sessions(named: list[str]) -> None:
    from assistant.store.history_erasing import forget_sessions, kept_rows
    from assistant.store.history_reader import history_path, read_sessions
    from assistant.store.history_schema import damaged_copies, older_copies

    path = history_path()
    there = read_sessions(path)
    chosen = {session.id: session for name in named for session in _named(name, there)}
    erased = [
        f"Erased: session {one.id}, {one.routine_id}, {one.started_at:%Y-%m-%d %H:%M}"
        f"{_in_words(kept_rows(path, one.id))}."
        for one in chosen.values()
    ]
    forget_sessions(path, chosen)
    for line in erased:
        output.out.print(line)
    if copies := [*damaged_copies(path), *older_copies(path)]:
        others = ", ".join(str(copy) for copy in copies)
        output.note(f"A copy may hold it still: {others}. `limber forget --all` erases that too.")


def _forget_everything(is_sure: bool) -> None:
    from assistant.store.history_erasing import forget_everything, history_files, kept_rows
    from assistant.store.history_reader import history_path

    path = history_path()
    if not history_files(path):
        output.note("There is nothing to forget: no history is kept.")
        return
    try:
        known = "the whole history" + _in_words(kept_rows(path))
    except StoreError:
        known = "the whole history, which cannot be read"
    if not is_sure:
        _ask(known)
    gone = forget_everything(path)
    output.out.print(f"Erased: {known}.")
    for file in gone:
        output.out.print(f"Gone: {file}")


def _ask(known: str) -> None:
    """Ask whether to erase everything; without a terminal nobody can be asked."""
    if not is_terminal(sys.stdin):
        raise typer.BadParameter("--all needs --yes where nobody can be asked")
    if not typer.confirm(f"Erase {known}? It cannot be had back.", err=True):
        output.note("Nothing was erased.")
        raise typer.Exit(1)


def _named(name: str, there: list[SessionSummary]) -> list[SessionSummary]:
    if name.isdecimal():
        found = [session for session in there if session.id == int(name)]
    else:
        try:
            day = date.fromisoformat(name)
        except ValueError:
            message = f'"{name}" is neither the number of a session nor a day such as 2026-03-01'
            raise typer.BadParameter(message) from None
        found = [session for session in there if session.started_at.date() == day]
    if not found:
        raise StoreError("no_session", f"There is no session {name}; `limber history` shows those there are.")
    return found


def _in_words(rows: dict[str, int]) -> str:
    """What there is of each kind, as the end of a sentence."""
    parts = [
        f"{rows[table]} {one if rows[table] == 1 else many}"
        for table, (one, many) in _KINDS.items()
        if rows.get(table)
    ]
    return ": " + ", ".join(parts) if parts else ""
