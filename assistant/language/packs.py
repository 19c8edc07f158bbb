"""Loads a language pack: phrases.toml and prompts.toml of a folder beside this file. Read once, at start-up.

Must not know any adapter. What is wrong in a pack is said with its file and key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.core.intents import Intent, PhraseTable
from assistant.core.pain_rules import RedFlag
from assistant.core.prompts import LanguagePack, Line
from assistant.core.routine import Routine
from assistant.errors import ContentError

FOLDER = Path(__file__).parent


def available_languages() -> tuple[str, ...]:
    """Codes of the packs that are there, such as "en"."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/phrases.toml")))


def load_language(code: str = "en", routines: Iterable[Routine] = (), folder: Path = FOLDER) -> LanguagePack:
    """The pack of a language; the spoken names of `routines` are what `{routine}` can be.

    Raises ContentError, with the file and the key, for a pack that is not whole.
    """
    if not (folder / code / "phrases.toml").is_file():
        there = ", ".join(available_languages())
        raise ContentError("language", f'There is no language pack "{code}"; there is: {there}.')
    phrases = _read(folder / code / "phrases.toml")
    prompts = _read(folder / code / "prompts.toml")
    red_flags = dict(_named(folder / code / "phrases.toml", phrases, "red_flags", RedFlag))
    phrases["phrases"][Intent.RED_FLAG] = [p for flag in red_flags.values() for p in flag["phrases"]]
    slots = dict(phrases["slots"])
    names = [(routine.spoken_name.lower(), routine.id) for routine in routines]
    articles = frozenset(phrases["articles"]["words"])
    shorter = {_without(articles, name): routine_id for name, routine_id in names}
    slots["routine"] = shorter | dict(names)
    return LanguagePack(
        code=code,
        table=PhraseTable(
            phrases={
                Intent(name): tuple(patterns)
                for name, patterns in _named(folder / code / "phrases.toml", phrases, "phrases", Intent)
            },
            slots=slots,
            decoys=tuple(phrases["decoys"]["phrases"]),
            spelling=phrases["spelling"],
            half_heard={Intent(name): tuple(left) for name, left in phrases["half_heard"].items()},
        ),
        lines={Line(n): text for n, text in _named(folder / code / "prompts.toml", prompts, "lines", Line)},
        words=prompts["words"],
        red_flags={p: RedFlag(kind) for kind, flag in red_flags.items() for p in flag["phrases"]},
        answers={name: frozenset(counted) for name, counted in phrases["answers"].items()},
        advice={RedFlag(kind): Line(flag["advice"]) for kind, flag in red_flags.items()},
    )


def _without(words: frozenset[str], name: str) -> str:
    """The name less these words, if any are left: they are hardly spoken, and easily missed."""
    return " ".join(word for word in name.split() if word not in words) or name


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContentError("language", f"{path} cannot be read: {error}.") from error


def _named(
    path: Path, table: dict[str, Any], section: str, names: type[Intent | Line | RedFlag]
) -> list[tuple[str, Any]]:
    """The entries of a section, which must be exactly the members of `names`."""
    wanted, given = {str(name) for name in names}, set(table.get(section, {}))
    for key in sorted(wanted ^ given):
        what = "is missing" if key in wanted else "is not known"
        raise ContentError("language", f"{path}: [{section}] {key} {what}.")
    return list(table[section].items())
