"""The documents name what is there: files, links, and in "How to add something" all that has to change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

from assistant.core import events
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.states import Signal
from assistant.resources import LANGUAGES_FOLDER
from assistant.store.library import load_library

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "routines" / "README.md",
    ROOT / "models" / "limber-en" / "README.md",
]
PLACES = ("assistant", "docs", "models", "packaging", "requirements", "routines", "scripts", "tests")
VOICE_ENGINES = ("piper", "flite", "espeak")
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def prose(document: Path) -> str:
    """The text without what stands between fences."""
    return re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)


@cache
def names_there() -> frozenset[str]:
    """What our files are called, without their folders."""
    paths = [*ROOT.glob("*.toml"), *(path for place in PLACES for path in (ROOT / place).rglob("*.*"))]
    return frozenset(path.name for path in paths)


def is_there(quoted: str) -> bool:
    """Whether something in backticks names no file of ours, or one that is there; `*` stands for any."""
    path = quoted.split("::", maxsplit=1)[0].partition(" ")[0].removeprefix("./").rstrip("/")
    if path.split("/")[0] in PLACES and "/" in path:
        return any(ROOT.glob(path))
    return path in names_there() if re.fullmatch(r"[\w.]+\.(py|toml)", path) else True


def anchors(document: Path) -> set[str]:
    """The names by which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_the_files_that_it_names_are_there(document: Path) -> None:
    assert [quoted for quoted in QUOTED.findall(prose(document)) if not is_there(quoted)] == []


@pytest.mark.parametrize(
    ("quoted", "there"),
    [
        ("assistant/core/session.py", True),
        ("./scripts/run", True),
        ("scripts/measure/run hearing --quick", True),
        ("assistant/core/intents.py::Intent", True),
        ("tests/scenario/*.py", True),
        ("hold_seconds", True),
        ("assistant/core/sessions.py", False),
        ("tests/nothing/*.py", False),
        ("phrases.toml", True),
        ("phrase.toml", False),
    ],
)
def test_what_is_not_there_would_be_found(quoted: str, there: bool) -> None:
    assert is_there(quoted) is there


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_its_links_lead_somewhere(document: Path) -> None:
    for link in LINK.findall(prose(document)):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", DECISIONS, ids=name)
def test_a_decision_is_short_and_says_why(page: Path) -> None:
    text = page.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]
    assert all(part.strip() for part in re.split(r"^## .+$", text, flags=re.MULTILINE))
    assert len(text.splitlines()) <= 25
    assert text.startswith(f"# {int(page.name[:4])}. ")


def test_every_decision_is_in_their_list_and_none_is_left_out() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    titles = [(page.read_text().split("\n")[0].removeprefix("# "), page.name) for page in DECISIONS]
    listed = [
        line for line in (ROOT / "docs/decisions/README.md").read_text().split("\n") if line[:1].isdigit()
    ]
    assert listed == [f"{title.replace('. ', '. [', 1)}]({file})" for title, file in titles]


def test_the_documents_for_a_first_look_are_short() -> None:
    drawn = re.compile(r"<!-- states: begin.*states: end -->", re.DOTALL)
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
    assert len(drawn.sub("", (ROOT / "ARCHITECTURE.md").read_text()).splitlines()) < 240


def modules(folder: str) -> set[str]:
    """What a package consists of, by the names that a table gives them."""
    paths = [path for path in (ROOT / folder).iterdir() if path.name[0] not in "._"]
    packages = {f"{path.name}/" for path in paths if path.is_dir()}
    return packages | {path.stem for path in paths if path.suffix == ".py"}


@pytest.mark.parametrize("folder", ["assistant/core", "assistant/core/dialogue"])
def test_the_architecture_says_what_each_module_is_for(folder: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = text.split(f"| in `{folder}` |")[1].split("\n\n")[0]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    named = [quoted for cell in first_cells for quoted in QUOTED.findall(cell)]
    assert len(named) == len(set(named))
    assert set(named) == modules(folder)


def test_the_architecture_names_every_part_of_the_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for part in modules("assistant"):
        assert f"`assistant/{part.removesuffix('/')}`" in text or f"`assistant/{part}.py`" in text, part


def listed_for(title: str) -> set[str]:
    """The files that CONTRIBUTING lists for adding something."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    section = re.search(rf"^### {title}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert section, title
    first_cells = re.findall(r"^\| (`[^|]+) \|", section[1], re.MULTILINE)
    patterns = [quoted for cell in first_cells for quoted in QUOTED.findall(cell)]
    return {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}


@cache
def files() -> tuple[tuple[str, str], ...]:
    """What there is to change: the package, the settings, and what scripts write."""
    paths = [*(ROOT / "assistant").rglob("*.*"), *(ROOT / "docs").glob("*.md"), ROOT / "config.example.toml"]
    texts = [path for path in paths if path.suffix in (".py", ".toml", ".json", ".md")]
    return tuple((str(path.relative_to(ROOT)), path.read_text()) for path in texts)


def that_name(kinds: Iterable[tuple[str, ...]], share: float = 1.0) -> set[str]:
    """The files that name most members of a kind, each in one of its ways: they must name a new one too."""
    wanted = list(kinds)
    return {
        file
        for file, text in files()
        if sum(any(way in text for way in ways) for ways in wanted) >= share * len(wanted)
    }


def ways_to_name(kinds: Iterable[str], member: StrEnum) -> tuple[str, ...]:
    """How a member of an enumeration is named: in code, where it is defined, as a key, in a table."""
    in_code = (f"{kind}.{member.name}" for kind in kinds)
    return (*in_code, f"    {member.name} = ", f"\n{member} = ", f"| {member.replace('_', ' ')} |")


def test_what_a_command_needs_is_listed() -> None:
    found = that_name((ways_to_name(("Intent", " I", "(I"), intent) for intent in Intent), share=0.7)
    assert {"assistant/core/intents.py", "docs/dialogue.md"} < found
    assert found <= listed_for("A command")


def test_what_a_sentence_needs_is_listed() -> None:
    found = that_name((ways_to_name(("Line",), line) for line in Line), share=0.7)
    assert "assistant/core/prompts.py" in found
    assert found <= listed_for("A sentence")


def test_what_a_fault_needs_is_listed() -> None:
    lost = [name for name in vars(events) if name.endswith("Lost")]
    signals = [Signal.MICROPHONE_LOST, Signal.SPEAKER_LOST]
    assert len(lost) == len(signals) == 2
    found = that_name((f"class {name}:", f"{name}(") for name in lost)
    found |= that_name(ways_to_name(("Signal",), signal)[:2] for signal in signals)
    assert {"assistant/core/events.py", "assistant/core/states.py", "assistant/audio/live.py"} < found
    assert found <= listed_for("A fault")


def test_what_a_voice_engine_needs_is_listed() -> None:
    found = that_name(
        (f"{name}:", f'"{name}"', f"({name}|", f"|{name}|", f"|{name})") for name in VOICE_ENGINES
    )
    assert "config.example.toml" in found
    assert found <= listed_for("A voice engine")


def test_what_a_language_needs_is_listed() -> None:
    pack = [path for path in (LANGUAGES_FOLDER / "en").iterdir() if path.suffix in (".toml", ".py")]
    assert {name(path) for path in pack} <= listed_for("A language")


@pytest.mark.parametrize("document", ["README.md", "docs/safety.md"])
def test_the_stretches_are_counted(document: str) -> None:
    assert f"{len(load_library())} stretches" in (ROOT / document).read_text()
