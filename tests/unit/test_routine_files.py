"""Routine files: what is wrong in one is told with its file, line and field; the built-in ones are right."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.adapting import adapted_routine
from assistant.core.intents import Intent
from assistant.core.phrases import PhraseTable
from assistant.core.routine import Condition, Equipment, Position, Posture, Region, Stretch
from assistant.core.selection import routine_minutes
from assistant.errors import ContentError
from assistant.languages.packs import load_language
from assistant.resources import resource_path
from assistant.store import routines as routines_module
from assistant.store.documents import MAX_BYTES, DocumentError, schema_json
from assistant.store.library import builtin_folder, load_library, yaml_files
from assistant.store.routine_files import RoutineFile
from assistant.store.routines import (
    check_built_in,
    check_file,
    check_routine_texts_file,
    load_routine,
    load_routines,
    routine_texts,
    user_folder,
)

GOOD = textwrap.dedent("""\
    id: morning
    # for tests
    spoken_name: morning
    description: Two stretches to wake up with.
    stretches:
      - id: neck-tilt
        name: Neck tilt
        spoken_name: neck tilt
        region: neck
        position: seated
        has_sides: true
        hold_seconds: 20
        repetitions: 2
        enter:
          - Sit tall.
          - Tilt your head away from your {side} shoulder, only as far as is comfortable.
        feel: You feel a mild pull on the {side} side of your neck.
        leave: Slowly lift your head.
        easier: Tilt half as far.
        avoid_if: [a recent neck injury]
        source: a leaflet
        avoid: [recent_injury, recent_operation, dizziness, rheumatoid_arthritis, blood_clot]
      - id: big-hug
        name: Big hug
        spoken_name: big hug
        region: upper_back
        position: standing
        has_sides: false
        hold_seconds: 30
        enter: ['Stand tall, eyes open, and cross your arms while it is comfortable.']
        feel: You feel a mild pull.
        leave: Slowly let go.
        easier: Cross them lower.
        avoid_if: [a recent injury]
        source: a leaflet
        avoid: [recent_injury, recent_operation, poor_balance]
    """)

NECK_AVOID = ("recent_injury", "recent_operation", "dizziness", "rheumatoid_arthritis", "blood_clot")
LIBRARY = load_library()

TABLE = PhraseTable(phrases={Intent.STOP: ("stop", "hold on"), Intent.PAIN: ("hurts",)}, slots={})
LANGUAGE = replace(load_language(), table=TABLE)

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own routines, empty."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    user_folder().mkdir(parents=True)
    return user_folder()


def test_a_good_file_becomes_a_routine(write: Write) -> None:
    path = write(GOOD)
    routine = load_routine(path, LANGUAGE, LIBRARY)
    assert check_file(path, LANGUAGE, LIBRARY) == ()
    assert (routine.id, routine.spoken_name, routine.order_reason) == ("morning", "morning", "")
    assert routine.stretches[0] == Stretch(
        id="neck-tilt",
        name="Neck tilt",
        spoken_name="neck tilt",
        region=Region.NECK,
        position=Position.SEATED,
        posture=Posture.SITTING,
        has_sides=True,
        hold_seconds=20,
        repetitions=2,
        enter=("Sit tall.", "Tilt your head away from your {side} shoulder, only as far as is comfortable."),
        feel="You feel a mild pull on the {side} side of your neck.",
        leave="Slowly lift your head.",
        easier="Tilt half as far.",
        avoid_if=("a recent neck injury",),
        source="a leaflet",
        avoid=frozenset(Condition(name) for name in NECK_AVOID),
    )
    assert routine.stretches[1].repetitions == 1


def swap(old: str, new: str) -> Callable[[], str]:
    """The good file with the first `old` in it replaced."""

    def changed() -> str:
        assert old in GOOD
        return GOOD.replace(old, new, 1)

    return changed


BROKEN: dict[str, tuple[Callable[[], str], int, str, str]] = {
    "unknown key": (swap("feel:", "fele:"), 17, "stretches[0].fele", "not a known key, did you mean feel?"),
    "missing key": (swap("    source: a leaflet\n", ""), 6, "stretches[0].source", "missing"),
    "unknown key at the top": (
        swap("spoken_name: m", "spokn_name: m"),
        3,
        "spokn_name",
        "did you mean spoken_name?",
    ),
    "twice the same key": (
        swap("    easier: Tilt half as far.\n", "    feel: Again.\n    easier: Tilt half as far.\n"),
        19,
        "stretches[0].feel",
        "is given twice, first on line 17",
    ),
    "no number": (swap("hold_seconds: 20", "hold_seconds: long"), 12, "stretches[0].hold_seconds", "integer"),
    "hold too short": (
        swap("hold_seconds: 20", "hold_seconds: 19"),
        12,
        "stretches[0].hold_seconds",
        "20 to 30",
    ),
    "hold too long": (
        swap("hold_seconds: 30", "hold_seconds: 31"),
        29,
        "stretches[1].hold_seconds",
        "20 to 30",
    ),
    "hold of half seconds": (
        swap("hold_seconds: 20", "hold_seconds: 20.5"),
        12,
        "stretches[0].hold_seconds",
        "integer",
    ),
    "too many repetitions": (
        swap("repetitions: 2", "repetitions: 5"),
        13,
        "stretches[0].repetitions",
        "less than or equal to 4",
    ),
    "no repetition": (
        swap("repetitions: 2", "repetitions: 0"),
        13,
        "stretches[0].repetitions",
        "greater than",
    ),
    "unknown region": (swap("region: neck", "region: elbow"), 9, "stretches[0].region", "'neck'"),
    "unknown position": (swap("seated", "flying"), 10, "stretches[0].position", "'seated'"),
    "yes is no bool": (swap("has_sides: true", "has_sides: maybe"), 11, "stretches[0].has_sides", "boolean"),
    "empty source": (swap("source: a leaflet", "source: ' '"), 21, "stretches[0].source", "should match"),
    "number for text": (
        swap("feel: You feel a mild pull.", "feel: 3"),
        31,
        "stretches[1].feel",
        "put it in quotes",
    ),
    "no stretches": (lambda: GOOD.split("  - id")[0], 5, "stretches", "list"),
    "id with spaces": (swap("id: neck-tilt", "id: Neck tilt"), 6, "stretches[0].id", "should match"),
    "same id twice": (swap("id: big-hug", "id: neck-tilt"), 23, "stretches[1].id", "earlier stretch"),
    "shouted name": (swap("spoken_name: morning", "spoken_name: MORNING"), 3, "spoken_name", "should match"),
    "out of order": (swap("region: neck", "region: calves"), 26, "stretches[1].region", "order_reason"),
    "bounce": (swap("Sit tall.", "Do not bounce."), 15, "stretches[0].enter[0]", '"bounce"'),
    "swinging": (swap("Slowly let go.", "Swing your arms down."), 32, "stretches[1].leave", '"swing"'),
    "push through": (swap("Slowly let go.", "Push through it."), 32, "stretches[1].leave", '"push"'),
    "no pain, no gain": (
        swap("Slowly let go.", "No pain, no gain."),
        32,
        "stretches[1].leave",
        '"no pain no gain"',
    ),
    "deeper": (swap("Tilt half as far.", "Go deeper."), 19, "stretches[0].easier", '"deeper" without'),
    "heard as stop": (swap("Slowly let go.", "Now stop."), 32, "stretches[1].leave", 'takes for "stop"'),
    "heard as pain": (swap("[a recent injury]", "[if it hurts]"), 34, "stretches[1].avoid_if[0]", '"pain"'),
    "stop between sentences": (
        swap("and cross your arms while it is comfortable.'", "and take hold.', On your arms."),
        30,
        "stretches[1].enter",
        '"hold on" where two sentences meet',
    ),
    "digits": (swap("Sit tall.", "Count to 10."), 15, "stretches[0].enter[0]", '"1"'),
    "symbol": (swap("Sit tall.", "Sit tall & wide."), 15, "stretches[0].enter[0]", '"&"'),
    "abbreviation": (swap("Sit tall.", "Sit tall, e.g. on a chair."), 15, "stretches[0].enter[0]", '"e.g."'),
    "long sentence": (
        swap("Sit tall.", "Sit " + "very " * 20 + "tall."),
        15,
        "stretches[0].enter[0]",
        "22 words",
    ),
    "no side": (
        swap("your {side} shoulder", "the window"),
        14,
        "stretches[0].enter",
        "never says which side",
    ),
    "side without sides": (
        swap("Slowly let go.", "Drop your {side} arm."),
        32,
        "stretches[1].leave",
        "has_sides is false",
    ),
    "unknown placeholder": (swap("Tilt half", "Tilt {name} half"), 19, "stretches[0].easier", "{name}"),
    "a side outright": (
        swap("Tilt half", "With your left hand, tilt half"),
        19,
        "stretches[0].easier",
        '"left"',
    ),
    "not YAML": (swap("spoken_name: morning", "spoken_name: Morning: early"), 3, "", "is not YAML"),
    "never closed": (lambda: GOOD + "x: [a,\n", 37, "", "is not YAML"),
    "control character": (swap("Sit tall.", "Sit \x07 tall."), 15, "", "is not YAML"),
    "two documents": (lambda: GOOD + "---\na: b\n", 37, "", "is not YAML"),
    "undefined anchor": (swap("Sit tall.", "*tall"), 15, "", "is not YAML"),
    "empty": (lambda: "", 1, "", "is empty"),
    "only a comment": (lambda: "# nothing\n", 1, "", "is empty"),
    "a list": (lambda: "- a\n- b\n", 1, "", "should be a mapping"),
    "a stretch that is a number": (lambda: GOOD + "  - 5\n", 37, "stretches[2]", "the id of a stretch"),
    "no such stretch": (
        lambda: GOOD + "  - knee-to-chess\n",
        37,
        "stretches[2]",
        "knee-to-chess is no stretch of the library, did you mean knee-to-chest?",
    ),
    "no such stretch to use": (
        lambda: GOOD + "  - {use: Hello}\n",
        37,
        "stretches[2].use",
        "Hello is no stretch of the library",
    ),
    "a use that holds too long": (
        lambda: GOOD + "  - use: knee-to-chest\n    hold_seconds: 31\n",
        38,
        "stretches[2].hold_seconds",
        "is 31, but a hold lasts 20 to 30 seconds",
    ),
    "a use too often": (
        lambda: GOOD + "  - use: knee-to-chest\n    repetitions: 5\n",
        38,
        "stretches[2].repetitions",
        "less than or equal to 4",
    ),
    "a use with words of its own": (
        lambda: GOOD + "  - use: knee-to-chest\n    feel: A pull.\n",
        38,
        "stretches[2].feel",
        "is not a known key",
    ),
    "a use where its words do not fit": (
        lambda: GOOD + "  - use: knee-to-chest\n    position: standing\n",
        38,
        "stretches[2].position",
        "is standing, but knee-to-chest is for bed or floor",
    ),
    "a use out of order": (
        lambda: GOOD + "  - neck-nod\n",
        37,
        "stretches[2]",
        "is neck after upper_back",
    ),
    "a use twice": (
        lambda: GOOD + "  - knee-to-chest\n  - use: knee-to-chest\n",
        38,
        "stretches[3]",
        "an earlier stretch",
    ),
    "the library's id for another stretch": (
        swap("id: big-hug", "id: self-hug"),
        23,
        "stretches[1].id",
        "self-hug is a stretch of the library",
    ),
    "an unknown condition": (
        swap("    source: a leaflet", "    avoid: [gout]\n    source: a leaflet"),
        21,
        "stretches[0].avoid[0]",
        "'osteoporosis'",
    ),
    "nothing on how far": (
        swap("while it is comfortable", "now"),
        30,
        "stretches[1].enter",
        "never says how far",
    ),
    "nothing on how much": (swap("mild pull on", "pull on"), 17, "stretches[0].feel", "never says how much"),
    "nothing on how fast": (swap("Slowly let go", "Let go"), 32, "stretches[1].leave", "never says how fast"),
    "too many sentences": (
        swap("Sit tall.", "Sit tall. Be still. Be soft. And rest."),
        14,
        "stretches[0].enter",
        "has 5 sentences, and 4 are the most",
    ),
    "a word that is too long": (
        swap("Tilt half as far.", "Ask your physiotherapist."),
        19,
        "stretches[0].easier",
        '"physiotherapist", a word of 5 syllables',
    ),
    "no such date": (swap("a leaflet", "2020-13-45"), 21, "stretches[0].source", "put text in quotes"),
    "foreign tag": (
        swap("a leaflet", "!!python/name:os.system x"),
        21,
        "stretches[0].source",
        "cannot be understood",
    ),
    "a key that is a list": (lambda: GOOD + "? [a]\n: b\n", 37, "", "a key that is no word"),
    "too deep": (lambda: GOOD + "x: " + "[" * 50_000 + "\n", 37, "", "nested too deeply"),
    "anchors that multiply": (
        lambda: "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 15)),
        1,
        "",
        "too large once its anchors are expanded",
    ),
    "an anchor within itself": (lambda: "a: &a [*a]\n", 1, "", "too large once its anchors"),
    "enormous": (lambda: GOOD + "#" * MAX_BYTES, 1, "", "is larger than 256 KB"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_with_line_and_field(name: str, write: Write) -> None:
    text, line, field, message = BROKEN[name]
    path = write(text())
    problems = check_file(path, LANGUAGE, LIBRARY)
    assert [(p.path, p.line, p.field) for p in problems if message in p.message] == [(path, line, field)]
    assert str(problems[0]).startswith(f"{path}:{problems[0].line}: ")
    with pytest.raises(ContentError, match=r"mine\.yaml:\d+: "):
        load_routine(path, LANGUAGE, LIBRARY)


def test_all_problems_of_a_file_are_told_at_once_in_order(write: Write) -> None:
    text = GOOD.replace("hold_seconds: 20", "hold_seconds: 45").replace("big-hug", "neck-tilt")
    text = text.replace("feel: You feel a mild pull.", "fele: Push.").replace("    name: Neck tilt\n", "")
    path = write(text)
    found = [(p.line, p.field) for p in check_file(path)]
    assert found == [
        (6, "stretches[0].name"),
        (11, "stretches[0].hold_seconds"),
        (22, "stretches[1].id"),
        (22, "stretches[1].feel"),
        (30, "stretches[1].fele"),
    ]
    with pytest.raises(DocumentError, match=r"and 4 more problems in this file"):
        load_routine(path)


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(GOOD.replace("Sit tall.", "Sit at the café.").encode("latin-1"))
    (problem,) = check_file(path)
    assert (problem.line, problem.message) == (15, "is not UTF-8 text: save it as UTF-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_or_without_its_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.replace("Sit tall.", "Sit at the café."), encoding=encoding)
    assert load_routine(path).stretches[0].enter[0] == "Sit at the café."


@pytest.mark.parametrize("name", ["missing.yaml", "", "/dev/zero"])
def test_what_is_no_file_is_told(tmp_path: Path, name: str) -> None:
    (problem,) = check_file(tmp_path / name)
    assert problem.message in ("cannot be read: No such file or directory", "is not a regular file")


def test_anchors_may_be_used(write: Write) -> None:
    text = GOOD.replace("source: a leaflet", "source: &leaflet a leaflet", 1)
    text = text.replace("source: a leaflet", "source: *leaflet")
    assert load_routine(write(text)).stretches[1].source == "a leaflet"


def test_another_order_is_allowed_with_a_reason(write: Write) -> None:
    text = GOOD.replace("region: neck", "region: calves")
    path = write(text + "order_reason: The calves need it most.\n")
    assert load_routine(path).order_reason == "The calves need it most."


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_no_bytes_bring_the_reader_down(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.yaml"
    path.write_bytes(data)
    assert all(problem.line >= 1 for problem in check_file(path, LANGUAGE, LIBRARY))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KEYS = sorted(yaml.safe_load(GOOD)["stretches"][0])


@settings(max_examples=50)
@given(st.sampled_from(_KEYS), _VALUES)
def test_any_value_of_any_field_is_accepted_or_told(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    data = yaml.safe_load(GOOD)
    data["stretches"][0][key] = value
    path = tmp_path_factory.mktemp("values") / "any.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    problems = check_file(path, LANGUAGE, LIBRARY)
    if not problems:
        kept = getattr(load_routine(path).stretches[0], key)
        assert (list(kept) if isinstance(kept, tuple) else kept) == value


def test_stretches_of_the_library_are_named_or_used_with_numbers_of_their_own(write: Write) -> None:
    use = "  - {use: knee-to-chest, hold_seconds: 20, repetitions: 2, position: bed}\n"
    named, used = load_routine(write(GOOD + "  - self-hug\n" + use), LANGUAGE, LIBRARY).stretches[2:]
    assert named == LIBRARY["self-hug"]
    changes = {"hold_seconds": 20, "repetitions": 2, "position": Position.BED}
    assert used == replace(LIBRARY["knee-to-chest"], **changes)
    assert LIBRARY["knee-to-chest"].position is Position.FLOOR


def test_what_a_planner_needs_may_be_written_out(write: Write) -> None:
    more = ["breath: Breathe softly.", "also_in: [bed, floor]", "equipment: [wall]", "posture: standing"]
    text = GOOD + "".join(f"    {line}\n" for line in more)
    stretch = load_routine(write(text), LANGUAGE, LIBRARY).stretches[1]
    assert (stretch.breath, stretch.also_in) == ("Breathe softly.", {Position.BED, Position.FLOOR})
    assert (stretch.equipment, stretch.posture) == ({Equipment.WALL}, Posture.STANDING)
    assert Condition.POOR_BALANCE in stretch.avoid


ORDER = [
    "after-driving",
    "at-the-desk",
    "before-sleep",
    "hips-and-legs",
    "lower-back-floor",
    "morning-in-bed",
    "neck-and-shoulders",
    "sciatica-gentle",
    "seated-only",
    "standing-break",
    "two-minute-reset",
    "whole-spine",
]


class TestBuiltIn:
    def test_they_break_no_rule(self) -> None:
        language = load_language()
        files = yaml_files(builtin_folder())
        assert [path.stem for path in files] == ORDER
        assert [problem for path in files for problem in check_built_in(path, LIBRARY)] == []
        assert check_routine_texts_file(routine_texts("en"), LIBRARY, language) == ()

    @pytest.mark.parametrize(
        ("old", "new", "line", "field", "message"),
        [
            ("at-the-desk:", "at-the-disk:", 5, "at-the-disk", "did you mean at-the-desk?"),
            ("at-the-desk:", "at-the-disk:", 1, "", "at-the-desk is missing"),
            ("spoken_name: at the desk", "spoken_name: At The Desk", 6, "at-the-desk.spoken_name", "match"),
            ("quiet minutes", "forced minutes", 7, "at-the-desk.description", 'says "forced"'),
            ("  spoken_name: at the desk\n", "", 5, "at-the-desk.spoken_name", "is missing"),
        ],
    )
    def test_broken_texts_are_told_with_line_and_field(
        self, write: Write, old: str, new: str, line: int, field: str, message: str
    ) -> None:
        path = write(routine_texts("en").read_text("utf-8").replace(old, new, 1))
        problems = check_routine_texts_file(path, LIBRARY, LANGUAGE)
        assert (line, field) in [(p.line, p.field) for p in problems if message in p.message]

    def test_they_have_stretches_of_the_library_only(self, write: Write) -> None:
        path = write("id: new\nstretches:\n  - neck-nod\n  - {id: own, hold_seconds: 20}\n")
        (problem,) = check_built_in(path, LIBRARY)
        assert (problem.line, problem.field) == (4, "stretches[1]")

    def test_they_take_the_minutes_they_promise(self) -> None:
        minutes = {r.id: routine_minutes(r) for r in load_routines(None, pytest.fail)}
        assert minutes["at-the-desk"] == 7
        assert minutes["neck-and-shoulders"] == 7
        assert minutes["whole-spine"] == 19
        assert minutes["two-minute-reset"] == 3
        assert all(2 <= number <= 20 for number in minutes.values())

    def test_the_readme_tells_each_with_its_minutes(self) -> None:
        readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
        for routine in load_routines(None, pytest.fail):
            minutes = routine_minutes(adapted_routine(routine, {}))  # as in a first session
            assert f'| "{routine.spoken_name}" | {minutes} |' in readme
        assert f"Made of {len(LIBRARY)} stretches" in readme

    def test_those_in_another_order_than_from_the_neck_down_say_why(self) -> None:
        told = {r.id: r.order_reason for r in load_routines(None, pytest.fail) if r.order_reason}
        assert set(told) == {"before-sleep", "lower-back-floor", "morning-in-bed", "sciatica-gentle"}

    def test_those_for_a_seat_a_bed_and_standing_keep_to_it(self) -> None:
        where = {r.id: {s.position for s in r.stretches} for r in load_routines(None, pytest.fail)}
        assert where["seated-only"] == where["at-the-desk"] == where["two-minute-reset"] == {Position.SEATED}
        assert where["morning-in-bed"] == where["before-sleep"] == {Position.BED}
        assert where["after-driving"] == where["standing-break"] == {Position.STANDING}
        assert (
            where["lower-back-floor"]
            == where["hips-and-legs"]
            == where["sciatica-gentle"]
            == {Position.FLOOR}
        )

    def test_the_one_for_sciatica_leaves_out_what_pulls_on_a_leg_that_tingles(self) -> None:
        (routine,) = (r for r in load_routines(None, pytest.fail) if r.id == "sciatica-gentle")
        assert not any(Condition.TINGLING_LEG in stretch.avoid for stretch in routine.stretches)
        assert Region.HAMSTRINGS not in {stretch.region for stretch in routine.stretches}

    def test_every_word_of_their_names_is_one_that_the_model_knows(self) -> None:
        words = (resource_path("models") / "limber-en" / "graph" / "words.txt").read_text(encoding="utf-8")
        known = {line.split()[0] for line in words.splitlines()}
        names = {word for r in load_routines(None, pytest.fail) for word in r.spoken_name.split()}
        assert names - known == set()  # scripts/model/graph.py renews it

    def test_their_schema_is_current_and_they_keep_to_it(self) -> None:
        text = (builtin_folder() / "schema.json").read_text(encoding="utf-8")
        assert text == schema_json(RoutineFile)  # `limber routines schema > routines/schema.json` renews it
        told = yaml.safe_load(routine_texts("en").read_text(encoding="utf-8"))
        for path in yaml_files(builtin_folder()):
            source = yaml.safe_load(path.read_text(encoding="utf-8"))
            jsonschema.validate(source | told[source["id"]], json.loads(text))

    def test_without_them_it_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.store.library.resource_path", lambda name: tmp_path / name)
        with pytest.raises(ContentError, match="reinstall"):
            load_routines(None, pytest.fail)

    def test_they_are_where_resources_are(self) -> None:
        assert builtin_folder() == resource_path("routines")


class TestOwn:
    def test_one_is_found_beside_the_built_in_ones(self, home: Path) -> None:
        (home / "mine.yaml").write_text(GOOD, encoding="utf-8")
        (home / ".mine.yaml.swp.yaml").write_text("an editor's", encoding="utf-8")
        (home / "notes.txt").write_text("no routine", encoding="utf-8")
        routines = load_routines(LANGUAGE, pytest.fail)
        assert [r.id for r in routines] == [*ORDER, "morning"]

    def test_a_broken_one_is_named_in_a_line_and_left_out(self, home: Path) -> None:
        (home / "a.yaml").write_text(GOOD.replace("Sit tall.", "Sit and push!"), encoding="utf-8")
        (home / "b.yml").write_text(GOOD, encoding="utf-8")
        said: list[str] = []
        assert load_routines(LANGUAGE, said.append)[-1].id == "morning"
        assert len(said) == 1
        assert f"{home / 'a.yaml'}:15: stretches[0].enter[0]: " in said[0]
        assert "\n" not in said[0]

    @pytest.mark.parametrize(
        ("old", "new", "field"),
        [
            ("id: morning", "id: whole-spine", "id"),
            ("spoken_name: morning", "spoken_name: whole spine", "spoken_name"),
        ],
    )
    def test_a_taken_name_is_refused(self, home: Path, old: str, new: str, field: str) -> None:
        (home / "mine.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        said: list[str] = []
        assert len(load_routines(None, said.append)) == len(ORDER)
        (line,) = said
        assert f"{home / 'mine.yaml'}: {field}: " in line

    def test_a_folder_that_cannot_be_read_is_said(self, home: Path) -> None:
        home.rmdir()
        home.write_text("a file in its place", encoding="utf-8")
        said: list[str] = []
        assert len(load_routines(None, said.append)) == len(ORDER)
        (line,) = said
        assert str(home) in line


def test_no_more_routines_of_one_s_own_are_read_than_anybody_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(routines_module, "MAX_OWN_FILES", 1)
    monkeypatch.setattr(routines_module, "MAX_PACKS", 0)
    folder = routines_module.user_folder()
    (folder / "packs" / "mine").mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text("id: x\n", encoding="utf-8")
    told: list[str] = []
    routines_module.list_routines(None, told.append)
    assert len(told) == 3
    assert f"{folder / 'a.yaml'}:1" in told[0]
    assert "more than 1 routines" in told[1]
    assert "more than 0 packs" in told[2]
