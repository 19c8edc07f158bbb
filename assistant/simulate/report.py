"""Writes what came of a rehearsal: timeline.jsonl, session.wav and summary.json, in a folder.

Called once, at the end. The timeline holds nothing that depends on the machine: two runs give the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from assistant.audio.earcons import earcon_samples
from assistant.audio.files import write_wav
from assistant.core.actions import Earcon
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import StoreError
from assistant.simulate.acoustics import convolved
from assistant.simulate.rehearsal import Rehearsed
from assistant.simulate.timeline import Row
from assistant.writing import write_whole


def summarize(rehearsed: Rehearsed, work_seconds: float) -> dict[str, object]:
    """The figures of a rehearsal; times in seconds."""
    rows = rehearsed.rows
    heard = [row for row in rows if row["kind"] == "heard"]
    delays = [_number(r["decision_seconds"]) - _number(r["word_end_seconds"]) for r in heard]
    cuts = [_number(row["silent_after_seconds"]) for row in rows if row["kind"] == "cut"]
    return {
        "simulated_seconds": round(rehearsed.seconds, 2),
        "work_seconds": round(work_seconds, 2),
        "simulated_minutes_per_second": round(rehearsed.seconds / 60 / max(work_seconds, 1e-9), 3),
        "ended": next((row["reason"] for row in reversed(rows) if row["kind"] == "end"), ""),
        "holds": _holds(rows, rehearsed.sound[:, 1]),
        "heard": [{key: row[key] for key in ("t", "intent", "phrase", "source")} for row in heard],
        "word_end_to_decision_seconds": _spread(delays),
        "decision_to_silence_seconds": _spread(cuts),
        "lines_never_said": [line.model_dump(mode="json", exclude_none=True) for line in rehearsed.unsaid],
    }


def write_report(folder: Path, rehearsed: Rehearsed, summary: dict[str, object]) -> None:
    """Write the three files, making the folder. Raises StoreError in one sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rehearsed.rows)
        write_whole(folder / "timeline.jsonl", lines.encode("utf-8", "replace"))
        text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
        write_whole(folder / "summary.json", text.encode("utf-8", "replace"))
    except OSError as error:
        raise StoreError(
            "report", f"The rehearsal cannot be written to {folder}: {error.strerror}."
        ) from error
    write_wav(folder / "session.wav", rehearsed.sound)


def _holds(rows: Iterable[Row], played: NDArray[np.int16]) -> list[dict[str, object]]:
    """Each complete, uninterrupted hold: its length as counted, and as measured between its two earcons."""
    holds: list[dict[str, object]] = []
    started = 0.0
    for row in rows:
        if row["kind"] == "hold_started":
            started, wanted = _number(row["t"]), row["seconds"]
        elif row["kind"] == "hold_ended":
            hold = {"step": row["step"], "held_seconds": row["held_seconds"], "complete": row["complete"]}
            if row["complete"] and row["held_seconds"] is not None:
                first = _onset_seconds(played, Earcon.HOLD_START, started)
                last = _onset_seconds(played, Earcon.HOLD_END, _number(row["t"]))
                hold |= {"wanted_seconds": wanted, "measured_seconds": round(last - first, 4)}
            holds.append(hold)
    return holds


def _onset_seconds(played: NDArray[np.int16], earcon: Earcon, near_seconds: float) -> float:
    """Where the earcon begins in the sound, found by correlation near where it should be."""
    shape = earcon_samples(earcon).astype(np.float32)
    start = max(0, round((near_seconds - 0.25) * SAMPLE_RATE_HZ))
    window = played[start : start + SAMPLE_RATE_HZ // 2 + len(shape)].astype(np.float32)
    likeness = convolved(window, shape[::-1])[len(shape) - 1 : len(window)]
    return (start + int(np.argmax(likeness))) / SAMPLE_RATE_HZ


def _spread(values: list[float]) -> dict[str, float | int] | None:
    if not values:
        return None
    return {"count": len(values), "median": round(median(values), 4), "max": round(max(values), 4)}


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
