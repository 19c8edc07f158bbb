"""The states drawn in ARCHITECTURE.md are those of the flow table."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from assistant.core.states import State

ROOT = Path(__file__).parents[2]


def diagram(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / "diagram", *arguments]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def test_the_states_in_the_architecture_are_those_of_the_table() -> None:
    checked = diagram("--check")
    assert checked.returncode == 0, checked.stderr


def test_a_stale_diagram_is_told_and_drawn_anew(tmp_path: Path) -> None:
    file = tmp_path / "ARCHITECTURE.md"
    shutil.copy(ROOT / "ARCHITECTURE.md", file)
    fresh = file.read_text()
    file.write_text(fresh.replace("holding --> releasing", "holding --> asleep"))
    page = tmp_path / "dialogue.md"
    checked = diagram("--check", file, page)
    assert checked.returncode == 1
    assert "run scripts/diagram" in checked.stderr
    assert diagram(file, page).returncode == 0
    assert file.read_text() == fresh
    assert page.read_text() == (ROOT / "docs" / "dialogue.md").read_text()


def test_every_state_is_drawn() -> None:
    drawn = (ROOT / "ARCHITECTURE.md").read_text()
    assert all(f"{state} -->" in drawn or f"--> {state}" in drawn for state in State)


def test_a_file_without_a_place_for_it_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.md"
    file.write_text("# Other\n")
    assert "lacks the lines" in diagram(file).stderr
