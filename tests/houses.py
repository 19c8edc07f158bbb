"""A house for front ends under test: nothing is there, and nothing can be done."""

from __future__ import annotations

import time
from typing import Any

from driver import PACK

from assistant.config import ScreenConfig
from assistant.errors import AssistantError
from assistant.frontends.house import House


def nothing_here(*_: object) -> Any:
    raise AssistantError("nothing_here", "There is nothing here.")


def house(**changes: Any) -> House:
    plain: dict[str, Any] = {
        "screen": ScreenConfig(port=0),
        "pack": PACK,
        "tell": lambda line: None,
        "clock": time.monotonic,
        "level_dbfs": None,
        "begin": nothing_here,
        "poses": lambda: b"{}",
        "history": list,
        "chart": str,
        "forget": nothing_here,
        "show": lambda url: None,
    }
    return House(**{**plain, **changes})
