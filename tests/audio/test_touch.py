"""The screen's page on virtual devices: a touch silences the loudspeaker, however many pages look on."""

from __future__ import annotations

from pathlib import Path

import pytest
from live import LiveLimber, live_limber
from screens import Listening, facts
from touching import Page, post_stop, touched_to_silence
from virtual_sound import VirtualSound

SILENT_SECONDS = 0.3
"""At the latest; `scripts/measure/run touch` tells what it usually takes."""


@pytest.mark.parametrize("pages", [1, 50])
def test_a_touch_silences_it_while_it_speaks(virtual_sound: VirtualSound, tmp_path: Path, pages: int) -> None:
    page = Page()
    with live_limber(virtual_sound, tmp_path, **page.settings) as limber:
        limber.wait_for(f"127.0.0.1:{page.port}")
        token = facts(page)["token"]
        looking = [Listening(page) for _ in range(pages)]
        limber.wait_for("Before we begin.")
        assert touched_to_silence(virtual_sound, lambda: post_stop(page, token)) < SILENT_SECONDS
        limber.wait_for("You  stop")
        limber.wait_for("Say continue")
        assert_told(looking, limber)


def assert_told(looking: list[Listening], limber: LiveLimber) -> None:
    """Every page was told of it."""
    for one in looking:
        while one.next("view").get("state") != "paused":
            assert limber.process.poll() is None
        one.close()
