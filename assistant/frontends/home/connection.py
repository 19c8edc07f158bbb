"""One connection to an MQTT broker, from its opening to its end; a new one is another object.

For one thread, which may be kept waiting. Must trust the broker in nothing: what it sends is bounded in size
and in speed, and whatever breaks the library ends the connection, and nothing else.

MQTT 5 is needed, as only there a subscriber is told of a message that it was sent to be kept.
"""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from assistant.config import HomeConfig
from assistant.errors import FrontEndError
from assistant.frontends.home import troubles
from assistant.private_files import mend
from assistant.reading import read_password

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
KEEPALIVE_SECONDS = 30
GOODBYE_SECONDS = 0.3
MOST_PACKET_BYTES = 4096
"""Far more than all that is asked of Limber."""
PACKETS_PER_SECOND = 40
"""What comes faster waits in the system's buffers, and then at the broker."""
MOST_UNFINISHED = 16
STUCK_SECONDS = 20.0
"""A broker that has read nothing for so long is none: what waits for it only grows."""

Take = Callable[[str, bytes, bool], None]
"""Takes topic, payload, and whether the broker keeps it, or was to."""


class _Client(mqtt.Client):
    """The library's client, which does not wait for what is too large to be meant for us."""

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > MOST_PACKET_BYTES:
            raise ConnectionError("a packet is too large")
        return super()._sock_recv(bufsize)

    def hang_up(self) -> None:
        """Close the connection at once."""
        self._sock_close()

    @property
    def unfinished_count(self) -> int:
        """How many messages the broker has begun to hand over, and keeps open."""
        return len(self._in_messages)


