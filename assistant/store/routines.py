"""The routines that there are: those that come with Limber, the user's own, and those of installed packs.

Called on the main thread, before a session. Must not decide what is safe to say: that is routine_check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from assistant.core.prompts import LanguagePack
from assistant.core.routine import Position, Routine, Stretch
from assistant.errors import ContentError
from assistant.resources import LANGUAGES_FOLDER
from assistant.store.documents import Document, DocumentError, Problem, read_document, validate
from assistant.store.library import builtin_folder, load_library, problems_of, yaml_files
from assistant.store.routine_check import Library, check_routine, check_routine_texts
from assistant.store.routine_files import (
    BuiltInRoutine,
    ManifestFile,
    RoutineFile,
    RoutineTexts,
    RoutineTextsFile,
    StretchFile,
    StretchUse,
    make_stretch,
)
from assistant.store.transfer_check import check_transfers

MANIFEST_NAME = "manifest.yaml"
POSES_NAME = "poses.yaml"
NOT_ROUTINES = (MANIFEST_NAME, POSES_NAME)
"""What else there is in a pack."""
MAX_OWN_FILES = 200
MAX_PACKS = 50


@dataclass(frozen=True, slots=True)
class Pack:
    """An installed pack of routines: who made it, and who reviewed it."""

    name: str
    author: str
    licence: str
    reviewed_by: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Listed:
    """A routine with the file that it is in, and the pack that it came in, if any."""

    routine: Routine
    path: Path
    pack: Pack | None = None


def load_routine(path: Path, language: LanguagePack | None = None, library: Library | None = None) -> Routine:
    """Read and check one routine file. Raises DocumentError, a ContentError with all its problems."""
    return make_routine(read_document(path), load_library() if library is None else library, language)


def make_routine(document: Document, library: Library, language: LanguagePack | None = None) -> Routine:
    """Check a document and make a routine of it. Raises DocumentError with all its problems."""
    file = validate(document, RoutineFile, also=check_routine(document, library, language))
    return _routine(file, file, library)


def check_file(
    path: Path, language: LanguagePack | None = None, library: Library | None = None
) -> tuple[Problem, ...]:
    """All problems of a routine file, in the order of their lines; none when it can be used."""
    known = load_library() if library is None else library

    def read() -> None:
        document = read_document(path)
        routine = make_routine(document, known, language)
        _check_ways(document, routine, validate(document, RoutineFile).minutes)

    return problems_of(read)


def load_routines(language: LanguagePack | None, on_problem: Callable[[str], None]) -> tuple[Routine, ...]:
    """The built-in routines, then the user's and those of packs. `on_problem` gets a line for each left out.

    Raises ContentError when the built-in ones are missing or broken.
    """
    return tuple(listed.routine for listed in list_routines(language, on_problem))


def list_routines(language: LanguagePack | None, on_problem: Callable[[str], None]) -> list[Listed]:
    """As `load_routines`, with where each comes from. Without a language they are told in English.

    What comes with Limber was held against the rules of wording and the safety phrases before its release
    (`limber routines check`), and is not again: that takes longer than all the rest.
    """
    code = language.code if language else "en"
    library = load_library(code)
    found = built_in_routines(library, code)
    for path, pack in _user_files(on_problem):
        try:
            listed = Listed(load_routine(path, language, library), path, pack)
        except ContentError as error:
            on_problem(f"This routine is left out: {error.message}.")
            continue
        if taken := already_taken(listed.routine, (other.routine for other in found)):
            on_problem(f"This routine is left out: {path}: {taken[0]}: {taken[1]}.")
        else:
            found.append(listed)
    return found


def built_in_routines(library: Library, language: str, folder: Path = LANGUAGES_FOLDER) -> list[Listed]:
    """The routines that come with Limber, told as a language in `folder` does. Raises ContentError."""
    paths = yaml_files(builtin_folder())
    files = [_built_in(path, library) for path in paths]
    texts = _texts(routine_texts(language, folder), [file.id for file in files])
    return [
        Listed(_routine(file, texts[file.id], library), path) for path, file in zip(paths, files, strict=True)
    ]


def routine_texts(language: str, folder: Path = LANGUAGES_FOLDER) -> Path:
    """The file in which a language tells of the routines that come with Limber."""
    return folder / language / "routines.yaml"


def check_built_in(path: Path, library: Library) -> tuple[Problem, ...]:
    """All problems of a routine that comes with Limber, in the order of their lines."""

    def read() -> None:
        file = _built_in(path, library)
        untold = RoutineTexts(spoken_name="untold", description=file.id)
        _check_ways(read_document(path), _routine(file, untold, library), file.minutes)

    return problems_of(read)


def check_routine_texts_file(path: Path, library: Library, language: LanguagePack) -> tuple[Problem, ...]:
    """All problems of the texts of the routines that come with Limber, in the order of their lines."""
    ids = [_built_in(of, library).id for of in yaml_files(builtin_folder())]
    return problems_of(lambda: _texts(path, ids, language))


def already_taken(routine: Routine, others: Iterable[Routine]) -> tuple[str, str] | None:
    """The field of a routine that is another's already, and what to do about it."""
    for other in others:
        if routine.id == other.id:
            return "id", f"{routine.id} is another routine's id already; give it another"
        if routine.spoken_name == other.spoken_name:
            return (
                "spoken_name",
                f'"{routine.spoken_name}" is how {other.id} is called already; give it another',
            )
        theirs = {stretch.id: _as_told(stretch) for stretch in other.stretches}
        for stretch in routine.stretches:
            if theirs.get(stretch.id, _as_told(stretch)) != _as_told(stretch):
                message = f"{stretch.id} is another stretch in {other.id}; give it another id"
                return "stretches", message
    return None


