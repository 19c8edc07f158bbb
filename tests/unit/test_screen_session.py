"""A whole session with its screen: seen, pressed, begun again, forgotten; and the server may die."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens import Listening, Served, ask, press, until

from assistant.config import Config, ScreenConfig, SessionConfig
from assistant.frontends.registry import FRONT_ENDS, Entry
from assistant.frontends.screen import server
from assistant.frontends.screen.screen import Screen
from assistant.rooms import RoomState
from assistant.service import Service
from assistant.speech.silent_prompter import SilentPrompter
from assistant.store.history_reader import read_sessions

pytestmark = pytest.mark.timeout(120)

ROOM = "here"


class NobodyTypes:
    def readline(self, _limit: int) -> str:
        threading.Event().wait(120)
        return ""


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, Screen]]:
    opened: list[Screen] = []

    def opening(send: object, house: object) -> Screen:
        opened.append(Screen(send, house))  # type: ignore[arg-type]
        return opened[0]

    monkeypatch.setitem(FRONT_ENDS, "screen", Entry("for tests", opening, wants_health=True))
    config = Config(
        screen=ScreenConfig(port=0), session=SessionConfig(routine="at-the-desk", sound_check=False)
    )
    service = Service(config, lambda line: None, tmp_path / "history.sqlite")
    service.open_typed(ROOM, ["screen"], NobodyTypes())  # type: ignore[arg-type]
    yield service, opened[0]
    service.close()


def until_state(page: Listening, state: str) -> dict[str, object]:
    while (told := page.next("view")).get("state") != state:
        assert told, "the server has gone"
    return told


def emergency(shown: Served) -> None:
    """The shortest way to an end."""
    press(shown, "/say", {"intent": "red_flag"})


def test_a_session_is_begun_seen_stopped_and_ended_from_the_page(running: tuple[Service, Screen]) -> None:
    service, shown = running
    page = Listening(shown)
    assert page.next("view")["idle"] is True
    assert press(shown, "/begin", {}).status == 200
    assert until_state(page, "screening")["question"]["kind"] == "yes_no"  # type: ignore[index]
    assert press(shown, "/begin", {}).status == 409
    press(shown, "/say", {"intent": "stop"})
    told = until_state(page, "paused")
    assert told["heard"] == {"number": 1, "certainty": "sure", "intent": "stop", "phrase": "stop"} | {
        "at": told["heard"]["at"],  # type: ignore[index]
        "source": "touch",
    }
    emergency(shown)
    until_state(page, "emergency")
    press(shown, "/say", {"intent": "stop"})
    last = page.next("view")
    while not last.get("idle"):
        last = page.next("view")
    assert last["last"]["end_reason"] == "emergency"
    until(lambda: service.state(ROOM) is RoomState.IDLE)
    page.close()


def test_a_pressed_stop_hushes_at_once_and_on_the_voices_path(
    running: tuple[Service, Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shown = running
    hushed: list[float] = []

    def hush(self: SilentPrompter) -> int:
        hushed.append(time.monotonic())
        return len(hushed)

    monkeypatch.setattr(SilentPrompter, "hush", hush)
    press(shown, "/begin", {})
    page = Listening(shown)
    until_state(page, "screening")
    delays = []
    for number in range(1, 21):
        pressed_at = time.monotonic()
        assert press(shown, "/say", {"intent": "stop"}).status == 200
        delays.append(hushed[number - 1] - pressed_at)
    assert sorted(delays)[10] < 0.06
    page.close()


def test_the_server_may_die_and_the_session_goes_on(
    running: tuple[Service, Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "FIRST_PAUSE_SECONDS", 0.05)
    service, shown = running
    press(shown, "/begin", {})
    page = Listening(shown)
    until_state(page, "screening")
    loop = shown._feed._loop
    assert loop is not None
    loop.call_soon_threadsafe(loop.stop)
    until(lambda: shown.server.start_count == 2)
    assert service.state(ROOM) is RoomState.GUIDING
    again = Listening(shown)
    until_state(again, "screening")
    assert press(shown, "/say", {"intent": "pause"}).status == 200
    until_state(again, "paused")
    page.close()
    again.close()


def test_what_was_is_shown_and_forgotten(running: tuple[Service, Screen], tmp_path: Path) -> None:
    service, shown = running
    for _ in range(2):
        press(shown, "/begin", {})
        page = Listening(shown)
        until_state(page, "screening")
        emergency(shown)
        until_state(page, "emergency")
        press(shown, "/say", {"intent": "stop"})
        until(lambda: service.state(ROOM) is RoomState.IDLE)
        page.close()
    sessions = json.loads(ask(shown, "/history.json").body)["sessions"]
    assert [one["red_flags"] for one in sessions] == [["help"]] * 2, "of a touch nothing else is known"
    assert {one["title"] for one in sessions} == {"At the desk"}
    assert b"At the desk" in ask(shown, "/history.svg").body
    number = sessions[0]["number"]
    assert press(shown, "/forget", {"session": 999}).error == "no_session"
    erased = json.loads(press(shown, "/forget", {"session": number}).body)["erased"]
    assert erased.startswith(f"session {number}, ")
    assert [one.id for one in read_sessions(tmp_path / "history.sqlite")] == [sessions[1]["number"]]
    assert press(shown, "/forget", {"all": True}).status == 200
    assert read_sessions(tmp_path / "history.sqlite") == []
    assert press(shown, "/begin", {}).status == 200
    until(lambda: service.state(ROOM) is RoomState.GUIDING)


def test_every_stretch_that_has_a_pose_is_sent(running: tuple[Service, Screen]) -> None:
    _, shown = running
    poses = json.loads(ask(shown, "/poses.json").body)
    assert poses["joints"]
    assert poses["poses"]
