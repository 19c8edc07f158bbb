"""The names by which commands show what the history keeps as ids.

Runs on the main thread. Must not keep anybody from the history: what cannot be read has no name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.cli import output
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.core.routine import Stretch


@dataclass(frozen=True, slots=True)
class Known:
    """The stretches that there are, by id, and how routines are called; those of the past may be missing."""

    stretches: dict[str, Stretch] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)


def known_content() -> Known:
    """What there is now; nothing where the library is broken."""
    from assistant.core.planner import PLANNED_ID
    from assistant.languages.packs import load_language
    from assistant.store.library import load_library
    from assistant.store.routines import load_routines

    try:
        language = load_language(output.configuration(lambda problem: None).session.language)
        routines = load_routines(language, lambda problem: None)
        stretches = {s.id: s for routine in routines for s in routine.stretches}
        titles = {routine.id: routine.title for routine in routines}
        return Known(stretches | load_library(language.code), {PLANNED_ID: "Planned by wish"} | titles)
    except AssistantError:
        return Known()
