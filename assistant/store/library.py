"""The library of stretches that come with Limber: routines name them, and the planner composes from them.

Called on the main thread, before a session. Must not decide what is safe to say: that is routine_check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from assistant.core.prompts import LanguagePack
from assistant.core.routine import Region, Stretch
from assistant.errors import ContentError
from assistant.resources import LANGUAGES_FOLDER, resource_path
from assistant.store.documents import DocumentError, Problem, read_document, validate
from assistant.store.routine_check import check_library, check_stretch_texts
from assistant.store.routine_files import (
    LibraryFile,
    StretchFacts,
    StretchTexts,
    StretchTextsFile,
    make_stretch,
)

YAML_SUFFIXES = (".yaml", ".yml")


def load_library(language: str = "en", folder: Path = LANGUAGES_FOLDER) -> dict[str, Stretch]:
    """The stretches by id, from the neck down, and by their ids within a region.

    Their texts are those of a language, whose folder is in `folder`. Raises ContentError when a file is
    missing or broken.
    """
    found: dict[str, Stretch] = {}
    for path in library_files():
        facts = _facts(path)
        texts = _texts(texts_of(path, language, folder), facts)
        for one in facts:
            if one.id in found:
                raise DocumentError([Problem(path, 1, "", f"{one.id} is in another file of the library too")])
            found[one.id] = make_stretch(one, texts[one.id])
    order = list(Region)
    return {s.id: s for s in sorted(found.values(), key=lambda s: (order.index(s.region), s.id))}


def library_files() -> list[Path]:
    """The library's files, a region each. Raises ContentError when it is not there."""
    return yaml_files(builtin_folder("stretches"))


def texts_of(path: Path, language: str, folder: Path = LANGUAGES_FOLDER) -> Path:
    """The file in which a language tells what is in a file of the library."""
    return folder / language / "stretches" / path.name


def check_library_file(path: Path) -> tuple[Problem, ...]:
    """All problems of a file of the library, in the order of their lines."""
    return problems_of(lambda: _facts(path))


def check_texts_file(path: Path, of: Path, language: LanguagePack) -> tuple[Problem, ...]:
    """All problems of the texts of `of`, a file of the library, in the order of their lines."""
    return problems_of(lambda: _texts(path, _facts(of), language))


def problems_of(read: Callable[[], object]) -> tuple[Problem, ...]:
    """What is wrong with what is read."""
    try:
        read()
    except DocumentError as error:
        return error.problems
    return ()


def builtin_folder(inner: str = "") -> Path:
    """Where the built-in routines are, or a folder within. Raises ContentError when it is not there."""
    folder = resource_path("routines") / inner
    if not folder.is_dir():
        raise ContentError(
            "routines_missing", f"The built-in routines are missing from {folder}: reinstall Limber."
        )
    return folder


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, by name; hidden ones are not looked at. Raises OSError."""
    return sorted(p for p in folder.iterdir() if p.suffix in YAML_SUFFIXES and not p.name.startswith("."))


def _facts(path: Path) -> list[StretchFacts]:
    document = read_document(path)
    return validate(document, LibraryFile, also=check_library(document)).stretches


def _texts(
    path: Path, facts: Iterable[StretchFacts], language: LanguagePack | None = None
) -> dict[str, StretchTexts]:
    document = read_document(path)
    known = {one.id: one.model_dump(mode="json") for one in facts}
    return validate(document, StretchTextsFile, also=check_stretch_texts(document, known, language)).root
