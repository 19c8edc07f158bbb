"""Shares rooms out with other hosts, by an MQTT 5 broker: brings what it tells to `core/sharing.py`.

On a thread of its own, which also opens and closes rooms, one at a time. The library's thread talks to the
broker, and connects again by itself. No session waits for either. What a broker can do is left to it: to keep
what was told last, to tell that a host is gone, to forget one that is not seen any more, to ask one of all.
"""

from __future__ import annotations

import logging
import platform
import queue
import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from assistant.config import HostsConfig
from assistant.config_rooms import OWN_ROOM
from assistant.core.sharing import (
    Ask,
    Claim,
    CloseRoom,
    Connected,
    Deed,
    Disconnected,
    Happening,
    HostSeen,
    Listen,
    OpenRoom,
    RoomClaimed,
    RoomFailed,
    RoomOffered,
    RoomWanted,
    SatelliteHeard,
    Sharing,
    TimePassed,
)
from assistant.errors import AssistantError, ConfigError
from assistant.reading import read_password

KEEPALIVE_SECONDS = 5
"""The broker tells that a host is gone after one and a half of these without a word."""
PRESENCE_SECONDS, REFRESH_SECONDS = 30, 10
"""So long the broker keeps that a host is there, which says so again in time."""
REQUEST_SECONDS = 2
LOOK_SECONDS = 0.5
GOODBYE_SECONDS = 0.5
MOST_WAITING = 10_000
BASE = "limber-rooms"
REQUESTS = f"$share/limber/{BASE}/wanted/+"
# Nobody offers a host's own room.
_NAME = re.compile(rf"(?!{OWN_ROOM}$)[a-z0-9][a-z0-9_-]{{0,39}}")
_HOST = re.compile(r"[a-z0-9-]{1,60}")
_ADDRESS = re.compile(r"((?:[0-9A-Za-z._-]{1,200}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5})?")
_log = logging.getLogger(__name__)


class Rooms(Protocol):
    """What runs rooms by their satellites; from one thread."""

    def open_room(self, name: str, address: str) -> None:
        """Run a room by the satellite at host:port, which is waited for. Raises AssistantError."""

    def close_room(self, name: str) -> None:
        """End what is run there, and let go of the satellite."""

    def is_heard(self, name: str) -> bool:
        """Whether its satellite is connected with us."""


