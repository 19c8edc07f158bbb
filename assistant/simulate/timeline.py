"""What happened in a rehearsal, as rows: dictionaries with `t` (seconds of audio), `kind` and particulars.

Belongs to the rehearsal's one thread. Rows are given to `on_row` as they come, in the order of time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from assistant.core.actions import (
    Action,
    EndSession,
    PlayEarcon,
    ReportHeard,
    ReportHoldEnded,
    ReportHoldStarted,
    ReportSound,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.ports import SAMPLE_RATE_HZ

Row = dict[str, object]


class Timeline:
    """Collects the rows of a rehearsal."""

    def __init__(self, on_row: Callable[[Row], None]) -> None:
        self.rows: list[Row] = []
        self._on_row = on_row
        self._texts: dict[int, str] = {}
        self._sounding = 0
        self._decided_at: float | None = None

    def add(self, now: float, kind: str, **particulars: object) -> None:
        """Append a row."""
        row: Row = {"t": round(now, 3), "kind": kind, **particulars}
        self.rows.append(row)
        self._on_row(row)

    def watch(self, action: Action, now: float) -> None:
        """Append what an action tells."""
        match action:
            case ReportState(state, step):
                self.add(now, "state", state=state, step=step)
            case ReportHeard():
                slots = action.slots.filled()
                self.add(
                    now,
                    "heard",
                    intent=str(action.intent),
                    phrase=action.phrase,
                    slots=slots,
                    source=action.source,
                    word_end_seconds=round(action.word_end_seconds, 3),
                    decision_seconds=round(action.at_seconds, 3),
                )
            case Speak(prompt_id, text):
                self._texts[prompt_id] = text
            case StopSpeaking():
                self._decided_at = now if self._sounding else None
            case PlayEarcon(earcon):
                self.add(now, "earcon", earcon=str(earcon))
            case ReportHoldStarted(step, seconds):
                self.add(now, "hold_started", step=step, seconds=seconds)
            case ReportHoldEnded(step, held_seconds, complete):
                self.add(now, "hold_ended", step=step, held_seconds=held_seconds, complete=complete)
            case ReportSound(measured):
                self.add(now, "sound", **asdict(measured))
            case EndSession(reason):
                self.add(now, "end", reason=reason)
            case _:
                pass

    def played(self, block: bytes, prompt_id: int, now: float) -> None:
        """A block began to sound at `now`; `prompt_id` is the prompt in it, 0 for none."""
        if self._decided_at is not None:
            loud = np.flatnonzero(np.frombuffer(block, np.int16))
            silent_after = 0.0 if prompt_id or not len(loud) else (loud[-1] + 1) / SAMPLE_RATE_HZ
            out_at = now + float(silent_after)
            prompt = self._sounding
            self.add(now, "cut", prompt=prompt, silent_after_seconds=round(out_at - self._decided_at, 4))
            self._decided_at, self._sounding = None, 0
        if prompt_id != self._sounding:
            self._sounding = prompt_id
            if prompt_id:
                self.add(now, "say", prompt=prompt_id, text=self._texts.get(prompt_id, ""))
