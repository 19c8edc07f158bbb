"""Events as plain values and back, and what a journal of them brings a session to. Elsewhere it is kept.

A session is nothing but what it was told, in order, with the times: whoever tells a fresh one the same, with
the same settings and content, brings it to the same state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, get_args

from assistant.core.adapting import StretchPast
from assistant.core.context import Settings
from assistant.core.events import Event, NotUnderstood, Said, Source, TalkHeard
from assistant.core.intents import Intent, Slots
from assistant.core.routine import Condition
from assistant.core.session import Session

_KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}


def as_values(event: Event) -> dict[str, Any]:
    """The event as what JSON knows: its kind's name under "event", and its fields.

    The words of talk are left out: they may be anybody's, and a session does nothing with them.
    """
    if isinstance(event, TalkHeard | NotUnderstood):
        event = type(event)(())
    return {"event": type(event).__name__, **asdict(event)}


def from_values(values: Mapping[str, Any]) -> Event:
    """The event that `as_values` made these of. Raises ValueError for anything else."""
    fields = dict(values)
    try:
        kind = _KINDS[fields.pop("event")]
        if "words" in fields:
            fields["words"] = tuple(fields["words"])
        if kind is Said:
            fields |= {
                "intent": Intent(fields["intent"]),
                "slots": Slots(**fields["slots"]),
                "source": Source(fields["source"]),
            }
        event: Event = kind(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{values!r}: {error}") from error
    return event


def settings_as_values(settings: Settings) -> dict[str, Any]:
    """The settings as what JSON knows."""
    return {**asdict(settings), "conditions": sorted(settings.conditions)}


def settings_from_values(values: Mapping[str, Any]) -> Settings:
    """The settings that `settings_as_values` made these of. Raises ValueError for anything else."""
    fields = dict(values)
    try:
        pasts = fields["pasts"]
        fields["pasts"] = pasts and {name: StretchPast(**past) for name, past in pasts.items()}
        fields["conditions"] = frozenset(Condition(name) for name in fields["conditions"])
        return Settings(**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{values!r}: {error}") from error


def replay(session: Session, entries: Iterable[tuple[float, Event]]) -> Session:
    """Tell a fresh session all that a journal holds, pairs of the session's `now` and an event; return it."""
    for now, event in entries:
        session.handle(event, now)
    return session
