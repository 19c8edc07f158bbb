"""The document for clinicians: every file and name that it gives for a rule is there."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from assistant.core.dialogue.screening import HISTORY_LINES
from assistant.core.pain_rules import RULES, RedFlag

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "safety.md").read_text()
REFERENCES = sorted({quoted for quoted in re.findall(r"`([^`]+)`", DOCUMENT) if re.search(r"/|\w::", quoted)})
RULE = re.compile(r"^\| \*\*(\w\d+)\b.*\|$", re.MULTILINE)
NOT_KEPT = ("**Not kept.**", "**Not tested.**")


def members(node: ast.Module | ast.ClassDef) -> dict[str, ast.stmt]:
    """What a module or a class defines, by name."""
    found: dict[str, ast.stmt] = {}
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = (name for target in targets for name in ast.walk(target))
            found |= {name.id: statement for name in names if isinstance(name, ast.Name)}
    return found


def is_there(reference: str) -> bool:
    """Whether `file::name` names a file and something in it: `Class::member` too, or a key of a TOML file."""
    name, *inner = reference.split("::")
    path = ROOT / name
    if not path.is_file():
        return False
    if path.suffix == ".toml" and inner:
        value: object = tomllib.loads(path.read_text())
        for key in inner[0].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return len(inner) == 1 and bool(value)
    if path.suffix != ".py":
        return not inner
    node: object = ast.parse(path.read_text())
    for part in inner:
        node = members(node).get(part) if isinstance(node, ast.Module | ast.ClassDef) else None
    return node is not None


@pytest.mark.parametrize("reference", REFERENCES)
def test_what_it_names_is_there(reference: str) -> None:
    assert is_there(reference)


@pytest.mark.parametrize(
    ("reference", "there"),
    [
        ("assistant/core/pain_rules.py", True),
        ("assistant/core/pain_rules.py::RULES", True),
        ("assistant/core/pain_rules.py::MODERATE_SCORE", True),
        ("assistant/core/pain_rules.py::RedFlag::CHEST", True),
        ("assistant/core/pain_rules.py::RedFlag::KNEE", False),
        ("assistant/core/pain_rules.py::RULES::CHEST", False),
        ("assistant/core/pain_rules.py::rules", False),
        ("assistant/core/pains.py", False),
        ("assistant/core", False),
        ("assistant/languages/en/prompts.toml::lines.hold", True),
        ("assistant/languages/en/prompts.toml::lines.hold.still", False),
        ("assistant/languages/en/prompts.toml::lines.holds", False),
        ("docs/hearing.md", True),
        ("docs/hearing.md::lines", False),
    ],
)
def test_what_is_not_there_would_be_found(reference: str, there: bool) -> None:
    assert is_there(reference) is there


def test_every_rule_says_where_it_is_kept_and_where_it_is_tested() -> None:
    rows = [[cell.strip() for cell in row[0].strip("|").split(" | ")] for row in RULE.finditer(DOCUMENT)]
    assert len(rows) >= 50
    for rule, *places in rows:
        assert len(places) == (1 if re.match(r"\*\*B(\d|10)\.", rule) else 2), rule
        for place in places:
            named = place.startswith(NOT_KEPT)
            assert named or any(f"`{reference}`" in place for reference in REFERENCES), rule


def test_a_test_is_named_where_one_belongs() -> None:
    tests = [reference for reference in REFERENCES if reference.startswith("tests/")]
    assert len(tests) >= 40
    assert all("::test_" in reference for reference in tests)


def test_no_rule_stands_twice_and_none_is_missing() -> None:
    numbers = [row[1] for row in RULE.finditer(DOCUMENT)]
    for letter, count in (("A", 9), ("P", 8), ("R", len(RedFlag)), ("B", 14), ("W", 4), ("Y", 5), ("N", 11)):
        of_letter = sorted((n for n in numbers if n[0] == letter), key=lambda n: int(n[1:]))
        assert of_letter == [f"{letter}{n}" for n in range(1, count + 1)]
    assert {f"P{rule.number}" for rule in RULES} <= set(numbers)


def test_every_kind_of_warning_sign_and_every_first_question_is_in_it() -> None:
    phrases = "assistant/languages/en/phrases.toml::red_flags."
    assert {r.removeprefix(phrases) for r in REFERENCES if r.startswith(phrases)} == set(RedFlag)
    questions = {f"assistant/languages/en/prompts.toml::lines.{line}" for line in HISTORY_LINES}
    assert questions <= set(REFERENCES)


def test_a_warning_sign_is_told_with_the_advice_that_it_gets() -> None:
    flags = tomllib.loads((ROOT / "assistant/languages/en/phrases.toml").read_text())["red_flags"]
    for row in (row[0] for row in RULE.finditer(DOCUMENT) if row[1].startswith("R")):
        told = re.findall(r"::(?:red_flags|lines)\.(\w+)`", row)
        assert told == [told[0], flags[told[0]]["advice"]]


def test_what_it_says_of_a_difference_stands_in_the_list_too() -> None:
    listed = set(re.findall(r"\b[A-Z]\d+\b", DOCUMENT.split("## What differs")[1].split("\n## ")[0]))
    marked = {row[1] for row in RULE.finditer(DOCUMENT) if "**Differs:**" in row[0] or "**Not " in row[0]}
    assert listed == marked


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md"])
def test_it_is_linked(document: str) -> None:
    assert "(docs/safety.md)" in (ROOT / document).read_text()
