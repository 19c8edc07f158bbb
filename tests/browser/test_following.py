"""The page follows a session: at once, in time with it, and again after its server was lost."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from statistics import median

import pytest
from playwright.sync_api import Browser, Page, expect
from screen_page import Stand, driver_of, open_page, play, routine_named, scene, see

from assistant.core.faults import Fault
from assistant.core.states import State

WATCH = """() => {
  window.changes = [];
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() =>
    window.changes.push([document.documentElement.dataset.at, performance.timeOrigin + performance.now()]))))
    .observe(document.documentElement, {attributes: true, attributeFilter: ["data-at"]});
}"""


def test_a_lost_server_is_told_within_two_seconds_and_found_again(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    at.close()
    since = time.monotonic()
    page.wait_for_selector("html[data-stage=lost]")
    assert time.monotonic() - since <= 2.0
    at.reopen()
    at.show(scene("holding"))
    page.wait_for_selector("html[data-stage=stretch]", timeout=6000)
    page.locator("#sayables button").first.click()
    end = time.monotonic() + 3
    while at.pressed != ["more_time"] and time.monotonic() < end:
        time.sleep(0.01)
    assert at.pressed == ["more_time"]


def test_a_page_that_stood_still_itself_has_lost_nobody(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    stages = page.evaluate("""async () => {
      const stages = [];
      new MutationObserver(() => stages.push(document.documentElement.dataset.stage))
        .observe(document.documentElement, {attributes: true, attributeFilter: ["data-stage"]});
      const end = performance.now() + 4000;
      while (performance.now() < end);
      await new Promise((done) => setTimeout(done, 400));
      return stages;
    }""")
    assert stages == []


def test_a_page_does_not_say_that_it_hears_while_it_shows_that_it_does_not(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    expect(page.locator("#ears-word")).to_have_text("Listening")
    see(page, at, scene("deaf"))
    expect(page.locator("#ears-word")).not_to_have_text("Listening")


def test_an_event_changes_pixels_within_100_ms(page: Page, at: Stand) -> None:
    see(page, at, scene("instructing"))
    page.evaluate(WATCH)
    told: dict[float, float] = {}
    for n, name in enumerate(["holding", "resting", "question", "holding", "paused", "instructing"] * 2):
        view = replace(scene(name), at=scene(name).at + n + 1)
        told[view.at] = time.time() * 1000
        see(page, at, view)
        page.wait_for_timeout(60)
    changes = {float(shown_at): when for shown_at, when in page.evaluate("window.changes")}
    late = [changes[at_told] - sent for at_told, sent in told.items() if at_told in changes]
    assert len(late) >= 10
    assert median(late) <= 100


def test_the_page_is_small_and_quick(browser: Browser, at: Stand) -> None:
    at.show(scene("holding"))
    opened = browser.new_context(viewport={"width": 1280, "height": 800})
    page = opened.new_page()
    wire = opened.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(at.url)
    page.wait_for_selector("html[data-stage=stretch]")
    page.wait_for_timeout(300)
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    opened.close()
    assert len(sizes) > 20
    assert sum(sizes) <= 250_000
    assert painted <= 500


def test_a_hold_runs_in_time_with_the_session(page: Page, at: Stand) -> None:
    driver = driver_of(routine_named("neck-and-shoulders")).until(State.HOLDING)
    driver.advance(12.0)
    told: list[tuple[int, float, str, str]] = []

    def look() -> None:
        hold = driver.view.hold
        if driver.state is not State.HOLDING or hold is None or hold.ends_at is None or hold.breath is None:
            return
        shown, breath = page.evaluate("[seconds.textContent, breath.textContent]")
        told.append((int(shown or -1), hold.ends_at - driver.now, breath, hold.breath.phase.value))

    play(driver, at, 9.0, look)
    told = told[3:]
    assert len(told) > 20
    assert all(abs(shown - left) <= 1.2 for shown, left, _, _ in told)
    assert sum(breath == phase for _, _, breath, phase in told) >= len(told) - 4  # it may just have turned
    assert {breath for _, _, breath, _ in told} >= {"in", "out"}


def test_the_figure_moves_with_the_instructions(page: Page, at: Stand) -> None:
    view = scene("instructing")
    see(page, at, view)
    before = page.locator("#figure").inner_html()
    see(page, at, replace(view, at=view.at + 3, prompts=view.prompts[-1:]))
    page.wait_for_timeout(2200)
    after = page.locator("#figure").inner_html()
    see(page, at, replace(scene("resting"), at=view.at + 9, step=view.step))
    page.wait_for_timeout(1500)
    back = page.locator("#figure").inner_html()
    assert before != after != back


def test_a_stretch_with_a_pose_follows_one_without(page: Page, at: Stand) -> None:
    layers = page.locator("#figure g[class]")
    see(page, at, scene("holding"))
    expect(layers.nth(1)).to_be_attached()  # until the poses are there, a body is one layer
    posed = layers.count()
    see(page, at, scene("paused"))  # of a stretch that has none: a standing body
    expect(page.locator("#figure .region.lit")).to_have_count(1)
    see(page, at, scene("holding"))
    expect(layers).to_have_count(posed)
    expect(page.locator("#seconds")).to_have_text(re.compile(r"^\d+$"))


def test_nothing_moves_where_motion_is_not_wanted(browser: Browser, at: Stand) -> None:
    page = open_page(browser, at, reduced_motion="reduce")
    see(page, at, scene("holding"))
    page.wait_for_timeout(300)
    lung = page.locator("#lung")
    expect(lung).to_have_class(re.compile("still"))
    first = page.locator("#figure").inner_html()
    see(page, at, scene("instructing"))
    see(page, at, scene("holding"))
    page.wait_for_timeout(300)
    assert page.locator("#figure").inner_html() == first
    page.context.close()


def test_a_busy_machine_counts_the_seconds_and_moves_nothing_until_it_has_time(page: Page, at: Stand) -> None:
    holding = scene("holding")
    lung = page.locator("#lung")
    see(page, at, replace(holding, faults=(Fault.MACHINE_BUSY,)))
    expect(lung).to_have_class(re.compile("still"))
    expect(page.locator("#seconds")).to_have_text(re.compile(r"^\d+$"))
    see(page, at, holding)
    expect(lung).not_to_have_class(re.compile("still"))


def test_what_was_said_can_be_read_again(page: Page, at: Stand) -> None:
    for name in ("introducing", "instructing", "heard doubtfully"):
        see(page, at, scene(name))
    page.locator("#caption").click()
    lines = page.locator("#log li").all_inner_texts()
    texts = [prompt.text for prompt in scene("instructing").prompts]
    assert any(texts[-1] in line for line in lines)
    assert any("A few more seconds" in line and "?" in line for line in lines)


@pytest.mark.skipif(not os.environ.get("WHOLE_SESSION"), reason="takes minutes: set WHOLE_SESSION=1")
@pytest.mark.timeout(1200)
def test_a_whole_session_in_real_time(page: Page, at: Stand) -> None:
    driver = driver_of(routine_named("two-minute-reset"))
    wrong: list[str] = []
    stages = {"holding": "stretch", "instructing": "stretch", "resting": "stretch", "introducing": "message"}

    def look() -> None:
        state = driver.state.value
        shown_at, stage = page.evaluate(
            "[document.documentElement.dataset.at, document.documentElement.dataset.stage]"
        )
        if float(shown_at or 0) == driver.view.at and stage != stages.get(state, stage):
            wrong.append(f"{state} as {stage}")
        if state == "holding" and driver.view.hold and driver.view.hold.ends_at:
            shown = page.evaluate("seconds.textContent")
            left = driver.view.hold.ends_at - driver.now
            if float(shown_at or 0) == driver.view.at and shown.isdigit() and abs(int(shown) - left) > 1.5:
                wrong.append(f"{shown} for {left:.1f}")

    began = time.monotonic()
    while driver.state is not State.FINISHED and time.monotonic() - began < 1000:
        play(driver, at, 1.0, look)
        if driver.state is State.TRANSFERRING and not driver.speaking:
            driver.answer_later("ready")
    assert driver.state is State.FINISHED
    assert wrong == []
    expect(page.locator("#stage-after")).to_be_visible()
