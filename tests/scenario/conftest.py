"""For every scenario: what a session was told, told to a fresh one, brings it to the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import driver
import pytest
from happenings import untraced

from assistant.core.journal import as_values, from_values, replay

CONTENT = ("pack", "catalogue", "library", "settings", "_viewer")


def known(thing: Any) -> Any:
    """All that an object knows, as plain values: two sessions in the same state know the same."""
    if thing is None or isinstance(thing, str | int | float | Enum):
        return thing
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: known(getattr(thing, f.name)) for f in fields(thing) if f.name not in CONTENT}
    if isinstance(thing, dict):
        return {key: known(value) for key, value in thing.items()}
    if isinstance(thing, set | frozenset):
        return {known(value) for value in thing}
    if isinstance(thing, list | tuple):
        return [known(value) for value in thing]
    if hasattr(thing, "__dict__"):
        return {key: known(value) for key, value in vars(thing).items() if key not in CONTENT}
    return thing


@pytest.fixture(autouse=True)
def _sessions_can_be_replayed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Of each test the sessions that it drove, up to a number of them; not those of a planted fault."""
    if "mutant" in request.fixturenames:
        yield
        return
    drivers: list[driver.Driver] = []
    began = driver.Driver.__init__

    def begin(self: driver.Driver, *args: Any, **kwargs: Any) -> None:
        if len(drivers) < 40:
            drivers.append(self)
        began(self, *args, **kwargs)

    monkeypatch.setattr(driver.Driver, "__init__", begin)
    yield
    with untraced():
        for one in drivers:
            if one.was_meddled_with:
                continue
            told = [(now, from_values(json.loads(json.dumps(as_values(event))))) for now, event in one.told]
            fresh = replay(one.another_session(), told)
            assert known(fresh) == known(one.session)
