"""For every test: the folder sets the marker, and nothing of the user's is read or written."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
_COVERING = {"unit", "scenario"}  # these alone must cover the core
_home = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the whole run, and the programs it starts, a home of its own."""
    home = Path(tempfile.mkdtemp(prefix="limber-tests-"))
    config.stash[_home] = home
    for name in [n for n in os.environ if n.startswith("LIMBER_")]:
        del os.environ[name]
    for name, folder in (
        ("HOME", ""),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ):
        (home / folder).mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(home / folder)
    os.environ["LIMBER_NO_DOWNLOAD"] = "1"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash[_home], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the name of its folder."""
    for item in items:
        folder = item.path.relative_to(_TESTS).parts[0]
        item.add_marker(folder)
        if folder not in _COVERING:
            item.add_marker("no_cover")
