"""The page's files: read once, compressed once, and told apart by what is in them.

Belongs to the server's loop. Must give nothing that is not in the folder, or that has an unknown ending.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

PAGE_FOLDER = Path(__file__).parent / "page"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".ico": "image/vnd.microsoft.icon",
}
_ALREADY_SMALL = {".png", ".woff2"}
_NAME = re.compile(r"[a-z0-9][\w-]*(\.[\w-]+)+", re.ASCII | re.IGNORECASE)
_FOLDER = re.compile(r"[a-z0-9][\w-]*", re.ASCII | re.IGNORECASE)
MOST_FOLDERS = 2


@dataclass(frozen=True, slots=True)
class Content:
    """Something to be sent: its type, itself, itself compressed ("" where that is no use), and its tag."""

    kind: str
    plain: bytes
    compressed: bytes
    etag: str


def content(kind: str, data: bytes, *, compress: bool = True) -> Content:
    """What is sent of these bytes."""
    compressed = gzip.compress(data, mtime=0) if compress else b""
    digest = hashlib.sha256(data).hexdigest()[:20]
    return Content(kind, data, compressed if len(compressed) < len(data) else b"", f'"{digest}"')


class Files:
    """The files of a folder; one that changes is read anew."""

    def __init__(self, folder: Path = PAGE_FOLDER) -> None:
        self._folder = folder
        self._kept: dict[str, tuple[tuple[int, int], Content]] = {}

    def get(self, name: str) -> Content | None:
        """A file by its name within the folder, such as "page.js"; None where there is none."""
        *folders, last = name.split("/")
        is_odd = len(folders) > MOST_FOLDERS or not all(map(_FOLDER.fullmatch, folders))
        path = self._folder.joinpath(*folders, last)
        if is_odd or not _NAME.fullmatch(last) or path.suffix not in KINDS:
            return None
        try:
            found = path.stat()
            state = found.st_mtime_ns, found.st_size
            if (kept := self._kept.get(name)) is None or kept[0] != state:
                data = path.read_bytes()
                made = content(KINDS[path.suffix], data, compress=path.suffix not in _ALREADY_SMALL)
                kept = self._kept[name] = state, made
        except OSError:
            return None
        return kept[1]
