"""`limber home`: pairs Limber with Home Assistant's MQTT broker in one dialogue, and forgets it again.

Runs on the main thread. Must write nothing before it has worked, and never show or log a password.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli import output
from assistant.errors import AssistantError, ConfigError
from assistant.showing import is_terminal

if TYPE_CHECKING:
    from assistant.config import HomeConfig

PASSWORD_FILE = "home-password"
"""Beside the configuration, for its owner alone: the configuration itself may be shown to somebody."""
PAIRED = "Home Assistant shows Limber now, and is told of sessions from the next time on that Limber begins."
AS_SERVICE = "Where Limber runs as a service, allow it the network first: docs/home-assistant.md says how."
NOT_PAIRED = "Limber is paired with no home; `limber home` does that."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="home")(home)


def home(
    broker: Annotated[
        str, typer.Option("--broker", metavar="HOST", help="The computer that the MQTT broker runs on.")
    ] = "",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Its port; 0 is the usual one.")] = 0,
    tls: Annotated[bool | None, typer.Option("--tls/--no-tls", help="Whether it is encrypted.")] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Who signed its certificate."),
    ] = None,
    user: Annotated[str, typer.Option("--user", metavar="NAME", help="The user's name there.")] = "",
    password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Holds the password; else I ask."),
    ] = None,
    share_pain: Annotated[
        bool, typer.Option("--share-pain", help="Tell also how sore it was before and after.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Try what is configured.")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Erase it here, and what the broker keeps of Limber.")
    ] = False,
) -> None:
    """Let Home Assistant show Limber, with buttons for it.

    Asks where the MQTT broker is, for a user and a password, and tries them. Exits with 1 when that did not
    work, and then nothing has changed.
    """
    if check and forget:
        raise typer.BadParameter("choose --check or --forget, not both")
    if check or forget:
        _check() if check else _forget()
        return
    asks = not broker
    if asks and not is_terminal(sys.stdin):
        raise typer.BadParameter("name the --broker: there is no terminal to ask at")
    given: dict[str, Any] = {
        "broker": broker or typer.prompt("Where does the MQTT broker run? (such as homeassistant.local)"),
        "port": port,
        "tls": tls if tls is not None else not asks or typer.confirm("Is it encrypted (TLS)?", default=True),
        "ca_file": str(ca_file.resolve()) if ca_file else "",
        "user": user or (typer.prompt("User name there", default="", show_default=False) if asks else ""),
        "password_file": str(password_file.resolve()) if password_file else "",
        "share_pain": share_pain,
    }
    if asks and given["tls"] and not ca_file:
        told = typer.prompt("File of who signed its certificate (none: who this system trusts)", default="")
        given["ca_file"] = str(Path(told).expanduser().resolve()) if told else ""
    _pair(given)


def _pair(given: dict[str, Any]) -> None:
    password = ""
    if given["user"] and not given["password_file"] and is_terminal(sys.stdin):
        password = typer.prompt("Password", default="", hide_input=True, show_default=False)
    _introduce(_config(given, password))
    place = _place()
    if password:
        given["password_file"] = str(_keep(place.parent / PASSWORD_FILE, password))
    from assistant.cli.config_section import write_section

    told = {key: value if value != "" else None for key, value in given.items()}
    write_section(place, "home", {"enabled": True, **told, "password": None})
    output.note(f"It works. {PAIRED} What you told is in {place}.")
    output.note(AS_SERVICE)
    if given["user"] and not given["tls"]:
        output.note("Without TLS, others in your network could read the password.")


def _config(given: dict[str, Any], password: str) -> HomeConfig:
    """What was told, with all else as it is configured. Raises ConfigError for what cannot be."""
    from pydantic import SecretStr, ValidationError

    from assistant.config import HomeConfig

    known = output.configuration().home
    values = {**known.model_dump(), **given, "enabled": True, "password": SecretStr(password)}
    try:
        return HomeConfig.model_validate(values)
    except ValidationError as error:
        key = error.errors()[0]["loc"][0]
        raise ConfigError("home_option", f"This cannot be the {key}: {given[str(key)]!r}.") from None


def _place() -> Path:
    from assistant.config_loading import config_path

    return output.options.config_path or config_path()


def _keep(place: Path, password: str) -> Path:
    from assistant.writing import write_whole

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, password.encode() + b"\n")
    except OSError as error:
        raise ConfigError("config_unwritable", f"{place} cannot be written: {error.strerror}.") from error
    return place


def _introduce(config: HomeConfig) -> None:
    """Tell the broker what there is, and that it was understood. Raises FrontEndError."""
    from assistant.config_rooms import OWN_ROOM
    from assistant.frontends.home.connection import Connection
    from assistant.frontends.home.discovery import Topics, payload
    from assistant.opening import load_content

    _, routines = load_content(output.configuration(), output.note)
    topics = Topics.of(config)
    told = json.dumps(payload(config, OWN_ROOM, [routine.title for routine in routines]))
    connection = Connection(config, lambda *_: None, (topics.value("trial"), ""))
    try:
        connection.open((topics.command, topics.choice, topics.birth))
        connection.confirm(topics.discovery, told)
    finally:
        connection.close()


def _check() -> None:
    config = output.configuration().home
    if not config.broker:
        output.note(NOT_PAIRED)
        raise typer.Exit(1)
    _introduce(config)
    is_on = "" if config.enabled else " It is turned off: set enabled = true under [home]."
    output.out.print(f"The broker at {config.broker} answers, and lets Limber read and write.{is_on}")


def _forget() -> None:
    from assistant.cli.config_section import write_section

    config = output.configuration().home
    if not config.broker:
        output.note(NOT_PAIRED)
        return
    place = _place()
    kept = _erase_there(config)
    names = ("broker", "port", "tls", "ca_file", "certificate_file", "key_file", "user", "password")
    write_section(place, "home", {"enabled": False, **dict.fromkeys((*names, "password_file", "share_pain"))})
    ours = place.parent / PASSWORD_FILE
    if config.password_file == str(ours):
        ours.unlink(missing_ok=True)
    output.note("Limber is paired with no home any more. Stop it where it runs, or it goes on until then.")
    if kept:
        output.note(f"What the broker keeps of Limber stays there: {kept}")
        raise typer.Exit(1)


def _erase_there(config: HomeConfig) -> str:
    """Erase what the broker keeps; why that could not be, "" if it could."""
    from assistant.frontends.home.connection import Connection
    from assistant.frontends.home.discovery import CHOICE, PAIN, PROBLEM, SENSORS, Topics

    topics = Topics.of(config)
    values = [topics.value(key) for key in (*SENSORS, *PAIN, PROBLEM, CHOICE)]
    connection = Connection(config, lambda *_: None, (topics.value("trial"), ""))
    try:
        connection.open((topics.command,))
        for topic in (topics.discovery, *values, topics.availability):
            connection.confirm(topic, "")
    except AssistantError as error:
        return error.message
    finally:
        connection.close()
    return ""
