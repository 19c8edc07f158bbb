"""Changes one section of the configuration file, and not a letter besides.

Runs on the main thread. Must never leave a file that says something else than before outside that section:
what it has made is read again before it is written, and the file is then its owner's alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.errors import ConfigError
from assistant.reading import MAX_TOML_BYTES, parse_toml, read_text
from assistant.writing import write_whole

Values = Mapping[str, str | int | bool | None]
"""What keys are to hold; None for one that is to go."""
_HEADER = re.compile(r"\s*\[")


def write_section(path: Path, section: str, values: Values) -> None:
    """Set these keys in the file, which may be new. Raises ConfigError, and then nothing has changed."""
    try:
        before = read_text(path, MAX_TOML_BYTES) if path.exists() else ""
        after = changed(before, section, values)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, after.encode())
    except OSError as error:
        raise ConfigError("config_unwritable", f"{path} cannot be written: {error.strerror}.") from error
    except ValueError as error:
        lines = "; ".join(_line(key, value) for key, value in values.items() if value is not None)
        message = f"{path} is written in a way that I cannot change: put this under [{section}]: {lines}"
        raise ConfigError("config_by_hand", message) from error


def changed(text: str, section: str, values: Values) -> str:
    """A TOML document with these keys of a section set. Raises ValueError where that is not safe."""
    lines = text.splitlines()
    at = next((i for i, line in enumerate(lines) if _is_header(line, section)), None)
    if at is None:
        head, inside, tail = [*lines, *([""] if lines and lines[-1] else []), f"[{section}]"], [], []
    else:
        end = next((i for i in range(at + 1, len(lines)) if _HEADER.match(lines[i])), len(lines))
        head, inside, tail = lines[: at + 1], lines[at + 1 : end], lines[end:]
    for key, value in values.items():
        inside = _with_key(inside, key, value)
    made = "\n".join([*head, *inside, *tail]) + "\n"
    _check(text, made, section, values)
    return made


def _is_header(line: str, section: str) -> bool:
    return re.match(rf"\s*\[\s*{re.escape(section)}\s*\]", line) is not None


def _with_key(inside: list[str], key: str, value: str | int | bool | None) -> list[str]:
    at = next((i for i, line in enumerate(inside) if re.match(rf"\s*{re.escape(key)}\s*=", line)), None)
    new = [] if value is None else [_line(key, value)]
    if at is not None:
        return [*inside[:at], *new, *inside[at + 1 :]]
    last = max((i + 1 for i, line in enumerate(inside) if line.strip()), default=0)
    return [*inside[:last], *new, *inside[last:]]


def _line(key: str, value: str | int | bool | None) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _check(before: str, after: str, section: str, values: Values) -> None:
    """Raises ValueError unless this changed what it should, and nothing else."""
    old, new = parse_toml(before), parse_toml(after)
    wanted: dict[str, Any] = {**old.get(section, {}), **values}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    if new.get(section, {}) != wanted or {**new, section: {}} != {**old, section: {}}:
        raise ValueError("something else would change")
