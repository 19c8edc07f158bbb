"""The checks of a stretch's facts and bearings: each finds what it is for, and nothing in what is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from assistant.core.precautions import BY_DEMAND, BY_POSTURE, BY_REGION, Demand, needed
from assistant.core.routine import Condition, Posture, Region
from assistant.languages.packs import load_language
from assistant.store.documents import parse_document
from assistant.store.library import load_library
from assistant.store.routine_check import check_routine
from assistant.store.stretch_check import (
    NAMED_SOURCES,
    bearing_problems,
    fact_problems,
    source_problems,
)

LANGUAGE = load_language()
TURN: Mapping[str, Any] = {
    "region": "lower_back",
    "position": "floor",
    "posture": "on_back",
    "has_sides": True,
    "hold_seconds": 20,
    "equipment": [],
    "demands": ["turns_back"],
    "avoid": ["recent_injury", "recent_operation", "pregnancy", "osteoporosis", "disc_trouble"],
    "enter": [
        "On your back, knees bent.",
        "Let both knees sink to the {other_side}, your {side} shoulder heavy, head in the middle.",
    ],
    "feel": "You feel a mild pull along the {side} side of your lower back.",
    "leave": "Slowly come back.",
    "easier": "Do less.",
    "source": "Common knowledge in physiotherapy: a turn.",
}
MOVEMENT = {**TURN, "kind": "movement", "breaths": 4, "hold_seconds": None}


def facts(data: Mapping[str, Any], **changes: object) -> list[tuple[str, str]]:
    """Field and message of what is wrong in the facts, once this is changed."""
    return [(str(loc[-1]), message) for loc, message in fact_problems(("x",), {**data, **changes})]


def bearings(**changes: object) -> list[tuple[str, str]]:
    """Field and message of what is wrong in the texts, once this is changed."""
    found = bearing_problems(("x",), {**TURN, **changes}, LANGUAGE)
    return [(str(loc[-1]), message) for loc, message in found]


def test_what_is_right_is_let_through() -> None:
    assert facts(TURN) == facts(MOVEMENT) == bearings() == []


@pytest.mark.parametrize(
    ("data", "changes", "field", "message"),
    [
        (TURN, {"posture": None}, "posture", "is missing: on the floor and in bed"),
        (TURN, {"hold_seconds": None}, "hold_seconds", "is missing"),
        (TURN, {"hold_seconds": 19}, "hold_seconds", "20 to 30"),
        (TURN, {"breaths": 4}, "breaths", "is not for a hold"),
        (MOVEMENT, {"breaths": None}, "breaths", "is missing"),
        (MOVEMENT, {"breaths": 7}, "breaths", "is 7, but a movement takes 3 to 6"),
        (MOVEMENT, {"hold_seconds": 20}, "hold_seconds", "is not for a movement: give its breaths"),
        (TURN, {"avoid": []}, "avoid", "pregnancy (posture on_back), disc_trouble (demand turns_back)"),
        (TURN, {"posture": "kneeling"}, "avoid", "lacks knee_trouble (posture kneeling)"),
        (TURN, {"region": "neck"}, "avoid", "lacks dizziness (region neck)"),
        (TURN, {"demands": ["head_low"]}, "avoid", "lacks dizziness (demand head_low), glaucoma (demand"),
    ],
)
def test_facts_that_are_wrong_are_told(
    data: Mapping[str, Any], changes: dict[str, object], field: str, message: str
) -> None:
    ((told, said),) = facts(data, **changes)
    assert told == field
    assert message in said


@pytest.mark.parametrize("junk", [None, 3, "elbow", ["elbow"], [3], {}])
@pytest.mark.parametrize("key", ["region", "position", "posture", "demands", "avoid", "enter", "also_in"])
def test_what_has_another_shape_is_left_to_the_model(key: str, junk: object) -> None:
    facts(TURN, **{key: junk})
    bearings(**{key: junk})


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"enter": ["Bend your knees.", TURN["enter"][1]]}, "enter", "begin with the position: on back"),
        ({"posture": "on_side"}, "enter", "begin with the position: on side"),
        ({"also_in": ["standing"]}, "enter", "begin with the position: standing"),
        (
            {"position": "standing", "posture": None, "enter": ["Stand, {side} hip and head heavy."]},
            "enter",
            "eyes open",
        ),
        ({"enter": ["On your back, your {side} hip heavy."]}, "enter", "where the head is"),
        ({"enter": ["On your back, head back.", "Turn to the {other_side}."]}, "enter", "write {side}"),
        ({"feel": "You feel a mild pull."}, "feel", "write {side} with its part"),
        ({"feel": "A mild pull at your {other_side} hip, your {side} hip."}, "feel", "on the side that is"),
        ({"feel": "You feel a mild pull on the {side} side."}, "feel", "without its part of the body"),
        ({"leave": "Slowly come back from the {side}."}, "leave", "without its part of the body"),
        ({"leave": "Look up, slowly."}, "leave", 'says "look", but eyes may be closed'),
        ({"easier": "Rest it on a pillow."}, "easier", "needs a pillow"),
        ({"easier": "Hold a chair."}, "easier", "needs a chair"),
    ],
)
def test_what_leaves_somebody_in_the_dark_is_told(
    changes: dict[str, object], field: str, message: str
) -> None:
    assert [(told, message in said) for told, said in bearings(**changes)].count((field, True)) == 1


def test_who_sits_has_a_chair_and_who_lies_on_a_side_without_sides_only_lies() -> None:
    seated = ["Sit on your chair, your {side} hip and your head heavy."]
    assert bearings(position="seated", posture=None, enter=seated) == []
    rest = {"has_sides": False, "posture": "on_side", "feel": "A mild pull.", "demands": []}
    assert bearings(**rest, enter=["On your right side, knees bent."]) == []


def test_another_position_may_have_a_first_sentence_of_its_own() -> None:
    seated = {
        "position": "seated",
        "posture": None,
        "also_in": ["standing"],
        "enter": ["Sit tall, your {side} hip heavy.", "Your head turns along."],
    }
    assert [field for field, _ in bearings(**seated)] == ["enter", "enter"]
    good = {"standing": "Stand tall, eyes open, your {side} hip heavy."}
    assert bearings(**seated, starts=good) == []
    ((field, message),) = bearings(**seated, starts={"standing": "Stand tall, your {side} hip heavy."})
    assert (field, "eyes open" in message) == ("standing", True)
    assert bearings(**seated, starts={"standing": 3}) == bearings(**seated)
    asked = [m for f, m in bearings(**seated, starts=good, leave="Look up.") if f == "leave"]
    assert len(asked) == 1


def test_a_source_of_the_library_is_common_knowledge_or_known() -> None:
    assert list(source_problems((), TURN)) == []
    assert list(source_problems((), {"source": 3})) == []
    assert all(not list(source_problems((), {"source": f"A turn, by the {name}."})) for name in NAMED_SOURCES)
    ((loc, message),) = source_problems((), {"source": "A turn, by the Institute of Nowhere."})
    assert loc == ("source",)
    assert "NAMED_SOURCES" in message


def test_every_named_source_is_used() -> None:
    sources = [stretch.source for stretch in load_library().values()]
    assert all(any(name in source for source in sources) for name in NAMED_SOURCES)


def test_the_tables_of_precautions_hold_every_demand_and_what_the_issue_was_about() -> None:
    assert set(BY_DEMAND) == set(Demand)
    assert Condition.PREGNANCY in BY_POSTURE[Posture.ON_BACK]
    assert Condition.RHEUMATOID_ARTHRITIS in BY_REGION[Region.NECK] & BY_DEMAND[Demand.BENDS_NECK]
    assert BY_DEMAND[Demand.HEAD_LOW] == {Condition.DIZZINESS, Condition.GLAUCOMA}
    asked = needed(Region.UPPER_BACK, Posture.SITTING, ())
    assert asked == {Condition.RECENT_INJURY: "every stretch", Condition.RECENT_OPERATION: "every stretch"}


def test_two_that_pull_on_the_nerve_of_the_leg_do_not_follow_each_other(tmp_path: Any) -> None:
    def told(*stretches: str) -> list[str]:
        text = "stretches:\n" + "".join(f"  - {name}\n" for name in stretches)
        found = check_routine(parse_document(tmp_path, text.encode()), load_library())
        return [problem.field for problem in found if "nerve" in problem.message]

    assert told("seated-hamstring", "seated-calf") == ["stretches[1]"]
    assert told("seated-hamstring", "wall-calf-bent") == []
    assert told("seated-figure-four", "seated-hamstring") == []


def test_a_movement_of_the_library_is_not_given_other_seconds(tmp_path: Any) -> None:
    text = b"stretches:\n  - {use: pelvic-tilt, hold_seconds: 20}\n"
    (problem,) = check_routine(parse_document(tmp_path, text), load_library())
    assert (problem.field, "counted by breath" in problem.message) == ("stretches[0].hold_seconds", True)
