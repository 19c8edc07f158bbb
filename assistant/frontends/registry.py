"""The one list of front ends: by name, how each is opened, and whether it is shown what concerns health.

A new front end is a module beside this one and an entry here. Belongs to the session's thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.config import HomeConfig
from assistant.core.events import Event
from assistant.core.ports import FrontEnd
from assistant.core.view import View, without_health
from assistant.errors import FrontEndError
from assistant.frontends.house import House
from assistant.frontends.terminal import Terminal
from assistant.showing import PlainConsole

_log = logging.getLogger(__name__)

Send = Callable[[Event], None]
"""Takes an event for the session, from any thread, without waiting."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A front end that can be opened; `open` raises FrontEndError where it cannot be.

    Without `wants_health` its views hold neither words nor scores, and what a session does about pain looks
    like a pause or an end (core/view.py). With `shows_rest` it is given what is said between sessions, too.
    """

    description: str
    open: Callable[[Send, House], FrontEnd]
    wants_health: bool = False
    shows_rest: bool = False


def _terminal(_send: Send, house: House) -> FrontEnd:
    return Terminal(house.console or PlainConsole())


def _screen(send: Send, house: House) -> FrontEnd:
    from assistant.frontends.screen.screen import Screen

    return Screen(send, house)


def _home(send: Send, house: House) -> FrontEnd:
    from assistant.frontends.home.home import Home

    return Home(send, house)


HOME, HOME_WITH_PAIN = "home", "home with pain"
FRONT_ENDS: dict[str, Entry] = {
    "terminal": Entry("What is said and heard, line by line.", _terminal, wants_health=True, shows_rest=True),
    "screen": Entry("A page for a browser, with buttons.", _screen, wants_health=True),
    HOME: Entry("Home Assistant: what Limber does, and buttons for it.", _home, shows_rest=True),
    HOME_WITH_PAIN: Entry(
        "The same, and how sore it was before and after.", _home, wants_health=True, shows_rest=True
    ),
}


def home_wanted(home: HomeConfig) -> tuple[str, ...]:
    """The name of the front end that a home is told by; empty unless the configuration wants one."""
    if not home.enabled:
        return ()
    return (HOME_WITH_PAIN if home.share_pain else HOME,)


class FrontEnds:
    """Those that are open, as one: each gets what it may see, when that has changed."""

    def __init__(self, opened: Iterable[tuple[Entry, FrontEnd]]) -> None:
        self._with_health: list[FrontEnd] = []
        self._without: list[FrontEnd] = []
        self._resting: list[FrontEnd] = []
        for entry, front_end in opened:
            (self._with_health if entry.wants_health else self._without).append(front_end)
            if entry.shows_rest:
                self._resting.append(front_end)
        self._last: View | None = None
        self._last_without: View | None = None

    def publish(self, view: View) -> None:
        """Give everybody the view; from the session's thread, after each event."""
        if view == self._last:
            return
        self._last = view
        self._give(self._with_health, view)
        reduced = without_health(view)
        if reduced != self._last_without:
            self._last_without = reduced
            self._give(self._without, reduced)

    def publish_resting(self, view: View) -> None:
        """Give what is said between sessions to those who show it; the others have been told to rest."""
        if view != self._last:
            self._last = view
            self._give(self._resting, view)

    def rest(self) -> None:
        """The session is over; from its thread."""
        self._last = self._last_without = None
        for front_end in (*self._with_health, *self._without):
            _without_harm(front_end.rest)

    def close(self) -> None:
        """No more views come."""
        for front_end in (*self._with_health, *self._without):
            _without_harm(front_end.close)

    @staticmethod
    def _give(front_ends: list[FrontEnd], view: View) -> None:
        front_ends[:] = [front_end for front_end in front_ends if _without_harm(front_end.publish, view)]


def _without_harm(call: Callable[..., None], *arguments: View) -> bool:
    """Whether a front end did as it should. Somebody is being guided: a session never fails with it."""
    try:
        call(*arguments)
    except Exception:  # noqa: BLE001 - a front end that fails is not used any more, and the log says so
        _log.exception("a front end failed")
        return False
    return True


def open_front_ends(names: Sequence[str], house: House, send: Send) -> FrontEnds:
    """Open these front ends, by names of the list, each with `send` for what is done there.

    One that cannot be opened is told of, and done without.
    """
    opened: list[tuple[Entry, FrontEnd]] = []
    for entry in (FRONT_ENDS[name] for name in names):
        try:
            opened.append((entry, entry.open(send, house)))
        except FrontEndError as error:
            house.tell(error.message)
    return FrontEnds(opened)