def user_folder() -> Path:
    """Where the user's own routines are looked for."""
    return platformdirs.user_data_path("limber", appauthor=False) / "routines"


def packs_folder() -> Path:
    """Where the routines of packs are, a folder each; `limber routines add` and `remove` change it."""
    return user_folder() / "packs"


def installed_packs(on_problem: Callable[[str], None]) -> list[Pack]:
    """The packs that are installed, by name; `on_problem` gets a line for each that cannot be read."""
    folder = packs_folder()
    try:
        folders = (
            sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] != ".") if folder.exists() else []
        )
    except OSError as error:
        on_problem(f"The packs in {folder} cannot be read: {error.strerror}.")
        return []
    if len(folders) > MAX_PACKS:
        on_problem(f"{folder} has more than {MAX_PACKS} packs; those after them by name are left out.")
    found = []
    for one in folders[:MAX_PACKS]:
        try:
            found.append(read_manifest(read_document(one / MANIFEST_NAME)))
        except DocumentError as error:
            on_problem(f"This pack is left out: {error.message}.")
    return found


def read_manifest(document: Document) -> Pack:
    """The pack that a manifest tells of. Raises DocumentError with all its problems."""
    return Pack(**validate(document, ManifestFile).model_dump(), folder=document.path.parent)


def _check_ways(document: Document, routine: Routine, minutes: int | None) -> None:
    if problems := check_transfers(document, routine, minutes):
        raise DocumentError(problems)


def _built_in(path: Path, library: Library) -> BuiltInRoutine:
    document = read_document(path)
    return validate(document, BuiltInRoutine, also=check_routine(document, library))


def _texts(path: Path, ids: list[str], language: LanguagePack | None = None) -> dict[str, RoutineTexts]:
    document = read_document(path)
    return validate(document, RoutineTextsFile, also=check_routine_texts(document, ids, language)).root


def _routine(file: BuiltInRoutine | RoutineFile, texts: RoutineTexts, library: Library) -> Routine:
    stretches = tuple(_stretch(item, library) for item in file.stretches)
    told = (texts.spoken_name, texts.description)
    return Routine(file.id, *told, stretches, file.order_reason, file.ends_lying)


def _stretch(item: str | StretchUse | StretchFile, library: Library) -> Stretch:
    match item:
        case StretchFile():
            return make_stretch(item, item)
        case StretchUse():
            return item.changed(library[item.use])
        case _:
            return library[item]


def _as_told(stretch: Stretch) -> Stretch:
    """The stretch without what a routine may change of it."""
    return replace(stretch, hold_seconds=0, repetitions=0, position=Position.FLOOR)


def _user_files(on_problem: Callable[[str], None]) -> Iterator[tuple[Path, Pack | None]]:
    folder = user_folder()
    try:
        own = yaml_files(folder) if folder.exists() else []
        yield from ((path, None) for path in own[:MAX_OWN_FILES])
    except OSError as error:
        on_problem(f"Your own routines in {folder} cannot be read: {error.strerror}.")
        return
    if len(own) > MAX_OWN_FILES:
        on_problem(f"{folder} has more than {MAX_OWN_FILES} routines; those after them by name are left out.")
    for pack in installed_packs(on_problem):
        yield from ((path, pack) for path in yaml_files(pack.folder) if path.name not in NOT_ROUTINES)
