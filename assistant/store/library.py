"""The library of stretches that come with Limber: routines name them, and the planner composes from them.

Called on the main thread, before a session. Must not decide what is safe to say: that is routine_check.
"""

from __future__ import annotations

from pathlib import Path

from assistant.core.prompts import LanguagePack
from assistant.core.routine import Region, Stretch
from assistant.errors import ContentError
from assistant.resources import resource_path
from assistant.store.documents import Document, DocumentError, Problem, read_document, validate
from assistant.store.routine_check import check_library
from assistant.store.routine_files import LibraryFile

YAML_SUFFIXES = (".yaml", ".yml")


def load_library(language: LanguagePack | None = None) -> dict[str, Stretch]:
    """The stretches by id, from the neck down, and by their ids within a region.

    Raises ContentError when the library is missing or broken.
    """
    found: dict[str, Stretch] = {}
    for path in library_files():
        for stretch in _read(path, language):
            if stretch.id in found:
                raise DocumentError(
                    [Problem(path, 1, "", f"{stretch.id} is in another file of the library too")]
                )
            found[stretch.id] = stretch
    order = list(Region)
    return {s.id: s for s in sorted(found.values(), key=lambda s: (order.index(s.region), s.id))}


def library_files() -> list[Path]:
    """The library's files. Raises ContentError when it is not there."""
    return yaml_files(builtin_folder("stretches"))


def check_library_file(path: Path, language: LanguagePack | None = None) -> tuple[Problem, ...]:
    """All problems of a file of the library, in the order of their lines."""
    try:
        _read(path, language)
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


def _read(path: Path, language: LanguagePack | None) -> list[Stretch]:
    document: Document = read_document(path)
    file = validate(document, LibraryFile, also=check_library(document, language))
    return [item.stretch() for item in file.stretches]
