"""What front ends may ask of a house: its history, its poses, and a session that begins.

Functions may be called from any thread; each reads anew. Must erase nothing that was not named.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from assistant.config import Config
from assistant.config_rooms import OWN_ROOM
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.errors import AssistantError, StoreError
from assistant.frontends.house import Begin, House
from assistant.frontends.typing_console import TypingConsole
from assistant.store.history_erasing import forget_everything, forget_sessions
from assistant.store.history_reader import SessionSummary, read_sessions
from assistant.store.history_server import Where
from assistant.store.history_svg import svg_chart
from assistant.store.history_words import Known, as_plain, routine_in_words
from assistant.store.pack_poses import load_pack_poses, own_stretches
from assistant.store.poses import load_poses, poses_json

MOST_SESSIONS = 200

Tell = Callable[[str], None]


def open_house(
    config: Config,
    content: tuple[LanguagePack, tuple[Routine, ...]],
    library: tuple[Stretch, ...],
    history: Where,
    *,
    is_shared: bool,
    tell: Tell,
    clock: Callable[[], float],
    level_dbfs: Callable[[], float | None] | None,
    begin: Begin,
    alone: Callable[[], AbstractContextManager[None]],
    show: Callable[[str], None],
    console: TypingConsole | None = None,
    room: str = OWN_ROOM,
    moves: bool = True,
) -> House:
    """What the front ends of one room may ask for. What is erased is erased within `alone`."""
    pack, routines = content
    past = _Past(history, alone, Known.of(routines, library), is_shared)
    return House(
        screen=config.screen,
        pack=pack,
        tell=tell,
        clock=clock,
        level_dbfs=level_dbfs,
        begin=begin,
        poses=lambda: _poses(routines, {stretch.id: stretch for stretch in library}, tell),
        history=past.sessions,
        chart=past.chart,
        forget=past.forget,
        show=show,
        console=console,
        home=config.home,
        room=room,
        titles={routine.id: routine.title for routine in routines},
        moves=moves,
        night=config.night.night,
    )


def _poses(routines: tuple[Routine, ...], library: dict[str, Stretch], tell: Tell) -> bytes:
    """How each stretch looks; an empty object, and a line, where the files cannot be read."""
    try:
        poses = load_pack_poses(own_stretches(routines, library), tell) | load_poses(library)
        return poses_json(poses.values()).encode()
    except AssistantError as error:
        tell(error.message)
        return b"{}"


class _Past:
    """The history of whoever lives here. Every function raises StoreError, `forget` AssistantError."""

    def __init__(
        self, path: Where, alone: Callable[[], AbstractContextManager[None]], known: Known, is_shared: bool
    ) -> None:
        self._is_shared = is_shared
        self._path = path
        self._alone = alone
        self._known = known

    def _read(self) -> list[SessionSummary]:
        """In a shared room nobody sees what others did; elsewhere nobody sees what was done in those."""
        found = () if self._is_shared else read_sessions(self._path, MOST_SESSIONS)
        return [one for one in found if not one.is_shared]

    def sessions(self) -> list[dict[str, Any]]:
        """The latest first."""
        plain = (as_plain(session, self._known) for session in self._read())
        return sorted(plain, key=lambda session: str(session["started_at"]), reverse=True)

    def chart(self) -> str:
        """An SVG document, "" without a session."""
        sessions = self._read()
        return svg_chart(sessions, self._known) if sessions else ""

    def forget(self, number: int | None) -> str:
        """Erase a session, or everything; what was erased, in words."""
        if self._is_shared:
            raise StoreError(
                "shared", "In a room that different people use nothing is erased from its screen."
            )
        if number is None:
            with self._alone():
                forget_everything(self._path)
            return "the whole history"
        chosen = next(
            (one for one in read_sessions(self._path) if one.id == number and not one.is_shared), None
        )
        if chosen is None:
            raise StoreError("no_session", f"There is no session {number}.")
        with self._alone():
            forget_sessions(self._path, (number,))
        done = routine_in_words(chosen, self._known.titles)
        return f"session {number}, {done}, {chosen.started_at:%Y-%m-%d %H:%M}"
