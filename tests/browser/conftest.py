"""One browser for all tests of this folder. They are skipped where Debian's chromium is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from screen_page import CHROMIUM, Stand, open_page, stand

HERE = Path(__file__).parent
expect.set_options(timeout=30_000)  # much else runs beside these tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is missing: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture
def at() -> Iterator[Stand]:
    """A screen with its server."""
    with stand() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, at: Stand) -> Iterator[Page]:
    """The page of that screen, in a context of its own; it must not fail."""
    opened = open_page(browser, at)
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    opened.context.close()
    assert failures == []
