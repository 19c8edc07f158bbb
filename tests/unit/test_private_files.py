"""What Limber writes is for nobody but the user."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from assistant.cli import output
from assistant.core.ports import Speech
from assistant.private_files import keep_new_files_private, make_folder, mend
from assistant.speech.prompt_cache import PromptCache


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _umask() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_new_files_are_private(tmp_path: Path) -> None:
    keep_new_files_private()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    assert (mode(tmp_path / "folder"), mode(tmp_path / "folder" / "file")) == (0o700, 0o600)


def test_what_others_may_read_is_mended_but_links_and_what_is_missing(tmp_path: Path) -> None:
    for name in ("file", "elsewhere"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    mend(tmp_path / "file", tmp_path / "link", tmp_path / "missing")
    assert mode(tmp_path / "file") == 0o600
    assert mode(tmp_path / "elsewhere") == 0o644
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert mode(tmp_path) == 0o700


def test_spoken_prompts_are_kept_in_a_private_folder(tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    folder.mkdir()
    PromptCache(folder, on_trouble=pytest.fail).put("key", (Speech(b"\0\0"),))
    assert mode(folder) == 0o700
    assert mode(folder / "key") == 0o600


def test_a_log_is_private(tmp_path: Path) -> None:
    log = tmp_path / "limber.log"
    log.touch(0o644)
    try:
        output.configure(output.GlobalOptions(log_path=log))
        assert mode(log) == 0o600
    finally:
        output.configure(output.GlobalOptions())
