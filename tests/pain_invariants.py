"""What must hold when it hurts: the rules of the dialogue after pain, 1 to 8, and who may go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from driver import PACK
from happened import BUSY, NO_WORDS, YES_WORDS, Happened, goes_on, is_clear

from assistant.core.actions import RecordPain, RecordPainScore
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Region, Stretch
from assistant.core.states import STRETCHING, State

if TYPE_CHECKING:
    from invariants import Watched

S, I = State, Intent  # noqa: E741 - short, as in the other invariants


UNWELL = {"dizzy", "sick", "spinning", "headed", "nauseous", "stars", "racing"}
"""There is no number for that."""


class PainRules:
    """What is known of the reports of one watched session, by the rules alone."""

    def __init__(self, driver: Watched) -> None:
        self.driver = driver
        self.reports, self.worst = 0, -1
        self.score_before: int | None = None
        self.hurting = self.spread_denied = False
        self.hurt_region: Region | None = None
        self.left_today: set[str] = set()
        self.may_begin, self.is_unwell = True, False

    def check(self, it: Happened) -> None:
        """Rules 1 to 8: what a report leads to, with the highest number of the session."""
        if it.intent is I.PAIN and it.before is not S.EMERGENCY and not it.is_others:
            assert it.after in (S.EASING, S.DEAF), "on after pain"
            assert PACK.lines[Line.EASE_OUT] in it.spoken, "nobody is told to ease out"
            if not self.hurting or it.before is S.CLOSING:
                assert any(isinstance(action, RecordPain) for action in it.actions), "a report is not kept"
                self.reports += 1
                self.spread_denied, self.hurt_region = False, None
                self.is_unwell = bool(UNWELL & set(it.heard.phrase.split())) if it.heard else False
            self.hurting = True
        for action in it.actions:
            if isinstance(action, RecordPain) and action.stretch_id:
                hurting_now = (
                    it.before not in STRETCHING or action.stretch_id == self.driver.course.step.stretch.id
                )
                assert hurting_now, "another stretch is recorded"
                self.left_today.add(action.stretch_id)
                self.hurt_region = self.driver.course.step.stretch.region
            elif isinstance(action, RecordPainScore):
                assert 0 <= action.score <= 10, "a number that is none of the scale"
                if action.moment == "during":
                    self.worst = max(self.worst, action.score)
                    assert self.worst < 6 or it.after is S.CLOSING, "on with six or more"
                elif action.moment == "before":
                    self.score_before, self.may_begin = action.score, action.score < 6
        if it.before is S.SPREADING and it.after is S.DECIDING:
            assert is_clear(it.words, NO_WORDS, YES_WORDS), "taken for a no"
            self.spread_denied = True
            assert (PACK.lines[Line.SUGGEST_ENDING] in it.spoken) == self.leaves_region, (
                "ending is not suggested"
            )
            offers_easier = PACK.lines[Line.DECIDE_EASIER] in it.spoken
            assert not offers_easier or self.worst <= 1, "the easier way after 2 or more is offered"
            if self.leaves_region and self.hurt_region is not None:
                self.left_today |= {s.id for s in self._known() if s.region is self.hurt_region}
        if it.before is S.SPREADING and it.intent is I.YES and is_clear(it.words, YES_WORDS, NO_WORDS):
            assert it.after is S.CLOSING, "on although it has spread"
        if it.before is S.DECIDING and it.after in (*BUSY, S.SCORE_AFTER):
            self._check_decision(it)
        assert not self.hurting or it.after not in (*BUSY, S.SCORE_AFTER), "on without the pain dialogue"
        if it.after is S.DECIDING:
            assert self.spread_denied or self.is_unwell, "whether it has spread was not asked"
            assert self.is_unwell or 0 <= self.worst < 6, "a question although the number ends it"
            assert self.reports == 1, "another question after the second report"

    @property
    def leaves_region(self) -> bool:
        """Rule 4: 4 or 5, or 2 or more above the number at the start."""
        return self.worst >= 4 or self.worst - (10 if self.score_before is None else self.score_before) >= 2

    def _known(self) -> Iterator[Stretch]:
        """Every stretch that there is."""
        context = self.driver.session._context
        for routine in context.catalogue:
            yield from routine.stretches
        yield from context.library
        yield from self.driver.course.routine.stretches

    def _check_decision(self, it: Happened) -> None:
        """Whoever goes on after pain has said so clearly, and may."""
        assert it.is_final, "on by half a sentence"
        if it.intent is I.EASIER:
            assert self.worst <= 1, "the easier way after 2 or more"
            self.left_today.discard(self.driver.course.step.stretch.id)
        else:
            assert goes_on(it.words), "on without a clear yes"
        self.hurting = False
