"""The clock of a hold: what counts as held, and cues that end with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.core.hold import (
    INHALE_SHARE,
    LONGEST_HOLD_SECONDS,
    SHORTEST_BREATH_SECONDS,
    SHORTEST_HOLD_SECONDS,
    Breath,
    BreathPhase,
    Cue,
    CueKind,
    Hold,
)

TARGETS = st.floats(5, 60)
LONGEST_BREATH_SECONDS = 15.0


@dataclass
class Held:
    """A hold run to its end the way a session does it: every cue at its time."""

    hold: Hold
    now: float = 500.0
    cues: list[Cue] = field(default_factory=list)
    given_at: list[float] = field(default_factory=list)

    def run(self, seconds: float = float("inf")) -> Held:
        end = self.now + seconds
        while not self.hold.complete(self.now):
            at = self.hold.next_at()
            assert at >= self.now - 1e-6
            if at > end:
                self.now = end
                break
            self.now = max(at, self.now)
            for cue in self.hold.due(self.now):
                self.cues.append(cue)
                self.given_at.append(self.hold.held_seconds(self.now))
        return self

    def of(self, kind: CueKind) -> list[float]:
        return [cue.at_seconds for cue in self.cues if cue.kind is kind]

    @property
    def counts(self) -> list[int]:
        return [cue.count for cue in self.cues if cue.kind is CueKind.COUNT]


def started(target: float) -> Held:
    held = Held(Hold(target))
    held.hold.start(held.now)
    return held


@given(TARGETS)
def test_whole_breaths_fill_a_hold_and_end_with_it(target: float) -> None:
    held = started(target).run()
    ins, outs = held.of(CueKind.BREATHE_IN), held.of(CueKind.BREATHE_OUT)
    assert ins[0] == 0.0
    breaths = [after - before for before, after in pairwise([*ins, held.hold.target_seconds])]
    assert breaths == pytest.approx([breaths[0]] * len(ins))
    assert SHORTEST_BREATH_SECONDS <= breaths[0] <= LONGEST_BREATH_SECONDS
    assert outs == pytest.approx([start + INHALE_SHARE * breaths[0] for start in ins])
    assert held.hold.held_seconds(held.now) == pytest.approx(target)


@given(TARGETS)
def test_every_cue_comes_once_in_time_and_in_order(target: float) -> None:
    held = started(target).run()
    assert held.given_at == sorted(held.given_at)
    assert held.given_at == pytest.approx([cue.at_seconds for cue in held.cues], abs=1e-5)
    assert held.counts == [3, 2, 1]
    assert held.of(CueKind.COUNT) == pytest.approx([target - 3, target - 2, target - 1])
    assert held.of(CueKind.HALF_WAY) == pytest.approx([target / 2])


@given(TARGETS, st.lists(st.tuples(st.floats(0, 30), st.floats(0, 600)), max_size=4))
def test_paused_time_is_not_held(target: float, pauses: list[tuple[float, float]]) -> None:
    held = started(target)
    for run_seconds, pause_seconds in pauses:
        held.run(run_seconds)
        before = held.hold.held_seconds(held.now)
        held.hold.suspend(held.now)
        assert not held.hold.running
        held.now += pause_seconds
        assert held.hold.held_seconds(held.now) == pytest.approx(before)
        held.hold.start(held.now)
        assert held.hold.running
    held.run()
    assert held.hold.held_seconds(held.now) == pytest.approx(target)
    assert held.counts[-1:] in ([1], [])  # paused within the last second: nothing left to count
    assert len(held.of(CueKind.HALF_WAY)) <= 1
    # Breathing begins anew after a pause, unless too little is left of the hold to breathe along with.
    outs = held.of(CueKind.BREATHE_OUT)
    assert outs == sorted(outs)


CHANGES = st.lists(st.tuples(st.floats(0, 25), st.floats(-40, 40)), min_size=1, max_size=4)


@given(TARGETS, CHANGES)
def test_a_changed_hold_stays_within_its_bounds(target: float, changes: list[tuple[float, float]]) -> None:
    held = started(target)
    for run_seconds, by_seconds in changes:
        held.run(run_seconds)
        before, done = held.hold.target_seconds, held.hold.held_seconds(held.now)
        changed = held.hold.change(by_seconds, held.now)
        assert held.hold.target_seconds == pytest.approx(before + changed)
        assert held.hold.target_seconds <= LONGEST_HOLD_SECONDS
        assert held.hold.target_seconds >= min(SHORTEST_HOLD_SECONDS, before)
        assert held.hold.target_seconds >= min(done, before) - 1e-9, "it cannot end before now"
        assert changed * by_seconds >= -1e-9, "never the other way"
    held.run()
    assert held.hold.held_seconds(held.now) == pytest.approx(held.hold.target_seconds)
    assert held.given_at == sorted(held.given_at)
    assert len(held.of(CueKind.HALF_WAY)) <= 1


@given(TARGETS, st.floats(0, 60), st.floats(-40, 40))
def test_the_last_breath_of_a_changed_hold_ends_with_it(target: float, at: float, by: float) -> None:
    held = started(target).run(at)
    assume(not held.hold.complete(held.now))
    held.hold.change(by, held.now)
    before = len(held.cues)
    held.run()
    end, ins = held.hold.target_seconds, held.of(CueKind.BREATHE_IN)
    assert all(after - before >= SHORTEST_BREATH_SECONDS - 1e-6 for before, after in pairwise(ins))
    # A breath under way is never cut short by a longer hold, and a new one is begun only if it fits.
    assert end - ins[-1] <= LONGEST_BREATH_SECONDS + SHORTEST_BREATH_SECONDS
    if by >= 0:
        assert end - ins[-1] >= SHORTEST_BREATH_SECONDS - 1e-6
        last = [cue.kind for cue in held.cues if cue.kind in (CueKind.BREATHE_IN, CueKind.BREATHE_OUT)][-1]
        assert last is CueKind.BREATHE_OUT
    counted = [c.at_seconds for c in held.cues[before:] if c.kind is CueKind.COUNT]
    assert counted == pytest.approx([end - n for n in range(len(counted), 0, -1)])


def test_a_longer_hold_counts_again_at_its_new_end() -> None:
    held = started(20.0).run(18.5)
    assert held.counts == [3, 2]
    assert held.hold.change(10.0, held.now) == 10.0
    assert held.run().counts == [3, 2, 3, 2, 1]
    assert held.of(CueKind.BREATHE_IN) == pytest.approx([0, 10, 20])


def test_a_shorter_hold_still_counts_and_breathes_out() -> None:
    held = started(20.0).run(11.0)
    assert held.hold.change(-5.0, held.now) == -5.0
    held.run()
    assert held.counts == [3, 2, 1]
    assert held.of(CueKind.BREATHE_OUT) == pytest.approx([4, 14])


def test_a_hold_shortened_below_what_was_held_is_complete() -> None:
    held = started(30.0).run(25.0)
    assert held.hold.change(-10.0, held.now) == pytest.approx(-5.0)
    assert held.hold.complete(held.now)
    assert held.hold.remaining_seconds(held.now) == 0.0


def test_a_hold_that_stands_still_can_be_changed() -> None:
    hold = Hold(20.0)
    assert hold.change(5.0, 0.0) == 5.0
    hold.start(100.0)
    assert hold.remaining_seconds(110.0) == pytest.approx(15.0)


# What is shown of it


def test_the_end_of_a_running_hold_is_a_time_and_one_that_stands_still_has_none() -> None:
    held = started(20.0)
    assert (held.hold.ends_at(), held.hold.held_at_change_seconds) == (520.0, 0.0)
    held.run(5.0)
    assert held.hold.ends_at() == pytest.approx(520.0)
    held.hold.suspend(held.now)
    assert (held.hold.ends_at(), held.hold.held_at_change_seconds) == (None, 5.0)
    held.hold.start(600.0)
    assert held.hold.ends_at() == 615.0
    held.hold.change(10.0, 600.0)
    assert held.hold.ends_at() == 625.0


def test_the_breath_goes_in_and_out_at_the_times_of_its_sounds() -> None:
    hold = started(20.0).hold
    assert hold.breath(500.0) == Breath(BreathPhase.IN, 504.0)
    assert hold.breath(503.9) == Breath(BreathPhase.IN, 504.0)
    assert hold.breath(504.0) == Breath(BreathPhase.OUT, 510.0)
    assert hold.breath(512.0) == Breath(BreathPhase.IN, 514.0)
    assert hold.breath(519.0) == Breath(BreathPhase.OUT, 520.0)
    assert hold.breath(520.0) is None


def test_a_breath_is_shown_only_where_it_is_paced() -> None:
    assert Hold(20.0).breath(500.0) is None
    assert started(SHORTEST_BREATH_SECONDS - 1).hold.breath(500.0) is None
    held = started(10.0).run(7.0)
    held.hold.suspend(held.now)
    assert held.hold.breath(held.now) is None
    held.hold.start(600.0)
    assert held.hold.breath(601.0) is None, "three seconds are too short for a breath"


def test_a_breath_under_way_is_shown_to_its_end_when_the_hold_changes() -> None:
    held = started(10.0).run(7.0)
    held.hold.change(3.0, held.now)
    assert held.hold.breath(held.now) == Breath(BreathPhase.OUT, 510.0)
    assert held.hold.breath(511.0) is None, "three seconds more are too short for a breath"
    held = started(20.0).run(11.0)
    held.hold.change(-8.0, held.now)
    assert held.hold.breath(held.now) == Breath(BreathPhase.IN, 512.0)


@given(TARGETS, st.lists(st.tuples(st.floats(0.1, 20), st.floats(-20, 20)), max_size=4))
def test_the_breath_that_is_shown_is_the_one_that_sounded_last(
    target: float, changes: list[tuple[float, float]]
) -> None:
    held = started(target)
    for seconds, by_seconds in [*changes, (60.0, 0.0)]:
        for _ in range(8):
            held.run(seconds / 8)
            breath = held.hold.breath(held.now)
            if breath is None or held.hold.complete(held.now) or held.hold.next_at() < held.now + 1e-5:
                continue
            breaths = [cue for cue in held.cues if cue.kind in (CueKind.BREATHE_IN, CueKind.BREATHE_OUT)]
            assert breath.phase == breaths[-1].kind.value.removeprefix("breathe_")
            ends_at = held.hold.ends_at()
            assert ends_at is not None
            assert held.now < breath.ends_at <= ends_at + 1e-6
        if not held.hold.complete(held.now):
            held.hold.change(by_seconds, held.now)
