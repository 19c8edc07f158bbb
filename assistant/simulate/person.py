"""The rehearsed person: knows the scene's lines and finds out, block by block, which are due.

Belongs to the rehearsal's one thread. Time is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.actions import Action, ReportState
from assistant.simulate.scene import ScriptedLine

_ROUNDING_SECONDS = 1e-6


class Person:
    """Says each line of a scene at its moment: once, or each time that the moment comes."""

    def __init__(self, lines: Sequence[ScriptedLine]) -> None:
        self._waiting = [line for line in lines if line.when.occurrence]
        self._each_time = [line for line in lines if not line.when.occurrence]
        self._said_in_state: list[ScriptedLine] = []
        self._state_began: tuple[str, int, float] = ("", 0, 0.0)
        self._times_in: dict[tuple[str, int | None], int] = {}
        self._prompt_began: dict[int, float] = {}

    def watch(self, action: Action, now: float) -> None:
        """Notice that the session moved."""
        if isinstance(action, ReportState):
            self._state_began = (action.state, action.step, now)
            self._said_in_state = []
            for step in (action.step, None):
                key = (action.state, step)
                self._times_in[key] = self._times_in.get(key, 0) + 1

    def hear_prompt(self, prompt_id: int, now: float) -> None:
        """Notice that a prompt sounds."""
        self._prompt_began.setdefault(prompt_id, now)

    def due(self, now: float) -> list[ScriptedLine]:
        """The lines whose moment has come."""
        due = [line for line in self._waiting if self._is_due(line, now)]
        self._waiting = [line for line in self._waiting if line not in due]
        left = (line for line in self._each_time if line not in self._said_in_state)
        again = [line for line in left if self._is_due(line, now)]
        self._said_in_state += again
        return due + again

    @property
    def unsaid(self) -> tuple[ScriptedLine, ...]:
        """The lines, of those said once, whose moment never came."""
        return tuple(self._waiting)

    def _is_due(self, line: ScriptedLine, now: float) -> bool:
        when = line.when
        if when.at_seconds is not None:
            return now + _ROUNDING_SECONDS >= when.at_seconds + when.after_seconds
        if when.prompt is not None:
            began = self._prompt_began.get(when.prompt)
            return began is not None and now + _ROUNDING_SECONDS >= began + when.after_seconds
        state, step, began_at = self._state_began
        if state != when.state or when.step not in (None, step):
            return False
        is_time = now + _ROUNDING_SECONDS >= began_at + when.after_seconds
        return is_time and self._times_in[state, when.step] >= when.occurrence
