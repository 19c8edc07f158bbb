"""`limber routines`, as typed."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app, output, rehearse
from assistant.core.actions import EndSession, RecordSession, RecordStep
from assistant.simulate.scene import DEFAULT_SCENE
from assistant.store.documents import schema_json
from assistant.store.history import History
from assistant.store.history_reader import history_path
from assistant.store.library import builtin_folder
from assistant.store.routine_files import LibraryFile, RoutineFile
from assistant.store.routines import load_routines, packs_folder, user_folder

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command, with a data folder of its own; what a run set is set back."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(output.out, "width", 120)
    handlers, level = logging.root.handlers[:], logging.root.level
    yield lambda *arguments: CliRunner().invoke(app, list(arguments))
    logging.root.handlers[:], logging.root.level = handlers, level
    output.options = output.GlobalOptions()


ROUTINES = {routine.id: routine for routine in load_routines(None, pytest.fail)}
BUILT_IN = [routine.id for routine in load_routines(None, pytest.fail)]


def test_list_tells_the_routines_and_where_one_s_own_belong(run: Run) -> None:
    result = run("routines", "list")
    assert result.exit_code == 0
    headings = [line for line in result.stdout.splitlines() if line[:1].isalpha()]
    assert [line.split(":")[0] for line in headings] == [ROUTINES[one].title for one in BUILT_IN]
    assert headings[-2] == "Quick reset: 3 minutes, 2 stretches"
    assert "   Two holds on a chair, between two tasks.\n" in result.stdout
    assert str(user_folder()) in result.stderr


def test_list_as_json_is_an_object_a_line(run: Run) -> None:
    lines = [json.loads(line) for line in run("-q", "routines", "list", "--json").stdout.splitlines()]
    minutes = {one["id"]: one["minutes"] for one in lines}
    assert list(minutes) == BUILT_IN
    assert (minutes["at-the-desk"], minutes["neck-and-shoulders"], minutes["whole-spine"]) == (7, 6, 18)
    assert {(one["origin"], one["pack"]) for one in lines} == {("Limber", None)}


def test_list_names_a_broken_one_of_one_s_own_and_goes_on(run: Run) -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "mine.yaml").write_text("id: mine\n", encoding="utf-8")
    result = run("routines", "list", "--json")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, len(BUILT_IN))
    assert f"{user_folder() / 'mine.yaml'}:1: spoken_name: is missing" in result.stderr


def test_show_tells_every_stretch_in_words(run: Run) -> None:
    result = run("routines", "show", "at-the-desk")
    assert result.exit_code == 0
    assert "\n1. Head turn\n   Neck, seated, 20 seconds on each side, told for the left.\n" in result.stdout
    assert "\n2. Shoulder rolls\n   Shoulders, seated, 5 breaths.\n" in result.stdout
    assert "Slowly turn your head away from your left shoulder" in result.stdout
    assert "along the left side of your neck." in result.stdout
    assert "{" not in result.stdout


def test_show_as_json_is_the_whole_routine(run: Run) -> None:
    routine = json.loads(run("routines", "show", "whole-spine", "--json").stdout)
    assert [stretch["region"] for stretch in routine["stretches"]] == [
        "neck",
        "upper_back",
        "mid_back",
        "lower_back",
        "hips",
        "glutes",
        "hamstrings",
    ]


def test_show_of_an_unknown_one_says_which_there_are(run: Run) -> None:
    result = run("routines", "show", "yoga")
    assert (result.exit_code, result.stdout) == (66, "")
    assert result.stderr.startswith('There is no routine "yoga"; there are after a long drive, at the desk, ')


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("quick reset", "Quick reset"),
        ("Quick reset, please", "Quick reset"),
        ("do after long drive", "After a long drive"),
        ("evening rest", "Evening rest"),
        ("two-minute-reset", "Quick reset"),
        ("something for my hips in bed", "Planned for this"),
        ("mine", "Mine"),
    ],
)
def test_show_understands_what_somebody_would_say(run: Run, said: str, shown: str) -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "mine.yaml").write_text(MINE, encoding="utf-8")
    for words in ([said], said.split()):
        result = run("routines", "show", *words)
        assert (result.exit_code, result.stdout.split(":")[0]) == (0, shown)


def test_show_has_the_seconds_that_a_session_holds(run: Run) -> None:
    """A first hold has 20 s, whatever the file says; three sessions without pain add 5 s."""
    assert ROUTINES["neck-and-shoulders"].stretches[0].hold_seconds == 25
    assert "Neck, seated, 20 seconds" in run("routines", "show", "neck", "and", "shoulders").stdout
    history = History(history_path(), pytest.fail, lambda: datetime.now(UTC))
    for _ in range(3):
        history.record(RecordSession("neck-and-shoulders"))
        history.record(RecordStep("neck-nod", "", 1, 20.0, "done"))
        history.record(EndSession("completed"))
    history.close()
    assert "Neck, seated, 25 seconds" in run("routines", "show", "neck", "and", "shoulders").stdout


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_the_list_fits_without_columns(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr(output.out, "width", columns)
    monkeypatch.setattr(output.out, "_force_terminal", True)
    lines = run("routines", "list").stdout.splitlines()
    told = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines]
    assert max(map(len, told)) <= columns
    assert min(len(line.split()) for line in told if line and not line.endswith(".")) >= 4


def test_check_is_silent_when_all_is_well(run: Run) -> None:
    files = [str(path) for path in builtin_folder().glob("*.yaml")]
    result = run("-q", "routines", "check", *files)
    assert (result.exit_code, result.output) == (0, "")


MINE = """\
id: mine
# for tests
spoken_name: mine
description: Mine.
stretches:
  - id: my-nod
    name: My nod
    spoken_name: my nod
    region: neck
    position: seated
    has_sides: false
    hold_seconds: 20
    enter:
      - Sit tall, and let your chin sink.
      - Go only as far as is comfortable.
    feel: You feel a mild pull.
    leave: Slowly come back.
    easier: Nod less.
    avoid_if: [a recent injury]
    source: a leaflet
    avoid: [recent_injury, recent_operation, dizziness, rheumatoid_arthritis]
