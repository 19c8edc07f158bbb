"""What libraries written in C print on stderr: they say there, and nowhere else, what went wrong.

The file descriptor belongs to the whole process. One capture at a time has it; another thread's waits. What
the rest of the process prints on stderr meanwhile is captured too, so no capture may last for long.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_captures = threading.RLock()


@contextmanager
def caught_stderr() -> Iterator[list[str]]:
    """The lines that come on file descriptor 2; filled when the block is left, also by an error."""
    lines: list[str] = []
    with _captures:
        try:
            kept = os.dup(2)
        except OSError:  # there is no stderr
            yield lines
            return
        if sys.stderr is not None:
            sys.stderr.flush()
        with open(os.memfd_create("stderr"), "w+b") as caught:  # no disk has to have room for it
            os.dup2(caught.fileno(), 2)
            try:
                yield lines
            finally:
                os.dup2(kept, 2)
                os.close(kept)
                caught.seek(0)
                lines += caught.read().decode("utf-8", "replace").splitlines()
