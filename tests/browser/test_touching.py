"""What is touched or typed on the page arrives at the session, a stop above all."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from screen_page import Stand, scene, see

from assistant.core.events import Said, Source


def wait_for(at: Stand, *intents: str, seconds: float = 3.0) -> None:
    """Until exactly these were pressed."""
    end = time.monotonic() + seconds
    while at.pressed != list(intents) and time.monotonic() < end:
        time.sleep(0.005)
    assert at.pressed == list(intents)


@pytest.mark.parametrize(
    "name", ["holding", "question", "choosing", "scoring", "transferring", "deaf", "emergency"]
)
def test_a_touch_beside_all_buttons_stops_when_it_comes_down(page: Page, at: Stand, name: str) -> None:
    see(page, at, scene(name))
    page.mouse.move(640, 12)
    page.mouse.down()
    wait_for(at, "stop")
    page.mouse.up()
    wait_for(at, "stop")


def test_the_figure_the_ring_and_the_big_button_stop(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    for count, place in enumerate(("#figure", "#ring", "#side", "#stop"), start=1):
        box: Any = page.locator(place).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        wait_for(at, *["stop"] * count)
        page.mouse.up()


@pytest.mark.parametrize("key", [" ", "Escape"])
def test_space_and_escape_stop_wherever_the_focus_is(page: Page, at: Stand, key: str) -> None:
    see(page, at, scene("holding"))
    page.keyboard.press(key)
    wait_for(at, "stop")
    page.locator("#sayables button").first.focus()
    page.keyboard.press(key)
    wait_for(at, "stop", "stop")
    page.locator("#caption").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#captions")).to_be_visible()
    page.keyboard.press(key)
    wait_for(at, "stop", "stop", "stop")


def test_enter_presses_the_big_button_once(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    page.locator("#stop").focus()
    page.keyboard.press("Enter")
    wait_for(at, "stop")


def test_what_is_touched_is_said(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    page.locator("#sayables button").first.click()
    wait_for(at, "more_time")
    see(page, at, scene("question"))
    page.locator("#answers button").nth(1).click()
    wait_for(at, "more_time", "no")
    event = at.events[-1][1]
    assert isinstance(event, Said)
    assert event.source is Source.TOUCH


def test_a_number_is_said_by_finger_and_by_keyboard(page: Page, at: Stand) -> None:
    see(page, at, scene("scoring"))
    page.locator("#answers button").nth(7).click()
    page.locator("#answers button").nth(10).focus()
    page.keyboard.press("Enter")
    wait_for(at, "number", "number")
    assert [event.slots.number for _, event in at.events if isinstance(event, Said)] == [7, 10]


def test_cards_and_regions_choose(page: Page, at: Stand) -> None:
    view = scene("choosing")
    see(page, at, view)
    page.locator(".card").first.click()
    page.get_by_role("button", name="Lower back").click()
    wait_for(at, "choose", "choose")
    slots = [event.slots for _, event in at.events if isinstance(event, Said)]
    assert view.question is not None
    assert slots[0].routine == view.question.routines[0].id
    assert slots[1].region == "lower_back"


def test_every_routine_has_a_card_on_some_page(page: Page, at: Stand) -> None:
    view = scene("choosing")
    see(page, at, view)
    assert view.question is not None
    seen: set[str] = set()
    for _ in range(12):
        seen |= set(page.locator(".card b").all_inner_texts())
        page.locator("#more-cards").click()
    assert seen == {routine.name for routine in view.question.routines}


def test_without_a_session_nothing_is_stopped_and_one_can_begin(page: Page, at: Stand) -> None:
    page.mouse.click(30, 300)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Begin").click()
    end = time.monotonic() + 2
    while at.begun == 0 and time.monotonic() < end:
        time.sleep(0.01)
    assert (at.begun, at.pressed) == (1, [])


def test_a_stop_that_does_not_arrive_is_shown_and_sent_again(page: Page, at: Stand) -> None:
    see(page, at, scene("holding"))
    at.close()
    page.mouse.click(640, 12)
    expect(page.locator("#stop-failed")).to_be_visible(timeout=1000)
    at.reopen()
    at.show(scene("holding"))
    wait_for(at, "stop", seconds=6)
    expect(page.locator("#stop-failed")).to_be_hidden()


def test_erasing_asks_first(page: Page, at: Stand) -> None:
    page.get_by_role("button", name="History").click()
    page.locator("#sessions button").first.click()
    page.get_by_role("button", name="Keep it").click()
    assert at.forgotten == []
    page.locator("#sessions button").first.click()
    page.locator("#erase-yes").click()
    expect(page.locator("#sessions li")).to_have_count(2)
    assert at.forgotten == [12]


def test_advice_stays_until_somebody_takes_it_away(page: Page, at: Stand) -> None:
    advice = page.locator("#stage-emergency")
    see(page, at, scene("emergency"))
    expect(advice).to_be_visible()
    see(page, at, scene("holding"))
    expect(advice).to_be_visible()
    page.reload()
    expect(advice).to_be_visible()
    page.get_by_role("button", name="Take it away").click()
    expect(advice).to_be_hidden()
    expect(page.locator("#stage-stretch")).to_be_visible()
