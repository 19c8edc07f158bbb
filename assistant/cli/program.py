"""Runs the command line, and is the last to see an error.

Runs on the main thread. Must hold no behavior of its own.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback

from assistant.cli import app, output
from assistant.cli.surroundings import finish_output, make_good
from assistant.private_files import keep_new_files_private
from assistant.showing import one_line

CANNOT_PRINT = "What Limber prints cannot be written: {reason}."


def run() -> None:
    """Run `limber` with the process's arguments; exits 0 when good, 1 when it could not, 2 on wrong use."""
    keep_new_files_private()
    logging.getLogger().addHandler(logging.NullHandler())  # until it is known whether anybody wants a log
    make_good(output.note)
    if "_LIMBER_COMPLETE" in os.environ:  # a shell asks what could come next
        from typer._completion_classes import completion_init

        completion_init()
    try:
        app(prog_name="limber")
    except OSError as error:
        if error.filename:
            _end("system", f"This computer refuses something: {error.filename}: {error.strerror}.", error)
        _end("output", CANNOT_PRINT.format(reason=error.strerror or error), error)
    except MemoryError as error:
        _end("memory", "There is not enough memory.", error)
    except Exception as error:  # noqa: BLE001 - the program's top: reports and stops
        what = f"{type(error).__name__}: {error}"
        _end("unexpected", f"This is a bug in Limber ({what}); `limber -v …` shows the details.", error)
    finally:
        if reason := finish_output():
            output.err.print(CANNOT_PRINT.format(reason=reason), style="red")
            sys.exit(1)
        _leave_what_hangs()


def _leave_what_hangs() -> None:
    """Where the sound system does not answer, a thread is still within it: to tidy up around it may crash."""
    portaudio = sys.modules.get("assistant.audio.portaudio")
    if portaudio is not None and portaudio.hangs():
        error = sys.exc_info()[1]
        code = error.code if isinstance(error, SystemExit) else 0
        logging.shutdown()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _end(what: str, message: str, error: BaseException) -> None:
    logging.getLogger(__name__).critical(what, exc_info=error)
    output.err.print(message, style="red")
    if output.options.verbose:
        for line in traceback.format_exception(error):
            for part in line.splitlines():
                sys.stderr.write(one_line(part) + "\n")
    sys.exit(1)
