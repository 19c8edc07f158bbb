"""What somebody presses, on a page or in a home, as the same event that saying it would be.

Pure. Must not let through what nobody can say: whatever is pressed is a phrase of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.core.events import Said, Source
from assistant.core.intents import SAFETY_INTENTS, Intent, Match, Slots
from assistant.core.pain_rules import RedFlag
from assistant.core.phrases import PhraseTable
from assistant.core.prompts import LanguagePack

_SLOT = re.compile(r"\{(\w+)\}")
_FIELDS = {"number": "number", "span": "number", "score": "number"}
"""Slots of a pattern that the same field of a meaning comes from; the others have their own name."""
_WORD_FIELDS = ("region", "position", "side", "routine")
LARGEST_NUMBER = 9999
LONGEST_PHRASE = 200


class NotPressableError(ValueError):
    """What was sent is nothing that can be pressed; its text is a sentence."""


def said(pressed: Mapping[str, object], pack: LanguagePack, source: Source = Source.TOUCH) -> Said:
    """The meaning of what was pressed: `intent`, and what it carries. Raises NotPressableError.

    A red flag that is pressed tells of nothing but that help is needed.
    """
    intent = _intent(pressed.get("intent"))
    if unknown := pressed.keys() - {"intent", "phrase", "number", *_WORD_FIELDS}:
        raise NotPressableError(f"{', '.join(sorted(unknown))} cannot be sent with it.")
    slots = _slots(pressed)
    match = next(_matches(intent, slots, pressed.get("phrase"), pack), None)
    if match is None:
        raise NotPressableError(f"Nobody can say {intent} with {slots.filled() or 'nothing else'}.")
    return Said(match.intent, match.phrase, match.slots, source, words=tuple(match.phrase.split()))


def is_urgent(pressed: Mapping[str, object]) -> bool:
    """Whether it must never wait for anything, whatever else is sent with it."""
    return pressed.get("intent") in SAFETY_INTENTS


def _intent(named: object) -> Intent:
    try:
        return Intent(str(named))
    except ValueError:
        raise NotPressableError("There is no such intent.") from None


def _slots(pressed: Mapping[str, object]) -> Slots:
    number, words = pressed.get("number"), {name: pressed.get(name) for name in _WORD_FIELDS}
    is_number = isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST_NUMBER
    if number is not None and not is_number:
        raise NotPressableError(f"number should be a whole number from 0 to {LARGEST_NUMBER}.")
    for name, value in words.items():
        if not isinstance(value, str | None):
            raise NotPressableError(f"{name} should be a text.")
    return Slots(number=number, **words)  # type: ignore[arg-type]


def _matches(intent: Intent, slots: Slots, phrase: object, pack: LanguagePack) -> Iterator[Match]:
    """The phrases of the table that mean this, the first one first."""
    is_plain_flag = intent is Intent.RED_FLAG and phrase is None
    for candidate in _candidates(intent, slots, phrase, pack.table):
        if is_plain_flag and pack.red_flag(candidate) is not RedFlag.HELP:
            continue
        match = pack.table.match(tuple(candidate.split()), (intent,))
        if match is not None and match.slots == slots:
            yield match


def _candidates(intent: Intent, slots: Slots, phrase: object, table: PhraseTable) -> Iterator[str]:
    if phrase is not None:
        if not isinstance(phrase, str) or len(phrase) > LONGEST_PHRASE:
            raise NotPressableError(f"phrase should be a text of at most {LONGEST_PHRASE} letters.")
        yield phrase
        return
    filled = slots.filled()
    for pattern in table.phrases.get(intent, ()):
        names = _SLOT.findall(pattern)
        if {_FIELDS.get(name, name) for name in names} == filled.keys():
            words = {name: _words_for(table, name, filled[_FIELDS.get(name, name)]) for name in names}
            if None not in words.values():
                yield _SLOT.sub(lambda found, words=words: words[found[1]], pattern)  # type: ignore[misc]


def _words_for(table: PhraseTable, slot: str, value: int | str) -> str | None:
    values = {**table.written_slots.get(slot, {}), **table.slots.get(slot, {})}
    return next((words for words, meant in values.items() if meant == value), None)
