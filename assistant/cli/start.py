"""`limber` alone, or `limber start`: begin a session, with whatever this machine has."""

from __future__ import annotations

import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.text import Text

from assistant.cli import output
from assistant.cli.signals import EndedBySignals
from assistant.errors import AudioError, ConfigError, VoiceError
from assistant.showing import ENCODING_ERRORS, is_terminal, one_line

if TYPE_CHECKING:
    from assistant.config import AudioConfig, Config, ScreenConfig
    from assistant.frontends.screen.browser import Browser
    from assistant.frontends.typing_console import TypingConsole
    from assistant.keyboard import Lines
    from assistant.service import Service

WAIT_FOR_SOUND_SECONDS = 60.0
RETRY_SECONDS = 1.0
NO_SOUND_EXIT_CODE = 69
"""EX_UNAVAILABLE: neither sound nor a terminal, so that whoever started Limber can start it again."""

HOW_TO_WAKE = 'Limber rests. Say "wake up", or press Enter, to begin a session.'
HOW_TO_SPEAK = 'Speak, or type and press Enter; "help" tells you what. Ctrl-C ends Limber.'
HOW_TO_TYPE = 'Read what I say, and type what you would say; "help" tells you what. Ctrl-C ends Limber.'
NO_OTHER_ROOMS = "The configuration has no other rooms: docs/rooms.md says how to add one."
OTHERS_GO_ON = "The other rooms go on; Ctrl-C ends Limber."
TYPED_REASON = "There is no sound, as you asked."

_is_ours = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(start)


def start(
    routine: Annotated[
        str, typer.Option("--routine", "-r", metavar="ID", help="Begin with this routine, without asking.")
    ] = "",
    no_screen: Annotated[
        bool, typer.Option("--no-screen", help="Show no page in a browser, display or not.")
    ] = False,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let phones in your network show it too, once they have a code.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Print plain lines only, for a screen reader.")
    ] = False,
    typed: Annotated[bool, typer.Option("--typed", help="Read and type, without sound.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End after one session.")] = False,
    rest: Annotated[bool, typer.Option("--rest", help="Rest at first, until you say wake up.")] = False,
    other_rooms: Annotated[
        bool, typer.Option("--other-rooms", help="Be in the other rooms only, not here.")
    ] = False,
) -> None:
    """Begin a session (what `limber` does alone).

    With a microphone and a speaker you speak, and may type as well. Without, you read what Limber says and
    type what you would say. After the session Limber rests until you say "wake up", press Enter or touch the
    page; "goodbye" and Ctrl-C end it. Without sound and a terminal it waits a minute for sound, and then
    ends. Where a display is there, a page in a browser shows the session.
    """
    from assistant.config_rooms import OWN_ROOM
    from assistant.frontends.registry import home_wanted
    from assistant.frontends.screen.browser import Browser, is_wanted
    from assistant.frontends.typing_console import TypingConsole
    from assistant.opening import require_routine
    from assistant.service import Service

    config = output.configuration()
    if routine:
        config = config.with_session(routine=routine)
    if lan:
        config = config.model_copy(update={"screen": config.screen.model_copy(update={"lan": True})})
    has_screen = not no_screen and is_wanted(config.screen, at_terminal=is_terminal(sys.stdout))
    front_ends = ("terminal", *(("screen",) if has_screen else ()), *home_wanted(config.home))
    browser = Browser()
    has_terminal = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    console = TypingConsole() if has_terminal and not plain and _can_draw() else None
    note = output.note if console is None else partial(_note, console)
    service = Service(config, note, show=partial(_show, browser, config.screen, note), console=console)
    lines = console or sys.stdin
    restore = console.restore if console is not None else lambda: None
    with (
        EndedBySignals(service, restore),
        closing(browser),
        _drawn(console),
        closing(service),
        ExitStack() as others,
    ):
        service.show_outside()
        if routine:
            require_routine(routine, service.content[1])
        has_others = others.enter_context(
            _other_rooms(service, config, note, alone=other_rooms, none=typed or once)
        )
        if other_rooms:
            service.wait()
            return
        reason = (
            TYPED_REASON
            if typed
            else _open_live(service, config.audio, front_ends, lines if has_terminal else None)
        )
        if reason is not None and has_others and not has_terminal:
            note(f"{reason} {OTHERS_GO_ON}")
            service.wait()
            return
        if reason is not None and not (typed or has_terminal):
            output.err.print(f"{reason} There is no terminal either, so there is no session.", style="red")
            raise typer.Exit(NO_SOUND_EXIT_CODE)
        note(HOW_TO_SPEAK if reason is None else f"{reason} {HOW_TO_TYPE}")
        if reason is not None:
            service.open_typed(OWN_ROOM, front_ends, lines)
        if rest and not once:
            note(HOW_TO_WAKE)
        if once:
            service.guide(OWN_ROOM)
        elif has_others and not has_terminal:
            service.stay_aside(OWN_ROOM)
            service.wait()
        else:
            _stay_here(service, note, rest=rest, has_others=has_others)


