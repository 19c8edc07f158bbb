"""A language of nonsense words, made of the English pack: other letters, other order, other rules.

Every word is written in Cyrillic letters, and the words of each phrase and sentence stand the other way
round, numbers too ("one twenty"). A sentence ends with a pilcrow, without a space after it. A word beside a
number has three forms. So whatever of English is left in the program shows in Latin letters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from assistant.core.intents import Intent
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine
from assistant.languages.packs import load_language
from assistant.resources import LANGUAGES_FOLDER

_LATIN, _OTHER = "abcdefghijklmnopqrstuvwxyz'", "абцдефгхийклмнопярстувшьызъ"
_LETTERS = str.maketrans(_LATIN, _OTHER)
_TOKEN = re.compile(r"\{[^{}]*\}|[a-z']+")
_FORMS = re.compile(r"\{(\w+):one=(\w+)\|other=(\w+)\}")
END = "¶"

RULES = """
import re

def sentences(text):
    return [piece + "¶" for piece in text.split("¶") if piece]

def words(text):
    return tuple(re.findall("[абцдефгхийклмнопярстувшьызъ]+", text.lower()))

def written_out(text):
    return text

def all_of(names):
    return " ".join(names)


def any_of(names):
    return " ".join(reversed(names))


def number(number):
    words = {WORDS}
    rest = [words[number % 10]] if number % 10 else []
    return words[number] if number in words else " ".join([*rest, words[number // 10 * 10]])

def plural(number):
    return "one" if number == 1 else "few" if 2 <= number <= 4 else "other"
"""
WORDING = """
def lint_spoken(text):
    return ["says пусх"] if "пусх" in text else []

def lint_reading(text):
    return ["is long"] if len(text) > 300 else []

def lint_part(part, text):
    return ["never says softly"] if part == "leave" and "слошлы" not in text else []

def lint_bearings(told, bearings):
    return []
"""


def nonsense(text: str) -> str:
    """A phrase or a sentence in nonsense, the words the other way round."""
    text = _FORMS.sub(lambda m: f"{{{m[1]}:one={m[2]}|few={m[3]}a|other={m[3]}u}}", text.lower())
    tokens = [_word(token) for token in _TOKEN.findall(text)]
    return " ".join(reversed(tokens))


def nonsense_text(text: str) -> str:
    """Some sentences in nonsense, each with its end."""
    return "".join(f"{said}{END}" for part in re.split(r"[.?!]", text) if (said := nonsense(part)))


def nonsense_routine(routine: Routine) -> Routine:
    """A routine whose texts are nonsense."""
    stretches = tuple(
        replace(
            stretch,
            spoken_name=nonsense(stretch.spoken_name),
            enter=tuple(nonsense_text(text) for text in stretch.enter),
            starts=tuple((position, nonsense_text(text)) for position, text in stretch.starts),
            **{name: nonsense_text(getattr(stretch, name)) for name in ("feel", "leave", "easier", "breath")},
        )
        for stretch in routine.stretches
    )
    return replace(routine, spoken_name=nonsense(routine.spoken_name), stretches=stretches)


def write_nonsense(folder: Path, english: LanguagePack) -> None:
    """Write the pack "zz" into a folder of languages."""
    pack = folder / "zz"
    pack.mkdir()
    table, numbers = english.table, english.table.slots["number"]
    by_number = {int(n): nonsense(words) for words, n in numbers.items() if " " not in words}
    (pack / "rules.py").write_text(RULES.replace("{WORDS}", repr(by_number)), encoding="utf-8")
    (pack / "wording.py").write_text(WORDING, encoding="utf-8")
    lines = {str(line): nonsense_text(text) for line, text in english.lines.items()}
    words = {name: nonsense(word) for name, word in english.words.items()}
    (pack / "prompts.toml").write_text(_toml({"words": words, "lines": lines}), encoding="utf-8")
    transfers = {
        str(name): {"words": nonsense_text(texts.words), "easier": nonsense_text(texts.easier)}
        for name, texts in english.transfers.items()
    }
    (pack / "transfers.toml").write_text(_toml(transfers), encoding="utf-8")
    flagged_phrases = {phrase: english.red_flags[phrase] for phrase in table.phrases[Intent.RED_FLAG]}
    flagged = set(flagged_phrases)
    phrases = {
        str(intent): _reversed(p for p in ways if p not in flagged)
        for intent, ways in table.phrases.items()
        if any(p not in flagged for p in ways)
    }
    phrases["stop"] = ["стоп [ит|нош]", *phrases["stop"]]
    flags = {
        f"red_flags.{kind}": {
            "advice": str(english.advice[kind]),
            "phrases": _reversed(p for p, of in flagged_phrases.items() if of is kind),
            "written": [],
        }
        for kind in english.advice
    }
    slots = {
        f"slots.{name}": {nonsense(said): value for said, value in values.items()}
        for name, values in table.slots.items()
    }
    rest = {
        "half_heard": {str(intent): _reversed(left) for intent, left in table.half_heard.items()},
        "lost": {"number": ["before"], "span": ["after"], "refusal": ["after"]},
        "answers": {name: _reversed(counted) for name, counted in english.answers.items()},
        "spelling": {nonsense(one): nonsense(other) for one, other in table.spelling.items()},
        "articles": {"words": _reversed(english.articles)},
        "decoys": {"phrases": _reversed(table.decoys)},
        "calls": {"phrases": _reversed(table.calls)},
        "spotted": {"phrases": _reversed(table.spotted)},
        "written": {"pause": [nonsense("the phone")]},
        "alone": {},
        "facts": {"yes": [], "written": []},
        "cores": {},
        "written_slots.span": {nonsense("an hour"): 3600},
        "lists": {"symptom": _reversed(("pain", "numbness"))},
        "denied": {"phrases": [nonsense("no {symptom}")]},
        "long_forms": {nonsense("i'm"): f"{nonsense('am')} {nonsense('i')}"},
        "asides": {"before": [], "after": [nonsense("please")], "own": [nonsense("i")]},
    }
    (pack / "phrases.toml").write_text(
        _toml({"phrases": phrases, **flags, **slots, **rest}), encoding="utf-8"
    )


def write_nonsense_texts(folder: Path) -> None:
    """Write what the pack "zz" tells of the stretches and routines that come with Limber."""
    english = LANGUAGES_FOLDER / "en"
    (folder / "zz" / "stretches").mkdir()
    for path in [english / "routines.yaml", *sorted((english / "stretches").iterdir())]:
        told = yaml.safe_load(path.read_text("utf-8"))
        texts = {of: {name: _told(name, value) for name, value in told[of].items()} for of in told}
        written = yaml.safe_dump(texts, allow_unicode=True, sort_keys=False)
        (folder / "zz" / path.relative_to(english)).write_text(written, encoding="utf-8")


def load_nonsense(folder: Path, routines: Iterable[Routine] = ()) -> LanguagePack:
    """Write the pack and load it with the loader of every language."""
    write_nonsense(folder, load_language("en"))
    return load_language("zz", routines, folder)


def _word(token: str) -> str:
    if not token.startswith("{"):
        return token.translate(_LETTERS)
    name, colon, forms = token[1:-1].partition(":")
    translated = re.sub(r"=([a-z]+)", lambda m: f"={m[1].translate(_LETTERS)}", forms)
    return f"{{{name}{colon}{translated}}}"


def _told(name: str, value: str | list[str] | dict[str, str]) -> object:
    if isinstance(value, list):
        return [nonsense_text(text) for text in value]
    if isinstance(value, dict):
        return {key: nonsense_text(text) for key, text in value.items()}
    return nonsense(value) if name == "spoken_name" else nonsense_text(value)


def _reversed(phrases: Iterable[str]) -> list[str]:
    return [nonsense(phrase) for phrase in phrases]


def _toml(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Strings, numbers and lists of strings are written alike in JSON and in TOML."""
    return "\n".join(
        f"[{name}]\n"
        + "".join(f"{json.dumps(k)} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in values.items())
        for name, values in tables.items()
    )
