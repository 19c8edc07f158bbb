"""The screen's server: what it shows, who may ask, and that a session never waits for it."""

from __future__ import annotations

import gzip
import json
import os
import socket
import threading
import time
from contextlib import suppress

import pytest
from houses import house
from screens import Listening, ask, facts, press, screen, until, view

from assistant.config import ScreenConfig
from assistant.core.events import Event, Said, Source
from assistant.core.intents import Intent
from assistant.core.states import State
from assistant.core.view import as_json
from assistant.errors import AssistantError, FrontEndError
from assistant.frontends.registry import open_front_ends
from assistant.frontends.screen import application, connection, feed, guard, network, server
from assistant.frontends.screen.screen import Screen

pytestmark = pytest.mark.timeout(60)

# The page


def test_the_page_is_whole_and_strict() -> None:
    with screen(screen=ScreenConfig(port=0, distance_metres=2.5, emergency_number="112")) as shown:
        page = ask(shown, "/")
        assert page.status == 200
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in page.headers
        told = facts(shown)
        assert told["distance_metres"] == 2.5
        assert told["emergency_number"] == "112"
        assert told["is_room_screen"] is True


def test_a_file_is_sent_once_and_compressed() -> None:
    with screen() as shown:
        plain = ask(shown, "/style.css")
        packed = ask(shown, "/style.css", Accept_Encoding="gzip")
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["etag"] != plain.headers["etag"]
        again = ask(shown, "/style.css", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert "content-security-policy" in again.headers


@pytest.mark.parametrize(
    "path", ["/../feed.py", "/%2e%2e/feed.py", "/..%2ffeed.py", "//etc/passwd", "/index.html", "/.hidden.js"]
)
def test_nothing_else_of_the_disk_is_sent(path: str) -> None:
    with screen() as shown:
        assert ask(shown, path).status == 404


def test_poses_and_history_are_what_the_house_has() -> None:
    sessions = [{"number": 1, "routine": "whole-spine"}]
    with screen(poses=lambda: b'{"a": 1}', history=lambda: sessions, chart=lambda: "<svg/>") as shown:
        assert json.loads(ask(shown, "/poses.json").body) == {"a": 1}
        assert json.loads(ask(shown, "/history.json").body) == {"sessions": sessions}
        assert ask(shown, "/history.svg").body == b"<svg/>"
    with screen() as shown:
        assert ask(shown, "/history.svg").status == 404


def test_what_fails_in_the_house_is_said_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> bytes:
        raise RuntimeError("no poses")

    with screen(poses=broken) as shown:
        assert ask(shown, "/poses.json").status == 500
        assert ask(shown, "/").status == 200


# Events


def test_a_view_comes_at_once_and_at_each_change_and_then_beats() -> None:
    with screen(clock=lambda: 7.0, level_dbfs=lambda: -41.26) as shown:
        first = view("One.", at=5.0)
        shown.publish(first)
        page = Listening(shown)
        assert page.next("view") == {"kind": "view", "now": 5.0, **as_json(first)}
        shown.publish(view("Two.", at=5.0))
        assert page.next("view")["sentence"] == "Two."
        microphone = {"level_dbfs": -41.3, "hears": True}
        assert page.next("beat") == {"kind": "beat", "now": 5.0, "idle": False, "microphone": microphone}
        page.close()


def test_the_time_of_a_view_goes_on() -> None:
    now = [100.0]
    with screen(clock=lambda: now[0]) as shown:
        shown.publish(view(at=5.0))
        now[0] += 12.0
        page = Listening(shown)
        told = page.next("view")
        assert (told["at"], told["now"]) == (5.0, 17.0)
        page.close()


@pytest.mark.parametrize(
    ("level_dbfs", "told"),
    [(None, None), (lambda: None, {"level_dbfs": None, "hears": False})],
    ids=["typed", "nothing arrives"],
)
def test_a_beat_says_whether_anything_is_heard(level_dbfs: object, told: object) -> None:
    with screen(level_dbfs=level_dbfs) as shown:
        page = Listening(shown)
        beat = page.next("beat")
        assert (beat["microphone"], beat["idle"], beat["now"]) == (told, True, None)
        page.close()


def test_without_a_session_the_page_is_idle_and_keeps_the_last_view() -> None:
    with screen() as shown:
        page = Listening(shown)
        assert page.next("view") == {"kind": "view", "now": None, "idle": True, "last": None}
        over = view(state=State.FINISHED)
        shown.publish(over)
        shown.rest()
        told = page.next("view")
        while not told.get("idle"):
            told = page.next("view")
        assert told["last"] == as_json(over)
        page.close()


def test_beats_come_often_enough_to_notice_within_two_seconds_that_there_are_none() -> None:
    with screen() as shown:
        page = Listening(shown)
        page.next("beat")
        began = time.monotonic()
        for _ in range(4):
            page.next("beat")
        assert time.monotonic() - began < 4.0
        page.close()


def test_views_come_in_their_order_and_the_newest_always_does() -> None:
    with screen() as shown:
        pages = [Listening(shown) for _ in range(3)]
        for number in range(300):
            shown.publish(view(str(number)))
        for page in pages:
            told = [-1]
            while told[-1] != 299:
                newest = page.next("view")
                told.append(int(newest["sentence"]) if not newest.get("idle") else -1)
            assert told == sorted(told)
            page.close()


def test_the_fifty_first_page_is_told_that_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BEAT_SECONDS", 0.05)
    with screen() as shown:
        pages = [Listening(shown) for _ in range(feed.MOST_CLIENTS)]
        for page in pages:
            page.next("beat")
        late = Listening(shown)
        assert late.status == 503
        late.close()
        pages[0].close()
        until(lambda: len(shown._feed._clients) < feed.MOST_CLIENTS)
        again = Listening(shown)
        assert again.status == 200
        for page in (*pages[1:], again):
            page.close()


def test_a_page_that_does_not_read_is_dropped_and_the_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "SLOW_SECONDS", 0.3)
    with screen() as shown:
        slow, quick = Listening(shown, receive_bytes=2048), Listening(shown)
        until(lambda: len(shown._feed._clients) == 2)
        reading = threading.Thread(target=lambda: [quick.next() for _ in iter(lambda: quick.ended, True)])
        reading.start()
        longest, number = 0.0, 0
        ends_at = time.monotonic() + 20.0
        while shown._feed.dropped_count == 0 and time.monotonic() < ends_at:
            number += 1
            began = time.monotonic()
            shown.publish(view(f"{number}" + "x" * 200_000))
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.005)
        assert shown._feed.dropped_count == 1
        assert longest < 0.1, "the session waited"
        assert len(shown._feed._clients) == 1
        shown.close()
        reading.join(5.0)
        slow.close()
        quick.close()


