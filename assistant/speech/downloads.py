"""Fetches a file over HTTP: continues where it stopped, and checks what arrived.

Used on the main thread, which it blocks. Must not leave a wrong file under its final name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from assistant.errors import AssistantError

_CHUNK_BYTES = 1 << 16
_TIMEOUT_SECONDS = 30.0


def download(
    url: str, target: Path, size_bytes: int, sha256: str, on_bytes: Callable[[int], None] = lambda _: None
) -> None:
    """Fetch a file of known size and checksum; a file `target`.part of an earlier try is continued.

    Raises AssistantError when there is no network, the server refuses, or what arrives is another file.
    """
    if target.exists():
        on_bytes(size_bytes)
        return
    part = target.with_name(target.name + ".part")
    try:
        _fetch_rest(url, part, size_bytes, on_bytes)
    except urllib.error.HTTPError as error:
        raise AssistantError(
            "download", f"{url} cannot be fetched: the server answers {error.code}."
        ) from error
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        host = urlsplit(url).hostname
        message = (
            f"Cannot fetch {target.name} from {host}: no connection, or it broke off; try again to continue."
        )
        raise AssistantError("no_network", message) from error
    got = _sha256(part)
    if part.stat().st_size == size_bytes and got == sha256:
        part.replace(target)
        return
    part.unlink()
    message = f"{target.name} from {url} is not the file it should be (sha256 {got}); nothing was installed."
    raise AssistantError("checksum", message)


@contextlib.contextmanager
def in_one_sentence(what_failed: str) -> Iterator[None]:
    """Turn an error of the file system into an AssistantError."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise AssistantError("files", f"{what_failed}: {reason}.") from error


def _fetch_rest(url: str, part: Path, size_bytes: int, on_bytes: Callable[[int], None]) -> None:
    have_bytes = part.stat().st_size if part.exists() else 0
    if have_bytes >= size_bytes:
        return
    request = urllib.request.Request(url, headers={"User-Agent": "limber"})
    if have_bytes:
        request.add_header("Range", f"bytes={have_bytes}-")
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
        continues = response.status == http.HTTPStatus.PARTIAL_CONTENT
        have_bytes = have_bytes if continues else 0
        with part.open("ab" if continues else "wb") as file:
            while have_bytes < size_bytes and (chunk := response.read(_CHUNK_BYTES)):
                file.write(chunk)
                have_bytes += len(chunk)
                on_bytes(have_bytes)
    if have_bytes < size_bytes:
        raise ConnectionError("the connection was closed early")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
