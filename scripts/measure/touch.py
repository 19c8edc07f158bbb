"""scripts/measure/run touch: a live session on virtual devices, from a touch on its page to silence.

Runs on the main thread, beside the program that it measures. Needs what tests/audio needs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "audio"))

from live import live_limber
from screens import Listening, facts, press
from sound_servers import missing_packages
from touching import Page, post_stop, touched_to_silence
from virtual_sound import VirtualSound

from assistant.cli import output
from assistant.errors import AudioError
from scripts.measure.live import cpu_seconds, peak_megabytes

CHROMIUM = "/usr/bin/chromium"


@contextmanager
def finger_on(page: Page) -> Iterator[Callable[[], None]]:
    """Comes down on the large area of the page in a Chromium, and up again."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        shown = browser.new_page(viewport={"width": 1280, "height": 800})
        shown.goto(f"http://127.0.0.1:{page.port}/")
        shown.wait_for_selector("html[data-stage=question]")
        shown.mouse.move(640, 12)

        def touch() -> None:
            shown.mouse.down()
            shown.mouse.up()

        yield touch
        browser.close()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("touch")(touch)


def touch(
    runs: Annotated[int, typer.Option(min=1, metavar="N", help="Touch it so often.")] = 20,
    pages: Annotated[int, typer.Option(min=1, max=49, metavar="N", help="So many pages look on.")] = 1,
    chromium: Annotated[
        bool, typer.Option("--chromium", help="Touch the real page, not its server: needs Chromium.")
    ] = False,
) -> None:
    """Touch "stop" on the page while it speaks: how late it is silent; processor and memory."""
    if missing := missing_packages():
        raise AudioError("missing", f"This needs: sudo apt-get install {' '.join(missing)}")
    page = Page()
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualSound.started() as sound,
        live_limber(sound, Path(folder), **page.settings) as limber,
        ExitStack() as opened,
    ):
        limber.wait_for("Before we begin.")  # a long question; "continue" asks it again
        token = facts(page)["token"]
        finger = opened.enter_context(finger_on(page)) if chromium else partial(post_stop, page, token)
        looking = [Listening(page) for _ in range(pages)]
        press(page, "/say", {"intent": "repeat"}, token=token)  # a browser takes its time to begin
        delays = []
        used, started = cpu_seconds(limber.process.pid), time.monotonic()
        for number in range(1, runs + 1):
            time.sleep(1.0)
            delays.append(touched_to_silence(sound, finger))
            output.note(f"run {number}: {delays[-1] * 1000:.0f} ms")
            time.sleep(2.0)
            press(page, "/say", {"intent": "resume"}, token=token)
        cpu = (cpu_seconds(limber.process.pid) - used) / (time.monotonic() - started)
        memory = peak_megabytes(limber.process.pid)
        for one in looking:
            one.close()
    summary = {
        "runs": runs,
        "pages": pages,
        "touch_to_silence_ms": {
            "median": round(float(np.median(delays)) * 1000),
            "max": round(max(delays) * 1000),
        },
        "cpu_share_of_one_core": round(cpu, 3),
        "peak_memory_megabytes": memory,
    }
    output.emit_json(summary)