# What is pressed


def test_what_is_pressed_is_what_saying_it_would_be() -> None:
    sent: list[Event] = []
    with screen(sent.append) as shown:
        shown.publish(view())
        assert press(shown, "/say", {"intent": "next"}).status == 200
        assert press(shown, "/say", {"intent": "number", "number": 4}).status == 200
        assert press(shown, "/say", {"intent": "stop"}).status == 200
    assert all(isinstance(event, Said) and event.source is Source.TOUCH for event in sent)
    assert [(e.intent, e.slots.number) for e in sent if isinstance(e, Said)] == [
        (Intent.NEXT, None),
        (Intent.NUMBER, 4),
        (Intent.STOP, None),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        *({}, {"intent": "dance"}, {"intent": 3}, {"intent": "number"}, {"intent": "number", "number": 4.5}),
        *({"intent": "number", "number": True}, {"intent": "number", "number": -1}, [], "stop", b"{", b""),
        *({"intent": "choose", "routine": "no-such"}, {"intent": "next", "number": 3}, b"[" * 1999),
        *({"intent": "choose", "region": 3}, {"intent": "next", "more": 1}, b"\xff", b'{"intent": NaN}'),
        {"intent": "next", "phrase": "not a phrase of ours"},
        {"intent": "next", "phrase": "stop"},
    ],
)
def test_what_nobody_can_say_cannot_be_pressed(sent: object) -> None:
    told: list[Event] = []
    with screen(told.append) as shown:
        shown.publish(view())
        assert press(shown, "/say", sent).status == 400
    assert told == []


