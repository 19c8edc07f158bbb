"""A home at a real broker, with a password and TLS, and at hostile ones: a session never waits for any."""

from __future__ import annotations

import io
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from brokers import (
    CONNACK,
    MOSQUITTO,
    PASSWORD,
    USER,
    HomeAssistant,
    Mosquitto,
    free_port,
    hostile,
    make_certificate,
    message,
    until,
    welcome,
)
from driver import CATALOGUE, Driver
from home_schema import is_accepted
from houses import house
from pydantic import SecretStr

from assistant.config import Config, HomeConfig, SessionConfig
from assistant.core.events import Event, Said, Source
from assistant.core.intents import Intent
from assistant.core.states import State
from assistant.errors import AssistantError, FrontEndError
from assistant.frontends.home import commands
from assistant.frontends.home import connection as connections
from assistant.frontends.home import home as homes
from assistant.frontends.home.connection import Connection
from assistant.frontends.home.home import Home
from assistant.rooms import RoomState
from assistant.service import Service

pytestmark = pytest.mark.skipif(not MOSQUITTO, reason="needs mosquitto")
TITLES = {routine.id: routine.title for routine in CATALOGUE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broker")


@pytest.fixture(scope="module")
def broker(folder: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(folder, certificate=make_certificate(folder))
    started.start()
    yield started
    started.stop()


@pytest.fixture
def home_config(broker: Mosquitto, folder: Path) -> HomeConfig:
    (folder / "password").write_text(PASSWORD + "\n")
    return HomeConfig(
        enabled=True,
        broker="localhost",
        port=broker.port,
        ca_file=str(folder / "localhost.pem"),
        user=USER,
        password_file=str(folder / "password"),
    )


@pytest.fixture
def assistant(broker: Mosquitto, folder: Path) -> Iterator[HomeAssistant]:
    opened = HomeAssistant(broker.port, folder / "localhost.pem")
    yield opened
    for topic in {topic for topic, _, is_retained in opened.told} | {"homeassistant/device/limber/config"}:
        opened.send(topic, "", retain=True)
    opened.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(homes, "TELL_SECONDS", 0.05)
    monkeypatch.setattr(homes, "FIRST_PAUSE_SECONDS", 0.1)


@contextmanager
def opened(config: HomeConfig, send: Callable[[Event], None], **more: Any) -> Iterator[Home]:
    front_end = Home(send, house(home=config, titles=TITLES, **more))
    try:
        yield front_end
    finally:
        front_end.close()


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses faster than anybody does."""
    monkeypatch.setattr(commands, "COMMANDS_PER_SECOND", 50.0)
    monkeypatch.setattr(commands, "MOST_AT_ONCE", 20)


# A real broker


class VirtualRoom:
    """A session on a virtual clock, which is told what comes from the home, and nothing else."""

    def __init__(self, config: HomeConfig) -> None:
        self.sent: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.driver = Driver(None, asks_how_it_is=True, start=False)
        self._wanted: str | None = None
        self.home = Home(
            self.sent.put,
            house(home=config, titles=TITLES, begin=self._begin, clock=lambda: self.driver.now),
        )

    def _begin(self, routine: str = "") -> None:
        if self._wanted is not None:
            raise AssistantError("room", "It is guiding.")
        self._wanted = routine

    def show(self) -> None:
        self.home.publish(self.driver.view)

    def until_begun(self) -> None:
        until(lambda: self._wanted is not None)
        self.driver = Driver(None, asks_how_it_is=True)
        self.show()

    def take(self) -> None:
        """One thing that the home sent."""
        event = self.sent.get(timeout=10)
        assert isinstance(event, Said)
        assert event.source is Source.NETWORK
        self.driver.event(event)
        self.show()

    def until(self, state: State) -> None:
        """Time goes by, and nobody in the room says a word."""
        self.driver.until(state)
        self.show()


@pytest.mark.usefixtures("_hurried")
def test_a_whole_session_is_driven_from_there_alone(
    home_config: HomeConfig, assistant: HomeAssistant
) -> None:
    room = VirtualRoom(home_config)

    def press(button: str) -> None:
        assistant.press(button)
        room.take()

    def shows(key: str, value: str) -> None:
        until(lambda: assistant.value(key) == value)

    shows("availability", "online")
    is_accepted(assistant.discovered())
    shows("state", "resting")
    assistant.press("start")
    room.until_begun()
    shows("state", "asking")
    assistant.send("limber/limber/next_routine/set", TITLES["short"])
    room.take()
    shows("next_routine", TITLES["short"])
    shows("routine", "Short one")
    press("next")
    assert room.driver.state is State.INTRODUCING, "the short check may be skipped"
    press("ready")
    room.until(State.HOLDING)
    shows("state", "guiding")
    shows("stretch", "Chin to chest")
    assert int(assistant.value("seconds_left") or "0") in range(15, 21)
    press("pause")
    shows("state", "paused")
    press("start")
    room.until(State.HOLDING)
    shows("state", "guiding")
    press("stop")
    shows("state", "paused")
    press("start")
    assert room.driver.state is State.PAUSED, "who said stop goes on by himself"
    room.driver.say("continue")
    room.until(State.SCORE_AFTER)
    press("next")
    room.until(State.FINISHED)
    assert room.driver.view.end_reason == "completed"
    room.home.rest()
    shows("state", "resting")
    shows("stretch", "none")
    until(lambda: assistant.value("last_session"))
    assert assistant.value("pain_before") == "", "not shared, and taken from the broker"
    room.home.close()
    shows("availability", "offline")


class Silent(io.StringIO):
    """A terminal at which nobody types."""

    def readline(self, size: int | None = -1, /) -> str:
        threading.Event().wait(60)
        return ""


@pytest.mark.usefixtures("_hurried")
def test_a_room_is_begun_with_the_chosen_routine_stopped_and_ended(
    home_config: HomeConfig, assistant: HomeAssistant, tmp_path: Path
) -> None:
    config = Config(session=SessionConfig(sound_check=False), home=home_config)
    service = Service(config, lambda line: None, tmp_path / "history.sqlite")
    service.open_typed("here", ["home"], Silent())
    staying = threading.Thread(target=service.stay, args=("here",), kwargs={"at_rest": True})
    staying.start()
    until(lambda: assistant.value("state") == "resting")
    title = list(service.content[1])[2].title
    assistant.send("limber/limber/next_routine/set", title)
    assistant.press_until("start", "asking")
    until(lambda: assistant.value("routine") == title)
    assistant.press("stop")
    until(lambda: assistant.value("state") == "paused")
    assistant.press_until("end", "ending", "resting")
    assistant.press_until("stop", "resting")
    until(lambda: assistant.value("last_session"))
    assistant.press("end")
    time.sleep(0.2)
    assert service.state("here") is RoomState.RESTING, "from afar nobody ends the program"
    service.close()
    staying.join(5)
    until(lambda: assistant.value("availability") == "offline")


def test_what_was_told_is_kept_and_what_was_pressed_is_not(
    home_config: HomeConfig, assistant: HomeAssistant, broker: Mosquitto, folder: Path
) -> None:
    sent: list[Event] = []
    assistant.press("stop", retain=True)  # before Limber is there
    with opened(home_config, sent.append):
        until(lambda: assistant.value("state"))
        assistant.press("stop", retain=True)  # and while it is
        later = HomeAssistant(broker.port, folder / "localhost.pem")
        until(lambda: later.value("state") == "resting")
        is_accepted(later.discovered())
        later.close()
        assert sent == []
        assistant.press("stop")
        until(lambda: sent)
        assert [event.intent for event in sent if isinstance(event, Said)] == [Intent.STOP]


def test_a_home_that_is_born_is_told_anew(home_config: HomeConfig, assistant: HomeAssistant) -> None:
    with opened(home_config, pytest.fail):
        until(lambda: assistant.value("state"))
        before = len(assistant.told)
        assistant.send("homeassistant/status", "online")
        until(lambda: [t for t, _, _ in assistant.told[before:]].count("limber/limber/state"))
        told = [topic for topic, _, _ in assistant.told[before:]]
        assert "homeassistant/device/limber/config" in told


def test_a_broker_that_begins_anew_is_found_again(tmp_path: Path) -> None:
    own = Mosquitto(tmp_path)
    own.start()
    told: list[str] = []
    config = HomeConfig(broker="localhost", port=own.port, tls=False, user=USER, password=SecretStr(PASSWORD))
    with opened(config, pytest.fail, tell=told.append):
        first = HomeAssistant(own.port)
        until(lambda: first.value("availability") == "online")
        first.close()
        own.stop()
        until(lambda: told)
        own.start()
        second = HomeAssistant(own.port)
        until(lambda: second.value("availability") == "online")
        is_accepted(second.discovered())
        second.close()
    own.stop()
    assert told[0] == "Home Assistant: The connection to the broker at localhost was lost."
    assert len(told) == len(set(told)), "each trouble is told once"


def test_the_will_is_told_when_limber_dies(home_config: HomeConfig, assistant: HomeAssistant) -> None:
    dying = Connection(home_config, lambda *_: None, ("limber/limber/availability", "offline"))
    dying.open(["limber/limber/command"])
    dying.publish("limber/limber/availability", "online")
    until(lambda: assistant.value("availability") == "online")
    assert dying._client is not None
    dying._client.hang_up()
    until(lambda: assistant.value("availability") == "offline")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"password_file": "", "password": SecretStr("wrong")}, "refuses this user name and password"),
        ({"password_file": "", "user": ""}, "refuses this user name and password"),
        ({"tls": False}, "localhost ended the connection at once: perhaps it wants TLS there"),
        ({"ca_file": ""}, "The broker's certificate is not trusted: name the file"),
        ({"broker": "127.0.0.2"}, "No broker listens at 127.0.0.2, port"),
        ({"broker": "no-such-computer.invalid"}, "There is no computer called no-such-computer.invalid"),
        ({"broker": ""}, "No broker is named: `limber home` asks for it."),
        ({"port": 1}, "No broker listens at localhost, port 1"),
        ({"ca_file": "/no/such/file"}, "/no/such/file cannot be used: No such file or directory."),
        ({"ca_file": __file__}, "cannot be used: it holds nothing of this kind."),
        ({"certificate_file": __file__}, "cannot be used: it holds nothing of this kind."),
        ({"password_file": "/no/such/file"}, "/no/such/file cannot be used"),
    ],
)
def test_what_is_wrong_is_one_sentence(home_config: HomeConfig, change: dict[str, Any], told: str) -> None:
    trying = Connection(home_config.model_copy(update=change), lambda *_: None, ("limber/x", "offline"))
    with pytest.raises(FrontEndError) as raised:
        trying.open(["limber/limber/command"])
    trying.close()
    assert told in raised.value.message
    assert PASSWORD not in repr(raised.value) + repr(raised.value.__cause__)


def test_a_certificate_for_another_name_and_no_tls_at_all_are_told(tmp_path: Path) -> None:
    other = Mosquitto(tmp_path, certificate=make_certificate(tmp_path, "elsewhere"))
    other.start()
    config = HomeConfig(broker="localhost", port=other.port, ca_file=str(tmp_path / "elsewhere.pem"))
    with pytest.raises(FrontEndError, match="certificate is for another name than localhost"):
        Connection(config, lambda *_: None, ("x", "y")).open(["z"])
    other.stop()
    with (
        hostile(lambda client: client.sendall(b"220 mail\r\n")) as port,
        pytest.raises(FrontEndError, match="does not speak TLS"),
    ):
        Connection(HomeConfig(broker="localhost", port=port), lambda *_: None, ("x", "y")).open(["z"])


def test_a_user_who_may_not_read_or_write_is_told(tmp_path: Path) -> None:
    def forbids(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(CONNACK)
        client.sendall(b"\x90\x04" + client.recv(4096)[2:4] + b"\x00\x87")
        threading.Event().wait(5)

    with hostile(forbids) as port:
        forbidden = HomeConfig(broker="127.0.0.1", port=port, tls=False)
        with pytest.raises(FrontEndError, match="does not let this user read"):
            Connection(forbidden, lambda *_: None, ("limber/x", "y")).open(["limber/limber/command"])
    strict = Mosquitto(tmp_path, rules=f"user {USER}\ntopic read limber/#\n")
    strict.start()
    config = HomeConfig(
        broker="localhost", port=strict.port, tls=False, user=USER, password=SecretStr(PASSWORD)
    )
    trying = Connection(config, lambda *_: None, ("limber/x", "y"))
    trying.open(["limber/limber/command"])
    with pytest.raises(FrontEndError, match="does not let this user write"):
        trying.confirm("homeassistant/device/limber/config", "{}")
    trying.close()
    strict.stop()


# Hostile ones


def garbage(client: socket.socket) -> None:
    client.recv(4096)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100)


def too_large(client: socket.socket) -> None:
    welcome(client)
    client.sendall(b"\x30\xff\xff\xff\x7f" + b"x" * 100_000)


def odd_messages(client: socket.socket) -> None:
    welcome(client)
    topic = b"limber/limber/command"
    client.sendall(message(topic, b"stop", retain=True))
    client.sendall(message(topic, b"\xff\xfe"))
    client.sendall(message(b"\xff\xfe\xff", b"stop"))
    client.sendall(message(b"limber/limber/other", b"stop"))
    client.sendall(message(topic, b"yes") + message(topic, b"resume"))
    client.sendall(message(topic, b"stop"))
    client.recv(65536)
    threading.Event().wait(5)


def unfinished(client: socket.socket) -> None:
    """Messages of the third kind, none of which is ever finished."""
    welcome(client)
    for number in range(1, 200):
        client.sendall(b"\x34\x06\x00\x01x" + number.to_bytes(2, "big") + b"\x00")
    threading.Event().wait(2)


@pytest.mark.parametrize(
    ("serve", "told"),
    [
        (lambda client: None, "ended the connection at once"),
        (garbage, "check the port"),
        (too_large, "was lost"),
        (unfinished, "is no MQTT 5"),
        (lambda client: client.sendall(b"\x20\x03\x00\x84\x00"), "does not speak MQTT 5"),
        (lambda client: client.sendall(b"\x20\x02\x00\x01"), "MQTT 5"),
        (lambda client: client.sendall(b"\x20\x03\x00\x89\x00"), "is too busy just now"),
    ],
)
def test_a_broker_that_makes_no_sense_is_left(serve: Callable[[socket.socket], None], told: str) -> None:
    heard: list[str] = []
    with hostile(serve) as port:
        config = HomeConfig(broker="127.0.0.1", port=port, tls=False)
        with opened(config, lambda event: None, tell=heard.append):
            until(lambda: heard)
    assert any(told in line for line in heard), heard


def test_of_odd_messages_only_the_one_that_can_be_pressed_acts() -> None:
    sent: list[Event] = []
    with (
        hostile(odd_messages) as port,
        opened(HomeConfig(broker="127.0.0.1", port=port, tls=False), sent.append),
    ):
        until(lambda: sent)
    assert [event.intent for event in sent if isinstance(event, Said)] == [Intent.STOP]


def test_a_broker_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.3)
    heard: list[str] = []
    with hostile(lambda client: threading.Event().wait(5)) as port:  # type: ignore[func-returns-value]
        config = HomeConfig(broker="127.0.0.1", port=port, tls=False)
        with opened(config, pytest.fail, tell=heard.append):
            until(lambda: heard)
    assert "does not answer as a broker" in heard[0]


def test_a_broker_that_does_not_read_gets_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STUCK_SECONDS", 0.3)
    heard: list[str] = []

    def never_reads(client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        welcome(client)
        threading.Event().wait(5)

    many = {str(number): f"Routine {number} " * 20 for number in range(40_000)}
    with hostile(never_reads) as port:
        config = HomeConfig(broker="127.0.0.1", port=port, tls=False)
        front_end = Home(pytest.fail, house(home=config, titles=many, tell=heard.append))
        until(lambda: heard)
        front_end.close()
    assert "is no MQTT 5" in heard[0]


FLOOD = message(b"limber/limber/command", b"stop") + message(b"limber/limber/command", b"start")


def floods(client: socket.socket) -> None:
    welcome(client)
    while True:
        client.sendall(FLOOD * 100)


def test_a_flood_is_slowed_down_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Event] = []
    with hostile(floods) as port:
        config = HomeConfig(broker="127.0.0.1", port=port, tls=False)
        front_end = Home(sent.append, house(home=config, titles=TITLES))
        until(lambda: sent)
        driver, slowest = Driver(None), 0.0
        used, began = time.process_time(), time.monotonic()
        while time.monotonic() - began < 1.5:
            before = time.thread_time()
            front_end.publish(driver.view)
            slowest = max(slowest, time.thread_time() - before)
            time.sleep(0.01)
        assert time.process_time() - used < 1.0, "of one core"
        assert slowest < 0.01
        before = time.monotonic()
        front_end.close()
        assert time.monotonic() - before < 2.0
    assert 1 <= len(sent) < 40


@pytest.mark.parametrize("way", ["no broker", "never answers"])
def test_closing_waits_for_nothing(way: str) -> None:
    with hostile(lambda client: threading.Event().wait(5)) as tarpit:  # type: ignore[func-returns-value]
        port = tarpit if way == "never answers" else free_port()
        front_end = Home(pytest.fail, house(home=HomeConfig(broker="127.0.0.1", port=port), titles=TITLES))
        time.sleep(0.1)
        before = time.monotonic()
        front_end.close()
        assert time.monotonic() - before < 2.0
