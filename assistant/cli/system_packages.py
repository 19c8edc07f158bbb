"""What Limber uses of the system that no Python package brings, by the names that Debian gives it.

Runs on the main thread, for `limber doctor`. Must not run any of it.
"""

from __future__ import annotations

import ctypes.util
import platform
import shutil
from collections.abc import Iterator

_LIBRARIES = {"libportaudio2": "portaudio", "libspeexdsp1": "speexdsp"}
if platform.machine() == "aarch64":
    _LIBRARIES["libatomic1"] = "atomic"  # vosk's own library wants it there
_PROGRAMS = ("espeak-ng", "flite")


def all_packages() -> tuple[str, ...]:
    """All that is looked for."""
    return (*_LIBRARIES, *_PROGRAMS)


def missing_packages() -> Iterator[str]:
    """Those of which nothing is found here, whoever would have brought it."""
    for package, library in _LIBRARIES.items():
        if ctypes.util.find_library(library) is None:
            yield package
    yield from (program for program in _PROGRAMS if shutil.which(program) is None)
