"""A phone becomes a screen: by the code that the room's own screen shows, and as long as that counts."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from screen_page import FLAWS, SIZES, Stand, any_port, open_page, scene, see, stand

from assistant.config import ScreenConfig
from assistant.frontends.screen import pairing

PHONE = SIZES["phone"]
OTHERS = (
    "/events",
    "/poses.json",
    "/history.json",
    "/history.svg",
    "/pairing.json",
    "/pairing.svg",
    "/page.js",
)


@pytest.fixture
def at() -> Iterator[Stand]:
    """A screen that the local network may see too."""
    with stand(config=any_port(ScreenConfig(lan=True))) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    opened = context.new_page()
    opened.set_default_timeout(5000)
    yield opened
    context.close()


def shown_code(page: Page) -> str:
    """The code on the room's own screen."""
    expect(page.locator("#pairing-letters")).to_have_text(re.compile(r"^\w{4}-\w{4}$"), timeout=5000)
    return page.locator("#pairing-letters").inner_text()


def test_a_phone_is_paired_by_the_code_and_can_press(page: Page, at: Stand, phone: Page) -> None:
    page.get_by_role("button", name="Use a phone").click()
    code = shown_code(page)
    page.wait_for_function("() => document.getElementById('pairing-code').naturalWidth > 100")
    phone.goto(at.network_url)
    phone.get_by_label("The code").fill("AAAA2222")
    phone.get_by_role("button", name="Pair").click()
    expect(phone.locator("#said")).to_have_text("That is not the code on the screen.")
    phone.get_by_label("The code").fill(code.lower())
    phone.get_by_role("button", name="Pair").click()
    phone.wait_for_selector("html[data-stage=idle]")
    expect(page.locator("#pairing-letters")).not_to_have_text(code, timeout=5000)
    assert phone.locator("[data-go=pairing]").is_hidden()
    see(phone, at, scene("holding"))
    phone.locator("#stop").click()
    end = time.monotonic() + 2
    while at.pressed != ["stop"] and time.monotonic() < end:
        time.sleep(0.01)
    assert at.pressed == ["stop"]


def test_the_address_of_the_qr_code_pairs_by_itself_and_does_not_stay(
    page: Page, at: Stand, phone: Page
) -> None:
    page.get_by_role("button", name="Use a phone").click()
    phone.goto(f"{at.network_url}#pair={shown_code(page)}")
    phone.wait_for_selector("html[data-stage=idle]")
    assert phone.url == at.network_url


def test_who_is_not_paired_gets_nothing(page: Page, at: Stand, phone: Page) -> None:
    see(page, at, scene("holding"))
    found = phone.goto(at.network_url)
    assert found is not None
    assert "token" not in found.text()
    asked: Any = phone.evaluate(
        """(paths) => Promise.all(paths.map((path) => fetch(path).then((answer) => answer.status)))""", OTHERS
    )
    assert set(asked) == {401}
    said = phone.evaluate(
        """() => fetch("/say", {method: "POST", headers: {"Content-Type": "application/json"},
             body: JSON.stringify({intent: "end"})}).then((answer) => answer.status)"""
    )
    assert (said, at.pressed) == (401, [])


def test_a_pairing_that_ends_leads_back_to_the_code(
    page: Page, at: Stand, phone: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "PAIRED_SECONDS", 1.5)
    page.get_by_role("button", name="Use a phone").click()
    phone.goto(f"{at.network_url}#pair={shown_code(page)}")
    phone.wait_for_selector("html[data-stage=idle]")
    expect(phone.get_by_label("The code")).to_be_visible(timeout=10_000)


@pytest.mark.parametrize("size", SIZES)
def test_code_and_form_are_whole_at_each_size(browser: Browser, at: Stand, size: str) -> None:
    page = open_page(browser, at, SIZES[size])
    page.locator("#stage-idle [data-go=pairing]").click()
    page.wait_for_function("() => document.getElementById('pairing-code').naturalWidth > 100")
    assert page.evaluate(FLAWS) == []
    image = page.locator("#pairing-code").bounding_box()
    assert image is not None
    assert min(image["width"], image["height"]) >= 130  # a phone's camera has to see its dots
    assert Axe().run(page).response["violations"] == []
    page.goto(at.network_url)
    assert page.evaluate(FLAWS) == []
    assert Axe().run(page).response["violations"] == []
    page.context.close()