class Connection:
    """Connects to the broker of a home. `will` is a topic, and what is told there when we are gone."""

    def __init__(self, home: HomeConfig, take: Take, will: tuple[str, str]) -> None:
        self._home = home
        self._take = take
        self._will = will
        self._client: _Client | None = None
        self._answer: ReasonCode | None = None
        self._granted: list[ReasonCode] = []
        self._confirmed: ReasonCode | None = None
        self._packets, self._second = 0, 0.0
        self._clear_at = time.monotonic()

    def open(self, topics: Iterable[str]) -> None:
        """Connect, and listen to these topics. Raises FrontEndError with a sentence that says what to do."""
        if not self._home.broker:
            raise troubles.no_broker()
        client = self._client = self._new_client()
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize, properties.ReceiveMaximum = MOST_PACKET_BYTES, MOST_UNFINISHED
        try:
            port = self._home.real_port
            client.connect(
                self._home.broker, port, KEEPALIVE_SECONDS, clean_start=True, properties=properties
            )
        except (OSError, ValueError) as error:
            raise troubles.not_connected(self._home, port, error) from error
        except Exception as error:  # what a name or an answer can be, the library does not foresee
            raise troubles.broken(self._home, error) from error
        self._wait_for(lambda: self._answer is not None)
        if self._answer is not None and self._answer.is_failure:
            raise self._why_it_ended()
        options = SubscribeOptions(
            qos=1, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
        )
        client.subscribe([(topic, options) for topic in topics])
        self._wait_for(lambda: bool(self._granted))
        if any(granted.is_failure for granted in self._granted):
            raise troubles.may_not_read(self._home)

    def _new_client(self) -> _Client:
        home = self._home
        client = _Client(
            CallbackAPIVersion.VERSION2,
            f"limber-{home.node}-{secrets.token_hex(4)}",
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_SECONDS
        if home.tls:
            client.tls_set_context(tls_context(home))
        if home.user:
            client.username_pw_set(home.user, password_of(home) or None)
        client.will_set(*self._will, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_publish = self._published
        client.on_message = self._received
        return client

    def step(self, seconds: float) -> None:
        """Hand over and take in what there is, for so long at most. Raises FrontEndError at its end."""
        assert self._client is not None
        if (wait := self._seconds_to_wait()) > 0:
            time.sleep(min(wait, seconds))
            return
        try:
            result = self._client.loop(seconds)
        except Exception as error:  # a hostile broker breaks the library in many ways
            raise troubles.broken(self._home, error) from error
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise self._why_it_ended()
        now = time.monotonic()
        self._clear_at = now if self.is_clear else self._clear_at
        if self._client.unfinished_count > MOST_UNFINISHED or now - self._clear_at > STUCK_SECONDS:
            raise troubles.broken(self._home, ConnectionError())

    def _why_it_ended(self) -> FrontEndError:
        if self._answer is not None and self._answer.is_failure:
            return troubles.refused(self._home, self._answer)
        return troubles.lost(self._home, is_answered=self._answer is not None)

    def _seconds_to_wait(self) -> float:
        """For how long nothing is taken in, as more came in this second than is taken."""
        now = time.monotonic()
        if now - self._second >= 1.0:
            self._second, self._packets = now, 0
        self._packets += 1
        return self._second + 1.0 - now if self._packets > PACKETS_PER_SECOND else 0.0

    @property
    def is_clear(self) -> bool:
        """Whether all that was published is on its way: a broker that does not read gets no more."""
        return self._client is not None and not self._client.want_write()

    def publish(self, topic: str, payload: str, *, kept: bool = True) -> None:
        """Publish; `kept` lets the broker tell it to whoever asks later."""
        assert self._client is not None
        self._client.publish(topic, payload, qos=0, retain=kept)

    def confirm(self, topic: str, payload: str) -> None:
        """Publish what is kept, and wait until the broker has it. Raises FrontEndError."""
        assert self._client is not None
        self._confirmed = None
        self._client.publish(topic, payload, qos=1, retain=True)
        self._wait_for(lambda: self._confirmed is not None)
        if self._confirmed is not None and self._confirmed.is_failure:
            raise troubles.may_not_write(self._home)

    def close(self, *farewells: tuple[str, str]) -> None:
        """Publish the last that is to be kept, and be gone in a moment."""
        client, self._client = self._client, None
        if client is None or client.socket() is None:
            return
        with suppress(Exception):  # it ends anyway, and a hostile broker breaks the library in many ways
            if client.is_connected():
                ends_at = time.monotonic() + GOODBYE_SECONDS
                for topic, payload in farewells:
                    client.publish(topic, payload, qos=0, retain=True)
                while client.want_write() and time.monotonic() < ends_at:
                    client.loop(0.05)
                client.disconnect()
        client.hang_up()

    def _wait_for(self, is_there: Callable[[], bool]) -> None:
        """Wait for an answer. Raises FrontEndError when none comes."""
        ends_at = time.monotonic() + ANSWER_SECONDS
        while not is_there():
            if time.monotonic() > ends_at:
                raise troubles.no_answer(self._home)
            self.step(0.1)

    def _connected(self, client: Any, userdata: Any, flags: Any, answer: ReasonCode, properties: Any) -> None:
        self._answer = answer

    def _subscribed(self, client: Any, userdata: Any, mid: int, granted: list[ReasonCode], more: Any) -> None:
        self._granted = granted

    def _published(self, client: Any, userdata: Any, mid: int, answer: ReasonCode, properties: Any) -> None:
        self._confirmed = answer

    def _received(self, client: Any, userdata: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        self._take(topic, bytes(message.payload), bool(message.retain))


def tls_context(home: HomeConfig) -> ssl.SSLContext:
    """Whom to trust, and who we are. Raises FrontEndError for a file that cannot be used."""
    used = home.ca_file
    try:
        context = ssl.create_default_context(cafile=home.ca_file or None)
        if home.certificate_file:
            used = home.certificate_file
            context.load_cert_chain(home.certificate_file, home.key_file or None, password=lambda: "")
    except (OSError, ValueError) as error:  # also ssl.SSLError
        raise troubles.unusable_file(used, error) from error
    return context


def password_of(home: HomeConfig) -> str:
    """The password, from its file where there is one, which others may not read. Raises FrontEndError."""
    if not home.password_file:
        return home.password.get_secret_value()
    try:
        mend(Path(home.password_file))
        return read_password(Path(home.password_file))
    except OSError as error:
        raise troubles.unusable_file(home.password_file, error) from error