class Hosts:
    """One host among others. `tell` gets a line when the broker goes, and when a room comes or goes."""

    def __init__(self, config: HostsConfig, rooms: Rooms, tell: Callable[[str], None]) -> None:
        self._config = config
        self._rooms = rooms
        self._tell = tell
        name = config.host or re.sub(r"[^a-z0-9-]", "-", platform.node().lower())[:40]
        self.host = f"{name}-{secrets.token_hex(3)}"
        """What this process is called at the broker; no other one ever is."""
        self._sharing = Sharing(self.host, config.most_rooms)
        self._told: queue.Queue[Happening | None] = queue.Queue(MOST_WAITING)
        self._heard: set[str] = set()
        self._is_connected = False
        self._thread = threading.Thread(target=self._run, name="hosts", daemon=True)
        self._client = self._new_client()

    def open(self) -> None:
        """Begin to share. A broker that is not there is waited for. Raises ConfigError."""
        config = self._config
        if config.user:
            self._client.username_pw_set(config.user, _password_of(config) or None)
        if config.tls:
            self._client.tls_set_context(_tls_context(config))
        self._client.reconnect_delay_set(1, 10)
        self._client.connect_async(config.broker, config.real_port, KEEPALIVE_SECONDS, clean_start=True)
        self._client.loop_start()
        self._thread.start()

    def close(self) -> None:
        """Close the rooms, and let others have them at once."""
        self._told.put(None)
        self._thread.join(GOODBYE_SECONDS)
        rooms = [*self._sharing.rooms]
        for room in rooms:
            self._rooms.close_room(room)
        with suppress(ValueError, RuntimeError):  # there may be no broker to say it to
            for room in rooms:
                self._publish(f"claim/{room}", "")
            self._publish(f"host/{self.host}", "").wait_for_publish(GOODBYE_SECONDS)
        # With its last will: who is only just connected may be told to be there after what is said above.
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        self._client.loop_stop()

    # The broker

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, f"limber-{self.host}", protocol=mqtt.MQTTv5)
        client.will_set(f"{BASE}/host/{self.host}", b"", qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._received
        return client

    def _connected(self, client: mqtt.Client, data: Any, flags: Any, answer: Any, properties: Any) -> None:
        if answer.is_failure:
            _log.warning("the broker refuses: %s", answer)
            return
        self._put(Connected())
        client.subscribe([(f"{BASE}/{kind}/+", 1) for kind in ("host", "offer", "claim")])
        self._be_seen()

    def _disconnected(self, client: Any, data: Any, flags: Any, answer: Any, properties: Any) -> None:
        self._put(Disconnected())

    def _received(self, client: Any, data: Any, message: mqtt.MQTTMessage) -> None:
        kind, _, name = message.topic.removeprefix(f"{BASE}/").partition("/")
        value = message.payload.decode("ascii", "replace")
        if not (_HOST if kind == "host" else _NAME).fullmatch(name):
            return
        expiry = getattr(message.properties, "MessageExpiryInterval", PRESENCE_SECONDS)
        if kind == "host":
            self._put(HostSeen(name, float(min(expiry, PRESENCE_SECONDS)) if value else 0.0))
        elif kind == "offer" and _ADDRESS.fullmatch(value):
            self._put(RoomOffered(name, value))
        elif kind == "claim" and (not value or _HOST.fullmatch(value)):
            self._put(RoomClaimed(name, value))
        elif kind == "wanted":
            self._put(RoomWanted(name))

    def _put(self, happening: Happening) -> None:
        try:
            self._told.put_nowait(happening)
        except queue.Full:
            _log.error("the broker tells more than can be taken")

    def _publish(
        self, topic: str, value: str, *, seconds: int = 0, kept: bool = True
    ) -> mqtt.MQTTMessageInfo:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if seconds:
            properties.MessageExpiryInterval = seconds
        return self._client.publish(f"{BASE}/{topic}", value, qos=1, retain=kept, properties=properties)

    def _be_seen(self) -> None:
        self._publish(f"host/{self.host}", "here", seconds=PRESENCE_SECONDS)

    # Its own thread

    def _run(self) -> None:
        try:
            self._share()
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; rooms go on
            _log.exception("rooms are not shared out any more")
            self._tell("Rooms are not shared out any more; those that are open go on.")

    def _share(self) -> None:
        seen_at = time.monotonic()
        while True:
            now = time.monotonic()
            wait = min(LOOK_SECONDS, max(0.0, self._sharing.next_deadline - now))
            try:
                happening = self._told.get(timeout=wait)
            except queue.Empty:
                happening = TimePassed()
            if happening is None:
                return
            self._note(happening)
            self._take(happening)
            self._look()
            if self._is_connected and time.monotonic() - seen_at >= REFRESH_SECONDS:
                seen_at = time.monotonic()
                self._be_seen()

    def _note(self, happening: Happening) -> None:
        if isinstance(happening, Connected | Disconnected):
            was, self._is_connected = self._is_connected, isinstance(happening, Connected)
            if was and not self._is_connected:
                self._tell("The broker is gone: rooms go on, and no others come until it is back.")

    def _take(self, happening: Happening) -> None:
        for deed in self._sharing.handle(happening, time.monotonic()):
            self._do(deed)

    def _look(self) -> None:
        """Whether satellites have come or gone."""
        for room in [*self._sharing.rooms]:
            is_heard = self._rooms.is_heard(room)
            if is_heard is not (room in self._heard):
                (self._heard.add if is_heard else self._heard.discard)(room)
                self._take(SatelliteHeard(room, is_heard))

    def _do(self, deed: Deed) -> None:
        match deed:
            case OpenRoom(room, address):
                self._tell(f'This host takes the room "{room}".')
                try:
                    self._rooms.open_room(room, address)
                except AssistantError as error:
                    self._tell(f'The room "{room}" cannot be run here: {error.message}')
                    self._take(RoomFailed(room))
            case CloseRoom(room):
                self._heard.discard(room)
                self._rooms.close_room(room)
                self._tell(f'This host lets go of the room "{room}".')
            case Claim(room, host):
                self._publish(f"claim/{room}", host)
            case Ask(room):
                self._publish(f"wanted/{room}", self.host, seconds=REQUEST_SECONDS, kept=False)
            case Listen(is_free):
                if is_free:
                    self._client.subscribe(REQUESTS, 1)
                else:
                    self._client.unsubscribe(REQUESTS)


def _tls_context(config: HostsConfig) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=config.ca_file or None)
    except (OSError, ValueError) as error:
        message = f"hosts.ca_file: {config.ca_file} is no file of certificates that can be used."
        raise ConfigError("hosts_ca_file", message) from error


def _password_of(config: HostsConfig) -> str:
    if not config.password_file:
        return ""
    try:
        return read_password(Path(config.password_file))
    except OSError as error:
        message = f"hosts.password_file: {config.password_file} cannot be read: {error.strerror}."
        raise ConfigError("hosts_password", message) from error
