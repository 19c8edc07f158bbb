"""The poses that come with Limber, their files, their checks, and the commands that show them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner, Result

from assistant.cli import app, pose_sheet
from assistant.core.posing.checking import faults, headings
from assistant.core.posing.drawing import drawn
from assistant.core.posing.pose import Reach
from assistant.core.posing.solving import body_at
from assistant.core.routine import Region
from assistant.errors import ContentError
from assistant.store.documents import DocumentError, schema_json
from assistant.store.library import load_library
from assistant.store.pose_check import (
    check_pose_file,
    problems_of_pose,
)
from assistant.store.pose_files import PosesFile
from assistant.store.poses import load_poses, pose_files, poses_json, read_poses

LIBRARY = load_library("en")
POSES = load_poses(LIBRARY)

GOOD = """
neck-side-bend:
  base: sitting
  view: front
  highlight: [left_neck]
  end:
    neck: {side: -30}
  arrow: top
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "neck.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize("path", pose_files(), ids=lambda path: path.stem)
def test_nothing_is_wrong_with_what_comes_with_limber(path: Path) -> None:
    assert check_pose_file(path, LIBRARY) == []


@pytest.mark.parametrize("path", pose_files(), ids=lambda path: path.stem)
def test_a_file_holds_the_poses_of_its_region(path: Path) -> None:
    regions = {LIBRARY[id].region for id in read_poses(path, LIBRARY)}
    assert regions == {Region(path.stem.replace("-", "_"))}


def test_no_stretch_is_without_a_pose(file: Callable[[str], Path]) -> None:
    assert list(POSES) == list(LIBRARY)
    missing = [p.field for p in check_pose_file(file(GOOD), LIBRARY) if p.message == "has no pose"]
    assert "neck-turn" in missing
    assert "neck-side-bend" not in missing


def test_the_schema_is_the_one_that_is_printed_and_takes_the_files() -> None:
    schema = schema_json(PosesFile)
    assert (pose_files()[0].parent / "schema.json").read_text("utf-8") == schema
    for path in pose_files():
        jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), json.loads(schema))


def test_all_poses_are_small_on_the_wire() -> None:
    each = len(gzip.compress(poses_json(POSES.values()).encode())) / len(POSES)
    assert each * len(LIBRARY) < 100_000


def test_the_left_side_is_worked_and_the_right_one_its_mirror() -> None:
    ways = headings(POSES["neck-side-bend"])
    assert ways["head tilt"] < -0.3
    lifted = body_at(POSES["knee-to-chest"], 1)
    assert lifted.parts["left_foot"][0][1] > lifted.parts["right_foot"][0][1] + 0.3
    assert POSES["knee-to-chest"].mark == "left_knee"


@pytest.mark.parametrize("pose", POSES.values(), ids=list(POSES))
def test_whatever_is_shown_of_a_pose_is_in_the_picture(pose: object) -> None:
    for view in drawn(pose)["views"]:
        left, top, width, height = view["box"]
        assert width > 150
        assert height > 150
        assert isinstance(view["mirror"], bool)
        assert left < left + width
        assert top < top + height


def test_a_plural_tells_both_sides_and_other_names_the_other_one(file: Callable[[str], Path]) -> None:
    text = GOOD.replace("neck: {side: -30}", "hands: {to: other_shoulder_top, move: [2, 0, 0], bend: out}")
    pose = read_poses(file(text), LIBRARY)["neck-side-bend"]
    assert pose.end.reaches["left_hand"] == Reach("right_shoulder_top", move=(0.02, 0, 0), bend=(1, 0, 0))
    assert pose.end.reaches["right_hand"] == Reach("left_shoulder_top", move=(-0.02, 0, 0), bend=(-1, 0, 0))


def test_telling_a_shoulder_frees_the_hand_and_free_frees_a_foot(file: Callable[[str], Path]) -> None:
    text = GOOD.replace("neck: {side: -30}", "left_shoulder: {out: 90}\n    right_foot: free")
    reaches = read_poses(file(text), LIBRARY)["neck-side-bend"].end.reaches
    assert set(reaches) == {"right_hand", "left_foot"}


def test_each_stance_is_told_against_the_one_before(file: Callable[[str], Path]) -> None:
    way = "  via:\n    - {left_hand: right_shoulder_top}\n    - {neck: {turn: -20}}\n  end:\n"
    text = GOOD.replace("  end:\n", way) + "  back: [{right_hand: left_shoulder_top}]\n"
    pose = read_poses(file(text), LIBRARY)["neck-side-bend"]
    assert [s.reaches["left_hand"].on for s in pose.stances] == ["left_thigh", *["right_shoulder_top"] * 3]
    assert [s.angles.get("neck.turn", 0) for s in pose.stances] == [0, 0, -20, 0]
    assert pose.back[0].reaches["right_hand"].on == "left_shoulder_top"
    assert pose.back[0].angles["neck.side"] == -30


