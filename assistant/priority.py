"""How much of a busy processor a thread gets. Where the system cannot tell threads apart, nothing changes."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress


def step_back(niceness: int) -> None:
    """Let the others go first from now on: the calling thread, and all threads and programs that it begins.

    At 5 another thread has three times its weight on a core that both want, at 10 ten times. It cannot be
    taken back.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + niceness)
