"""scripts/measure/run home: what a home costs a session, whatever its broker does; and a session from there.

Runs on the main thread; each room in a process of its own. Needs mosquitto.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from brokers import (
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
from pydantic import SecretStr

from assistant.cli import output
from assistant.config import Config, HomeConfig, SessionConfig
from assistant.core.events import Event, Said, Source
from assistant.core.intents import Intent
from assistant.core.selection import routine_minutes
from assistant.core.states import State
from assistant.core.view import View
from assistant.errors import FrontEndError
from assistant.frontends.registry import FRONT_ENDS, Entry
from assistant.rooms import RoomState
from assistant.service import Service

ROOM = "here"
FLOOD = b"".join(message(b"limber/limber/command", told) for told in (b"start", b"ready", b"next", b"\xff"))


class _Nobody:
    """A terminal at which nobody types."""

    def readline(self, limit: int, /) -> str:
        threading.Event().wait(3600)
        return ""


class _Probe:
    """A front end that notes when the view of a state came."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.state = State.FINISHED
        self.at = 0.0

    def publish(self, view: View) -> None:
        if view.state is not self.state:
            self.state, self.at = view.state, time.perf_counter()
            self.came.set()

    def rest(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def _flooding(client: Any) -> None:
    welcome(client)
    while True:
        client.sendall(FLOOD * 200)


def _too_large(client: Any) -> None:
    welcome(client)
    client.sendall(b"\x30\xff\xff\xff\x7f" + b"x" * (1 << 20))


def _tarpit(client: Any) -> None:
    """Takes the connection, reads nothing, and dribbles a byte now and then."""
    while True:
        client.sendall(b"\x20")
        time.sleep(1.0)


def _never_answers(client: Any) -> None:
    threading.Event().wait(3600)


HOSTILE: dict[str, Callable[[Any], None]] = {
    "tarpit": _tarpit,
    "never answers": _never_answers,
    "closes at once": lambda client: None,
    "flood of commands": _flooding,
    "huge payloads": _too_large,
}


@contextmanager
def _broker(kind: str) -> Iterator[HomeConfig]:
    """What the home is configured to, with that kind of broker running."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        if kind == "no home":
            yield HomeConfig()
        elif kind == "no broker":
            yield HomeConfig(enabled=True, broker="127.0.0.1", port=free_port(), tls=False)
        elif kind == "good, with TLS":
            certificate = make_certificate(Path(folder))
            broker = Mosquitto(Path(folder), certificate=certificate)
            broker.start()
            opened.callback(broker.stop)
            yield _good(broker.port, str(certificate))
        else:
            port = opened.enter_context(hostile(HOSTILE[kind]))
            yield HomeConfig(enabled=True, broker="127.0.0.1", port=port, tls=False)


def _good(port: int, ca_file: str) -> HomeConfig:
    return HomeConfig(
        enabled=True, broker="localhost", port=port, ca_file=ca_file, user=USER, password=SecretStr(PASSWORD)
    )


KINDS = ("no home", "no broker", "good, with TLS", *HOSTILE)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("home")(home)


def home(
    events: Annotated[int, typer.Option(min=10, metavar="N", help="So many events with each.")] = 300,
    session: Annotated[
        bool, typer.Option("--session", help="Instead, drive a whole session over MQTT, in real time.")
    ] = False,
) -> None:
    """How late a session has dealt with what happens, by what its home's broker does."""
    if not MOSQUITTO:
        raise FrontEndError("missing", "This needs: sudo apt-get install mosquitto")
    if session:
        _whole_session()
        return
    for kind in KINDS:
        context = multiprocessing.get_context("spawn")
        results: Any = context.Queue()
        with _broker(kind) as config:
            room = context.Process(target=_measure, args=(config, events, results))
            room.start()
            found = results.get(timeout=120)
            room.join()
        output.emit_json({"broker": kind, **found})


def _measure(config: HomeConfig, count: int, results: Any) -> None:
    """In a process of its own: a typed session is stopped and goes on, again and again."""
    probe = _Probe()
    FRONT_ENDS["probe"] = Entry("measures", lambda send, house: probe)
    settings = Config(session=SessionConfig(sound_check=False), home=config)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(settings, lambda line: None, Path(folder) / "history.sqlite")
        front_ends = ["home", "probe"] if config.enabled else ["probe"]
        service.open_typed(ROOM, front_ends, _Nobody())
        service.begin(ROOM)
        until(lambda: service.state(ROOM) is RoomState.GUIDING and probe.state is State.CHOOSING, 30)
        time.sleep(1.0)
        used, began = time.process_time(), time.monotonic()
        delays = [_delay(service, probe, number) for number in range(count)]
        share = (time.process_time() - used) / (time.monotonic() - began)
        closing = time.perf_counter()
        service.close()
        closed = time.perf_counter() - closing
    results.put(
        {
            "events": count,
            "delay_ms": {
                "median": round(float(np.median(delays)) * 1000, 2),
                "p99": round(float(np.percentile(delays, 99)) * 1000, 2),
                "max": round(max(delays) * 1000, 2),
            },
            "cpu_share_of_one_core": round(share, 3),
            "closed_after_ms": round(closed * 1000),
        }
    )


def _delay(service: Service, probe: _Probe, number: int) -> float:
    """How long after "stop", or "continue", the view of it comes."""
    phrases = service.content[0].table.phrases
    intent = Intent.RESUME if number % 2 else Intent.STOP
    probe.came.clear()
    event: Event = Said(intent, phrases[intent][0], source=Source.TOUCH)
    time.sleep(0.02)
    began = time.perf_counter()
    service.put(ROOM, event)
    if not probe.came.wait(10):
        raise TimeoutError("no view came")
    return probe.at - began


def _whole_session() -> None:
    """A whole session in real time, driven over MQTT alone; how long it took, and what was told."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder))
        broker = Mosquitto(Path(folder), certificate=certificate)
        broker.start()
        assistant = HomeAssistant(broker.port, certificate)
        settings = Config(
            session=SessionConfig(sound_check=False, settle_seconds=3.0, rest_seconds=2.0),
            home=_good(broker.port, str(certificate)),
        )
        history = Path(folder) / "history.sqlite"
        _answered_before(history)
        service = Service(settings, output.note, history)
        service.open_typed(ROOM, ["home"], _Nobody())
        threading.Thread(target=service.stay, args=(ROOM,), kwargs={"at_rest": True}, daemon=True).start()
        try:
            output.emit_json(_drive(assistant, service))
        finally:
            service.close()
            assistant.close()
            broker.stop()


def _answered_before(history: Path) -> None:
    """What is asked before the first session, and only in the room, was answered on another day."""
    from assistant.core.actions import RecordConditionsAsked, RecordPhysicianChecked, RecordSession
    from assistant.store.history import History

    kept = History(history, output.note)
    for action in (RecordSession("at-the-desk"), RecordPhysicianChecked(), RecordConditionsAsked()):
        kept.record(action)
    kept.close()


def _drive(assistant: HomeAssistant, service: Service) -> dict[str, Any]:
    """Begin, choose, lead on, pause, go on, and wait for the end."""
    until(lambda: assistant.value("availability") == "online")
    time.sleep(2.0)
    title = min(service.content[1], key=routine_minutes).title
    began = time.monotonic()
    assistant.send("limber/limber/next_routine/set", title)
    assistant.press("start")
    states: list[str] = []
    stretches: list[str] = []
    is_paused = False
    while time.monotonic() - began < 1800:
        state = assistant.value("state") or ""
        stretch = assistant.value("stretch") or ""
        if [state, stretch] != [*states[-1:], *stretches[-1:]]:
            states.append(state)
            stretches.append(stretch)
            output.note(f"{time.monotonic() - began:6.1f} s: {state}, {stretch}")
        if state == "resting" and "guiding" in states:
            break
        if state == "asking":
            assistant.press("next")
        elif state == "guiding" and not is_paused and (assistant.value("seconds_left") or "None") != "None":
            is_paused = True
            assistant.press("pause")
            until(lambda: assistant.value("state") == "paused")
            assistant.press("start")
        elif state == "guiding" and (assistant.value("seconds_left") or "None") == "None":
            assistant.press("ready")
        time.sleep(1.5)
    told = [topic.rpartition("/")[2] for topic, _, _ in assistant.told if topic.startswith("limber/")]
    return {
        "routine": title,
        "stretches": list(dict.fromkeys(stretches)),
        "seconds": round(time.monotonic() - began),
        "last_length_minutes": assistant.value("last_length"),
        "messages_told": {name: told.count(name) for name in sorted(set(told))},
    }
