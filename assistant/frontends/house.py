"""What a front end may ask of the house that it is in, besides the views that it is given.

Data only. Each function may be called from any thread; those that read or write files take their time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.config import HomeConfig, ScreenConfig
from assistant.config_rooms import OWN_ROOM
from assistant.core.night import Night
from assistant.core.prompts import LanguagePack
from assistant.frontends.typing_console import TypingConsole


class Begin(Protocol):
    """Lets a session begin."""

    def __call__(self, routine: str = "") -> None:
        """Begin, with the routine of this id if one is named. Raises AssistantError."""


@dataclass(frozen=True, slots=True)
class House:
    """One room's share of what the service has.

    `clock` is the one that the room's session goes by, less its beginning, in seconds. `level_dbfs` is how
    loud the microphone was in the last 0.1 s, None while nothing arrives; without a microphone it is None
    itself. `poses` is a JSON object, `history` the latest sessions first, as
    plain values, `chart` an SVG document of them, "" without any. `forget` erases the session of a number, or
    all for None, and says what it erased. `begin`, `history`, `chart` and `forget` raise AssistantError.
    `show` is told the address of a page, once it can be opened. `console` is the terminal, if one can type
    there below what is printed. `room` is the room's name; `titles` has the routines by id, the one for
    somebody who does not choose first. `moves` is whether this machine has the time for smooth pictures.
    In the hours of `night` a page that rests is dim.
    """

    screen: ScreenConfig
    pack: LanguagePack
    tell: Callable[[str], None]
    clock: Callable[[], float]
    level_dbfs: Callable[[], float | None] | None
    begin: Begin
    poses: Callable[[], bytes]
    history: Callable[[], list[dict[str, Any]]]
    chart: Callable[[], str]
    forget: Callable[[int | None], str]
    show: Callable[[str], None]
    console: TypingConsole | None = None
    home: HomeConfig = field(default_factory=HomeConfig)
    room: str = OWN_ROOM
    titles: Mapping[str, str] = field(default_factory=dict)
    moves: bool = True
    night: Night | None = None
