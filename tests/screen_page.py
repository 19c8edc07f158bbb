"""The kiosk screen under test: the real server and page, shown views that real sessions made.

`Stand` serves the page; `SCENES` are the views that there is something to look at in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from driver import Driver, built_in_routines, in_state
from playwright.sync_api import Browser, Page

from assistant.config import ScreenConfig
from assistant.core.events import Event, MicrophoneLost, Said, SpeakerLost
from assistant.core.heard import Certainty, Heard
from assistant.core.routine import Routine, Side
from assistant.core.states import State
from assistant.core.view import View
from assistant.frontends.house import House
from assistant.frontends.screen.screen import Screen
from assistant.languages.packs import load_language
from assistant.store.history_reader import SessionSummary
from assistant.store.history_words import Known, as_plain
from assistant.store.library import load_library
from assistant.store.poses import load_poses, poses_json

SIZES = {"7 inch": (800, 480), "10 inch": (1280, 800), "full HD": (1920, 1080), "phone": (390, 844)}
SESSIONS = [
    as_plain(
        SessionSummary(day, datetime(2026, 11, day, 18), None, "whole-spine", 300, 9, 0, "", before, after),
        Known(titles={"whole-spine": "Whole spine"}),
    )
    for day, before, after in ((12, 4, 2), (9, 5, None), (5, 6, 3))
]
CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 360" width="720" height="360">'
    '<rect width="720" height="360" fill="#fff"/>'
    '<path d="M60 200 360 150 660 90" stroke="#1f5fa8" fill="none"/></svg>'
)


NETWORK = "127.0.0.2"
"""This machine under another address stands for one in the local network."""


FLAWS = (Path(__file__).parent / "browser/flaws.js").read_text("utf-8")
"""What a page evaluates to tell what overlaps or is cut off in it."""


def any_port(config: ScreenConfig) -> ScreenConfig:
    """The configuration with whatever port is free."""
    return config.model_copy(update={"port": 0})


@dataclass
class Stand:
    """A screen with its server, and all that was pressed on it."""

    config: ScreenConfig = field(default_factory=lambda: any_port(ScreenConfig()))
    sessions: list[dict[str, Any]] = field(default_factory=lambda: list(SESSIONS))
    events: list[tuple[float, Event]] = field(default_factory=list)
    begun: int = 0
    forgotten: list[int | None] = field(default_factory=list)
    is_deaf: bool = False

    def open(self) -> Stand:
        with patch("assistant.frontends.screen.screen.local_address", lambda: NETWORK):
            self.screen = Screen(self._take, self._house())
        self.port = self.screen.port
        return self

    def reopen(self) -> None:
        """The server comes back, at the same port."""
        self.config = self.config.model_copy(update={"port": self.port})
        self.open()

    def close(self) -> None:
        self.screen.close()

    @property
    def url(self) -> str:
        return self.screen.url

    @property
    def network_url(self) -> str:
        """Where the page is for others in the network, with `lan` alone."""
        return f"http://{self.screen.network_host}/"

    def show(self, view: View) -> None:
        self.screen.publish(view)

    @property
    def pressed(self) -> list[str]:
        """The intents that were pressed, in order."""
        return [event.intent.value for _, event in self.events if isinstance(event, Said)]

    def _take(self, event: Event) -> None:
        self.events.append((time.monotonic(), event))

    def _forget(self, number: int | None) -> str:
        self.forgotten.append(number)
        self.sessions = [one for one in self.sessions if number is not None and one["number"] != number]
        return "it"

    def _begin(self) -> None:
        self.begun += 1

    def _house(self) -> House:
        return House(
            screen=self.config,
            pack=pack(),
            tell=lambda _text: None,
            clock=time.monotonic,
            level_dbfs=lambda: None if self.is_deaf else -35.0,
            begin=self._begin,
            poses=poses,
            history=lambda: self.sessions,
            chart=lambda: CHART if self.sessions else "",
            forget=self._forget,
            show=lambda _url: None,
        )


@contextmanager
def stand(**changes: Any) -> Iterator[Stand]:
    """A stand that closes behind itself."""
    opened = Stand(**changes).open()
    try:
        yield opened
    finally:
        opened.close()


@cache
def poses() -> bytes:
    """All poses that come with Limber."""
    return poses_json(load_poses(load_library()).values()).encode()


@cache
def pack() -> Any:
    return load_language("en", built_in_routines())


def routine_named(routine_id: str) -> Routine:
    return next(routine for routine in built_in_routines() if routine.id == routine_id)


def driver_of(routine: Routine | None, **settings: object) -> Driver:
    """A session with what comes with Limber."""
    return Driver(routine, catalogue=built_in_routines(), pack=pack(), **settings)


def _stretching(state: State, side: Side = Side.BOTH) -> View:
    """A step of a built-in routine, of that side."""
    driver = driver_of(routine_named("neck-and-shoulders"))
    driver.until(State.INSTRUCTING)
    while driver.course_side is not side:
        driver.until(State.RESTING).until(State.INSTRUCTING, State.TRANSFERRING)
        if driver.state is State.TRANSFERRING:
            driver.answer_later("ready")
    driver.until(state)
    if state is State.HOLDING:
        driver.advance(3.0)
    return driver.view


def _heard(certainty: Certainty) -> View:
    view = _stretching(State.HOLDING, Side.LEFT)
    number = (view.heard.number if view.heard else 0) + 40  # later than all that other scenes have heard
    phrase = "" if certainty is Certainty.NOT_UNDERSTOOD else "a few more seconds"
    told = Heard(number, view.at, certainty, None, phrase)
    return replace(view, heard=told)


def _after_pain() -> View:
    driver = driver_of(routine_named("neck-and-shoulders"), asks_how_it_is=True)
    driver.answer("four").say("no") if driver.state is State.NEWS else driver.answer("four")
    while driver.state is not State.HOLDING:
        driver.happen() if driver.state is not State.NEWS else driver.answer("no")
    driver.say("ouch")
    driver.until(State.SCORING).answer("two")
    driver.answer("no")
    driver.until_silent().say("no")
    driver.until(State.SCORE_AFTER, State.CLOSING, State.FINISHED)
    if driver.state is State.SCORE_AFTER:
        driver.answer("three")
    return driver.until(State.FINISHED).view


def _faulty() -> View:
    driver = driver_of(routine_named("neck-and-shoulders"))
    driver.until(State.INSTRUCTING)
    driver.event(SpeakerLost())
    driver.event(MicrophoneLost("silent"))
    return driver.view


def _choosing() -> View:
    return driver_of(None).until_silent().view


SCENES: dict[str, Callable[[], View]] = {
    "asleep": lambda: in_state(State.ASLEEP).view,
    "choosing": _choosing,
    "question": lambda: in_state(State.SCREENING).view,
    "long question": lambda: in_state(State.HISTORY).view,
    "number": lambda: in_state(State.SCORE_NOW).view,
    "free": lambda: in_state(State.SOUND_CHECK).view,
    "introducing": lambda: driver_of(routine_named("neck-and-shoulders")).view,
    "transferring": lambda: in_state(State.TRANSFERRING).view,
    "instructing": lambda: _stretching(State.INSTRUCTING, Side.LEFT),
    "settling": lambda: _stretching(State.SETTLING),
    "holding": lambda: _stretching(State.HOLDING, Side.RIGHT),
    "holding both": lambda: _stretching(State.HOLDING),
    "heard doubtfully": lambda: _heard(Certainty.DOUBTFUL),
    "not understood": lambda: _heard(Certainty.NOT_UNDERSTOOD),
    "releasing": lambda: _stretching(State.RELEASING, Side.RIGHT),
    "resting": lambda: _stretching(State.RESTING, Side.LEFT),
    "paused": lambda: in_state(State.PAUSED).view,
    "helping": lambda: in_state(State.HELPING).view,
    "finishing": lambda: in_state(State.FINISHING).view,
    "easing": lambda: in_state(State.EASING).view,
    "scoring": lambda: in_state(State.SCORING).view,
    "spreading": lambda: in_state(State.SPREADING).view,
    "deciding": lambda: in_state(State.DECIDING).view,
    "emergency": lambda: in_state(State.EMERGENCY).view,
    "deaf": _faulty,
    "after": _after_pain,
}


@cache
def scene(name: str) -> View:
    """The view of a scene."""
    return SCENES[name]()


CHROMIUM = "/usr/bin/chromium"


def open_page(browser: Browser, at: Stand, size: tuple[int, int] = (1280, 800), **context: Any) -> Page:
    """The page of a stand, in a context of its own, once it has heard from its server."""
    width, height = size
    opened = browser.new_context(viewport={"width": width, "height": height}, **context)
    page = opened.new_page()
    page.set_default_timeout(5000)
    page.goto(at.url)
    page.wait_for_selector("html[data-stage]")
    return page


def see(page: Page, at: Stand, view: View) -> None:
    """Show a view, and wait until the page does."""
    at.show(view)
    page.wait_for_function("at => document.documentElement.dataset.at === String(at)", arg=view.at)


def play(driver: Driver, at: Stand, seconds: float, look: Callable[[], None] = lambda: None) -> None:
    """Let a session run in real time on the screen for so many seconds; `look` is called now and then."""
    began, offset = time.monotonic(), driver.now
    at.show(driver.view)
    while (now := offset + time.monotonic() - began) < offset + seconds:
        while driver.next_at <= now:
            driver.happen()
            at.show(driver.view)
        driver.now = now
        look()
        time.sleep(min(0.1, max(0.0, driver.next_at - now)))
