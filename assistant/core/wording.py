"""What a language must be able to judge of the texts that are spoken in it: a port, and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assistant.core.routine import Equipment, Posture


@dataclass(frozen=True, slots=True)
class Bearings:
    """What somebody who only hears a stretch has to be told of.

    `postures` are those that its words have to fit; `turns` says that the back turns.
    """

    postures: tuple[Posture, ...]
    has_sides: bool
    turns: bool
    equipment: frozenset[Equipment]


class Wording(Protocol):
    """What a text in a language must be like to be spoken: `wording.py` of its folder. Pure functions.

    Each answers with a message for each thing that is wrong.
    """

    def lint_spoken(self, text: str) -> list[str]:
        """What must never be said, or cannot be."""

    def lint_reading(self, text: str) -> list[str]:
        """What makes it hard to follow when it is heard once."""

    def lint_part(self, part: str, text: str) -> list[str]:
        """What is missing in a part of a stretch ("enter", "feel", "leave" …), given all that it says."""

    def lint_bearings(self, told: Mapping[str, str], bearings: Bearings) -> list[tuple[str, str]]:
        """What the parts of a stretch, with their placeholders, do not tell: a part and a message each."""
