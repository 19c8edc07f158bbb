"""The units of systemd: it finds nothing amiss with them, and counts what they leave open."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "packaging/systemd"
MOST_EXPOSED = 2.0
USER = "1000"

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")


def analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units of one user. The programs that they start are not installed here: another one stands in."""
    for unit in UNITS.iterdir():
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", unit.read_text("utf-8"), flags=re.M)
        (tmp_path / unit.name.replace("@.", f"@{USER}.")).write_text(text, "utf-8")
    return tmp_path


def drop_ins() -> list[str]:
    """What docs/appliance.md tells to write into `systemctl edit limber@1000`."""
    text = (ROOT / "docs/appliance.md").read_text("utf-8")
    return re.findall(r"```ini\n(.*?)```", text, flags=re.S)


def test_systemd_finds_nothing_amiss(units: Path) -> None:
    found = analyze(units, "verify", *(f"./{unit.name}" for unit in sorted(units.iterdir())))
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def exposure(units: Path) -> float:
    found = analyze(units, "security", "--offline=yes", f"./limber@{USER}.service")
    overall = re.search(r"Overall exposure level for .*: ([0-9.]+)", found.stdout)
    assert overall, found.stderr
    return float(overall[1])


def test_little_is_left_open(units: Path) -> None:
    assert exposure(units) <= MOST_EXPOSED


def test_what_the_documents_open_is_no_more_than_that(units: Path) -> None:
    assert len(drop_ins()) == 2
    for number, drop_in in enumerate(drop_ins()):
        folder = units / f"limber@{USER}.service.d"
        folder.mkdir(exist_ok=True)
        (folder / "override.conf").write_text(drop_in, "utf-8")
        found = analyze(units, "verify", f"./limber@{USER}.service")
        assert (number, found.returncode, found.stderr) == (number, 0, "")
        closed = exposure(units)
        assert 0.6 < closed <= MOST_EXPOSED, number
