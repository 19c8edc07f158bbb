"""Rooms that a broker offers: opened and closed while others go on, and gone on with after a host is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from brokers import MOSQUITTO
from driver import CATALOGUE, PACK, Driver
from plain_broker import Broker, until

from assistant import guiding, resuming
from assistant import service as service_module
from assistant.config import Config, HostsConfig, SessionConfig
from assistant.config_rooms import RoomConfig
from assistant.core import sharing
from assistant.core.actions import RecordPhysicianChecked
from assistant.core.context import Settings
from assistant.core.events import CutShort
from assistant.core.liveness import Gauges
from assistant.core.states import State
from assistant.errors import AssistantError, StoreError, VoiceError
from assistant.furnishing import Opening
from assistant.hosts import Hosts
from assistant.no_sound import NoSound
from assistant.overview import Overview
from assistant.resuming import head_of
from assistant.room import Keeper, Room
from assistant.rooms import RoomState
from assistant.service import Service
from assistant.speech.silent_prompter import SilentPrompter
from assistant.stock import Stock
from assistant.store.history import History
from assistant.store.history_writer import Origin
from assistant.store.journal import read_journal

ADDRESS = "10.0.0.21:10700"
KEPT = {"content": (PACK, CATALOGUE), "library": ()}
SETTINGS = Settings(routine_id="mixed", sound_check=False)


class Hearing(NoSound):
    """A satellite that is there, or comes later, and in whose room nobody speaks."""

    has_sound = True

    def __init__(self, satellite: RoomConfig | None) -> None:
        super().__init__()
        self.satellite = satellite
        self.openings = 1
        self.is_closed = False

    def gauges(self) -> Gauges:
        return Gauges(openings=self.openings)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> dict[str, Hearing]:
    """What each room that was opened hears by, by its address."""
    found: dict[str, Hearing] = {}

    def live_room(
        config: Config, stock: Stock, keeper: Keeper, opening: Opening, *, satellite: RoomConfig, **_: Any
    ) -> Room:
        hearing = found.setdefault(satellite.address, Hearing(satellite))
        hearing.is_closed = False
        return Room(hearing, SilentPrompter(time.monotonic), keeper, opening(None))

    monkeypatch.setattr(service_module, "live_room", live_room)
    return found


@pytest.fixture
def service(heard: object, tmp_path: Path) -> Iterator[Service]:
    kitchen = RoomConfig(name="kitchen", address="10.0.0.1")
    config = Config(rooms=[kitchen], session=SessionConfig(sound_check=False))
    opened = Service(config, lambda line: None, tmp_path / "history.sqlite")
    opened._stock.__dict__ |= KEPT
    yield opened
    opened.close()


def is_at(service: Service, state: RoomState, name: str = "gym") -> Callable[[], bool]:
    return lambda: service.state(name) is state


def leave_one_cut_short(path: Path) -> None:
    """As a host does that is lost in the midst of a hold."""
    driver = Driver(sound_check=False)
    driver.until(State.HOLDING).advance(5.0)
    with closing(History(path, pytest.fail, origin=Origin("gym", "lost", is_shared=True))) as history:
        history.begin(head_of("gym", SETTINGS, (PACK.code, CATALOGUE, ())))
        fresh = driver.another_session()
        for now, event in driver.told:
            history.keep(now, event, fresh.handle(event, now))


def test_a_room_comes_and_goes_and_comes_again_while_another_one_goes_on(
    service: Service, heard: dict[str, Hearing]
) -> None:
    service.open_live("kitchen", ())
    service.stay_aside("kitchen")
    for _ in range(2):
        service.open_room("gym", ADDRESS)
        until(is_at(service, RoomState.RESTING))
        assert service.is_heard("gym")
        assert heard[ADDRESS].satellite == RoomConfig(name="gym", address=ADDRESS)
        service.close_room("gym")
        assert service.state("gym") is RoomState.CLOSED
        assert not service.is_heard("gym")
        assert heard[ADDRESS].is_closed
    assert service.state("kitchen") is RoomState.RESTING
    assert not heard["10.0.0.1"].is_closed
    assert [thread.name for thread in threading.enumerate()].count("room gym") == 0


def test_a_session_ends_with_its_room(service: Service, tmp_path: Path) -> None:
    service.open_room("gym", ADDRESS)
    until(is_at(service, RoomState.RESTING))
    service.begin("gym", "mixed")
    until(lambda: (view := service._rooms["gym"].look().view) and view.state is State.CHOOSING)
    service.close_room("gym")
    assert service.state("gym") is RoomState.CLOSED
    assert read_journal(tmp_path / "history.sqlite")[-1][1] == CutShort("terminated")
    with pytest.raises(AssistantError, match="closed"):
        service.begin("gym")
    service.close_room("gym")


def test_nobody_is_known_in_a_room_that_is_offered(service: Service, tmp_path: Path) -> None:
    with closing(History(tmp_path / "history.sqlite", pytest.fail, origin=Origin("kitchen"))) as history:
        history.record(RecordPhysicianChecked())
    for open_it in (partial(service.open_live, "kitchen", ()), partial(service.open_room, "gym", ADDRESS)):
        open_it()
    due = {name: service._settings(name).physician_check_due for name in ("kitchen", "gym")}
    assert due == {"kitchen": False, "gym": True}


@pytest.mark.parametrize("name", ["gym", "kitchen"])
def test_two_rooms_cannot_have_one_name(service: Service, name: str, heard: dict[str, Hearing]) -> None:
    service.open_room("gym", ADDRESS)
    with pytest.raises(AssistantError, match="rename"):
        service.open_room(name, "10.0.0.22:10700")
    assert list(heard) == [ADDRESS]


def test_a_room_that_cannot_be_opened_leaves_nothing_behind(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def live_room(*_: object, **__: object) -> Room:
        raise VoiceError("none", "There is no voice.")

    monkeypatch.setattr(service_module, "live_room", live_room)
    with pytest.raises(VoiceError):
        service.open_room("gym", ADDRESS)
    assert not service._guiding.recorders["gym"]._thread.is_alive()
    service.close_room("gym")


def test_whoever_was_cut_short_by_a_lost_host_is_asked_as_soon_as_they_can_hear_it(
    service: Service, heard: dict[str, Hearing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_one_cut_short(tmp_path / "history.sqlite")
    monkeypatch.setattr(resuming, "_is_running", lambda clock: False)
    heard[ADDRESS] = hearing = Hearing(None)
    hearing.openings = 0
    service.open_room("gym", ADDRESS)
    time.sleep(0.3)
    assert service.state("gym") is RoomState.IDLE
    hearing.openings = 1
    until(is_at(service, RoomState.GUIDING))
    room = service._rooms["gym"]
    until(lambda: (view := room.look().view) and view.state is State.GOING_ON)


def test_somebody_who_comes_later_is_not_asked_about_what_others_did(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_one_cut_short(tmp_path / "history.sqlite")
    monkeypatch.setattr(resuming, "_is_running", lambda clock: False)
    since = resuming._since_boot()
    monkeypatch.setattr(resuming, "_since_boot", lambda: since + 3600.0)
    service.open_room("gym", ADDRESS)
    until(is_at(service, RoomState.RESTING))


def test_a_room_of_this_machine_rests_first_whoever_was_cut_short(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()
    monkeypatch.setattr(service._guiding, "was_cut_short", lambda name: asked.append(name) or True)
    service.open_live("kitchen", ())
    service.stay_aside("kitchen")
    until(is_at(service, RoomState.RESTING, "kitchen"))
    assert asked == []


def test_a_history_that_does_not_answer_is_asked_again_and_not_for_long(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, read_run = iter([False, True]), guiding.read_run
    leave_one_cut_short(tmp_path / "history.sqlite")
    monkeypatch.setattr(resuming, "_is_running", lambda clock: False)

    def slow(*given: Any, **named: Any) -> object:
        if not next(answers, True):
            raise StoreError("gone", "It does not answer.")
        return read_run(*given, **named)

    monkeypatch.setattr(guiding, "read_run", slow)
    service.open_room("gym", ADDRESS)
    until(is_at(service, RoomState.GUIDING))
    service.close_room("gym")
    answers = iter([False] * 1000)
    monkeypatch.setattr(guiding, "ANSWER_SECONDS", 0.2)
    service.open_room("gym", ADDRESS)
    until(is_at(service, RoomState.RESTING))


def test_a_host_that_waits_for_rooms_is_well_without_one() -> None:
    overview = Overview(dict)
    assert not overview.report()["is_well"]
    overview.needs_no_room()
    assert overview.report()["is_well"]


@pytest.mark.skipif(MOSQUITTO is None, reason="there is no broker: apt install mosquitto")
def test_what_a_real_broker_offers_is_run_and_what_is_taken_back_is_closed(
    service: Service, heard: dict[str, Hearing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(sharing, "ASK_SECONDS", 0.3)
    broker = Broker(tmp_path)
    broker.start()
    broker.keep(gym=ADDRESS, hall="10.0.0.22:10700")
    config = HostsConfig(broker="127.0.0.1", port=broker.port, tls=False, host="host")
    said = list[str]()
    hosts = Hosts(config, service, said.append)
    hosts.open()
    try:
        with closing(hosts):
            until(lambda: all(service.state(name) is RoomState.RESTING for name in ("gym", "hall")))
            broker.keep(gym="")
            until(is_at(service, RoomState.CLOSED))
            assert service.state("hall") is RoomState.RESTING
        assert service.state("hall") is RoomState.CLOSED
        assert [hearing.is_closed for hearing in heard.values()] == [True, True]
    finally:
        broker.stop()
    assert any('takes the room "gym"' in line for line in said)
