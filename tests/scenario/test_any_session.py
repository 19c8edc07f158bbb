"""Whatever is said and whatever happens, in any order: what must always hold, holds.

What must hold is in tests/invariants.py and the files that it uses, what can happen in tests/happenings.py.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from cases import DEVICES, Case, minimal, played, read
from driver import DOWN, DOWN_PACK, PACK, SAID_ON_THE_WAY, WITH_DOWN
from happenings import FIXED_SEED, FIXED_SESSIONS, Found, random_case, search, untraced
from hypothesis import given, note, settings
from hypothesis import strategies as st
from invariants import Watched

from assistant.core.events import MicrophoneLost
from assistant.core.states import UNDER_WAY, State

INTERRUPTED = (
    *(State.ASLEEP, State.PAUSED, State.FINISHING, State.HELPING, State.EASING),
    *(State.EMERGENCY, State.CLOSING, State.DEAF),
)


def interrupt(driver: Watched, by: State) -> None:
    """Bring a session from wherever it is into a state that interrupts it."""
    for phrase in SAID_ON_THE_WAY.get(by, ())[:1]:
        driver.say(phrase)
    if by is State.DEAF:
        driver.event(MicrophoneLost("lost"))
    driver.advance(1.0)


def filled(pattern: str) -> str:
    """A pattern with something in each of its slots."""
    fills = {"number": "ten", "span": "half a minute", "region": "lower back", "routine": "low one"}
    for name, words in (fills | {"score": "none", "position": "sitting"}).items():
        pattern = pattern.replace(f"{{{name}}}", words)
    return pattern


THE_WAY_DOWN = {"routine": DOWN, "catalogue": WITH_DOWN, "pack": DOWN_PACK}


@pytest.mark.parametrize("by", [None, *INTERRUPTED])
@pytest.mark.parametrize("before", [*UNDER_WAY, State.SCREENING, State.SOUND_CHECK])
def test_any_one_thing_and_then_silence(before: State, by: State | None) -> None:
    """Whatever is said or happens after an interruption: without another word it comes to rest."""
    said = [filled(patterns[0]) for patterns in PACK.table.phrases.values()]
    then: list[Callable[[Watched], object]] = [lambda d, phrase=phrase: d.answer(phrase) for phrase in said]
    then += [lambda d, event=event: d.event(event) for event in DEVICES.values()]
    then.append(lambda d: d.advance(130))
    with untraced():
        for move in then:
            driver = Watched(
                **(THE_WAY_DOWN if before is State.TRANSFERRING else {}),
                physician_check_due=before is State.SCREENING,
                sound_check=before is State.SOUND_CHECK,
            )
            driver.until(before)
            if by:
                interrupt(driver, by)
            move(driver)
            driver.play_out()


@settings(max_examples=100)
@given(st.randoms(use_true_random=False))
def test_any_session(random: Random) -> None:
    case = Case({})
    try:
        random_case(random, case, most_moves=40)
    finally:
        note(f"scripts/soak_session --replay '{case}'")


def test_many_sessions() -> None:
    """The same ones each time: tests/mutants.py plants faults that just these must find."""
    with untraced():
        sessions = search(FIXED_SEED, FIXED_SESSIONS)
        broken = next((ended for ended in sessions if isinstance(ended, Found)), None)
    assert not broken, f"{broken.says}: scripts/soak_session --replay '{minimal(broken.case)}'"


def test_a_case_is_replayed_as_it_was_played() -> None:
    case = Case({})
    first = random_case(Random(5), case)
    again = played(read(str(case)))
    assert [did.action for did in again.did] == [did.action for did in first.did]
