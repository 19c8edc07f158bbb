"""The `limber` program: runs the command line, and is the last to see an error.

Runs on the main thread. Must hold no behavior of its own.
"""

from __future__ import annotations

import logging
import sys
import traceback

from assistant.cli import app, output
from assistant.private_files import keep_new_files_private


def main() -> None:
    """Run `limber` with the process's arguments; exits 0 when good, 1 when it could not, 2 on wrong use."""
    keep_new_files_private()
    try:
        app(prog_name="limber")
    except Exception as error:
        logging.getLogger(__name__).critical("unexpected", exc_info=True)
        output.err.print(
            f"This is a bug in Limber ({type(error).__name__}: {error}); `limber -v …` shows the details.",
            style="red",
        )
        if output.options.verbose:
            traceback.print_exc()
        sys.exit(1)


if __name__ == "__main__":
    main()