"""


def test_check_tells_every_problem_of_every_file(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(MINE.replace("hold_seconds: 20", "hold_seconds: 60").replace("Go only", "Stop, go only"))
    result = run("routines", "check", str(bad), str(tmp_path / "missing.yaml"))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{bad}:12: stretches[0].hold_seconds: is 60, but a hold lasts 20 to 30 seconds",
        f'{bad}:15: stretches[0].enter[1]: says "stop", which the recognizer takes for "stop"',
        f"{tmp_path / 'missing.yaml'}:1: cannot be read: No such file or directory",
    ]


def test_check_without_a_file_checks_all_that_can_be_spoken(run: Run) -> None:
    result = run("routines", "check")
    assert (result.exit_code, result.stdout) == (0, "")
    user_folder().mkdir(parents=True)
    (user_folder() / "mine.yaml").write_text(MINE.replace("Nod less.", "Push less."), encoding="utf-8")
    result = run("routines", "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f'{user_folder() / "mine.yaml"}:18: stretches[0].easier: says "push", which is never to be said'
    ]


def test_check_takes_a_folder_for_a_pack_and_a_toml_file_for_prompts(run: Run, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "mine.yaml").write_text(MINE, encoding="utf-8")
    (tmp_path / "prompts.toml").write_text('[lines]\na = "Bounce."\n', encoding="utf-8")
    result = run("routines", "check", str(pack), str(tmp_path / "prompts.toml"))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{pack / 'manifest.yaml'}:1: is missing: it tells the pack's name, author, licence and reviewed_by",
        f'{tmp_path / "prompts.toml"}:2: lines.a: says "bounce", which is never to be said',
    ]


def test_schema_is_printed_as_it_is(run: Run) -> None:
    assert run("routines", "schema").stdout == schema_json(RoutineFile)
    assert run("routines", "schema", "--stretches").stdout == schema_json(LibraryFile)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A good pack, in a folder."""
    folder = tmp_path / "pack"
    folder.mkdir()
    manifest = "name: calm-week\nauthor: Ada Example\nlicence: CC BY 4.0\nreviewed_by: Dr Example\n"
    (folder / "manifest.yaml").write_text(manifest, encoding="utf-8")
    (folder / "mine.yaml").write_text(MINE, encoding="utf-8")
    return folder


def test_a_pack_is_added_listed_and_removed(run: Run, pack: Path) -> None:
    result = run("routines", "add", str(pack))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Added calm-week by Ada Example, reviewed by Dr Example: mine.\n"
    listed = json.loads(run("-q", "routines", "list", "--json").stdout.splitlines()[-1])
    assert (listed["id"], listed["pack"], listed["author"]) == ("mine", "calm-week", "Ada Example")
    assert listed["reviewed_by"] == "Dr Example"
    assert run("routines", "show", "mine").exit_code == 0
    table = " ".join(run("routines", "list").stdout.split())
    assert "calm-week by Ada" in table

    result = run("routines", "remove", "calm-week")
    assert (result.exit_code, result.stdout) == (0, "")
    assert list(packs_folder().iterdir()) == []
    result = run("routines", "remove", "calm-week")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "There is no pack calm-week; no pack is installed.\n"


