"""The FrontEnd port as a device of Home Assistant: a room is told of, and asked for things, over MQTT.

Views come from the session's thread, which only leaves the newest picture; all else is done by a thread of
its own. Must never make anybody wait: not for a name, a broker, a certificate, nor for what is sent there.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime

from assistant.core.events import Event, Source
from assistant.core.intents import Intent
from assistant.core.states import State
from assistant.core.view import View
from assistant.errors import AssistantError, FrontEndError
from assistant.frontends.home.commands import Asked, Command, Turnstile, read
from assistant.frontends.home.connection import Connection
from assistant.frontends.home.discovery import ASKS, CHOICE, OFFLINE, ONLINE, PAIN, Topics, payload
from assistant.frontends.home.picture import Picture, rested, taken
from assistant.frontends.house import House
from assistant.frontends.pressing import NotPressableError, said

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
TELL_SECONDS = 1.0
"""No value is told more often."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
WELL_SECONDS = 10.0
"""A connection that lasted for so long was one: after it, the first pause is short again."""
CLOSING_SECONDS = 0.5
PASSING = ("seconds_left",)
"""What the broker does not keep: a moment later it is wrong."""


class Home:
    """Tells a home of one room. Raises nothing: a broker that is not there is told of, and waited for."""

    def __init__(self, send: Callable[[Event], None], house: House) -> None:
        self._send = send
        self._house = house
        self._topics = Topics.of(house.home, house.room)
        self._picture = Picture()
        self._chosen = ""
        self._turnstile = Turnstile()
        self._told: dict[str, str] = {}
        self._told_at = float("-inf")
        self._is_born = self._is_connected = False
        self._last_trouble = ""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="home", daemon=True)
        self._thread.start()

    def publish(self, view: View) -> None:
        """Tell of this view, soon."""
        self._picture = taken(self._picture, view, self._house.clock(), datetime.now().astimezone())

    def rest(self) -> None:
        """Tell that there is no session, soon."""
        self._picture = rested(self._picture, self._house.clock())

    def close(self) -> None:
        """Say goodbye; waits for a moment at most, and not at all where nobody listens."""
        self._closing.set()
        if self._is_connected:
            self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._serve()
            except FrontEndError as error:
                self._tell(error)
            except Exception:  # noqa: BLE001 - the thread's top: reports, and begins anew
                _log.exception("the connection to the home failed")
            if time.monotonic() - began > WELL_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._closing.wait(random.uniform(pause / 2, pause))  # not all at once after a broker's restart
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def _tell(self, error: FrontEndError) -> None:
        """Say what is wrong with the broker, once until it is something else."""
        _log.info("home: %s", error.message)
        if error.message != self._last_trouble:
            self._last_trouble = error.message
            self._house.tell(f"Home Assistant: {error.message}")

    def _serve(self) -> None:
        """One connection, until it ends or is no longer wanted. Raises FrontEndError."""
        topics = self._topics
        connection = Connection(self._house.home, self._received, (topics.availability, OFFLINE))
        try:
            connection.open((topics.command, topics.choice, topics.birth))
            self._last_trouble = ""
            self._is_born = self._is_connected = True
            while not self._closing.is_set():
                if self._is_born:
                    self._introduce(connection)
                self._show(connection)
                connection.step(LOOK_SECONDS)
        finally:
            connection.close(*((topics.availability, OFFLINE),) if self._closing.is_set() else ())
            self._is_connected = False

    def _introduce(self, connection: Connection) -> None:
        """Say which entities there are, and each of their values anew."""
        self._is_born = False
        told = payload(self._house.home, self._house.room, self._house.titles.values())
        connection.publish(self._topics.discovery, json.dumps(told, ensure_ascii=False))
        connection.publish(self._topics.availability, ONLINE)
        if not self._house.home.share_pain:
            for key in PAIN:  # also what was shared at another time
                connection.publish(self._topics.value(key), "")
        self._told, self._told_at = {}, float("-inf")

    def _show(self, connection: Connection) -> None:
        """Tell what has changed, unless something was told just now, or the broker does not read."""
        now = time.monotonic()
        if now - self._told_at < TELL_SECONDS or not connection.is_clear:
            return
        values = self._picture.values(self._house.clock(), shares_pain=self._house.home.share_pain)
        values[CHOICE] = self._house.titles.get(self._chosen, ASKS)
        changed = {key: value for key, value in values.items() if self._told.get(key) != value}
        for key, value in changed.items():
            connection.publish(self._topics.value(key), value, kept=key not in PASSING)
        if changed:
            self._told, self._told_at = values, now

    def _received(self, topic: str, message: bytes, is_kept: bool) -> None:
        house = self._house
        command = read(topic, message, is_kept=is_kept, topics=self._topics, titles=house.titles)
        if command is None or not self._turnstile.lets_pass(command, time.monotonic()):
            return
        if command.asked is Asked.BIRTH:
            self._is_born = True
        elif command.asked is Asked.CHOICE:
            self._choose(command)
        elif command.asked is Intent.START:
            self._begin()
        else:
            self._press(command.asked)

    def _choose(self, command: Command) -> None:
        """For the next "start"; a session that asks which is told at once."""
        self._chosen = command.routine
        if self._chosen and self._is_asked_which:
            self._press(Intent.CHOOSE, routine=self._chosen)

    def _begin(self) -> None:
        """A session, where none is; else what "start" means to the one that there is."""
        try:
            self._house.begin(self._chosen)
        except AssistantError:
            if self._chosen and self._is_asked_which:
                self._press(Intent.CHOOSE, routine=self._chosen)
            else:
                self._press(Intent.START)

    @property
    def _is_asked_which(self) -> bool:
        view = self._picture.view
        return view is not None and view.state is State.CHOOSING

    def _press(self, intent: Intent | Asked, **more: str) -> None:
        try:
            self._send(said({"intent": intent, **more}, self._house.pack, Source.NETWORK))
        except NotPressableError as error:
            _log.info("nobody can say what the home sent: %s", error)
