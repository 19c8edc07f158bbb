"""What suits whom, and what a routine needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import CHIN, HUG, KNEES, MIXED, TURN, stretch

from assistant.core.needs import needed_for
from assistant.core.routine import Condition, Equipment, Position, Posture
from assistant.core.suiting import Change, ids_unsuitable, suited, suited_routine, suits

BONES, HIP = Condition.OSTEOPOROSIS, Condition.HIP_REPLACEMENT
BENT = replace(CHIN, avoid=frozenset((BONES,)))
ALIKE = stretch("chin glide")
LYING = stretch("chin lying", posture=Posture.ON_BACK)
BED = stretch("chin in bed", position=Position.BED)
WORSE = stretch("chin further", avoid=frozenset((BONES,)))


def test_what_somebody_has_speaks_against_a_stretch_or_does_not() -> None:
    assert suits(BENT, {HIP})
    assert not suits(BENT, {HIP, BONES})
    assert ids_unsuitable((BENT, TURN), {BONES}) == {BENT.id}


@pytest.mark.parametrize(
    ("library", "instead"),
    [
        ((), None),
        ((BED, WORSE, TURN), None),  # another position; it does not suit either; another region
        ((LYING,), LYING),
        ((LYING, ALIKE), ALIKE),  # the posture is the same
    ],
)
def test_what_does_not_suit_is_replaced_by_what_does(library, instead) -> None:
    stretches, changes = suited((BENT, TURN), {BONES}, library)
    assert stretches == ((instead, TURN) if instead else (TURN,))
    assert changes == (Change(BENT, (BONES,), instead),)


def test_nothing_comes_twice_and_nothing_that_is_left_out() -> None:
    twice = replace(BENT, id="bent-too")
    assert suited((BENT, twice), {BONES}, (ALIKE,))[0] == (ALIKE,)
    assert suited((BENT, ALIKE), {BONES}, (ALIKE,))[0] == (ALIKE,)
    assert suited((BENT,), {BONES}, (ALIKE,), {ALIKE.id})[0] == ()


def test_a_routine_that_suits_stays_as_it_is_and_one_of_which_nothing_is_left_is_none() -> None:
    assert suited_routine(MIXED, {BONES}, (), frozenset()) == (MIXED, ())
    bent = replace(MIXED, stretches=(BENT, TURN))
    assert suited_routine(bent, {BONES}, (), {TURN.id})[0] is None
    fitted, _ = suited_routine(bent, {BONES}, (ALIKE,), frozenset())
    assert fitted is not None
    assert fitted.stretches == (ALIKE, TURN)


def test_a_routine_needs_what_bears_the_body_and_then_the_rest_each_once() -> None:
    strap = replace(HUG, equipment=frozenset((Equipment.STRAP, Equipment.CHAIR)))
    floor = replace(KNEES, position=Position.FLOOR, equipment=frozenset((Equipment.PILLOW,)))
    assert needed_for(replace(MIXED, stretches=(floor, strap, CHIN))) == ("chair", "mat", "strap", "pillow")
    assert needed_for(replace(MIXED, stretches=(floor,))) == ("chair", "mat", "pillow"), "to get up again"
    standing = replace(CHIN, position=Position.STANDING)
    assert needed_for(replace(MIXED, stretches=(standing,))) == ()
