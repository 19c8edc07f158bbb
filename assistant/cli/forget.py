"""`limber forget`: erases sessions, or everything that is kept of the user, and says what it
erased and what stays.

Runs on the main thread. Must erase nothing that was not named, and only when that was confirmed.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import StoreError
from assistant.showing import is_terminal
from assistant.store.history_words import routine_in_words

if TYPE_CHECKING:
    from assistant.store.history_reader import SessionSummary
    from assistant.store.history_server import Where

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
_ABOUT_HEALTH = ("physician_checks", "conditions", "condition_checks")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="forget")(forget)


def forget(
    sessions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SESSION", help="Its number, as `history` shows it, or a day, such as yesterday."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Erase the whole history, with what was answered about health.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
) -> None:
    """Erase sessions, or everything.

    It asks first; what is erased cannot be had back. A day is a date such as 2026-03-01, "today",
    "yesterday", or a weekday: the latest one.
    """
    if everything == bool(sessions):
        raise typer.BadParameter("name sessions by number or day, or say --all")
    if everything:
        _forget_everything(yes)
    else:
        _forget_sessions(sessions or [], yes)


def _forget_sessions(named: list[str], is_sure: bool) -> None:
    from assistant.cli.known_content import history_kept, known_content
    from assistant.store.history_erasing import copies_of, forget_sessions, kept_rows
    from assistant.store.history_reader import read_sessions

    path = history_kept()
    there = read_sessions(path)
    chosen = {session.id: session for name in named for session in _named(name, there, date.today())}
    titles = known_content().titles
    told = [
        f"session {one.id}, {one.started_at:%Y-%m-%d %H:%M}, {routine_in_words(one, titles)}"
        f"{_in_words(kept_rows(path, one.id))}."
        for one in chosen.values()
    ]
    if not is_sure:
        for line in told:
            output.err.print(f"To erase: {line}")
        _ask("this session" if len(told) == 1 else f"these {len(told)} sessions")
    forget_sessions(path, chosen)
    for line in told:
        output.out.print(f"Erased: {line}")
    _tell_what_stays(kept_rows(path))
    if copies := copies_of(path):
        others = ", ".join(str(copy) for copy in copies)
        output.note(f"A copy may hold it still: {others}. `limber forget --all` erases that too.")
    _tell_what_is_beyond(path)


def _tell_what_is_beyond(where: Where) -> None:
    """Of a server only the tables can be reached."""
    from assistant.store.history_server import HistoryServer
    from assistant.store.history_server_erasing import BEYOND_REACH

    if isinstance(where, HistoryServer):
        output.note(BEYOND_REACH)


def _tell_what_stays(rows: dict[str, int]) -> None:
    """What was told about health belongs to no session."""
    about_health = {table: rows.get(table, 0) for table in _ABOUT_HEALTH}
    if any(about_health.values()):
        output.note(
            f"What you told about your health stays{_in_words(about_health)}."
            " `limber forget --all` erases that too, with all sessions."
        )


def _forget_everything(is_sure: bool) -> None:
    from assistant.cli.known_content import history_kept
    from assistant.store.history_erasing import forget_everything, is_there, kept_rows

    path = history_kept()
    if not is_there(path):
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
    _tell_what_is_beyond(path)


def _ask(known: str) -> None:
    """Ask whether to erase it; without a terminal nobody can be asked."""
    if not is_terminal(sys.stdin):
        raise typer.BadParameter("say --yes where nobody can be asked; nothing was erased")
    if not typer.confirm(f"Erase {known}? It cannot be had back.", err=True):
        output.note("Nothing was erased.")
        raise typer.Exit(1)


def _named(name: str, there: list[SessionSummary], today: date) -> list[SessionSummary]:
    if name.isdecimal():
        found = [session for session in there if session.id == int(name)]
    else:
        day = day_named(name, today)
        if day is None:
            message = f'"{name}" is neither the number of a session nor a day such as 2026-03-01 or yesterday'
            raise typer.BadParameter(message)
        found = [session for session in there if session.started_at.date() == day]
        name = f"on {day}" if name != str(day) else name
    if not found:
        raise StoreError("no_session", f"There is no session {name}; `limber history` shows those there are.")
    return found


def day_named(name: str, today: date) -> date | None:
    """The day that somebody means today by a date, "today", "yesterday", or a weekday, the latest one."""
    word = name.strip().lower()
    back = {"today": 0, "yesterday": 1}.get(word)
    if back is None and word in _WEEKDAYS:
        back = (today.weekday() - _WEEKDAYS.index(word)) % len(_WEEKDAYS)
    if back is not None:
        return today - timedelta(days=back)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _in_words(rows: dict[str, int]) -> str:
    """What there is of each kind, as the end of a sentence."""
    parts = [
        f"{rows[table]} {one if rows[table] == 1 else many}"
        for table, (one, many) in _KINDS.items()
        if rows.get(table)
    ]
    return ": " + ", ".join(parts) if parts else ""