def test_without_a_session_nothing_waits_for_the_next_one() -> None:
    told: list[Event] = []
    with screen(told.append) as shown:
        assert press(shown, "/say", {"intent": "stop"}).error == "idle"
    assert told == []


def test_a_session_is_begun_from_the_page_where_one_can_begin() -> None:
    begun: list[bool] = []
    with screen(begin=lambda: begun.append(True)) as shown:
        assert press(shown, "/begin", {}).status == 200
    assert begun == [True]
    with screen() as shown:
        answer = press(shown, "/begin", {})
        assert (answer.status, answer.error) == (409, "nothing_here")


def test_what_is_to_be_forgotten_is_named() -> None:
    forgotten: list[int | None] = []

    def forget(number: int | None) -> str:
        forgotten.append(number)
        return "it"

    with screen(forget=forget) as shown:
        assert json.loads(press(shown, "/forget", {"session": 3}).body) == {"erased": "it"}
        assert press(shown, "/forget", {"all": True}).status == 200
        for odd in ({}, {"all": 1}, {"all": False}, {"session": True}, {"session": 3, "all": True}):
            assert press(shown, "/forget", odd).status == 400
        shown.publish(view())
        assert press(shown, "/forget", {"all": True}).error == "guiding"
    assert forgotten == [3, None]


def test_presses_are_limited_but_a_stop_never_is() -> None:
    told: list[Event] = []
    with screen(told.append) as shown:
        shown.publish(view())
        token = facts(shown)["token"]
        statuses = [press(shown, "/say", {"intent": "next"}, token=token).status for _ in range(60)]
        assert 429 in statuses
        for intent in ("stop", "pain", "distress", "red_flag"):
            assert press(shown, "/say", {"intent": intent}, token=token).status == 200


# Strangers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "", "[::1]"])
@pytest.mark.parametrize("path", ["/", "/events", "/history.json", "/style.css"])
def test_a_name_that_leads_here_from_elsewhere_is_refused(host: str, path: str) -> None:
    with screen() as shown:
        answer = ask(shown, path, Host=host)
        assert answer.status in (400, 403)
        assert b"token" not in answer.body


HOSTILE = (
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "https://127.0.0.1:{port}"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
)


@pytest.mark.parametrize("headers", HOSTILE)
def test_a_page_of_another_site_can_neither_read_nor_press(headers: dict[str, str]) -> None:
    told: list[Event] = []
    with screen(told.append) as shown:
        shown.publish(view())
        filled = {name: value.format(port=shown.port) for name, value in headers.items()}
        for path in ("/events", "/history.json", "/page.js"):
            assert ask(shown, path, **filled).status == 403
        assert press(shown, "/say", {"intent": "stop"}, **filled).status == 403
    assert told == []


def test_a_link_from_elsewhere_opens_the_page_and_nothing_else() -> None:
    follows = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    with screen() as shown:
        assert ask(shown, "/", **follows).status == 200
        assert ask(shown, "/history.json", **follows).status == 403
        assert ask(shown, "/", **{**follows, "Sec_Fetch_Dest": "iframe"}).status == 403


def test_the_page_of_this_very_server_is_let_in() -> None:
    with screen() as shown:
        for host in (f"127.0.0.1:{shown.port}", f"localhost:{shown.port}"):
            own = {"Host": host, "Origin": f"http://{host}", "Sec_Fetch_Site": "same-origin"}
            assert ask(shown, "/history.json", **own).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"token": "wrong"}, 403),
        ({"X_Limber_Token": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": ""}, 415),
        ({"Content_Length": "100000"}, 413),
        ({"Content_Length": "-1"}, 400),
        ({"Content_Length": "", "Transfer_Encoding": "chunked"}, 413),
    ],
)
def test_a_post_that_the_page_would_not_send_is_refused(headers: dict[str, str], status: int) -> None:
    told: list[Event] = []
    with screen(told.append) as shown:
        shown.publish(view())
        assert press(shown, "/say", {"intent": "stop"}, **headers).status == status
    assert told == []