@contextmanager
def _other_rooms(
    service: Service, config: Config, note: Callable[[str], None], *, alone: bool, none: bool
) -> Iterator[bool]:
    """While this is entered, other rooms rest or are guided on threads of their own; whether there are any.

    They are those of the configuration, and this host's share of what a broker offers. Not where `none` is
    wanted, unless they `alone` are. Raises ConfigError where those are none.
    """
    has_others = bool(config.rooms or config.hosts.broker) and (alone or not none)
    if alone and not has_others:
        raise ConfigError("no_rooms", NO_OTHER_ROOMS)
    for room in config.rooms if has_others else ():
        service.open_live(room.name, ())
        service.stay_aside(room.name)
    if not (has_others and config.hosts.broker):
        yield has_others
        return
    from assistant.hosts import Hosts

    service.make_ready()
    hosts = Hosts(config.hosts, service, note)
    hosts.open()
    with closing(hosts):
        yield True


def _stay_here(service: Service, note: Callable[[str], None], *, rest: bool, has_others: bool) -> None:
    """Guide and rest in the machine's own room until its end is wanted, and then leave others alone."""
    from assistant.config_rooms import OWN_ROOM

    service.stay(OWN_ROOM, at_rest=rest)
    if has_others:
        note(OTHERS_GO_ON)
        service.wait()


def _can_draw() -> bool:
    """Whether the terminal knows how to move its cursor, and nobody else writes there."""
    return not output.options.verbose and os.environ.get("TERM", "dumb") not in ("dumb", "unknown", "")


@contextmanager
def _drawn(console: TypingConsole | None) -> Iterator[None]:
    """While this is entered, the terminal has a line to type in."""
    if console is not None:
        console.open()
    try:
        yield
    finally:
        if console is not None:
            console.close()


def _note(console: TypingConsole, message: str) -> None:
    """As `output.note`, above the line that is typed."""
    if not output.options.quiet:
        console.print(Text(textwrap.fill(one_line(message), console.width)))


def _show(browser: Browser, screen: ScreenConfig, note: Callable[[str], None], url: str) -> None:
    """Open the page, and say where it is."""
    from assistant.cli.screen import invite

    if not browser.is_new(url):
        return
    note(f"The screen is at {url}")
    browser.open(url)
    if screen.lan:
        threading.Thread(target=invite, args=(urlsplit(url).port,), name="invitation", daemon=True).start()


def _open_live(
    service: Service, audio: AudioConfig, front_ends: tuple[str, ...], lines: Lines | None
) -> str | None:
    """Open the room with sound; None when it is open, else why there is no sound.

    Where nobody sits at a terminal, as when the machine starts, the sound server may only just be starting
    too: it is waited for.
    """
    from assistant.audio.devices import why_no_sound
    from assistant.audio.portaudio import SoundHangsError, reinitialize
    from assistant.config_rooms import OWN_ROOM

    has_terminal = lines is not None
    ends_at = time.monotonic() + (0.0 if has_terminal else WAIT_FOR_SOUND_SECONDS)
    told = False
    while True:
        reason = why_no_sound(audio.microphone or None, audio.speaker or None)
        if reason is None:
            _keep_stderr_to_ourselves()
            try:
                service.open_live(OWN_ROOM, front_ends, lines)
            except SoundHangsError as error:
                return error.message
            except VoiceError as error:
                if not has_terminal:
                    raise
                return error.message
            except AudioError as error:
                reason = error.message
            else:
                return None
        if time.monotonic() >= ends_at:
            return reason
        if not told:
            output.note(f"{reason} Waiting {WAIT_FOR_SOUND_SECONDS:.0f} seconds for it.")
            told = True
        time.sleep(RETRY_SECONDS)
        with suppress(AudioError):
            reinitialize()


def _keep_stderr_to_ourselves() -> None:
    """ALSA, PortAudio and libvosk write to file descriptor 2 from threads of their own: not into captions."""
    if output.options.verbose:
        return
    global _is_ours  # noqa: PLW0603 - as the descriptor, it belongs to the whole process
    if _is_ours:
        return
    _is_ours = True
    encoding = getattr(sys.stderr, "encoding", None)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, encoding=encoding, errors=ENCODING_ERRORS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
