"""Whatever can be checked, by its path: a routine, a file of the library, a pack, the prompts of a language.

Called on the main thread by `limber routines check`. Must not change anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from assistant.core.prompts import LanguagePack
from assistant.errors import ContentError
from assistant.resources import LANGUAGES_FOLDER
from assistant.store.documents import DocumentError, Problem
from assistant.store.library import (
    builtin_folder,
    check_library_file,
    check_texts_file,
    library_files,
    load_library,
    texts_of,
    yaml_files,
)
from assistant.store.packs import PackError, check_pack, read_files
from assistant.store.pose_check import check_pose_file
from assistant.store.poses import pose_files
from assistant.store.routine_check import Library
from assistant.store.routines import (
    NOT_ROUTINES,
    check_built_in,
    check_file,
    check_routine_texts_file,
    packs_folder,
    routine_texts,
    user_folder,
)
from assistant.store.wording import check_prompts


def everything(language: str) -> list[Path]:
    """All that Limber can speak in a language: what comes with it, the user's own routines, and packs.

    Raises ContentError when what comes with Limber is missing, or a folder cannot be read.
    """
    try:
        own = yaml_files(user_folder()) if user_folder().exists() else []
        folders = [p for p in packs_folder().iterdir() if p.name[0] != "."] if packs_folder().exists() else []
        of_packs = [f for folder in sorted(folders) for f in yaml_files(folder) if f.name not in NOT_ROUTINES]
    except OSError as error:
        raise ContentError("routines", f"{error.filename} cannot be read: {error.strerror}.") from error
    library, routines = library_files(), yaml_files(builtin_folder())
    texts = [*(texts_of(path, language) for path in library), routine_texts(language)]
    said = [LANGUAGES_FOLDER / language / name for name in ("prompts.toml", "transfers.toml")]
    return [*library, *routines, *texts, *pose_files(), *said, *own, *of_packs]


def check_paths(paths: Iterable[Path], language: LanguagePack) -> list[Problem]:
    """All problems, file by file. A folder or a zip file is taken for a pack, a TOML file for prompts."""
    of_library = {path.resolve() for path in library_files()}
    poses = {path.resolve() for path in pose_files()}
    texts = {texts_of(path, language.code).resolve(): path for path in of_library}
    built_in = {path.resolve() for path in yaml_files(builtin_folder())}
    found: list[Problem] = []
    library: Library = {}
    try:
        library = load_library(language.code)
    except DocumentError as error:
        found += error.problems
    for path in paths:
        place = path.resolve()
        if place in of_library:
            found += check_library_file(path)
        elif place in texts:
            found += check_texts_file(path, texts[place], language)
        elif place in poses:
            found += check_pose_file(path, library)
        elif place in built_in:
            found += check_built_in(path, library)
        elif place == routine_texts(language.code).resolve():
            found += check_routine_texts_file(path, library, language)
        elif path.suffix == ".toml":
            found += check_prompts(path, language)
        elif path.is_dir() or path.suffix == ".zip":
            found += _pack_problems(path, library, language)
        else:
            found += check_file(path, language, library)
    return list(dict.fromkeys(found))


def _pack_problems(path: Path, library: Library, language: LanguagePack) -> tuple[Problem, ...]:
    try:
        check_pack(path, read_files(path), library, (), language)
    except PackError as error:
        return error.problems
    return ()
