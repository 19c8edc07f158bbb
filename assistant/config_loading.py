"""Reads the configuration: one TOML file, overridden by environment variables; what is wrong gets a line.

Read once, on the main thread. Must not touch devices or models: whether a name can be used is found out where
it is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ValidationError

from assistant.config import Config
from assistant.config_problems import did_you_mean, problems_of, toml_place, wording
from assistant.config_rooms import RoomConfig
from assistant.errors import ConfigError, closest
from assistant.reading import MAX_TOML_BYTES, NotTextError, parse_toml, read_text

_SECTIONS: dict[str, type[BaseModel]] = {
    name: type(field.default)
    for name, field in Config.model_fields.items()
    if isinstance(field.default, BaseModel)
}
_TABLES: dict[str, type[BaseModel]] = {**_SECTIONS, "rooms": RoomConfig}
"""With those that there may be several of, which no variable can set."""


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the configuration is looked for: LIMBER_CONFIG, or the user's configuration folder."""
    chosen = environ.get("LIMBER_CONFIG")
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_config_path("limber", appauthor=False) / "config.toml"


def load_config(
    path: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    on_problem: Callable[[str], None] | None = None,
) -> Config:
    """Read the configuration from `path`, or from where it belongs, and apply LIMBER_SECTION_KEY variables.

    A file that is not there means the defaults, unless it was asked for by `path` or LIMBER_CONFIG. A key
    that is wrong is left out, and `on_problem` gets a line; but none that keeps stretches away from somebody,
    and none at all without `on_problem`. Raises ConfigError with file, line and key, or with the variable's
    name.
    """
    asked_for = path is not None or bool(environ.get("LIMBER_CONFIG"))
    path = path or config_path(environ)
    text = _read(path, asked_for)
    try:
        values = parse_toml(text)
    except ValueError as error:
        raise ConfigError("config_toml", f"{toml_place(path, text, error)} is not TOML: {error}.") from error
    values = _without_odd_keys(values, path, text, on_problem)
    for name, value in sorted(environ.items()):
        try:
            if place := _environment_place(name):
                section, key = place
                values.setdefault(section, {})[key] = _environment_value(name, section, key, value)
        except ConfigError as error:
            if on_problem is None or _is_about_conditions(name):
                raise
            on_problem(f"{error.message.removesuffix('.')}; it is left out.")
    return Config.model_validate(values)


def _without_odd_keys(
    values: dict[str, Any], path: Path, text: str, on_problem: Callable[[str], None] | None
) -> dict[str, Any]:
    """The values, less those that are wrong. Raises ConfigError where that cannot be."""
    try:
        Config.model_validate(values)
        return values
    except ValidationError as error:
        problems = problems_of(path, text, error, _TABLES)
    for (section, *rest), message in problems:
        around = values[section] if rest else values
        odd = rest[0] if rest else section
        told = _taken_out(around, odd)
        inner = told if isinstance(told, dict) else ()
        if on_problem is None or any(map(_is_about_conditions, (odd, *inner))):
            raise ConfigError("config_key", f"{message}.")
        on_problem(f"{message}; it is left out.")
    if isinstance(rooms := values.get("rooms"), list):
        values["rooms"] = [room for room in rooms if room is not None]
    return _without_odd_keys(values, path, text, on_problem)  # what is left may not go together


def _taken_out(around: Any, odd: str) -> object:
    """What was there: a section, a key, or one of several tables, which leaves a gap."""
    if isinstance(around, dict):
        return around.pop(odd, None)
    around[int(odd)] = None
    return None


def _is_about_conditions(name: str) -> bool:
    """Whether this is, or was meant as, the key that keeps stretches away from somebody."""
    return closest(name.lower().removeprefix("limber_session_"), ["conditions"]) is not None


def _read(path: Path, asked_for: bool) -> str:
    try:
        return read_text(path, MAX_TOML_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not asked_for:
            return ""
        raise ConfigError("config_missing", f"There is no configuration file {path}.") from error
    except NotTextError as error:
        message = f"{path}:{error.line} is not UTF-8 text: save it as UTF-8."
        raise ConfigError("config_encoding", message) from error
    except OSError as error:
        raise ConfigError("config_unreadable", f"{path} cannot be read: {error.strerror}.") from error


def _environment_place(name: str) -> tuple[str, str] | None:
    """Section and key that a variable overrides; None when it is none of ours. Raises ConfigError."""
    _, _, rest = name.partition("LIMBER_")
    section, _, key = rest.lower().partition("_")
    if not name.startswith("LIMBER_") or section not in _SECTIONS:
        return None
    known = list(_SECTIONS[section].model_fields)
    if key not in known:
        raise ConfigError("config_env", f"{name} is not a known variable{did_you_mean(key, known)}.")
    return section, key


def _environment_value(name: str, section: str, key: str, value: str) -> object:
    try:
        return getattr(_SECTIONS[section].model_validate_strings({key: value}, strict=False), key)
    except ValidationError as error:
        first = dict(error.errors()[0]) | {"loc": (section, key)}
        raise ConfigError("config_env", f"{name} {wording(first, _SECTIONS)}.") from error
