"""Each pose as the page draws it: the word and the arrow leave free what has to be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from assistant.cli.pose_sheet import PAGE, sheet
from assistant.store.library import load_library
from assistant.store.poses import load_poses

DRAWN = (Path(__file__).parent / "drawn.js").read_text("utf-8")
LIBRARY = load_library("en")
POSES = load_poses(LIBRARY)
STILL = [0, 1]  # the moments at which it stays for long


@pytest.mark.parametrize("side", ["left", "right"])
def test_word_arrow_and_glow_are_where_they_belong(browser: Browser, side: str) -> None:
    page = browser.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.set_content(sheet(POSES.values(), LIBRARY, side=side))
    page.wait_for_function("document.querySelector('section:last-of-type svg:last-of-type path') !== null")
    wrong = page.evaluate(DRAWN, STILL)
    drawn = page.locator("svg[data-pose]").count()
    page.close()
    assert failures == []
    assert drawn >= 3 * len(POSES)
    assert wrong == []


CROSSED = """async (code) => {
  const { inOrder } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const ends = (...list) => list.map(([x, y, z]) => ({ x, y, z, r: 10 }));
  const limb = (name, a, b) => ({ limb: name, z: (a[2] + b[2]) / 2, line: ends(a, b) });
  const rising = limb("rising", [-50, 0, -100], [50, 0, 100]);
  const flat = limb("flat", [-40, -50, -40], [-40, 50, -40]);
  const apart = limb("apart", [200, -50, -60], [200, 50, -60]);
  const trunk = { limb: "trunk", z: -20 };
  return inOrder([flat, trunk, rising, apart]).map((part) => part.limb);
}"""


def test_of_two_limbs_that_cross_the_one_that_is_nearer_there_is_drawn_last(browser: Browser) -> None:
    page = browser.new_page()
    order = page.evaluate(CROSSED, (PAGE / "order.js").read_text("utf-8"))
    page.close()
    assert order.index("rising") < order.index("flat"), "nearer on the whole, and farther where they cross"
    assert order.index("apart") < order.index("trunk")
