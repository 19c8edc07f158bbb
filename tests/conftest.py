"""For every test: the folder sets the marker, and nothing of the user's is read or written.

Where tests run side by side, those of `audio` are the first that one process has to do, one after the other,
and all others step back for them: sound is real time. Those of `scenario` stay together by function, and all
others by file: to hand each one out alone costs more than most of them take.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

_TESTS = Path(__file__).parent
_COVERING = {"unit", "scenario"}  # these alone must cover the core
_REAL_TIME = "audio"
_LONG = "scenario"  # its files would keep one process at work while the others have nothing left
_NICENESS = 10
_home = pytest.StashKey[Path]()
_counts = pytest.StashKey[bool]()

with suppress(ImportError):  # the model's environment does without it
    from hypothesis import settings

    # How long an example takes says more about what else this computer does.
    settings.register_profile("limber", settings(), deadline=None)
    settings.load_profile("limber")


def pytest_configure(config: pytest.Config) -> None:
    """Give the whole run, and the programs it starts, a home of its own, and signals that end programs.

    Who begins the tests in the background may have them ignored, and programs would inherit that.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    home = Path(tempfile.mkdtemp(prefix="limber-tests-"))
    config.stash[_home] = home
    for name in [n for n in os.environ if n.startswith("LIMBER_")]:
        del os.environ[name]
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):  # no test opens a browser of whoever runs it
        os.environ.pop(name, None)
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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Say which tests stay together where they run side by side."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            folder = Path(file).parts[1]
            return folder if folder == _REAL_TIME else nodeid.partition("[")[0] if folder == _LONG else file

    return Scheduling(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Beside others, a test that is not of `audio` steps back; for good, as only root could undo it.

    After a test that does not count for coverage, the core forgets what it has worked out and kept: else one
    that counts would not run those lines again.
    """
    if "PYTEST_XDIST_WORKER" in os.environ and _REAL_TIME not in item.keywords:
        os.nice(max(0, _NICENESS - os.nice(0)))
    before, now = item.config.stash.get(_counts, True), "no_cover" not in item.keywords
    item.config.stash[_counts] = now
    if now and not before:
        for name, module in list(sys.modules.items()):
            if name.startswith("assistant.core."):
                for kept in vars(module).values():
                    if hasattr(kept, "cache_clear"):
                        kept.cache_clear()
