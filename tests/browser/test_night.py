"""A page that rests is dim at night, by the clock of whoever looks on."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Browser
from screens import screen

from assistant.core.night import Night


@pytest.mark.parametrize(
    ("night", "dim", "bright"),
    [
        (Night(13 * 60, 14 * 60 + 30), ["14:29"], ["14:30", "23:00"]),
        (None, ["06:59"], ["07:00"]),
    ],
    ids=["configured", "not configured"],
)
def test_its_hours_are_those_of_the_configuration(
    browser: Browser, night: Night | None, dim: list[str], bright: list[str]
) -> None:
    with screen(night=night) as shown, browser.new_context() as context:
        page = context.new_page()
        seen: dict[str, bool] = {}
        for time in dim + bright:
            page.clock.set_fixed_time(datetime.fromisoformat(f"2026-11-30T{time}"))
            page.goto(shown.url)
            page.wait_for_selector("html[data-stage=idle]")
            seen[time] = bool(page.evaluate("() => document.documentElement.classList.contains('night')"))
    assert seen == dict.fromkeys(dim, True) | dict.fromkeys(bright, False)
