"""A rehearsal told as somebody in the room would hear it."""

from __future__ import annotations

import pytest

from assistant.core.actions import Earcon
from assistant.simulate.captions import COLUMN, caption
from assistant.simulate.timeline import Row


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ({"t": 0.0, "kind": "say", "prompt": 3, "text": "head turn."}, " 0:00  Limber  Head turn."),
        ({"t": 65.98, "kind": "heard", "phrase": "that hurts"}, " 1:05  You     “that hurts”"),
        ({"t": 600.0, "kind": "hold_started", "seconds": 20.0}, "10:00          (the hold: 20 seconds)"),
        ({"t": 1.0, "kind": "earcon", "earcon": "hold_end"}, " 0:01          (a deep bell)"),
        ({"t": 1.0, "kind": "cut", "prompt": 8}, " 0:01          (it falls silent at once)"),
        ({"t": 1.0, "kind": "end", "reason": "completed"}, " 0:01          (the end)"),
        ({"t": 1.0, "kind": "earcon", "earcon": "breathe_in"}, None),
        ({"t": 1.0, "kind": "state", "state": "holding"}, None),
        ({"t": 1.0, "kind": "hold_ended", "step": 1}, None),
    ],
)
def test_what_is_heard_is_told(row: Row, line: str | None) -> None:
    assert caption(row) == line


def test_all_that_is_heard_begins_in_one_column() -> None:
    lines = [caption({"t": 1.0, "kind": "earcon", "earcon": str(earcon)}) for earcon in Earcon]
    told = [line for line in lines if line]
    assert told
    assert {line[COLUMN] for line in told} == {"("}
