"""The library of stretches: whole, gentle, to be heard once, and enough of it everywhere."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from assistant.core.routine import (
    Condition,
    Equipment,
    Kind,
    Position,
    Region,
    Routine,
    Side,
    Step,
    Stretch,
    instruction,
)
from assistant.errors import ContentError
from assistant.languages.en.rules import words as spoken_words
from assistant.languages.en.wording import MAX_SENTENCE_WORDS, reading_grade
from assistant.languages.packs import load_language
from assistant.resources import LANGUAGES_FOLDER
from assistant.store.documents import DocumentError, schema_json
from assistant.store.library import (
    builtin_folder,
    check_library_file,
    check_texts_file,
    library_files,
    load_library,
    texts_of,
)
from assistant.store.routine_files import LibraryFile, ManifestFile, StretchFile
from assistant.store.routines import load_routines
from assistant.store.wording import without_placeholders

LIBRARY = load_library()
LANGUAGE = load_language()
EACH = pytest.mark.parametrize("stretch", LIBRARY.values(), ids=lambda stretch: stretch.id)


def told(stretch: Stretch) -> tuple[str, ...]:
    """All that is said of a stretch, in its order."""
    return (*stretch.enter, stretch.feel, stretch.breath, stretch.leave, stretch.easier)


def where(stretch: Stretch) -> set[Position]:
    """The positions that a stretch can be done in."""
    return {stretch.position, *stretch.also_in}


def test_no_file_breaks_a_rule() -> None:
    paths = library_files()
    assert [problem for path in paths for problem in check_library_file(path)] == []
    texts = [(texts_of(path, "en"), path) for path in paths]
    assert [problem for path, of in texts for problem in check_texts_file(path, of, LANGUAGE)] == []
    assert sorted((LANGUAGES_FOLDER / "en" / "stretches").iterdir()) == [path for path, _ in texts]


def test_there_are_enough_and_everywhere() -> None:
    assert len(LIBRARY) >= 45
    assert min(Counter(stretch.region for stretch in LIBRARY.values()).values()) >= 4
    assert {stretch.region for stretch in LIBRARY.values()} == set(Region)
    in_position = Counter(position for stretch in LIBRARY.values() for position in where(stretch))
    assert all(in_position[position] >= 12 for position in Position)


@pytest.mark.parametrize("region", Region)
def test_every_region_can_be_done_seated_but_without_a_floor_too(region: Region) -> None:
    possible = {p for stretch in LIBRARY.values() if stretch.region is region for p in where(stretch)}
    assert Position.SEATED in possible
    assert possible & {Position.BED, Position.FLOOR}


def test_they_run_from_the_neck_down() -> None:
    order = [list(Region).index(stretch.region) for stretch in LIBRARY.values()]
    assert order == sorted(order)


def test_their_names_are_their_own() -> None:
    for names in (
        [stretch.spoken_name for stretch in LIBRARY.values()],
        [stretch.name for stretch in LIBRARY.values()],
    ):
        assert len(set(names)) == len(names)


@EACH
def test_what_is_said_of_one_is_short_and_simple(stretch: Stretch) -> None:
    sentences = re.findall(r"[^.?!]+[.?!]", " ".join(stretch.enter))
    assert 2 <= len(sentences) <= 4
    assert all(len(sentence.split()) <= MAX_SENTENCE_WORDS for sentence in sentences)
    assert reading_grade(without_placeholders(" ".join(told(stretch)))) <= 5.0
    assert all(text[0].isupper() and text[-1] == "." for text in told(stretch))


@EACH
def test_one_tells_its_side_wherever_it_matters(stretch: Stretch) -> None:
    assert any("{side}" in text for text in stretch.enter) == stretch.has_sides or any(
        "{other_side}" in text for text in stretch.enter
    )
    assert ("{side}" in stretch.feel) == stretch.has_sides
    assert "{other_side}" not in stretch.feel, "the side that is announced is the one that is stretched"


@EACH
def test_one_says_who_should_leave_it_out_and_where_it_is_known_from(stretch: Stretch) -> None:
    assert stretch.avoid_if
    assert stretch.avoid
    assert len(stretch.source.split()) >= 8
    assert (
        (3 <= stretch.breaths <= 6) if stretch.kind is Kind.MOVEMENT else (20 <= stretch.hold_seconds <= 30)
    )
    assert stretch.repetitions == 1
    assert stretch.position not in stretch.also_in


SAID = {
    Condition.OSTEOPOROSIS: ("osteoporosis",),
    Condition.PREGNANCY: ("pregnancy",),
    Condition.RECENT_OPERATION: ("operation",),
    Condition.RECENT_INJURY: ("injury", "tear"),
    Condition.DIZZINESS: ("dizziness",),
    Condition.POOR_BALANCE: ("balance",),
    Condition.HIP_REPLACEMENT: ("hip replacement", "hip or knee replacement"),
    Condition.KNEE_TROUBLE: ("knees", "knee"),
    Condition.SHOULDER_TROUBLE: ("shoulder",),
    Condition.WRIST_TROUBLE: ("wrists",),
    Condition.RHEUMATOID_ARTHRITIS: ("rheumatoid arthritis",),
    Condition.SPINAL_STENOSIS: ("spinal canal",),
    Condition.SLIPPED_VERTEBRA: ("slipped vertebra",),
    Condition.DISC_TROUBLE: ("disc",),
    Condition.TINGLING_ARM: ("tingling",),
    Condition.TINGLING_LEG: ("tingling",),
    Condition.GLAUCOMA: ("glaucoma",),
    Condition.BLOOD_CLOT: ("blood clot",),
}
PLAIN = set(SAID) - {
    Condition.KNEE_TROUBLE,
    Condition.RECENT_INJURY,
    Condition.RECENT_OPERATION,
    Condition.SHOULDER_TROUBLE,
    Condition.TINGLING_ARM,
    Condition.TINGLING_LEG,
}
"""Those whose words mean nothing else."""


@EACH
def test_who_should_leave_one_out_is_the_same_for_people_and_for_the_planner(stretch: Stretch) -> None:
    spoken = " ".join(stretch.avoid_if)
    for condition, words in SAID.items():
        named = any(word in spoken for word in words)
        assert named or condition not in stretch.avoid, f"{condition} is not told"
        if condition in PLAIN:
            assert not named or condition in stretch.avoid, f"{condition} is only told"
    if "tingling" in spoken:
        assert stretch.avoid & {Condition.TINGLING_ARM, Condition.TINGLING_LEG}


@EACH
def test_the_words_fit_every_position(stretch: Stretch) -> None:
    spoken = set(spoken_words(" ".join(told(stretch))))
    if Position.STANDING in stretch.also_in:
        standing = replace(stretch, position=Position.STANDING)
        spoken = set(spoken_words(" ".join((*standing.entering, *told(stretch)[len(stretch.enter) :]))))
        assert not spoken & {"lap", "chair", "sit"}
    if Position.BED in where(stretch):
        assert not spoken & {"mat"}
        assert "floor" not in spoken or stretch.id == "bed-hamstring"  # one foot is on the floor
    if Position.FLOOR in where(stretch):
        assert not spoken & {"bed", "mattress"}


def test_the_breath_is_said_once_for_each_stretch() -> None:
    stretch = LIBRARY["knee-to-chest"]
    left, right = Step(stretch, Side.LEFT, 1), Step(stretch, Side.RIGHT, 1)
    assert instruction(left, None)[-1] == stretch.breath
    assert stretch.breath not in instruction(right, left)


def test_built_in_routines_are_made_of_it() -> None:
    used = {stretch.id for routine in load_routines(None, pytest.fail) for stretch in routine.stretches}
    assert used <= set(LIBRARY)
    assert len(used) >= 30


def test_its_schema_is_current_and_it_keeps_to_it() -> None:
    text = (builtin_folder() / "stretches" / "schema.json").read_text(encoding="utf-8")
    assert text == schema_json(LibraryFile)  # `limber routines schema --stretches` renews it
    for path in library_files():
        source = path.read_text(encoding="utf-8")
        assert source.startswith("# yaml-language-server: $schema=schema.json\n")
        jsonschema.validate(yaml.safe_load(source), json.loads(text))


def test_a_file_lies_in_the_region_that_it_is_named_after() -> None:
    for path in library_files():
        regions = {item["region"] for item in yaml.safe_load(path.read_text(encoding="utf-8"))["stretches"]}
        assert regions == {path.stem.replace("-", "_")}


class TestBroken:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A library of its own, with one good file."""
        folder = tmp_path / "routines" / "stretches"
        folder.mkdir(parents=True)
        source = (builtin_folder() / "stretches" / "calves.yaml").read_text(encoding="utf-8")
        (folder / "calves.yaml").write_text(source, encoding="utf-8")
        monkeypatch.setattr("assistant.store.library.resource_path", lambda name: tmp_path / name)
        return folder

    def test_a_broken_file_is_told_with_its_line(self, folder: Path) -> None:
        path = folder / "calves.yaml"
        path.write_text(path.read_text().replace("hold_seconds: 25", "hold_seconds: 5", 1))
        with pytest.raises(DocumentError, match=r"calves\.yaml:19: stretches\[1\]\.hold_seconds: is 5"):
            load_library()
        (problem,) = check_library_file(path)
        assert problem.line == 19

    def test_an_id_in_two_files_is_told(self, folder: Path) -> None:
        languages = folder / "languages"
        shutil.copytree(LANGUAGES_FOLDER / "en", languages / "en")
        (folder / "again.yaml").write_text((folder / "calves.yaml").read_text())
        texts = languages / "en" / "stretches"
        shutil.copy(texts / "calves.yaml", texts / "again.yaml")
        with pytest.raises(DocumentError, match="is in another file of the library too"):
            load_library("en", languages)

    def test_what_a_language_does_not_tell_is_told(self, folder: Path) -> None:
        with pytest.raises(DocumentError, match=r"zz/stretches/calves\.yaml:1: cannot be read: No such file"):
            load_library("zz", folder)

    @pytest.mark.parametrize(
        ("old", "new", "line", "field", "message"),
        [
            ("wall-calf-bent:", "wall-calf-bend:", 33, "wall-calf-bend", "did you mean wall-calf-bent?"),
            ("wall-calf-bent:", "wall-calf-bend:", 1, "", "wall-calf-bent is missing"),
            ("  feel:", "  fele:", 8, "ankle-pumps.fele", "did you mean feel?"),
            ("lean slowly", "push", 23, "wall-calf-straight.enter[2]", 'says "push"'),
            ("{side}", "left", 22, "wall-calf-straight.enter[1]", 'says "left" on both sides'),
            ("ankle-pumps:", "- a", 2, "", "is not YAML"),
        ],
    )
    def test_broken_texts_are_told_with_line_and_field(
        self, tmp_path: Path, old: str, new: str, line: int, field: str, message: str
    ) -> None:
        of = builtin_folder("stretches") / "calves.yaml"
        path = tmp_path / "calves.yaml"
        path.write_text(texts_of(of, "en").read_text("utf-8").replace(old, new, 1), encoding="utf-8")
        problems = check_texts_file(path, of, LANGUAGE)
        assert (line, field) in [(p.line, p.field) for p in problems if message in p.message]

    def test_a_missing_library_is_told(self, folder: Path) -> None:
        (folder / "calves.yaml").unlink()
        folder.rmdir()
        with pytest.raises(ContentError, match="reinstall Limber"):
            load_library()


def test_a_routine_s_stretch_is_the_library_s_own() -> None:
    routines: tuple[Routine, ...] = load_routines(None, pytest.fail)
    (desk,) = (routine for routine in routines if routine.id == "at-the-desk")
    assert desk.stretches[0] == LIBRARY["neck-turn"]


def test_the_readme_tells_every_field_and_all_equipment() -> None:
    readme = (builtin_folder() / "README.md").read_text(encoding="utf-8")
    for name in (*StretchFile.model_fields, *ManifestFile.model_fields, *Equipment, *Position):
        assert f"`{name}`" in readme or f"\n{name}: " in readme, name
