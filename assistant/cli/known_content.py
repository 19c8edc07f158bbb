"""Where the history is, and the names by which commands show what it keeps as ids.

Runs on the main thread. Must not keep anybody from the history: what cannot be read has no name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli import output
from assistant.errors import AssistantError
from assistant.store.history_words import Known

if TYPE_CHECKING:
    from assistant.store.history_server import Where


def history_kept() -> Where:
    """Where the history is kept, as configured."""
    from assistant.store.history_reader import history_path
    from assistant.store.history_server import history_place

    return history_place(output.configuration(lambda problem: None).history.database, history_path())


def known_content() -> Known:
    """What there is now; nothing where the library is broken."""
    from assistant.languages.packs import load_language
    from assistant.store.library import load_library
    from assistant.store.routines import load_routines

    try:
        language = load_language(output.configuration(lambda problem: None).session.language)
        routines = load_routines(language, lambda problem: None)
        return Known.of(routines, load_library(language.code).values())
    except AssistantError:
        return Known()