def test_a_bad_pack_is_told_problem_by_problem(run: Run, pack: Path) -> None:
    (pack / "mine.yaml").write_text(MINE.replace("Nod less.", "Push less."), encoding="utf-8")
    (pack / "manifest.yaml").write_text("name: calm-week\n", encoding="utf-8")
    result = run("routines", "add", str(pack))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{pack / 'manifest.yaml'}:1: author: is missing",
        f"{pack / 'manifest.yaml'}:1: licence: is missing",
        f"{pack / 'manifest.yaml'}:1: reviewed_by: is missing",
        f'{pack / "mine.yaml"}:18: stretches[0].easier: says "push", which is never to be said',
    ]
    assert result.stderr == "Nothing was added.\n"
    assert not packs_folder().exists()


def test_the_sheet_for_a_clinician_is_the_one_in_the_documents(run: Run) -> None:
    page = (Path(__file__).parents[2] / "docs" / "clinician.md").read_text(encoding="utf-8")
    result = run("routines", "sheet")
    assert (result.exit_code, result.stdout) == (
        0,
        page,
    )  # `limber routines sheet > docs/clinician.md` renews it


def test_the_sheet_has_all_that_is_said_of_each_stretch(run: Run) -> None:
    page = " ".join(run("routines", "sheet", "whole-spine").stdout.split())
    (routine,) = (one for one in load_routines(None, pytest.fail) if one.id == "whole-spine")
    for stretch in routine.stretches:
        for text in (*stretch.enter, stretch.feel, stretch.leave, stretch.easier, *stretch.avoid_if):
            assert text.format(side="left", other_side="right") in page
        assert stretch.source in page
    assert page.count("Signature:") == len(routine.stretches)
    assert "Reviewed so far by: nobody." in page


def test_a_pack_s_routine_tells_who_reviewed_it(run: Run, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "mine.yaml").write_text(MINE, encoding="utf-8")
    manifest = "name: calm-week\nauthor: Ada Example\nlicence: CC BY 4.0\nreviewed_by: Dr Example\n"
    (pack / "manifest.yaml").write_text(manifest, encoding="utf-8")
    assert run("routines", "add", str(pack)).exit_code == 0
    assert "From calm-week by Ada Example, reviewed by Dr Example." in run("routines", "show", "mine").stdout
    assert "Reviewed so far by: Dr Example." in run("routines", "sheet", "mine").stdout


def test_a_pack_s_people_cannot_control_the_terminal(run: Run, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "manifest.yaml").write_text(
        'name: calm\nauthor: "Ada \\e[2J\\e]0;x\\a"\nlicence: CC0\n'
        'reviewed_by: "Dr. X\\nLimber: all is well"\n',
        encoding="utf-8",
    )
    (pack / "calm.yaml").write_text(
        "id: calm\nspoken_name: calm monday\ndescription: Quiet.\nstretches: [neck-nod]\n",
        encoding="utf-8",
    )
    added = run("routines", "add", str(pack))
    assert added.exit_code == 0, added.output
    assert added.stderr.count("\n") == 1
    listed = run("routines", "list")
    for said in (added.stderr, listed.stdout, run("routines", "list", "--json").stdout):
        assert not set(said) & set("\x1b\a\r")
    assert not [line for line in listed.stdout.splitlines() if line.strip().startswith("Limber: all is well")]


def test_a_scene_is_named_and_an_unknown_one_brings_the_names(run: Run) -> None:
    assert run("rehearse", "--list").stdout.splitlines()[0] == "default"
    assert rehearse._scene("mild-pain") == DEFAULT_SCENE.parent / "mild-pain.yaml"
    assert rehearse._scene(None) == rehearse._scene("default") == DEFAULT_SCENE
    assert rehearse._scene("mine.yaml") == Path("mine.yaml")
    result = run("rehearse", "mild-pian")
    assert (result.exit_code, result.stderr) == (
        1,
        'There is no scene "mild-pian": did you mean mild-pain?\n',
    )
    result = run("rehearse", "x")
    assert result.stderr.startswith('There is no scene "x"; there are default, first-use, ')


def test_nobody_says_that_much_at_once(run: Run) -> None:
    assert run("understand", "a" * 1001).exit_code == 2
