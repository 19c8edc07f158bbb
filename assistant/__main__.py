"""The `limber` program. Until it has read its own parts, a signal just ends it, without a word.

Runs on the main thread. Must hold no behavior of its own, and import nothing that takes time.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Run `limber` with the process's arguments; exits 0 when good, 1 when it could not, 2 on wrong use."""
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_usual:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from assistant.cli.program import run

    if is_usual:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
