"""The figure: turns and reaches, and that left is left and hands hold what they should."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import cos, radians, sin

import pytest

from assistant.core.posing import body
from assistant.core.posing.body import PLACES
from assistant.core.posing.checking import distance, faults, headings
from assistant.core.posing.drawing import JOINTS, UNITS, drawn, points
from assistant.core.posing.kinematics import limb_angles, place, two_bones
from assistant.core.posing.pose import Anchor, Body, Pose, Reach, Stance
from assistant.core.posing.postures import BASES
from assistant.core.posing.props import KINDS, Prop, anchor_names, make
from assistant.core.posing.solving import angles_at, body_at, way_back
from assistant.core.posing.vectors import UP, UPRIGHT, across, add, length, minus, times, turned, unit
from assistant.core.posing.views import VIEWS, is_mirror, matrix, seen


def pose(base: str = "standing", **told: object) -> Pose:
    known = BASES[base]
    start = told.pop("start", known.stance)
    end = told.pop("end", start)
    return Pose(
        "test",
        known,
        start,
        end,
        told.pop("views", ("front",)),
        told.pop("highlight", ("left_neck",)),
        **told,
    )


def stance(base: str, angles: dict[str, float], anchor: str | None = None, **reaches: Reach | None) -> Stance:
    before = BASES[base].stance
    kept = {k: r for k, r in {**before.reaches, **reaches}.items() if r is not None}
    return Stance({**before.angles, **angles}, kept, anchor or before.anchor)


def where(solved: Body, joint: str) -> tuple[float, float, float]:
    return points(solved)[JOINTS.index(joint)]


def standing(**angles: float) -> Body:
    told = {name.replace("__", "."): value for name, value in angles.items()}
    return body_at(pose(end=stance("standing", told)), 1)


@pytest.mark.parametrize(
    ("angle", "joint", "axis", "sign"),
    [
        ("neck__side", "top", 0, 1),
        ("neck__turn", "face", 0, 1),
        ("neck__bend", "top", 2, 1),
        ("neck__slide", "top", 2, -1),
        ("lumbar__side", "collar", 0, 1),
        ("chest__bend", "collar", 2, 1),
        ("left_shoulder__bend", "left_wrist", 2, 1),
        ("left_shoulder__out", "left_wrist", 0, 1),
        ("right_shoulder__out", "right_wrist", 0, -1),
        ("left_elbow__bend", "left_wrist", 2, 1),
        ("left_blade__lift", "left_shoulder", 1, 1),
        ("right_blade__forward", "right_shoulder", 2, 1),
        ("pelvis__left", "pelvis", 0, 1),
        ("pelvis__up", "pelvis", 1, 1),
    ],
)
def test_signs_are_as_the_readme_tells(angle: str, joint: str, axis: int, sign: int) -> None:
    before, after = where(standing(), joint), where(standing(**{angle: 20 if "__" in angle else 0}), joint)
    assert (after[axis] - before[axis]) * sign > 0.005


@pytest.mark.parametrize(
    ("angles", "joint", "axis", "sign"),
    [
        ({"left_hip.bend": 40}, "left_knee", 2, 1),
        ({"left_hip.out": 30}, "left_knee", 0, 1),
        ({"right_hip.out": 30}, "right_knee", 0, -1),
        ({"left_knee.bend": 60}, "left_ankle", 2, -1),
        ({"left_ankle.bend": 20}, "left_toes", 1, 1),
        ({"left_hip.turn": 40}, "left_toes", 0, 1),
        ({"right_hip.turn": 40}, "right_toes", 0, -1),
    ],
)
def test_a_free_leg_follows_its_angles(angles: dict[str, float], joint: str, axis: int, sign: int) -> None:
    free = {"left_foot": None, "right_foot": None}
    before = where(body_at(pose(end=stance("standing", {}, **free)), 1), joint)
    after = where(body_at(pose(end=stance("standing", angles, **free)), 1), joint)
    assert (after[axis] - before[axis]) * sign > 0.02


def test_two_bones_meet_their_goal_and_bend_where_they_are_told() -> None:
    middle, end, miss = two_bones((0, 1, 0), (0.1, 0.5, 0.2), 0.3, 0.4, (0, 0, -1))
    assert length(minus(middle, (0, 1, 0))) == pytest.approx(0.3)
    assert length(minus(end, middle)) == pytest.approx(0.4)
    assert length(minus(end, (0.1, 0.5, 0.2))) == pytest.approx(0, abs=1e-6)
    assert miss == pytest.approx(0, abs=1e-6)
    assert middle[2] < 0.1


@pytest.mark.parametrize(("far", "short"), [(1.0, 0.3), (0.0, 0.1)])
def test_two_bones_tell_by_how_much_they_miss(far: float, short: float) -> None:
    _, _, miss = two_bones((0, 0, 0), (0, -far, 0), 0.3, 0.4, (0, 0, 1))
    assert miss == pytest.approx(short, abs=1e-3)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("bend", "out", "turn"), [(90, 30, 40), (20, -10, 5), (-20, 45, -30), (150, 10, 0)])
def test_angles_are_read_back_from_a_limb(side: str, bend: float, out: float, turn: float) -> None:
    sign = 1 if side == "left" else -1
    frame = turned(UPRIGHT, ((1, 0, 0), -bend), ((0, 0, 1), out * sign), (UP, turn * sign))
    assert limb_angles(frame, UPRIGHT, side) == pytest.approx((bend, out, turn))


def test_across_takes_another_way_where_there_is_none() -> None:
    assert across((0, 2, 0), UP) == (0, 0, 1)
    assert across((0, 0, 1), (0, 0, 1)) == (1, 0, 0)
    assert unit((0, 0, 0)) == UP


@pytest.mark.parametrize("base", list(BASES))
def test_a_base_posture_is_sound(base: str) -> None:
    solved = body_at(pose(base), 0)
    assert max(solved.missed.values(), default=0) < 0.02
    assert not [f for f in faults(pose(base)) if f != "start and end are the same"]


@pytest.mark.parametrize("base", list(BASES))
def test_a_base_posture_rests_on_something(base: str) -> None:
    lowest = min(point[1] for point in points(body_at(pose(base), 0)))
    assert -0.01 < lowest < 0.09


@pytest.mark.parametrize("name", ["right_knee", "left_shoulder_top", "right_thigh_back", "left_hip_back"])
def test_a_hand_reaches_a_place_of_the_body(name: str) -> None:
    told = stance("sitting", {"lumbar.bend": 20, "chest.bend": 20}, left_hand=Reach(name, bend=(1, 0, 0)))
    solved = body_at(pose("sitting", end=told), 1)
    assert solved.missed["left_hand"] < 0.02
    palm, _ = place(dict(solved.parts), "left_palm")
    at, _ = place(dict(solved.parts), name)
    assert length(minus(palm, at)) < 0.05


def test_a_hand_that_cannot_reach_is_a_fault() -> None:
    told = stance("standing", {}, left_hand=Reach("left_ankle_front"))
    assert any("left hand is" in fault for fault in faults(pose(end=told)))


def test_hands_lie_flat_on_a_wall_with_their_fingers_up() -> None:
    wall, anchors = make(Prop("wall", (0, 0, 0.55), 180))
    told = stance("standing", {}, left_hand=Reach("wall_left"), right_hand=Reach("wall_right"))
    solved = body_at(pose(end=told, solids=tuple(wall), anchors=anchors), 1)
    for side, sign in (("left", 1), ("right", -1)):
        hand, frame = solved.parts[f"{side}_hand"]
        assert frame[1] == pytest.approx((0, -1, 0), abs=1e-6)
        assert hand[0] * sign > 0.1
        assert place(dict(solved.parts), f"{side}_palm")[0][2] == pytest.approx(0.55, abs=0.01)


def test_fingers_and_palm_go_where_they_are_told() -> None:
    solids, anchors = make(Prop("wall", (0.5, 0, 0), -90))
    down = Reach("wall_left", move=(0, -0.3, -0.3), fingers=(0, -2, -2))
    thigh = Reach("right_thigh_upper", fingers=(0, 0, 1), palm=(1, 0, 0))
    solved = body_at(pose(end=stance("standing", {}, left_hand=down, right_hand=thigh), anchors=anchors), 1)
    left, right = solved.parts["left_hand"][1], solved.parts["right_hand"][1]
    assert times(left[1], -1.0) == pytest.approx(unit((0, -1, -1)))
    assert times(left[0], -1.0) == pytest.approx((1, 0, 0), abs=1e-6)
    assert times(right[1], -1.0) == pytest.approx((0, 0, 1))
    assert right[0] == pytest.approx((1, 0, 0))
    assert place(dict(solved.parts), "left_palm")[0][0] == pytest.approx(0.5, abs=0.01)
    assert solids


@pytest.mark.parametrize("by", ["sole", "heel", "ankle"])
def test_a_foot_touches_by_what_is_told(by: str) -> None:
    told = stance("sitting", {"left_ankle.bend": 10}, left_foot=Reach(at=(0.1, 0, 0.6), by=by))
    solved = body_at(pose("sitting", end=told), 1)
    assert solved.missed["left_foot"] < 0.02
    assert where(solved, "left_ankle")[1] == pytest.approx(0.045 if by == "ankle" else body.ANKLE)


def test_a_foot_stands_on_a_step_and_an_ankle_rests_on_a_thigh() -> None:
    solids, anchors = make(Prop("step", (0.1, 0, 0.3)))
    up = body_at(pose(end=stance("standing", {}, left_foot=Reach("step")), anchors=anchors), 1)
    assert where(up, "left_ankle")[1] == pytest.approx(0.13 + body.ANKLE, abs=0.005)
    assert solids
    crossed = stance("sitting", {}, left_foot=Reach("right_above_knee", by="ankle", bend=(1, 0, 0.3)))
    four = body_at(pose("sitting", end=crossed), 1)
    assert four.missed["left_foot"] < 0.02
    assert where(four, "left_ankle")[0] < 0.0
    assert where(four, "left_knee")[0] > 0.2


def test_a_hand_takes_another_arm_after_that_has_moved() -> None:
    told = stance(
        "sitting",
        {},
        right_hand=Reach("left_shoulder_top"),
        left_hand=Reach("right_forearm", bend=(0, -1, 0)),
    )
    solved = body_at(pose("sitting", end=told), 1)
    at, _ = place(dict(solved.parts), "right_forearm")
    assert length(minus(place(dict(solved.parts), "left_palm")[0], at)) < 0.06


@pytest.mark.parametrize("anchor", ["knees", "shoulders", "left_shin"])
def test_an_anchor_stays_while_the_rest_moves(anchor: str) -> None:
    names = {"knees": "left_knee", "shoulders": "left_shoulder", "left_shin": "left_knee"}
    told = stance("kneeling", {"pelvis.bend": 40, "left_hip.bend": 60, "right_hip.bend": 60}, anchor)
    start = stance("kneeling", {}, anchor)
    fixed = pose("kneeling", start=start, end=told)
    for axis in (1, 2):
        first, last = (where(body_at(fixed, share), names[anchor])[axis] for share in (0, 1))
        assert first == pytest.approx(last, abs=0.01)


def test_a_limb_goes_evenly_from_one_reach_to_another() -> None:
    told = stance("sitting", {}, left_hand=Reach("right_shoulder_top"), right_hand=None)
    moving = pose("sitting", end=told)
    path = [where(body_at(moving, share), "left_wrist") for share in (0, 0.25, 0.5, 0.75, 1)]
    whole = length(minus(path[-1], path[0]))
    assert whole > 0.2
    for one, other in pairwise(path):
        assert length(minus(other, one)) < 0.5 * whole


@pytest.mark.parametrize("view", list(VIEWS))
def test_left_is_never_right_of_right(view: str) -> None:
    for name, base in BASES.items():
        camera = matrix(view, base)
        solved = body_at(pose(name), 0)
        turned_over = is_mirror(camera, solved.parts["pelvis"][1])
        left, right = (seen(camera, where(solved, f"{side}_hip"))[0] for side in ("left", "right"))
        if turned_over:
            left, right = -left, -right
        assert left - right < 0.05


@pytest.mark.parametrize("view", list(VIEWS))
def test_a_camera_is_square(view: str) -> None:
    right, up, toward = matrix(view, BASES["standing"])
    turn, rise = (radians(degrees) for degrees in VIEWS[view])
    assert toward == pytest.approx((sin(turn) * cos(rise), sin(rise), cos(turn) * cos(rise)))
    assert [length(axis) for axis in (right, up, toward)] == pytest.approx([1, 1, 1])
    assert sum(a * b for a, b in zip(right, up, strict=True)) == pytest.approx(0, abs=1e-9)


def test_a_pose_is_drawn_from_differences() -> None:
    told = pose(end=stance("standing", {"neck.side": -30}), highlight=("left_neck", "lower_back"))
    file = drawn(told)
    frames = file["frames"]
    assert len(frames) == 7
    assert {len(frame) for frame in frames} == {3 * (len(JOINTS) + 4)}
    last = [sum(numbers) for numbers in zip(*frames, strict=True)]
    top = 3 * JOINTS.index("top")
    assert tuple(last[top : top + 3]) == tuple(round(c * UNITS) for c in where(body_at(told, 1), "top"))


def test_what_is_felt_on_the_far_side_is_left_to_the_view_that_shows_it() -> None:
    def unseen(*views: str) -> list[list[int]]:
        told = pose(views=views, highlight=("upper_back", "left_neck", "left_ribs"))
        return [view["unseen"] for view in drawn(told)["views"]]

    assert unseen("front", "back") == [[0], []]
    assert unseen("front", "back_right") == [[0], [2]]
    assert unseen("front") == [[0]]
    told = pose(views=("front",), highlight=("upper_back",))
    assert drawn(told)["views"][0]["unseen"] == []
    both = replace(told, highlight=("left_neck", "upper_back"), alternates=True)
    assert drawn(both)["views"][0]["unseen"] == []


def raised_then_bent() -> Pose:
    raised = stance("standing", {"left_shoulder.out": 90.0})
    bent = stance("standing", {"left_shoulder.out": 90.0, "neck.side": -30.0})
    return pose(via=(raised,), end=bent, arrow="left_wrist")


def test_a_pose_goes_through_its_stances_one_after_the_other() -> None:
    told = raised_then_bent()
    start, half, end = (body_at(told, share) for share in (0.0, 0.5, 1.0))
    assert where(half, "left_wrist")[1] > where(start, "left_wrist")[1] + 0.3
    assert where(half, "top") == pytest.approx(where(start, "top"))
    assert where(end, "left_wrist") == pytest.approx(where(half, "left_wrist"))
    assert where(end, "top")[0] < where(half, "top")[0] - 0.05
    assert angles_at(told, 0.25)["left_shoulder.out"] == pytest.approx((7 + 90) / 2)


@pytest.mark.parametrize(
    ("vias", "frames", "begins"), [(0, 7, 0), (1, 7, 0.5), (2, 10, 0.6667), (3, 13, 0.75)]
)
def test_each_stance_is_a_frame_and_the_arrow_is_that_of_the_last_part(
    vias: int, frames: int, begins: float
) -> None:
    via = tuple(stance("standing", {"neck.side": -10.0 * number}) for number in range(vias))
    file = drawn(pose(via=via, end=stance("standing", {"neck.side": -30.0})))
    assert len(file["frames"]) == frames
    assert file["arrow_from"] == begins
    assert file["back"] == []


def test_an_arrow_of_a_joint_that_rests_in_the_last_part_is_a_fault() -> None:
    assert "the arrow is that of left_wrist, which does not move" in faults(raised_then_bent())
    assert faults(replace(raised_then_bent(), arrow="top")) == []


def test_a_fault_on_the_way_is_told() -> None:
    far = stance("standing", {"neck.turn": 120})
    away = stance("standing", {}, left_hand=Reach("left_ankle_front"))
    end = stance("standing", {"neck.side": -30})
    assert any("neck turn is 120" in fault for fault in faults(pose(via=(far,), end=end)))
    assert any("at the via 1 the left hand is" in fault for fault in faults(pose(via=(away,), end=end)))
    assert any("neck turn is 120" in fault for fault in faults(pose(back=(far,), end=end)))


def test_the_way_back_may_be_another_one() -> None:
    front = stance("standing", {"left_blade.forward": 5, "left_blade.lift": 3})
    told = pose(end=stance("standing", {"left_blade.lift": 6}), back=(front,))
    assert where(body_at(told, 0.5), "left_shoulder")[2] == pytest.approx(0, abs=0.001)
    assert where(body_at(way_back(told), 0.5), "left_shoulder")[2] == pytest.approx(0.05, abs=0.001)
    for share in (0.0, 1.0):
        assert where(body_at(way_back(told), share), "top") == where(body_at(told, share), "top")
    assert len(drawn(told)["back"]) == 7
    assert way_back(pose()) == pose()


def test_what_is_long_on_the_back_bends_with_it() -> None:
    file = drawn(pose(highlight=("whole_back", "left_neck"), end=stance("standing", {"neck.side": -30})))
    assert [points for _, points in file["highlight"]] == [5, 2]
    assert {len(frame) for frame in file["frames"]} == {3 * (len(JOINTS) + 7)}


def test_a_close_picture_is_smaller_and_a_picture_holds_its_props() -> None:
    def high(told: Pose) -> int:
        return drawn(told)["views"][0]["box"][3]

    chair = tuple(make(Prop("chair", (0, 0, -1.5)))[0])
    assert high(pose(close="upper")) < high(pose()) - 200
    assert high(pose(close="legs")) < high(pose()) - 200
    assert drawn(pose(solids=chair, views=("left",)))["views"][0]["box"][2] > 800
    assert drawn(pose(solids=chair))["props"][0]["tone"] == "wood"


def test_a_picture_holds_both_sides_of_what_alternates() -> None:
    def box(*, alternates: bool) -> list[int]:
        told = pose(end=Stance({"left_shoulder.out": 90.0}), alternates=alternates)
        return drawn(told)["views"][0]["box"]

    left, _, width, _ = box(alternates=True)
    assert left == pytest.approx(-width / 2, abs=2)
    assert width > box(alternates=False)[2] + 100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", [0, 90, 180])
def test_anchors_are_named_by_the_side_of_the_body(kind: str, turn: float) -> None:
    solids, anchors = make(Prop(kind, turn=turn))
    assert solids
    assert set(anchors) <= anchor_names()
    for name, anchor in anchors.items():
        if name.endswith("_left"):
            assert anchor.point[0] >= anchors[name.replace("_left", "_right")].point[0] - 1e-6


def test_places_are_mirrored() -> None:
    for name, told in PLACES.items():
        if name.startswith("left_"):
            other = PLACES[name.replace("left_", "right_")]
            assert other.at == (-told.at[0], *told.at[1:])


@pytest.mark.parametrize(
    ("base", "end", "fault"),
    [
        ("standing", stance("standing", {"neck.turn": 120}), "neck turn is 120"),
        ("standing", stance("standing", {"left_shoulder.bend": -90}), "behind the trunk"),
        ("standing", stance("standing", {"left_shoulder.out": -80}), "across the trunk"),
        (
            "standing",
            stance("standing", {"pelvis.up": -10, "left_hip.bend": 20}, left_foot=None),
            "under the ground",
        ),
        ("standing", stance("standing", {}), "start and end are the same"),
        ("on_back", stance("on_back", {"pelvis.turn": 120}), "no longer lies"),
        (
            "standing",
            stance("standing", {"left_shoulder.out": 2, "left_shoulder.turn": -80, "left_elbow.bend": 90}),
            "left forearm goes 8 cm into the trunk",
        ),
    ],
)
def test_what_no_body_does_is_a_fault(base: str, end: Stance, fault: str) -> None:
    found = faults(pose(base, end=end))
    assert any(fault in told for told in found), found


def test_an_arrow_needs_a_joint_that_moves() -> None:
    told = pose(end=stance("standing", {"neck.side": -30}), arrow="pelvis")
    assert "the arrow is that of pelvis, which does not move" in faults(told)
    assert faults(replace(told, arrow="top")) == []


def test_a_fault_is_told_once_at_its_worst() -> None:
    told = [f for f in faults(pose(end=stance("standing", {"neck.turn": 120}))) if "neck turn" in f]
    assert told == ["neck turn is 120, and may be from -75 to 75"]


def test_headings_are_positive_to_the_left() -> None:
    angles = {"neck.turn": 30, "neck.side": -20, "chest.turn": -20, "lumbar.side": 15}
    ways = headings(pose(end=stance("standing", angles)))
    assert ways["head turn"] > 0.2
    assert ways["head tilt"] < -0.2
    assert ways["trunk turn"] < -0.2
    assert ways["trunk lean"] > 0.1


def test_distance_of_lines() -> None:
    assert distance(((0, 0, 0), (1, 0, 0)), ((0.5, 1, -1), (0.5, 1, 1))) == pytest.approx(1)
    assert distance(((0, 0, 0), (1, 0, 0)), ((0, 2, 0), (0, 2, 0))) == pytest.approx(2)


def test_a_point_of_the_room_can_be_held() -> None:
    told = stance("standing", {}, left_hand=Reach(at=(0.25, 1.0, 0.35)))
    solved = body_at(pose(end=told, anchors={"x": Anchor((0, 0, 0), UP, (0, 0, 1))}), 1)
    assert place(dict(solved.parts), "left_palm")[0] == pytest.approx((0.25, 1.0, 0.35), abs=0.02)
    assert add((0, 0, 0), times(UP, 2)) == (0, 2, 0)
