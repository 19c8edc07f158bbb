"""From one posture to the next: told, waited for, interrupted, left, and the way up at the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import (
    CHIN,
    DOWN,
    DOWN_PACK,
    LYING,
    ROLLING,
    WITH_DOWN,
    Driver,
    built_in_routines,
    in_state,
    stretch,
)

from assistant.core.actions import ReportHoldStarted, ReportState
from assistant.core.events import MicrophoneLost, MicrophoneRestored, PromptFinished
from assistant.core.prompts import Line
from assistant.core.routine import Position, Posture, Region, Routine, Side
from assistant.core.states import State
from assistant.core.transfers import Transfer
from assistant.core.view import TransferView

LINES, TEXTS = DOWN_PACK.lines, DOWN_PACK.transfers
ROUTINES = {routine.id: routine for routine in built_in_routines()}
BED = Routine(
    "bed",
    "bed one",
    "In bed.",
    (stretch("long arms", position=Position.BED, posture=Posture.ON_BACK),),
)


def down(**settings: object) -> Driver:
    return Driver(DOWN, catalogue=WITH_DOWN, pack=DOWN_PACK, **settings)


def transferring(times: int = 1) -> Driver:
    """A session in its first transfer, or a later one."""
    driver = down().until(State.TRANSFERRING)
    for _ in range(times - 1):
        driver.answer_later("ready")
        driver.until(State.TRANSFERRING)
    return driver


def transfers_of(routine: Routine) -> list[Transfer]:
    """The transfers of a routine, as they are told."""
    driver = Driver(routine, catalogue=(routine,)).play_through()
    words = {texts.words: transfer for transfer, texts in driver.pack.transfers.items()}
    sides = [{"side": side, "other_side": other} for side, other in (("left", "right"), ("right", "left"))]
    told = {text.format(**names): transfer for text, transfer in words.items() for names in sides}
    return [told[text] for text in driver.spoken if text in told]


def test_the_whole_spine_goes_down_and_up_again_and_every_way_is_told() -> None:
    assert transfers_of(ROUTINES["whole-spine"]) == [
        Transfer.CHAIR_TO_FLOOR,
        Transfer.KNEEL_TO_SIDE,
        Transfer.SIDE_TO_OTHER_SIDE,
        Transfer.SIDE_TO_BACK,
        Transfer.BACK_TO_KNEEL,
        Transfer.FLOOR_TO_CHAIR,
        Transfer.SIT_TO_STAND,
    ]


def test_the_lower_back_on_the_floor_begins_with_the_way_down() -> None:
    told = transfers_of(ROUTINES["lower-back-floor"])
    assert told[:2] == [Transfer.STAND_TO_FLOOR, Transfer.KNEEL_TO_BACK]
    assert told[-2:] == [Transfer.FLOOR_TO_CHAIR, Transfer.SIT_TO_STAND]


def test_a_morning_in_bed_ends_on_its_edge() -> None:
    told = transfers_of(ROUTINES["morning-in-bed"])
    assert told[0] is Transfer.INTO_BED
    assert told[-1] is Transfer.BACK_TO_EDGE


def test_before_sleep_nobody_is_asked_to_get_up() -> None:
    routine = ROUTINES["before-sleep"]
    driver = Driver(routine, catalogue=(routine,)).play_through()
    last = driver.spoken[-2:]
    assert last[-1] == LINES[Line.CLOSE_DONE]
    assert not any("get up" in text or "sit" in text.split() for text in last)


def test_without_another_posture_nothing_is_between_two_stretches() -> None:
    driver = Driver().until(State.FINISHED)
    assert State.TRANSFERRING not in driver.states


def test_the_introduction_comes_only_after_ready() -> None:
    driver = transferring(2)
    assert driver.spoken[-2:] == [TEXTS[Transfer.KNEEL_TO_BACK].words, LINES[Line.TRANSFER_READY]]
    assert f"{LYING.spoken_name.capitalize()}." not in driver.spoken
    assert driver.session.step == 0
    driver.clear()
    driver.answer_later("ready")
    assert driver.state is State.INSTRUCTING
    assert driver.spoken[0] == f"{LYING.spoken_name}."


def test_who_should_not_is_said_before_the_first_way_down_and_once() -> None:
    driver = transferring()
    who = TEXTS[Transfer.CHAIR_TO_FLOOR].who_should_not
    assert driver.spoken[-3:] == [who, TEXTS[Transfer.CHAIR_TO_FLOOR].words, LINES[Line.TRANSFER_READY]]
    driver.answer_later("repeat")
    assert driver.spoken.count(who) == 1
    assert driver.spoken.count(TEXTS[Transfer.CHAIR_TO_FLOOR].words) == 2
    assert driver.state is State.TRANSFERRING


def test_nothing_goes_on_by_itself() -> None:
    driver = transferring()
    driver.until_silent()
    driver.clear()
    driver.advance(59.0)
    assert driver.spoken == []
    driver.advance(10.0)
    assert driver.spoken == [LINES[Line.TRANSFER_AGAIN]]
    driver.until(State.PAUSED)
    assert not driver.of(ReportHoldStarted)
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["no_answer"]
    assert driver.spoken[-1] == LINES[Line.GET_UP_FLOOR], "somebody may be on the way down"


@pytest.mark.parametrize("phrase", ["not yet", "no", "ten more seconds"])
def test_there_is_all_the_time_that_is_needed(phrase: str) -> None:
    driver = transferring()
    driver.until_silent()
    driver.advance(70.0)
    driver.clear()
    driver.answer_later(phrase)
    assert driver.spoken == [LINES[Line.TIME_GIVEN]]
    driver.advance(55.0)
    assert driver.state is State.TRANSFERRING
    assert driver.spoken == [LINES[Line.TIME_GIVEN]], "the long silence begins anew"


def test_the_easier_way_is_told_and_still_waited_for() -> None:
    driver = transferring()
    driver.until_silent()
    driver.clear()
    driver.say("easier")
    assert driver.spoken == [
        LINES[Line.EASIER],
        TEXTS[Transfer.CHAIR_TO_FLOOR].easier,
        LINES[Line.TRANSFER_READY],
    ]
    assert driver.state is State.TRANSFERRING


def test_okay_or_half_a_ready_does_not_go_on() -> None:
    driver = transferring()
    driver.until_silent()
    driver.advance(1.0)
    driver.clear()
    driver.say("okay")
    assert driver.spoken in ([], [LINES[Line.TRANSFER_READY]])
    assert driver.state is State.TRANSFERRING
    driver.hear("?", "ready")
    assert driver.state is State.TRANSFERRING


def test_next_leaves_the_stretch_ahead_out_with_its_transfers() -> None:
    driver = transferring()
    driver.answer_later("next")
    assert driver.steps[-1] == (LYING.id, "", 1, 0.0, "skipped")
    assert driver.state is State.TRANSFERRING, "the next one lies as well"
    driver.answer_later("next")
    assert driver.state is State.CLOSING, "nobody went down, so nobody gets up"
    driver.until(State.FINISHED)
    assert driver.spoken[-1] == LINES[Line.GET_UP]


def test_back_goes_to_the_stretch_before_and_up_again_where_it_must() -> None:
    driver = transferring()
    driver.answer_later("go back")
    assert driver.state is State.INSTRUCTING
    assert driver.course_stretch == CHIN.id
    driver = transferring(3)
    assert driver.course_stretch == ROLLING.id
    driver.answer_later("go back")
    assert driver.state is State.INSTRUCTING
    assert driver.course_stretch == LYING.id
    driver.answer_later("go back")
    assert driver.state is State.TRANSFERRING
    assert driver.spoken[-2] == TEXTS[Transfer.BACK_TO_KNEEL].words


def test_how_long_and_whats_next_are_about_what_is_ahead() -> None:
    driver = transferring()
    driver.answer_later("what's next")
    assert f"After this comes {LYING.spoken_name}." in driver.spoken
    driver.answer_later("how long")
    assert any(text.startswith("About ") for text in driver.spoken)
    assert driver.state is State.TRANSFERRING


def test_the_other_side_is_rolled_over_to() -> None:
    driver = transferring(4)
    assert driver.view.transfer == TransferView(
        Transfer.SIDE_TO_OTHER_SIDE,
        TEXTS[Transfer.SIDE_TO_OTHER_SIDE].words.format(other_side="left"),
        1,
        ROLLING.name,
    )
    driver.answer_later("ready")
    assert driver.course_side is Side.RIGHT


@pytest.mark.parametrize("state", [State.INSTRUCTING, State.SETTLING, State.HOLDING, State.RESTING])
def test_who_asks_for_the_other_side_rolls_over_first(state: State) -> None:
    driver = transferring(3)
    driver.answer_later("ready")
    driver.until(state).until_silent() if state is not State.INSTRUCTING else None
    driver.say("other side")
    assert driver.state is State.TRANSFERRING
    assert driver.view.transfer is not None
    assert driver.view.transfer.transfer is Transfer.SIDE_TO_OTHER_SIDE


@pytest.mark.parametrize("phrase", ["pause", "stop"])
def test_a_pause_returns_to_the_transfer_and_never_to_a_hold(phrase: str) -> None:
    driver = transferring(2)
    driver.answer_later(phrase)
    assert driver.state is State.PAUSED
    driver.advance(1.0)
    driver.clear()
    driver.answer_later("continue")
    assert driver.state is State.TRANSFERRING
    assert TEXTS[Transfer.KNEEL_TO_BACK].words in driver.spoken


def test_sleep_and_a_lost_microphone_return_to_the_transfer() -> None:
    driver = transferring()
    driver.answer_later("go to sleep")
    driver.answer_later("yes")
    assert driver.state is State.ASLEEP
    driver.answer_later("continue")
    assert driver.state is State.TRANSFERRING
    driver.until_silent()
    driver.event(MicrophoneLost("lost"))
    assert driver.state is State.DEAF
    driver.event(MicrophoneRestored())
    assert driver.state is State.PAUSED
    driver.answer_later("continue")
    assert driver.state is State.TRANSFERRING


def test_a_process_that_stood_still_pauses() -> None:
    driver = transferring()
    driver.until_silent()
    driver.now = (driver.session.next_deadline or 0.0) + 5.0
    driver.event(PromptFinished(99_999))
    assert driver.state is State.PAUSED


def test_pain_in_a_transfer_returns_to_it_only_after_a_clear_yes() -> None:
    driver = transferring(2)
    driver.answer_later("that hurts")
    driver.rate()
    assert driver.state is State.DECIDING
    driver.answer_later("yes")
    assert driver.state is State.TRANSFERRING
    assert driver.view.transfer is not None
    assert driver.view.transfer.transfer is Transfer.KNEEL_TO_BACK
    assert LYING.id not in driver.session._context.left_out, "it was not the stretch that hurt"


def test_pain_on_the_floor_ends_with_the_way_up() -> None:
    driver = transferring(2)
    driver.answer_later("ready")
    driver.until(State.HOLDING)
    driver.say("that hurts")
    driver.rate("seven")
    driver.until(State.FINISHED)
    assert driver.spoken[-2:] == [LINES[Line.CLOSE_STRONG], LINES[Line.GET_UP_FLOOR]]


def test_who_finishes_early_on_the_floor_or_in_bed_hears_how_to_get_up() -> None:
    driver = transferring(2)
    driver.answer_later("ready")
    driver.answer_later("finish")
    driver.answer_later("yes")
    assert driver.spoken[-2:] == [LINES[Line.CLOSE_EARLY], LINES[Line.GET_UP_FLOOR]]
    driver = Driver(BED, catalogue=(BED,)).until(State.TRANSFERRING)
    driver.answer_later("ready")
    driver.answer_later("finish")
    driver.answer_later("yes")
    assert driver.spoken[-2:] == [LINES[Line.CLOSE_EARLY], LINES[Line.GET_UP_BED]]


def getting_up(**settings: object) -> Driver:
    """A session on its way up after the last stretch."""
    driver = down(**settings)
    while not driver.session._context.rises:
        if driver.until(State.TRANSFERRING) and not driver.session._context.rises:
            driver.answer_later("ready")
    return driver


def test_the_way_up_is_waited_for_and_then_it_closes() -> None:
    driver = getting_up()
    assert driver.view.transfer is not None
    assert driver.view.transfer.transfer is Transfer.SIDE_TO_KNEEL
    assert driver.view.transfer.stretch == ""
    for _ in range(3):
        assert driver.state is State.TRANSFERRING
        driver.answer_later("ready")
    assert driver.state is State.CLOSING
    assert driver.spoken[-1] == LINES[Line.CLOSE_DONE], "somebody stands already"


def test_a_silent_way_up_closes_with_how_to_get_up() -> None:
    driver = getting_up().until(State.FINISHED)
    assert driver.end_reasons == ["completed"]
    assert driver.spoken[-1] == LINES[Line.GET_UP_FLOOR]


@pytest.mark.parametrize("asks", [False, True])
def test_the_way_up_can_be_left_to_oneself(asks: bool) -> None:
    driver = getting_up(asks_how_it_is=asks) if not asks else getting_up_after_questions()
    done = driver.steps.copy()
    driver.answer_later("next")
    assert driver.state is (State.SCORE_AFTER if asks else State.CLOSING)
    assert driver.steps == done
    driver = getting_up()
    driver.answer_later("pause")
    driver.advance(1.0)
    driver.answer_later("next")
    assert driver.state is State.CLOSING


def getting_up_after_questions() -> Driver:
    driver = down(asks_how_it_is=True)
    driver.until(State.SCORE_NOW).answer_later("three")
    driver.answer_later("no")
    while not driver.session._context.rises:
        if driver.until(State.TRANSFERRING) and not driver.session._context.rises:
            driver.answer_later("ready")
    return driver


def test_back_from_the_way_up_is_the_last_stretch_anew() -> None:
    driver = getting_up()
    driver.answer_later("how long")
    assert driver.spoken[-3].startswith("About a minute") or "About a minute." in driver.spoken
    driver.answer_later("what's next")
    assert LINES[Line.NEXT_IS_END] in driver.spoken
    driver.answer_later("go back")
    assert driver.course_stretch == ROLLING.id


def test_another_routine_begins_where_somebody_is() -> None:
    driver = transferring(2)
    driver.answer_later("ready")
    driver.answer_later("pause")
    driver.advance(1.0)
    driver.answer_later("short one")
    driver.until(State.TRANSFERRING)
    assert TEXTS[Transfer.BACK_TO_KNEEL].words in driver.spoken, "up from the mat, to a chair"


def test_what_ends_in_another_posture_is_left_from_there() -> None:
    ends = replace(LYING, id="on-the-belly", posture=Posture.ON_BELLY, ends_in=Posture.HANDS_AND_KNEES)
    routine = Routine("belly", "belly one", "On the belly.", (ends, replace(LYING, region=Region.HIPS)))
    driver = Driver(routine, catalogue=(routine,))
    driver.until(State.TRANSFERRING).answer_later("ready")
    driver.answer_later("ready")
    driver.until(State.HOLDING).until(State.TRANSFERRING)
    assert driver.view.transfer is not None
    assert driver.view.transfer.transfer is Transfer.KNEEL_TO_BACK


def test_each_transfer_is_a_state_of_its_own_to_whoever_watches() -> None:
    driver = transferring(2)
    reported = [(a.state, a.step) for a in driver.of(ReportState)]
    assert reported[-2:] == [("transferring", 0), ("transferring", 0)]
    assert in_state(State.TRANSFERRING).view.transfer is not None
    assert in_state(State.SETTLING).view.transfer is None
