"""Others in the network: nothing without a pairing, and a code that cannot be guessed."""

from __future__ import annotations

import json

import pytest
from houses import house
from screens import Listening, ask, facts, press, view

from assistant.config import ScreenConfig
from assistant.core.events import Event
from assistant.frontends.screen import guard, network
from assistant.frontends.screen.pairing import (
    CODE_SECONDS,
    LOCKED_SECONDS,
    MOST_PAIRED,
    MOST_TRIES,
    PAIRED_SECONDS,
    Pairing,
    Tried,
)
from assistant.frontends.screen.screen import Screen

pytestmark = pytest.mark.timeout(60)


def test_a_code_pairs_one_device_and_the_pairing_ends() -> None:
    pairing = Pairing(0.0)
    code, seconds = pairing.code(1.0)
    assert seconds == CODE_SECONDS - 1.0
    tried, secret = pairing.pair(f" {code[:4].lower()}-{code[4:]} ", 2.0)
    assert tried is Tried.PAIRED
    assert pairing.is_paired(secret, 3.0)
    assert not pairing.is_paired(secret[:-1], 3.0)
    assert pairing.pair(code, 3.0)[0] is Tried.WRONG, "a code counts once"
    assert not pairing.is_paired(secret, 2.0 + PAIRED_SECONDS)


def test_a_code_gets_old() -> None:
    pairing = Pairing(0.0)
    code, _ = pairing.code(0.0)
    assert pairing.pair(code, CODE_SECONDS)[0] is Tried.WRONG


def test_whoever_guesses_waits_and_the_code_is_another_one() -> None:
    pairing = Pairing(0.0)
    code, _ = pairing.code(0.0)
    for _ in range(MOST_TRIES):
        assert pairing.pair("ÄÖÜ", 1.0) == (Tried.WRONG, "")
    assert pairing.code(1.0)[0] != code
    new, _ = pairing.code(1.0)
    assert pairing.pair(new, 1.0 + LOCKED_SECONDS - 0.1)[0] is Tried.LOCKED
    assert pairing.pair(new, 1.0 + LOCKED_SECONDS)[0] is Tried.PAIRED


def test_so_many_are_paired_and_the_oldest_makes_room() -> None:
    pairing = Pairing(0.0)
    secrets = [pairing.pair(pairing.code(0.0)[0], 0.0)[1] for _ in range(MOST_PAIRED + 1)]
    assert [pairing.is_paired(secret, 1.0) for secret in secrets] == [False] + [True] * MOST_PAIRED


STRANGE = "127.0.0.2"
"""This machine under another address stands for one in the network: the guard takes its word for it."""


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(network, "local_address", lambda: STRANGE)
    monkeypatch.setattr("assistant.frontends.screen.screen.local_address", lambda: STRANGE)
    return None


class Phone:
    """A device in the network: it asks by the network's address, and keeps its cookie."""

    def __init__(self, shown: Screen) -> None:
        self.shown = shown
        self.cookie = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Host": self.shown.network_host, "Cookie": self.cookie}

    def pair(self, code: str) -> int:
        answer = press(self.shown, "/pair", {"code": code}, **self.headers)
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer.status


@pytest.fixture
def shown(shared: object, monkeypatch: pytest.MonkeyPatch) -> object:
    """Every address is a loopback one here, so what is not by its own name counts as from elsewhere."""
    is_loopback = guard.Guard._is_here

    def is_here(self: guard.Guard, address: str, host: str) -> bool:
        return is_loopback(self, address, host) and not host.startswith(STRANGE)

    monkeypatch.setattr(guard.Guard, "_is_here", is_here)
    sent: list[Event] = []
    opened = Screen(
        sent.append, house(screen=ScreenConfig(port=0, lan=True), history=lambda: [{"pain_before": 7}])
    )
    yield opened
    opened.close()
    assert sent == []


PATHS = (
    "/events",
    "/history.json",
    "/history.svg",
    "/poses.json",
    "/page.js",
    "/pairing.json",
    "/index.html",
)


@pytest.mark.parametrize("path", PATHS)
def test_whoever_is_not_paired_gets_nothing(shown: Screen, path: str) -> None:
    shown.publish(view("It hurts."))
    for cookie in ("", f"{guard.COOKIE}=guessed", "odd;;;=", "a" * 5000):
        answer = ask(shown, path, **{**Phone(shown).headers, "Cookie": cookie})
        assert answer.status == 401
        assert json.loads(answer.body)["error"] == "not_paired"


def test_whoever_is_not_paired_can_press_nothing_even_with_the_token(shown: Screen) -> None:
    shown.publish(view())
    for path, sent in (("/say", {"intent": "stop"}), ("/begin", {}), ("/forget", {"all": True})):
        answer = press(shown, path, sent, token=facts(shown)["token"], **Phone(shown).headers)
        assert answer.status == 401


def test_the_page_to_pair_by_tells_nothing(shown: Screen) -> None:
    page = ask(shown, "/", **Phone(shown).headers)
    assert page.status == 401
    assert facts(shown)["token"].encode() not in page.body
    for name in guard.FOR_ANYBODY:
        assert ask(shown, name, **Phone(shown).headers).status == 200


def test_a_paired_phone_sees_and_cannot_pair_others(shown: Screen) -> None:
    invitation = json.loads(ask(shown, "/pairing.json").body)
    assert invitation["url"] == f"http://{shown.network_host}/#pair={invitation['code']}"
    assert ask(shown, "/pairing.svg").body.startswith(b"<svg")
    phone = Phone(shown)
    assert phone.pair("WRONGONE") == 403
    assert phone.pair(invitation["code"]) == 200
    assert json.loads(ask(shown, "/history.json", **phone.headers).body)["sessions"] == [{"pain_before": 7}]
    assert ask(shown, "/pairing.json", **phone.headers).status == 404
    page = Listening(shown, **phone.headers)
    assert page.next("view")["idle"] is True
    page.close()


def test_a_page_that_looks_on_sees_nothing_more_when_its_pairing_has_ended(
    shown: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(shown)
    phone.pair(json.loads(ask(shown, "/pairing.json").body)["code"])
    page = Listening(shown, **phone.headers)
    page.next("beat")
    monkeypatch.setattr(Pairing, "is_paired", lambda self, secret, now: False)
    shown.publish(view("It hurts."))
    while told := page.next():
        assert told["kind"] == "beat"
    assert page.ended
    page.close()


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(shown: Screen) -> None:
    code = json.loads(ask(shown, "/pairing.json").body)["code"]
    answer = press(shown, "/pair", {"code": code}, **Phone(shown).headers)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert f"max-age={PAIRED_SECONDS:.0f}" in cookie


def test_another_site_cannot_guess_codes(shown: Screen) -> None:
    code = json.loads(ask(shown, "/pairing.json").body)["code"]
    answer = press(shown, "/pair", {"code": code}, **Phone(shown).headers, Origin="http://evil.example")
    assert answer.status == 403


def test_guesses_are_counted(shown: Screen) -> None:
    phone = Phone(shown)
    statuses = [phone.pair("WRONGONE") for _ in range(MOST_TRIES + 1)]
    assert statuses == [403] * MOST_TRIES + [429]


def test_without_a_local_network_it_is_only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("assistant.frontends.screen.screen.local_address", lambda: "")
    opened = Screen(lambda event: None, house(screen=ScreenConfig(port=0, lan=True), tell=told.append))
    assert ask(opened, "/pairing.json").status == 404
    opened.close()
    assert len(told) == 1


def test_the_address_in_the_network_is_found_without_asking_anybody() -> None:
    address = network.local_address()
    assert address == "" or not address.startswith("127.")
