"""All that a room may come to say, the most needed first: to be rendered while nobody is guided. Pure.

Of the routines as this person would be guided through them, with what suits them. What holds a number that
nobody can know is not among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.core.actions import Prepare
from assistant.core.context import Settings
from assistant.core.events import Started
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.core.session import Session


def texts_of_all(
    pack: LanguagePack, routines: tuple[Routine, ...], settings: Settings, library: Sequence[Stretch]
) -> Iterator[str]:
    """Every text once: what is asked, the routine of last time with all fixed words, then the others."""
    last = settings.routine_id or settings.last_routine_id
    ordered = sorted((routine.id for routine in routines), key=lambda routine_id: routine_id != last)
    told: set[str] = set()
    for routine_id in ordered:
        chosen = replace(settings, routine_id=routine_id, sound_check=False)
        session = Session(pack, routines, chosen, tuple(library))
        for action in session.handle(Started(), 0.0):
            if isinstance(action, Prepare):
                yield from (text for text in action.texts if text not in told)
                told.update(action.texts)
