"""The contact sheet of poses: one self-contained page, and pictures of it through an installed Chromium.

Runs on the main thread. Must not draw a pose itself: the page's own modules do.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from pathlib import Path

from assistant import frontends
from assistant.core.posing.pose import Pose
from assistant.core.routine import Stretch
from assistant.errors import ContentError
from assistant.store.poses import poses_json

PAGE = Path(frontends.__file__).parent / "screen" / "page"
_MODULES = ("hull.js", "camera.js", "order.js", "person.js", "arrow.js", "word.js", "pose.js")
"""What draws a pose, each after what it imports."""
_FROM_MODULE = re.compile(r"^import .*\n|^export ", re.MULTILINE)
MOMENTS = ((0.0, "start"), (0.5, "half way"), (1.0, "stretch"))
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_SECONDS = 60
_STYLE = """
body { margin: 0; background: #101a20; color: #f0ede6; font: 16px system-ui, sans-serif; }
body.light { background: #f6f3ec; color: #1a1a1a; }
h1, h2 { font-weight: 600; margin: 24px; }
section { padding: 0 24px 18px; break-inside: avoid; }
h3 { margin: 12px 0 2px; } p { margin: 0 0 6px; opacity: .8; }
.row { display: flex; gap: 10px; margin-bottom: 10px; }
figure { margin: 0; flex: 1; background: #17252d; border-radius: 14px; }
.light figure { background: #ece6da; }
svg { width: 100%; height: 330px; display: block; } figcaption { text-align: center; padding: 4px; }
"""
_SCRIPT = """
for (const svg of document.querySelectorAll("svg[data-pose]")) {
  const { pose, t, view, side, way } = svg.dataset;
  const words = { left: "left", right: "right" };
  const told = poses.get(pose);
  drawPose(svg, way ? told.returning : told, Number(t), { side, view: Number(view), words });
}
"""


def sheet(
    poses: Iterable[Pose], library: Mapping[str, Stretch], *, side: str = "left", is_light: bool = False
) -> str:
    """A page with each pose at its start, half way and at its end, region by region."""
    listed = list(poses)
    parts = ["<h1>Poses of Limber, for a clinician to look through</h1>"] if len(listed) > 1 else []
    for region, group in groupby(listed, key=lambda pose: library[pose.id].region):
        parts += [f"<h2>{escape(region.replace('_', ' '))}</h2>"] if len(listed) > 1 else []
        parts += [_section(pose, library[pose.id], side) for pose in group]
    drawing = "".join((PAGE / name).read_text("utf-8") for name in _MODULES)
    drawing = _FROM_MODULE.sub("", drawing)
    data = poses_json(listed).replace("</", "<\\/")
    theme = "light" if is_light else "dark"
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>Poses</title>'
        f"<style>{(PAGE / 'pose.css').read_text('utf-8')}{_STYLE}</style>"
        f'<body class="{theme}">{"".join(parts)}<script type="module">{drawing}'
        f"const poses = readPoses({data});{_SCRIPT}</script></body></html>\n"
    )


def height_of(pose: Pose) -> int:
    """How many pixels of a page one pose takes."""
    return 70 + 380 * len(pose.views)


def picture(html: str, path: Path, height: int, width: int = 1280) -> None:
    """Write a PNG of a page. Raises ContentError without a Chromium, or when it writes none."""
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise ContentError("no_browser", "Pictures need Chromium, and there is none: apt install chromium.")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "poses.html"
        page.write_text(html, "utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--window-size={width},{height}",
            "--virtual-time-budget=2000",
            f"--screenshot={path.resolve()}",
            page.as_uri(),
        ]
        try:
            subprocess.run([browser, *options], check=True, capture_output=True, timeout=_PATIENCE_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            raise ContentError("no_picture", f"{browser} made no picture: {error}") from error
    if not path.exists():
        raise ContentError("no_picture", f"{browser} made no picture of {path.stem}.")


def _section(pose: Pose, stretch: Stretch, side: str) -> str:
    shown = side if pose.has_sides else "both"
    names = f"{escape(stretch.name)} (<code>{escape(pose.id)}</code>), said “{escape(stretch.spoken_name)}”"
    told = f"{stretch.region.replace('_', ' ')} · {stretch.posture.replace('_', ' ')} · {stretch.kind}"
    rows = "".join(_row(pose, view, shown) for view in range(len(pose.views)))
    return f"<section><h3>{names}</h3><p>{escape(told)}</p>{rows}</section>"


def _row(pose: Pose, view: int, side: str) -> str:
    seen = pose.views[view].replace("_", " ")
    moments = [(t, label, "") for t, label in MOMENTS]
    if pose.back:
        moments.append((0.5, "on the way back", ' data-way="back"'))
    figures = "".join(
        f'<figure><svg data-pose="{escape(pose.id)}" data-t="{t}" data-view="{view}" data-side="{side}"{way}>'
        f"</svg><figcaption>{label}, {seen}</figcaption></figure>"
        for t, label, way in moments
    )
    return f'<div class="row">{figures}</div>'