def test_a_body_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "BODY_SECONDS", 0.2)
    with screen() as shown:
        shown.publish(view())
        assert press(shown, "/say", b'{"intent"', Content_Length="50").status == 400


def test_whoever_says_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 3)
    with screen() as shown:
        ask(shown, "/")
        silent = [socket.create_connection(("127.0.0.1", shown.port)) for _ in range(5)]
        for one in silent:
            one.settimeout(10.0)
            with suppress(ConnectionResetError):
                assert one.recv(1) == b""
            one.close()
        assert ask(shown, "/").status == 200


def test_only_reading_and_posting_are_known() -> None:
    with screen() as shown:
        for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
            assert ask(shown, "/say", method).status == 405
        assert ask(shown, "/say").status == 404
        assert ask(shown, "/events", "HEAD").status == 405


# Coming and going


def test_a_port_that_is_taken_is_said_and_the_session_does_without() -> None:
    told: list[str] = []
    with screen() as shown:
        taken = house(screen=ScreenConfig(port=shown.port), tell=told.append)
        with pytest.raises(FrontEndError):
            Screen(lambda event: None, taken)
        opened = open_front_ends(["screen"], taken, lambda event: None)
        opened.publish(view())
        opened.close()
    (line,) = told
    assert f"127.0.0.1:{shown.port} cannot be used" in line


def test_the_port_is_free_at_once_after_it_closed() -> None:
    with screen() as shown:
        port = shown.port
        page = Listening(shown)
        page.next("beat")
    with screen(screen=ScreenConfig(port=port)) as shown:
        assert ask(shown, "/").status == 200
    page.close()


def test_it_closes_within_two_seconds_and_says_goodbye_to_every_page() -> None:
    with screen() as shown:
        pages = [Listening(shown) for _ in range(20)]
        for page in pages:
            page.next("beat")
        began = time.monotonic()
        shown.close()
        assert time.monotonic() - began < 1.0
        for page in pages:
            assert page.next("bye") == {"kind": "bye"}
            assert page.next() == {}
            page.close()
        until(lambda: not shown.server._thread.is_alive(), 2.0)


def test_a_server_that_dies_comes_back_and_the_session_never_knows(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "FIRST_PAUSE_SECONDS", 0.05)
    with screen() as shown:
        page = Listening(shown)
        page.next("beat")
        loop = shown._feed._loop
        assert loop is not None
        loop.call_soon_threadsafe(loop.stop)
        until(lambda: shown.server.start_count == 2)
        shown.publish(view("Still here."))
        again = Listening(shown)
        assert again.next("view")["sentence"] == "Still here."
        page.close()
        again.close()


def test_a_screen_that_never_starts_keeps_nobody_from_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ImportError("no web libraries here")

    monkeypatch.setattr(application, "Application", broken)
    with screen() as shown:
        for number in range(100):
            shown.publish(view(str(number)))
        shown.rest()


def test_a_socket_that_systemd_hands_over_is_listened_on(monkeypatch: pytest.MonkeyPatch) -> None:
    given = network.listen(network.LOOPBACK, 0)
    monkeypatch.setattr(network, "_FIRST_GIVEN", given.fileno())
    environ = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    taken = network.given_socket(environ)
    assert taken is not None
    assert taken.getsockname() == given.getsockname()
    taken.close()
    given.close()
    assert network.given_socket({}) is None
    assert network.given_socket({**environ, "LISTEN_PID": "1"}) is None


def test_a_house_that_cannot_show_it_has_a_screen_all_the_same() -> None:
    def broken(url: str) -> None:
        raise AssistantError("no", "no browser")

    with screen(show=broken) as shown:
        assert ask(shown, "/").status == 200


def test_rates_are_forgotten_and_addresses_do_not_pile_up() -> None:
    rates = guard.Rates()
    assert all(rates.allow("a", 0.0) for _ in range(20))
    assert not rates.allow("a", 0.0)
    assert rates.allow("a", 0.2)
    for number in range(guard.MOST_ADDRESSES * 2):
        rates.allow(str(number), 1.0)
    assert len(rates._left) == guard.MOST_ADDRESSES
