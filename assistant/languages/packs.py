"""Loads a language pack: the files of a folder beside this one. Read once, at start-up.

Must not know any adapter. What is wrong in a pack is said with its file and key.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from string import Formatter
from typing import Any, cast

from assistant.core.intents import Intent
from assistant.core.pain_rules import RedFlag
from assistant.core.phrases import PhraseTable
from assistant.core.prompts import LanguagePack, Line, Rules
from assistant.core.routine import Routine
from assistant.core.templates import expand_all, parse
from assistant.core.transfers import Transfer, TransferTexts
from assistant.core.wording import Wording
from assistant.errors import ContentError
from assistant.reading import MAX_TOML_BYTES, parse_toml, read_text
from assistant.resources import LANGUAGES_FOLDER

HIGHEST_NUMBER = 99
"""What is more is said in other words."""
CATEGORIES = frozenset(("zero", "one", "two", "few", "many", "other"))


def available_languages() -> tuple[str, ...]:
    """Codes of the packs that are there, such as "en"."""
    return tuple(sorted(path.parent.name for path in LANGUAGES_FOLDER.glob("*/phrases.toml")))


def load_language(
    code: str = "en", routines: Iterable[Routine] = (), folder: Path = LANGUAGES_FOLDER
) -> LanguagePack:
    """The pack of a language; the spoken names of `routines` are what `{routine}` can be.

    Raises ContentError, with the file and the key, for a pack that is not whole.
    """
    if not (folder / code / "phrases.toml").is_file():
        there = ", ".join(available_languages())
        raise ContentError("language", f'There is no language pack "{code}"; there is: {there}.')
    try:
        return _load(code, routines, folder)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        message = f"{folder / code} has an entry that is missing or of the wrong kind: {error}."
        raise ContentError("language", message) from error


def _load(code: str, routines: Iterable[Routine], folder: Path) -> LanguagePack:
    phrases = _read(folder / code / "phrases.toml")
    prompts = _read(folder / code / "prompts.toml")
    path = folder / code / "phrases.toml"
    flags = dict(_named(path, phrases, "red_flags", RedFlag))
    for flag in flags.values():
        flag["phrases"] = _expanded(path, flag["phrases"])
    phrases["phrases"][Intent.RED_FLAG] = [p for flag in flags.values() for p in flag["phrases"]]
    written = {Intent(name): tuple(templates) for name, templates in phrases["written"].items()}
    written[Intent.RED_FLAG] = tuple(p for flag in flags.values() for p in flag["written"])
    denied = tuple(phrases["denied"]["phrases"])
    written[Intent.NO] = (*written.get(Intent.NO, ()), *denied)
    written[Intent.DENIAL] = denied
    rules = cast(Rules, _functions(folder / code / "rules.py", Rules))
    alone = {Intent(name): tuple(templates) for name, templates in phrases["alone"].items()}
    cores = {Intent(name): tuple(templates) for name, templates in phrases["cores"].items()}
    facts, answers = (tuple(phrases["facts"][name]) for name in ("yes", "written"))
    cores[Intent.YES] = (*cores.get(Intent.YES, ()), *facts)
    written[Intent.YES] = (*written.get(Intent.YES, ()), *answers)
    asides = {side: tuple(words) for side, words in phrases["asides"].items()}
    tables = (*written.values(), *alone.values(), *cores.values(), *asides.values(), denied)
    _check(path, (template for templates in tables for template in templates))
    pack = LanguagePack(
        code=code,
        table=PhraseTable(
            phrases={
                Intent(name): _expanded(path, templates)
                for name, templates in _named(path, phrases, "phrases", Intent)
            },
            slots=phrases["slots"],
            decoys=tuple(phrases["decoys"]["phrases"]),
            spelling=phrases["spelling"],
            half_heard={Intent(name): tuple(left) for name, left in phrases["half_heard"].items()},
            lost={name: frozenset(sides) for name, sides in phrases["lost"].items()},
            written=written,
            alone=alone,
            cores=cores,
            written_slots=_written_slots(phrases, rules),
            denied=denied,
            long_forms=_long_forms(phrases),
            unclear=tuple(phrases["answers"]["unclear"]),
            asides=asides,
            spotted=_expanded(path, phrases["spotted"]["phrases"]),
            calls=tuple(phrases["calls"]["phrases"]),
        ),
        lines=_lines(folder / code / "prompts.toml", prompts),
        transfers=_transfers(folder / code / "transfers.toml"),
        words=prompts["words"],
        red_flags={
            p: RedFlag(kind) for kind, flag in flags.items() for p in (*flag["phrases"], *flag["written"])
        },
        facts=frozenset((*facts, *answers)),
        answers={name: frozenset(counted) for name, counted in phrases["answers"].items()},
        advice={RedFlag(kind): Line(flag["advice"]) for kind, flag in flags.items()},
        rules=rules,
        articles=frozenset(phrases["articles"]["words"]),
        wording=cast(Wording, _functions(folder / code / "wording.py", Wording)),
    )
    return with_routines(pack, routines)


def with_routines(pack: LanguagePack, routines: Iterable[Routine]) -> LanguagePack:
    """The pack, in which `{routine}` can be the spoken names of these routines, with or without articles."""
    names = [(routine.spoken_name.lower(), routine.id) for routine in routines]
    shorter = {_without(pack.articles, name): routine_id for name, routine_id in names}
    slots = {**pack.table.slots, "routine": dict(names) | shorter}
    return replace(pack, table=replace(pack.table, slots=slots))


def _lines(path: Path, prompts: dict[str, Any]) -> dict[Line, str]:
    """The sentences, in which every word that depends on a number has the form for any other number."""
    lines = {Line(name): text for name, text in _named(path, prompts, "lines", Line)}
    for line, text in lines.items():
        for _, name, forms, _ in Formatter().parse(text):
            categories = {form.partition("=")[0] for form in (forms or "other=").split("|")}
            if "other" not in categories or categories - CATEGORIES:
                known = ", ".join(sorted(CATEGORIES))
                message = (
                    f"{path}: [lines] {line}: {{{name}:{forms}}} needs a form for other, and any of {known}."
                )
                raise ContentError("language", message)
    return lines


def _transfers(path: Path) -> dict[Transfer, TransferTexts]:
    """What is said of each transfer."""
    known = {field.name for field in fields(TransferTexts)}
    found = {}
    for name, texts in _named(path, {"transfers": _read(path)}, "transfers", Transfer):
        if wrong := sorted((set(texts) - known) | ({"words", "easier"} - set(texts))):
            raise ContentError("language", f"{path}: [{name}] {wrong[0]} is missing or not known.")
        found[Transfer(name)] = TransferTexts(**texts)
    return found


def _written_slots(phrases: dict[str, Any], rules: Rules) -> dict[str, dict[str, int | str]]:
    """The lists and slots that are only written, and every number up to the highest that is understood."""
    lists = {name: {words: words for words in listed} for name, listed in phrases["lists"].items()}
    numbers = {rules.number(number): number for number in range(HIGHEST_NUMBER + 1)}
    written = phrases["written_slots"]
    return {**lists, **written, "number": {**numbers, **written.get("number", {})}}


def _long_forms(phrases: dict[str, Any]) -> dict[str, str]:
    """What short forms stand for; of `{list}'s` the form of each word of that list."""
    found: dict[str, str] = {}
    for short, long in phrases["long_forms"].items():
        name = short[1:].partition("}")[0] if short.startswith("{") else ""
        for word in phrases["lists"][name] if name else ("",):
            if " " not in word:
                found[short.replace(f"{{{name}}}", word)] = long.replace(f"{{{name}}}", word)
    return found


def _check(path: Path, templates: Iterable[str]) -> None:
    """Read every template that is compiled later."""
    try:
        for template in templates:
            parse(template)
    except ValueError as error:
        raise ContentError("language", f"{path}: {error}.") from error


def _expanded(path: Path, templates: Iterable[str]) -> tuple[str, ...]:
    """The phrases of some templates."""
    try:
        return expand_all(templates)
    except ValueError as error:
        raise ContentError("language", f"{path}: {error}.") from error


def _without(words: frozenset[str], name: str) -> str:
    """The name less these words, if any are left: they are hardly spoken, and easily missed."""
    return " ".join(word for word in name.split() if word not in words) or name


def _read(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(read_text(path, MAX_TOML_BYTES))
    except OSError as error:
        raise ContentError("language", f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ContentError("language", f"{path} cannot be read: {error}.") from error


def _functions(path: Path, wanted: type) -> object:
    """A module of a language, with all the functions that are wanted of it."""
    try:
        spec = importlib.util.spec_from_file_location(f"limber_language_{path.parent.name}_{path.stem}", path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except (OSError, SyntaxError) as error:
        raise ContentError("language", f"{path} cannot be read: {error}.") from error
    for name in vars(wanted):
        if not name.startswith("_") and not callable(getattr(module, name, None)):
            raise ContentError("language", f"{path}: the function {name} is missing.")
    return module


def _named(
    path: Path, table: dict[str, Any], section: str, names: type[Intent | Line | RedFlag | Transfer]
) -> list[tuple[str, Any]]:
    """The entries of a section, which must be exactly the members of `names`."""
    wanted, given = {str(name) for name in names}, set(table.get(section, {}))
    for key in sorted(wanted ^ given):
        what = "is missing" if key in wanted else "is not known"
        raise ContentError("language", f"{path}: [{section}] {key} {what}.")
    return list(table[section].items())
