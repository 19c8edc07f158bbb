"""A rehearsal as a film in text: who says what, when, and what sounds between the words.

Pure. Must leave out what nobody hears.
"""

from __future__ import annotations

from assistant.core.actions import Earcon
from assistant.simulate.timeline import Row

_SOUNDS = {
    Earcon.HOLD_START: "a bell",
    Earcon.HOLD_END: "a deep bell",
    Earcon.HALF_WAY: "a soft bell: half of it",
    Earcon.PAUSED: "two falling notes",
    Earcon.TROUBLE: "four short notes",
}


COLUMN = 15
"""Where what is heard begins."""


def caption(row: Row) -> str | None:
    """A row of the timeline as somebody in the room would tell it; None where nothing is heard of it."""
    match row["kind"]:
        case "say":
            text = str(row["text"])
            return _line(row, "Limber", text[:1].upper() + text[1:])
        case "heard":
            return _line(row, "You", f"“{row['phrase']}”")
        case "earcon" if sound := _SOUNDS.get(Earcon(str(row["earcon"]))):
            return _line(row, "", f"({sound})")
        case "cut":
            return _line(row, "", "(it falls silent at once)")
        case "hold_started":
            return _line(row, "", f"(the hold: {row['seconds']:.0f} seconds)")
        case "end":
            return _line(row, "", "(the end)")
    return None


def _line(row: Row, who: str, what: str) -> str:
    """Minutes and seconds, who, and what, in columns."""
    minutes, seconds = divmod(int(float(str(row["t"]))), 60)
    return f"{minutes:2}:{seconds:02}  {who:<6}  {what}"
