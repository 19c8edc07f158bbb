"""Each view at each size: nothing overlaps or is cut off, what matters is large enough, axe finds nothing."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from screen_page import FLAWS, SCENES, SIZES, Stand, any_port, open_page, scene, see, stand

from assistant.config import ScreenConfig

INCHES = {"7 inch": 7.0, "10 inch": 10.1, "full HD": 15.6, "phone": 6.1}
ARC_MINUTES = 25
HINTING_PX = 3.0  # the top of a letter is drawn on whole pixels

HERE = Path(__file__).parent
INK = (HERE / "ink.js").read_text("utf-8")


def wanted_pixels(size: str, metres: float) -> float:
    """25 arc minutes at so many metres, in pixels of that screen."""
    width, height = SIZES[size]
    millimetres = 2 * metres * 1000 * math.tan(math.radians(ARC_MINUTES / 60) / 2)
    return millimetres * math.hypot(width, height) / (INCHES[size] * 25.4)


@pytest.fixture(scope="module")
def hall(browser: Browser) -> Any:
    """A screen, and its page at each size as it is asked for."""
    with stand(config=any_port(ScreenConfig(emergency_number="112"))) as at:
        pages: dict[tuple[int, int], Page] = {}
        failures: list[str] = []

        def at_size(size: tuple[int, int]) -> Page:
            if size not in pages:
                pages[size] = open_page(browser, at, size)
                pages[size].on("pageerror", lambda error: failures.append(str(error)))
            return pages[size]

        yield at, at_size
        for page in pages.values():
            page.context.close()
        assert failures == []


ALONE = """([selector, isAlone]) => {
  const node = document.querySelector(selector);
  if (isAlone) node.dataset.text = node.textContent;
  document.body.style.visibility = isAlone ? "hidden" : "";
  node.style.visibility = isAlone ? "visible" : "";
  node.style.color = isAlone ? "white" : "";
  node.textContent = isAlone ? "H" : node.dataset.text;
}"""


@pytest.fixture(scope="module")
def capital_height(browser: Browser) -> Any:
    """Measures on a picture how high a capital is that stands in an element in place of its text."""
    lab = browser.new_page()

    def measure(page: Page, selector: str) -> float:
        page.evaluate(ALONE, [selector, True])
        picture = page.screenshot(animations="disabled")
        page.evaluate(ALONE, [selector, False])
        return float(lab.evaluate(INK, base64.b64encode(picture).decode()))

    yield measure
    lab.close()


def show_with_emergency_gone(page: Page, at: Stand, name: str) -> None:
    see(page, at, scene(name))
    if page.locator("#stage-emergency").is_visible() and name != "emergency":
        page.locator("#take-away").click()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_overlaps_or_is_cut_off(hall: Any, size: str) -> None:
    at, at_size = hall
    page = at_size(SIZES[size])
    flaws = {}
    for name in SCENES:
        show_with_emergency_gone(page, at, name)
        if found := page.evaluate(FLAWS):
            flaws[name] = found
    assert flaws == {}


@pytest.mark.parametrize("size", SIZES)
def test_what_matters_can_be_read_from_the_mat(
    hall: Any, capital_height: Callable[..., float], size: str
) -> None:
    at, at_size = hall
    page = at_size(SIZES[size])
    places = {
        "holding": ["#seconds", "#side .large"],
        "question": [".answer b"],
        "emergency": ["#emergency-number"],
    }
    measured = {}
    for name, selectors in places.items():
        show_with_emergency_gone(page, at, name)
        measured |= {selector: capital_height(page, selector) for selector in selectors}
    wanted = wanted_pixels(size, 4.0)
    assert min(measured.values()) >= wanted - HINTING_PX
    assert max(measured.values()) <= page.viewport_size["height"]  # type: ignore[index]


def test_from_nearer_by_less_is_needed_and_the_room_is_used(browser: Browser) -> None:
    with stand(config=any_port(ScreenConfig(distance_metres=1.0))) as at:
        page = open_page(browser, at, SIZES["10 inch"])
        see(page, at, scene("holding"))
        assert page.evaluate("document.documentElement.dataset.layout") == "stacked"
        assert page.locator("#side .large").inner_text() == "Right"
        assert page.evaluate(FLAWS) == []
        page.context.close()


def axe_finds(page: Page) -> list[str]:
    """What is wrong with a page, with the rules for those who see little."""
    rules = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
    violations = Axe().run(page, options={"rules": rules}).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"][:3]]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("hour", [12, 23])
def test_by_day_and_by_night_it_can_be_read(browser: Browser, theme: str, hour: int) -> None:
    with stand(config=any_port(ScreenConfig(theme=theme))) as at:  # type: ignore[arg-type]
        page = open_page(browser, at, SIZES["10 inch"])
        page.clock.set_fixed_time(datetime(2026, 11, 30, hour))
        page.reload()
        page.wait_for_selector("html[data-stage=idle]")
        assert page.evaluate("() => document.documentElement.classList.contains('night')") is (hour == 23)
        assert axe_finds(page) == []
        page.context.close()


@pytest.mark.parametrize(("size", "theme"), [*((size, "dark") for size in SIZES), ("10 inch", "light")])
def test_what_is_shown_without_a_session_is_whole_and_clear(browser: Browser, size: str, theme: str) -> None:
    with stand(config=any_port(ScreenConfig(theme=theme))) as at:  # type: ignore[arg-type]
        page = open_page(browser, at, SIZES[size])
        found = {"idle": [*page.evaluate(FLAWS), *axe_finds(page)]}
        page.locator("[data-go=history]").click()
        page.wait_for_selector("#sessions li")
        page.wait_for_function("() => document.getElementById('chart').naturalWidth > 0")
        found["history"] = [*page.evaluate(FLAWS), *axe_finds(page)]
        page.locator("#sessions button").first.click()
        found["erase"] = axe_finds(page)
        page.locator("#erase-no").click()
        page.locator("#stage-history [data-go='']").click()
        see(page, at, scene("holding"))
        at.close()
        page.wait_for_selector("html[data-stage=lost]")
        found["lost"] = [*page.evaluate(FLAWS), *axe_finds(page)]
        page.context.close()
    assert {name: flaws for name, flaws in found.items() if flaws} == {}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_in_any_view(browser: Browser, theme: str) -> None:
    config = any_port(ScreenConfig(emergency_number="112", theme=theme))  # type: ignore[arg-type]
    flaws: dict[str, list[str]] = {}

    def judge(name: str) -> None:
        if found := axe_finds(page):
            flaws[name] = found

    with stand(config=config) as at:
        page = open_page(browser, at)
        for name in (
            SCENES if theme == "dark" else ("holding", "number", "choosing", "emergency", "heard doubtfully")
        ):
            show_with_emergency_gone(page, at, name)
            judge(name)
        show_with_emergency_gone(page, at, "holding")
        page.locator("#caption").click()
        judge("captions")
        page.context.close()
    assert flaws == {}


def test_nothing_shifts_while_a_stretch_goes_on(browser: Browser, at: Stand) -> None:
    page = open_page(browser, at)
    see(page, at, scene("instructing"))
    page.evaluate(
        """() => {
          window.shifted = 0;
          const add = (list) => list.getEntries().forEach((one) => { window.shifted += one.value; });
          new PerformanceObserver(add).observe({type: "layout-shift", buffered: false});
        }"""
    )
    for name in ("settling", "holding", "heard doubtfully", "releasing", "resting", "paused", "holding"):
        see(page, at, scene(name))
        page.wait_for_timeout(120)
    assert page.evaluate("window.shifted") <= 0.01
    page.context.close()


def test_twice_as_large_all_can_still_be_reached(browser: Browser, at: Stand) -> None:
    """A window magnified to 200 % has half the pixels, each twice as large."""
    page = open_page(browser, at, (640, 400), screen={"width": 1280, "height": 800}, device_scale_factor=2)
    page.evaluate("Object.defineProperty(window, 'outerWidth', {value: 1280})")
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    plain = open_page(browser, at, (1280, 800))
    for name in ("holding", "question", "choosing", "transferring", "scoring"):
        see(page, at, scene(name))
        see(plain, at, scene(name))
        sizes = [
            one.evaluate("parseFloat(getComputedStyle(document.querySelector('#sayables button')).fontSize)")
            for one in (page, plain)
        ]
        assert sizes[0] >= sizes[1] * 0.98  # pixels of the page, of which each is twice as large
        for selector in ("#stop", "#sayables button >> nth=0"):
            page.locator(selector).scroll_into_view_if_needed()
            assert page.locator(selector).is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        assert [
            flaw
            for flaw in page.evaluate(FLAWS)
            if " cuts " in flaw or ("lies over" in flaw and "#stop" not in flaw)
        ] == []
    page.context.close()
    plain.context.close()


def test_forced_colors_leave_ring_and_buttons_visible(browser: Browser, at: Stand) -> None:
    page = open_page(browser, at, forced_colors="active")
    see(page, at, scene("holding"))
    strokes = page.evaluate(
        "['#arc', '.track'].map((one) => getComputedStyle(document.querySelector(one)).stroke)"
    )
    border = page.evaluate("getComputedStyle(document.querySelector('#stop')).borderTopColor")
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert strokes[0] != strokes[1]
    assert back not in (*strokes, border)
    page.context.close()