def test_a_pillow_is_as_high_as_what_rests_on_it(file: Callable[[str], Path]) -> None:
    text = GOOD + "  bare: true\n  props: [{kind: pillow, under: left_ear}]\n"
    (pillow,) = read_poses(file(text), LIBRARY)["neck-side-bend"].solids
    assert max(y + r for _, y, _, r in pillow.points) == pytest.approx(1.27, abs=0.15)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("neck-side-bend:", "neck-side-bent:", 2, "there is no neck-side-bent, did you mean neck-side-bend?"),
        ("sitting", "sittin", 3, "there is no sittin, did you mean sitting?"),
        ("front", "fron", 4, "there is no fron, did you mean front?"),
        ("left_neck", "left_nek", 5, "there is no left_nek, did you mean left_neck?"),
        ("arrow: top", "arrow: tip", 8, "there is no tip, did you mean top?"),
        ("arrow: top", "mark: skull", 8, "there is no skull"),
        ("arrow: top", "props: [sofa]", 8, "there is no sofa"),
        ("arrow: top", "props: [{kind: pillow, under: hed}]", 8, "there is no hed"),
        ("arrow: top", "straps: [[top, left_ear]]", 8, "there is no left_ear"),
        ("neck: {side: -30}", "left_hand: right_kne", 7, "there is no right_kne, did you mean right_knee?"),
        ("neck: {side: -30}", "nek: {side: -30}", 7, "is not a known key, did you mean neck?"),
        ("neck: {side: -30}", "neck: {side: 30}", 2, 'the head tilt goes the wrong way: "tilt your head'),
        ("neck: {side: -30}", "neck: {side: -50}", 2, "neck side is -50, and may be from -35 to 35"),
        ("arrow: top", "via: [{feet: flor}]", 8, "there is no flor"),
        ("arrow: top", "back: [{left_hand: flor}]", 8, "there is no flor"),
        ("sitting", "kneeling", 2, "its base is kneeling, and the stretch is done sitting"),
        ("left_neck", "left_calf", 2, "left_calf is not in the region neck"),
    ],
)
def test_a_problem_has_its_line(
    file: Callable[[str], Path], old: str, new: str, line: int, message: str
) -> None:
    problems = check_pose_file(file(GOOD.replace(old, new)), LIBRARY)
    assert any(problem.line == line and message in problem.message for problem in problems), problems


def test_what_alternates_is_told_so_and_begins_evenly() -> None:
    told = POSES["knee-rolls"]
    still, sided = replace(told, both_ways=False), LIBRARY["knee-to-chest"]
    uneven = replace(told, start=replace(told.start, angles={**told.start.angles, "left_shoulder.out": 20}))
    assert problems_of_pose(told, LIBRARY[told.id]) == []
    assert [
        message
        for one, stretch in (
            (replace(told, alternates=False), LIBRARY[told.id]),
            *((one, LIBRARY[told.id]) for one in (still, uneven)),
            (replace(told, highlight=("lower_back",)), sided),
        )
        for message in problems_of_pose(one, stretch)
        if "alternate" in message
    ] == [
        "it is told to change sides with each breath: set alternates",
        *("what alternates is a movement without sides, and begins with left and right alike",) * 3,
    ]


def test_what_cannot_be_read_is_an_error(file: Callable[[str], Path]) -> None:
    with pytest.raises(DocumentError, match="sittin"):
        read_poses(file(GOOD.replace("sitting", "sittin")), LIBRARY)


def test_a_reach_that_falls_short_is_told() -> None:
    pose = POSES["neck-side-bend"]
    end = replace(pose.end, reaches={**pose.end.reaches, "left_hand": Reach("right_ankle_front")})
    assert any("left hand is" in fault for fault in faults(replace(pose, end=end)))
    assert problems_of_pose(pose, LIBRARY[pose.id]) == []


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_sheet_is_one_page_with_every_pose_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = tmp_path / "sheet.html"
    assert run("poses", "sheet", "--html", str(page)).exit_code == 0
    html = page.read_text("utf-8")
    views = sum(len(pose.views) * (4 if pose.back else 3) for pose in POSES.values())
    assert html.count("<svg data-pose=") == views
    assert html.count('data-way="back"') == sum(len(pose.views) for pose in POSES.values() if pose.back) > 0
    assert all(f"<code>{id}</code>" in html for id in POSES)
    assert "src=" not in html
    assert "href=" not in html


def test_the_sheet_is_printed_without_a_file() -> None:
    assert run("poses", "sheet").stdout.startswith("<!doctype html>")


def test_pictures_need_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pose_sheet.shutil, "which", lambda name: None)
    with pytest.raises(ContentError, match="apt install chromium"):
        pose_sheet.picture("<html></html>", tmp_path / "x.png", 100)


def test_a_browser_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pose_sheet.shutil, "which", lambda name: "/bin/false")
    with pytest.raises(ContentError, match="made no picture"):
        pose_sheet.picture("<html></html>", tmp_path / "x.png", 100)
    monkeypatch.setattr(pose_sheet.shutil, "which", lambda name: "/bin/true")
    with pytest.raises(ContentError, match="made no picture of x"):
        pose_sheet.picture("<html></html>", tmp_path / "x.png", 100)


def test_one_pose_is_shown_and_told_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(pose_sheet, "picture", lambda html, path, height: made.append(html))
    result = run("poses", "show", "knee-to-chest", "--png", str(tmp_path / "x.png"), "--side", "right")
    assert result.exit_code == 0
    assert 'data-side="right"' in made[0]
    assert made[0].count("<svg data-pose=") == 3


def test_an_unknown_pose_is_told_with_a_guess(tmp_path: Path) -> None:
    result = run("poses", "show", "knee-to-chess", "--png", str(tmp_path / "x.png"))
    assert result.exit_code == 1
    assert "did you mean knee-to-chest?" in result.output


def test_check_and_schema_are_commands() -> None:
    assert run("poses", "check").exit_code == 0
    assert run("poses", "schema").stdout == schema_json(PosesFile)
