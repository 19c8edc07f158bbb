"""The wording of everything that can be spoken, held against the rules of its language, and TOML prompts.

Pure functions on any thread. Must not judge words itself: the language pack does, and its phrase table tells
what the recognizer would act on if it heard it from the speaker.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from assistant.core.dialogue.sound_check import SAYS_STOP
from assistant.core.intents import Intent
from assistant.core.prompts import LanguagePack
from assistant.core.understanding import find_safety
from assistant.store.documents import DocumentError, Problem, read_text

PLACEHOLDER = re.compile(r"\{(\w*)\}")
_FORMS = re.compile(r"\{\w+:([^{}]*)\}")
_STAND_IN = "x"
"""Counts as a short word, where something will stand that is not known yet."""
_TOML_TABLE = re.compile(r"\s*\[([^\[\]]+)\]")
_TOML_KEY = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*=")


def lint_spoken(text: str, language: LanguagePack, *, asks_for_stop: bool = False) -> list[str]:
    """What is wrong with a text that is to be spoken, a message each; `{placeholders}` count as a word.

    That includes safety phrases, which the recognizer would act on if it heard them from the speaker. The one
    sentence that asks for "stop" may say it; nothing else may, and it may say nothing else.
    """
    return _distinct(problem for form in _forms(text) for problem in _lint(form, language, asks_for_stop))


def _lint(text: str, language: LanguagePack, asks_for_stop: bool) -> list[str]:
    text = without_placeholders(text)
    problems = language.wording.lint_spoken(text)
    match = find_safety(language.rules.words(text), language.table)
    if match and not (asks_for_stop and match.intent is Intent.STOP):
        problems.append(f'says "{match.phrase}", which the recognizer takes for "{match.intent.value}"')
    return problems


def lint_reading(text: str, language: LanguagePack) -> list[str]:
    """What makes a text hard to follow when it is heard once; `{placeholders}` count as a word."""
    lint = language.wording.lint_reading
    return _distinct(problem for form in _forms(text) for problem in lint(without_placeholders(form)))


def without_placeholders(text: str) -> str:
    """The text with a short word in place of each placeholder."""
    return PLACEHOLDER.sub(_STAND_IN, text)


def _forms(text: str) -> Iterator[str]:
    """The text with each form of the words that depend on a number; the first of all of them, and so on."""
    forms = [[form.partition("=")[2] for form in listed.split("|")] for listed in _FORMS.findall(text)]
    for chosen in zip_longest(*forms) if forms else [()]:
        words = iter([form or listed[0] for form, listed in zip(chosen, forms, strict=True)])
        yield _FORMS.sub(lambda _: next(words), text)  # noqa: B023 - used up within the turn


def _distinct(problems: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(problems))


def check_prompts(path: Path, language: LanguagePack) -> tuple[Problem, ...]:
    """All problems of the sentences in a TOML file of prompts, in the order of their lines."""
    try:
        text = read_text(path)
        data = tomllib.loads(text)
    except DocumentError as error:
        return error.problems
    except tomllib.TOMLDecodeError as error:
        return (Problem(path, 1, "", f"is not TOML: {error}"),)
    lines = _toml_lines(text)
    found = [
        Problem(path, lines.get(key, 1), key, message)
        for key, said in _strings("", data)
        for message in (
            *lint_spoken(said, language, asks_for_stop=key == f"lines.{SAYS_STOP}"),
            *lint_reading(said, language),
        )
    ]
    return tuple(sorted(found, key=lambda problem: problem.line))


def _strings(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Every string in TOML data with its key, "lines.paused"; those of a list have the list's."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(key, item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _strings(f"{key}.{name}".removeprefix("."), item)


def _toml_lines(text: str) -> dict[str, int]:
    """The line of every key; tomllib does not tell."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TOML_TABLE.match(line):
            table = header[1].strip()
        elif key := _TOML_KEY.match(line):
            lines.setdefault(f"{table}.{key[1]}".removeprefix("."), number)
    return lines
