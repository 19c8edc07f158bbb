"""`limber status`: what a running Limber is at, and whether it is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from assistant.cli import output
from assistant.core.faults import Fault
from assistant.frontends.control import NoAnswerError, ask
from assistant.frontends.terminal import FAULTS
from assistant.showing import one_line

AT_FAULT, NOT_RUNNING = 1, 3
"""As the exit codes of `systemctl status` are; 0 is well."""
NOBODY = "Limber is not running."
ANOTHER_VERSION = "it is of another version, or what it says cannot be read"
NO_ANSWER = "Limber (process {pid}) does not answer: {reason}."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="status")(status)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a running Limber a line.")] = False,
) -> None:
    """Show what a running Limber is at.

    That is its session, its devices, and what is at fault since when.
    Exits with 0 when all is well, 1 when something is at fault, 3 when Limber is not running.
    """
    answers = ask("status")
    is_well = True
    for pid, answer in answers.items():
        if isinstance(answer, NoAnswerError):
            output.err.print(NO_ANSWER.format(pid=pid, reason=answer), style="red")
            is_well = False
            continue
        is_well = is_well and bool(answer.get("is_well"))
        if as_json:
            output.emit_json(answer)
            continue
        try:
            lines = list(_lines(answer))
        except (KeyError, TypeError, ValueError):
            lines, is_well = [], False
            output.err.print(NO_ANSWER.format(pid=pid, reason=ANOTHER_VERSION), style="red")
        for line in lines:
            output.out.print(one_line(line))
    if not answers:
        output.note(NOBODY)
        raise typer.Exit(NOT_RUNNING)
    if not is_well:
        raise typer.Exit(AT_FAULT)


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    """What is to be read of an answer."""
    yield f"Limber {answer['version']}, process {answer['pid']}, runs since {_time(answer['began_at'])}."
    if not answer["rooms"]:
        yield "It has no sound yet, and waits for it."
    for room in answer["rooms"]:
        if len(answer["rooms"]) > 1:
            yield f"Room {room['name']}:"
        resting = "none; it rests, and begins one when somebody says wake up."
        yield f"Session: {resting if room.get('is_resting') else _session(room['session'])}"
        if room["microphone"] or room["speaker"]:
            yield f"Microphone: {room['microphone'] or 'none'}"
            yield f"Speaker: {room['speaker'] or 'none'}"
            second = room["last_second"]
            yield (
                f"Last second: {second['delivered']:.0f} blocks of sound came, {second['heard']:.0f} were "
                f"heard, {second['played']:.0f} were played; {second['waiting']} wait to be heard."
            )
        else:
            yield "Sound: none; what is said is read, and lines are typed."
        yield "History: it is written." if room["is_history_written"] else "History: it waits to be written."
        for one in room["faults"]:
            words = FAULTS[Fault(one["fault"])] if one["fault"] in set(Fault) else one["fault"]
            yield f"At fault since {_time(one['since'])}: {words}."
    if answer["is_well"]:
        yield "All is well."


def _session(session: dict[str, Any] | None) -> str:
    if session is None:
        return "none."
    words = [str(session["state"]).replace("_", " ")]
    if session["routine"]:
        words.append(f"routine {session['routine']}")
    if session["stretch"]:
        side = f", {session['side']}" if session["side"] else ""
        words.append(f"{session['stretch']}{side}, {session['step']} of {session['steps']}")
    if session["hold_seconds_left"] is not None:
        words.append(f"{session['hold_seconds_left']:.0f} seconds left")
    return "; ".join(words) + "."


def _time(text: str) -> str:
    """A time of today as a clock shows it; another day with its date."""
    at = datetime.fromisoformat(text)
    is_today = at.date() == datetime.now(at.tzinfo).date()
    return f"{at:%H:%M:%S}" if is_today else f"{at:%Y-%m-%d %H:%M}"
