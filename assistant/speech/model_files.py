"""Which files a model or a voice is made of, with their sizes and checksums, in a manifest beside them.

Any thread. A library written in C is never given a file that is not what it should be: of a few flipped bits
it may make anything, and it may not come back.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath

from assistant.reading import open_regular, read_bytes
from assistant.writing import write_whole

MANIFEST_NAME = "files.json"
_MAX_MANIFEST_BYTES = 256 * 1024
_NOT_USED = ("README.md", MANIFEST_NAME)


def write_manifest(folder: Path) -> None:
    """Take the files of a folder for right as they are now. Raises OSError."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    listed = {name: _description(folder / name) for name in names if name not in _NOT_USED}
    write_whole(folder / MANIFEST_NAME, (json.dumps(listed, indent=1) + "\n").encode())
    (folder / MANIFEST_NAME).chmod(
        0o644
    )  # as the files that it tells of: there is nothing of the user's in it


def is_listed(folder: Path) -> bool:
    """Whether a folder has a manifest."""
    return (folder / MANIFEST_NAME).exists()


def damage(folder: Path) -> str:
    """What is wrong with the files of a manifest, as the end of a sentence; "" when nothing is."""
    try:
        listed = json.loads(read_bytes(folder / MANIFEST_NAME, _MAX_MANIFEST_BYTES))
        wanted = {str(PurePosixPath(name)): dict(described) for name, described in listed.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        wanted = {}
    if not wanted:
        return f"{MANIFEST_NAME} is missing or damaged"
    for name, described in wanted.items():
        try:
            if _description(folder / name, described.get("bytes")) != described:
                return f"{name} is damaged"
        except FileNotFoundError:
            return f"{name} is missing"
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
    return ""


def _description(path: Path, wanted_bytes: object = None) -> dict[str, object]:
    """Size and checksum; without the latter where the size is another than wanted."""
    with open_regular(path) as file:
        size = file.seek(0, 2)
        if wanted_bytes not in (None, size):
            return {"bytes": size}
        file.seek(0)
        return {"bytes": size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
