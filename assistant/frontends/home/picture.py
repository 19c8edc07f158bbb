"""From the views of a room to what a home is told: a few values, each a short text.

Pure. `taken` and `rested` are called by the session's thread at each view, so they must be quick; the values
are made by whoever publishes them. Of health there is nothing in them but the two numbers, where those are
shared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from assistant.core.faults import DEAFENING
from assistant.core.states import BEFORE_STRETCHING, UNDER_WAY, State
from assistant.core.view import View, without_health
from assistant.frontends.home.discovery import NO_TEXT, OFF, ON, PAIN, PROBLEM, UNKNOWN

_STATES: dict[State, str] = {
    **dict.fromkeys(BEFORE_STRETCHING, "asking"),
    **dict.fromkeys(UNDER_WAY, "guiding"),
    State.ASLEEP: "resting",
    State.CLOSING: "ending",
    State.FINISHED: "ending",
}
"""What everybody may know of each state; where it is none of these, it is paused."""


@dataclass(frozen=True, slots=True)
class LastSession:
    """A session that is over: when it began, how long it took, and how sore it was, None for unknown."""

    began_at: datetime
    seconds: float
    pain_before: int | None
    pain_after: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What was seen so far. Without a view there is neither a session nor a rest.

    `view_at` is when the view came, on the house's clock in seconds, and `began` when its run did; `began_at`
    is that on the clock on the wall.
    """

    view: View | None = None
    view_at: float = 0.0
    began: float = 0.0
    began_at: datetime | None = None
    is_rest: bool = True
    scores: tuple[int | None, int | None] = (None, None)
    has_routine: bool = False
    has_problem: bool = False
    last: LastSession | None = None

    def values(self, now: float, *, shares_pain: bool) -> dict[str, str]:
        """What every entity shows `now`, on the house's clock; of a last session only once there was one.

        What was told of one before Limber began anew still stands.
        """
        view, last = self.view, self.last
        shown = view if view is not None and not self.is_rest else None
        step = shown.step if shown else None
        values = {
            "state": self._state(),
            "routine": (shown.routine.name if shown and shown.routine else "") or NO_TEXT,
            "stretch": (step.name if step else "") or NO_TEXT,
            "side": (step.side_word if step else "") or NO_TEXT,
            "seconds_left": _number(self._seconds_left(now)),
            PROBLEM: ON if self.has_problem else OFF,
        }
        if last is not None:
            values["last_session"] = last.began_at.isoformat(timespec="seconds")
            values["last_length"] = _number(round(last.seconds / 60, 1))
            if shares_pain:
                values.update(zip(PAIN, map(_number, (last.pain_before, last.pain_after)), strict=True))
        return values

    def _state(self) -> str:
        if self.view is None or self.is_rest:
            return "resting"
        return _STATES.get(self.view.state, "paused")

    def _seconds_left(self, now: float) -> int | None:
        hold = self.view.hold if self.view else None
        if self.view is None or hold is None:
            return None
        if hold.ends_at is None:
            return round(hold.total_seconds - hold.held_seconds)
        return max(0, round(hold.ends_at - self.view.at - (now - self.view_at)))


def taken(picture: Picture, view: View, now: float, wall: datetime) -> Picture:
    """The picture after a view has come."""
    is_new = picture.view is None
    # A session never begins asleep, and a rest always does.
    is_rest = view.state is State.ASLEEP if is_new else picture.is_rest
    health = view.health
    return replace(
        picture,
        view=without_health(view),
        view_at=now,
        began=now if is_new else picture.began,
        began_at=wall if is_new else picture.began_at,
        is_rest=is_rest,
        scores=(health.score_before, health.score_after) if health else (None, None),
        has_routine=view.routine is not None or (picture.has_routine and not is_new),
        has_problem=not DEAFENING.isdisjoint(view.faults),
    )


def rested(picture: Picture, now: float) -> Picture:
    """The picture after what ran is over; a session in which nothing was chosen is none to tell of."""
    last = picture.last
    if picture.began_at is not None and picture.has_routine and not picture.is_rest:
        last = LastSession(picture.began_at, now - picture.began, *picture.scores)
    return Picture(has_problem=picture.has_problem, last=last)


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else str(value)
