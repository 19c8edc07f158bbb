"""Packs of routines from others: checked wholly in memory, and only then copied, all or nothing.

Called on the main thread by the command line. Must not trust a name or a size that a pack tells of itself.
"""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine
from assistant.errors import ContentError, StoreError
from assistant.reading import open_regular
from assistant.store.documents import MAX_BYTES, Document, DocumentError, Problem, decode, parse_document
from assistant.store.library import YAML_SUFFIXES
from assistant.store.pack_poses import check_pack_poses
from assistant.store.routine_check import Library
from assistant.store.routines import (
    MANIFEST_NAME,
    NOT_ROUTINES,
    POSES_NAME,
    Pack,
    already_taken,
    make_routine,
    packs_folder,
    read_manifest,
)

MAX_FILES = 50
MAX_PACK_BYTES = 2 * 1024 * 1024
MAX_ZIP_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
_SUFFIXES = (*YAML_SUFFIXES, ".md", ".txt", "")
_MACS_OWN = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|\._)")
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)

Files = dict[str, bytes]
"""A pack's files by their names: there are no folders in a pack."""


class PackError(ContentError):
    """A pack is refused, for all of `problems`; the message tells the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        others = len(self.problems) - 1
        more = f" (and {others} more problem{'s' if others > 1 else ''} in this pack)" if others else ""
        super().__init__("pack", f"{self.problems[0]}{more}")


def add_pack(
    source: Path, library: Library, others: Iterable[Routine], language: LanguagePack | None
) -> tuple[Pack, tuple[Routine, ...]]:
    """Check a folder or zip file, then install it. `others` are the routines that there are already.

    Raises PackError with all problems, and then nothing was written; StoreError when it cannot be written.
    """
    files = read_files(source)
    pack, routines = check_pack(source, files, library, others, language)
    _install(files, pack.folder)
    return pack, routines


def remove_pack(name: str, packs: Iterable[Pack]) -> Pack:
    """Remove the pack of that name. Raises ContentError when there is none, StoreError when it stays."""
    known = {pack.name: pack for pack in packs}
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "no pack is installed"
        raise ContentError("pack_unknown", f"There is no pack {name}; {there}.")
    folder = known[name].folder
    try:
        # Renamed first: a removal that is interrupted leaves no half of a pack among the routines.
        doomed = Path(tempfile.mkdtemp(prefix=".removing-", dir=folder.parent))
        folder.rename(doomed / name)
        shutil.rmtree(doomed)
    except OSError as error:
        raise StoreError("pack_stays", f"{folder} cannot be removed: {error.strerror}.") from error
    return known[name]


def check_pack(
    source: Path, files: Files, library: Library, others: Iterable[Routine], language: LanguagePack | None
) -> tuple[Pack, tuple[Routine, ...]]:
    """The pack, as it will be installed, and its routines. Raises PackError with all problems."""
    problems: list[Problem] = []
    pack: Pack | None = None
    poses: Document | None = None
    routines = list(others)
    before = len(routines)
    named = {name for name in files if PurePosixPath(name).suffix in YAML_SUFFIXES}.difference(NOT_ROUTINES)
    for name, data in sorted(files.items()):
        path = source / name
        try:
            if name == MANIFEST_NAME:
                pack = _new_pack(parse_document(path, data))
            elif name == POSES_NAME:
                poses = parse_document(path, data)
            elif name in named:
                document = parse_document(path, data)
                routine = make_routine(document, library, language)
                if taken := already_taken(routine, routines):
                    problems.append(document.problem((taken[0],), taken[1]))
                routines.append(routine)
            else:
                decode(path, data)
        except DocumentError as error:
            problems += error.problems
    if MANIFEST_NAME not in files:
        message = "is missing: it tells the pack's name, author, licence and reviewed_by"
        problems.append(Problem(source / MANIFEST_NAME, 1, "", message))
    if not named:
        problems.append(Problem(source, 1, "", "has no routine: put its YAML files beside the manifest"))
    if poses and not problems:  # whose stretches are known
        problems += check_pack_poses(poses, routines[before:], library)
    if problems or pack is None:
        raise PackError(problems)
    return pack, tuple(routines[before:])


def _new_pack(document: Document) -> Pack:
    pack = read_manifest(document)
    folder = packs_folder() / pack.name
    if folder.exists():
        message = f"{pack.name} is installed already: limber routines remove {pack.name}"
        raise DocumentError([document.problem(("name",), message)])
    return replace(pack, folder=folder)


def read_files(source: Path) -> Files:
    """All files of a folder or a zip file, in memory. Raises PackError."""
    try:
        if source.is_dir():
            return _checked(source, _folder_files(source))
        if not source.is_file():
            raise PackError([Problem(source, 1, "", "is neither a folder nor a zip file")])
        return _zip_files(source)
    except OSError as error:
        raise PackError([Problem(source, 1, "", f"cannot be read: {error.strerror or error}")]) from error


def _checked(source: Path, files: Iterable[tuple[str, bytes | str]]) -> Files:
    """The files, each a name with its data or with what is wrong with it. Raises PackError."""
    found: Files = {}
    problems: list[Problem] = []
    total = 0
    for count, (name, data) in enumerate(files, start=1):
        if count > MAX_FILES:
            problems.append(Problem(source, 1, "", f"has more than {MAX_FILES} files"))
            break
        problem = data if isinstance(data, str) else _name_problem(name, found)
        if problem:
            problems.append(Problem(source / _shown(name), 1, "", problem))
        elif isinstance(data, bytes):
            found[name] = data
            total += len(data)
        if total > MAX_PACK_BYTES:
            problems.append(Problem(source, 1, "", f"is larger than {MAX_PACK_BYTES // 1024 // 1024} MB"))
            break
    if problems:
        raise PackError(problems)
    return found


def _name_problem(name: str, others: Iterable[str]) -> str:
    if not _NAME.fullmatch(name):
        return "has a name that is refused: use letters, digits, spaces and . _ - only"
    if PurePosixPath(name).suffix.lower() not in _SUFFIXES:
        return "is not a kind of file that a pack may have: .yaml, .md, .txt"
    if name.lower() in {other.lower() for other in others}:
        return "is there twice"
    return ""


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes | str]]:
    for path in sorted(folder.iterdir()):
        if _MACS_OWN.search(path.name):
            continue
        if path.is_symlink():
            yield path.name, "is a link: copy the file itself"
        elif path.is_dir():
            yield path.name, "is a folder: a pack's files lie side by side"
        elif not path.is_file():
            yield path.name, "is not a plain file"
        else:
            with open_regular(path) as file:
                yield path.name, _within_bounds(file.read(MAX_BYTES + 1))


def _zip_files(source: Path) -> Files:
    if source.stat().st_size > MAX_ZIP_BYTES:
        raise PackError([Problem(source, 1, "", f"is larger than {MAX_ZIP_BYTES // 1024 // 1024} MB")])
    try:
        with open_regular(source) as file, zipfile.ZipFile(file) as archive:
            infos = [i for i in archive.infolist() if not _MACS_OWN.search(i.filename)]
            return _checked(source, _members(archive, infos))
    except _ZIP_ERRORS as error:
        message = f"is not a zip file that can be read: {error}"
        raise PackError([Problem(source, 1, "", message)]) from error


def _members(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes | str]]:
    """The files of an archive, without the one folder that they may all lie in."""
    tops = {info.filename.split("/")[0] for info in infos}
    wrapped = len(tops) == 1 and all("/" in info.filename for info in infos)
    for info in infos:
        name = info.filename
        if problem := _member_problem(info):
            yield name, problem
            continue
        inner = name.split("/", 1)[1] if wrapped else name
        if not inner:
            continue  # the one folder itself
        if "/" in inner:
            yield name, "is in a folder: a pack's files lie side by side"
        else:
            with archive.open(info) as file:
                yield inner, _within_bounds(file.read(MAX_BYTES + 1))


def _member_problem(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        return "leads out of the pack"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device, not a plain file"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in an unusual way: use deflate"
    return ""


def _within_bounds(data: bytes) -> bytes | str:
    return data if len(data) <= MAX_BYTES else f"is larger than {MAX_BYTES // 1024} KB"


def _shown(name: str) -> str:
    """A name that is harmless to print, and that leads nowhere when a path is made of it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name).lstrip("/")[:120] or "(no name)"


def _install(files: Files, folder: Path) -> None:
    """Write all files beside their place, then move them there in one step."""
    staging: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".adding-", dir=folder.parent))
        for name, data in files.items():
            (staging / name).write_bytes(data)
        staging.chmod(0o755)
        staging.rename(folder)
    except OSError as error:
        if staging:
            shutil.rmtree(staging, ignore_errors=True)
        raise StoreError("pack_not_added", f"{folder} cannot be written: {error.strerror}.") from error
