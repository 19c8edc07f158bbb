"""`limber history`, as typed: the table, the charts, and what programs read."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from assistant.cli import app, output
from assistant.cli.history_chart import chart_lines
from assistant.core.actions import (
    Action,
    EndSession,
    RecordPain,
    RecordPainScore,
    RecordRedFlag,
    RecordSession,
    RecordStep,
)
from assistant.store import history_reader
from assistant.store.history import History
from assistant.store.history_reader import Hurt, SessionSummary, history_path, read_sessions
from assistant.store.history_svg import HEIGHT, LEFT, RIGHT, WIDTH, svg_chart
from assistant.store.history_words import Known
from assistant.store.library import load_library

Run = Callable[..., Result]
LIBRARY = load_library()
MORNING = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Types a command in a terminal of 80 columns, with a data folder of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(output.out, "width", 80)
    handlers, level = logging.root.handlers[:], logging.root.level
    yield lambda *arguments: CliRunner().invoke(app, list(arguments))
    logging.root.handlers[:], logging.root.level = handlers, level
    output.options = output.GlobalOptions()


def keep(*actions: Action, days: int = 0) -> None:
    """Have these in the history, each a second after the other."""
    seconds = iter(range(1_000))
    history = History(
        history_path(), pytest.fail, lambda: MORNING + timedelta(days=days, seconds=next(seconds))
    )
    for action in actions:
        history.record(action)
    history.close()


@pytest.fixture
def three_sessions(run: Run) -> None:
    keep(
        RecordPainScore("before", 5),
        RecordSession("whole-spine"),
        RecordStep("chin-tuck", "", 1, 90.0, "done"),
        RecordPainScore("after", 3),
        EndSession("completed"),
    )
    keep(RecordSession("whole-spine"), days=1)
    keep(
        RecordPainScore("before", 3),
        RecordSession("neck-and-shoulders"),
        RecordStep("chin-tuck", "", 1, 20.04, "done"),
        RecordStep("chin-tuck", "", 2, 0.0, "skipped"),
        RecordPain("chin-tuck", "ouch"),
        RecordPainScore("during", 4),
        RecordPain("of-a-pack-that-is-gone", "that hurts"),
        RecordPain("", "my back hurts"),
        RecordRedFlag("both_legs"),
        EndSession("emergency"),
        days=2,
    )


@pytest.mark.parametrize("option", [[], ["--chart"], ["--json"]])
def test_before_the_first_session_there_is_one_kind_sentence(run: Run, option: list[str]) -> None:
    result = run("history", *option)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "There is no session yet; there will be one here after the first.\n"
    assert not history_path().exists()


@pytest.mark.usefixtures("three_sessions")
def test_the_list_tells_all_the_latest_first_by_name_and_time_of_day(run: Run) -> None:
    result = run("history")
    assert (result.exit_code, result.stderr) == (0, "")
    name = LIBRARY["chin-tuck"].name
    assert result.stdout.splitlines() == [
        "3. 2026-03-03 08:30, Neck and shoulders",
        f"   Held 0.3 minutes. Pain 3 before. Hurt: {name} (neck): 4 of 10; of-a-pack-that-is-gone; outside"
        " any stretch. Warning sign: both legs. Ended: warning sign.",
        "2. 2026-03-02 08:30, Whole spine",
        "   Held 0.0 minutes. Ended: interrupted.",
        "1. 2026-03-01 08:30, Whole spine",
        "   Held 1.5 minutes. Pain 5 before, 3 after. Ended: completed.",
    ]


@pytest.mark.usefixtures("three_sessions")
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_the_list_fits_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr(output.out, "width", columns)
    monkeypatch.setattr(output.out, "_force_terminal", True)
    told = re.sub("\x1b\\[[0-9;]*m", "", run("history").stdout)
    assert max(map(cell_len, told.splitlines())) <= columns


@pytest.mark.usefixtures("three_sessions")
def test_no_more_than_was_asked_for_is_shown_and_the_rest_is_mentioned(run: Run) -> None:
    result = run("history", "--limit", "1")
    assert "2026-03-02" not in result.stdout
    assert result.stderr == "The latest 1 of 3; --limit shows more.\n"


@pytest.mark.usefixtures("three_sessions")
def test_as_json_it_is_an_object_a_line(run: Run) -> None:
    lines = [json.loads(line) for line in run("history", "--json").stdout.splitlines()]
    assert [line["number"] for line in lines] == [3, 2, 1]
    assert lines[0] == {
        "number": 3,
        "started_at": "2026-03-03T08:30:01+00:00",
        "ended_at": "2026-03-03T08:30:09+00:00",
        "routine": "neck-and-shoulders",
        "title": "Neck and shoulders",
        "held_seconds": 20.0,
        "steps_done": 1,
        "steps_skipped": 1,
        "pain_before": 3,
        "pain_after": None,
        "hurt": [
            {"stretch": "chin-tuck", "region": "neck", "score": 4, "said": "ouch"},
            {"stretch": "of-a-pack-that-is-gone", "region": None, "score": None, "said": "that hurts"},
            {"stretch": None, "region": None, "score": None, "said": "my back hurts"},
        ],
        "red_flags": ["both_legs"],
        "end_reason": "emergency",
    }


@pytest.mark.usefixtures("three_sessions")
def test_as_csv_it_is_a_row_a_session(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("history", "--csv").stdout)))
    assert [row["number"] for row in rows] == ["3", "2", "1"]
    assert rows[0] == {
        "number": "3",
        "started_at": "2026-03-03T08:30:01+00:00",
        "ended_at": "2026-03-03T08:30:09+00:00",
        "routine": "neck-and-shoulders",
        "held_seconds": "20.0",
        "steps_done": "1",
        "steps_skipped": "1",
        "pain_before": "3",
        "pain_after": "",
        "hurt_stretches": "chin-tuck;of-a-pack-that-is-gone;",
        "hurt_regions": "neck;;",
        "hurt_scores": "4;;",
        "red_flags": "both_legs",
        "end_reason": "emergency",
    }


def test_csv_without_a_session_is_its_header(run: Run) -> None:
    assert run("history", "--csv").stdout.count("\n") == 1


def test_one_form_at_a_time(run: Run) -> None:
    result = run("history", "--csv", "--json")
    assert result.exit_code == 2
    assert "choose one of --chart, --svg, --json and --csv" in " ".join(result.stderr.split())


# Charts


def session(day: int, before: int | None, after: int | None, **more: object) -> SessionSummary:
    at = MORNING + timedelta(days=day)
    told = {"held_seconds": 300.0, "end_reason": "completed", "hurts": (), "red_flags": ()} | more
    return SessionSummary(
        id=day,
        started_at=at,
        ended_at=at,
        routine_id="a<b>&c",
        steps_done=9,
        steps_skipped=0,
        pain_before=before,
        pain_after=after,
        **told,  # type: ignore[arg-type]
    )


WITH_GAPS = [
    session(40, 0, 10),
    session(12, 3, 3, held_seconds=0.0, end_reason="emergency", red_flags=("chest",)),
    session(9, None, None),
    session(6, 4, None, hurts=(Hurt("chin-tuck", "<ouch>", 4), Hurt("gone", "ouch"))),
    session(3, 6, 4),
    session(1, 5, 5),
]


@pytest.mark.usefixtures("three_sessions")
def test_the_chart_in_the_terminal_fits_and_needs_no_color(run: Run) -> None:
    result = run("history", "--chart")
    lines = result.stdout.splitlines()
    assert "\x1b" not in result.stdout
    assert max(map(cell_len, lines)) <= 80
    assert [line[:10] for line in lines[3:]] == ["2026-03-01", "2026-03-02", "2026-03-03"]


def test_each_line_of_the_chart_has_its_signs_below_their_numbers() -> None:
    lines = chart_lines(WITH_GAPS, LIBRARY)
    scale = lines[2]
    column = {number: scale.index(f" {number} ", 10) + 1 for number in range(11)}
    assert [column[n + 1] - column[n] for n in range(10)] == [3] * 10
    signs = [
        {sign: line.index(sign) for sign in "○●◉" if sign in line} for line in lines[3:]
    ]  # the earliest first
    assert signs == [
        {"◉": column[5]},
        {"○": column[6], "●": column[4]},
        {"○": column[4]},
        {},
        {"◉": column[3]},
        {"○": column[0], "●": column[10]},
    ]
    assert lines[4][column[4] : column[6] + 1] == "●━━━━━○"
    assert lines[5].endswith("hurt: neck")
    assert lines[7].endswith(" 0.0            warning sign")
    assert max(map(cell_len, lines)) <= 79


def test_a_chart_of_sessions_in_which_nothing_was_held_has_no_bars() -> None:
    lines = chart_lines([session(1, 4, 4, held_seconds=0.0)], {})
    assert "▆" not in lines[3]


def drawn(sessions: Sequence[SessionSummary]) -> ElementTree.Element:
    return ElementTree.fromstring(svg_chart(list(sessions), Known(LIBRARY)))


def numbers(svg: ElementTree.Element) -> Iterator[tuple[float, float]]:
    """All places at which something is drawn."""
    for element in svg.iter():
        for x, y in (("x", "y"), ("cx", "cy"), ("x1", "y1"), ("x2", "y2")):
            if x in element.attrib:
                yield float(element.attrib[x]), float(element.attrib[y])


def test_the_drawing_has_a_dot_for_each_number_and_no_line_over_a_gap() -> None:
    svg = drawn(WITH_GAPS)
    dots = list(svg.iter(f"{SVG}circle"))[2:]  # the first two are the legend's
    before, after = (
        sorted(float(dot.attrib["cx"]) for dot in dots if (dot.attrib["fill"] == "#ffffff") is hollow)
        for hollow in (True, False)
    )
    assert (len(before), len(after)) == (5, 4)
    lines = [line.attrib for line in svg.iter(f"{SVG}line") if "stroke-width" in line.attrib]
    places = [(float(line["x1"]), float(line["x2"])) for line in lines]
    dashed, solid = (
        [
            place
            for place, line in zip(places, lines, strict=True)
            if ("stroke-dasharray" in line) is is_dashed
        ]
        for is_dashed in (True, False)
    )
    assert dashed == [pair for pair in pairwise(before) if pair != (before[2], before[3])]
    assert solid == [(after[0], after[1]), (after[2], after[3])]


def test_days_are_as_far_apart_in_the_drawing_as_in_life() -> None:
    svg = drawn([session(day, 5, 5) for day in (10, 2, 0)])
    places = sorted({float(circle.attrib["cx"]) for circle in list(svg.iter(f"{SVG}circle"))[2:]})
    assert (places[2] - places[0]) / (places[1] - places[0]) == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize("sessions", [WITH_GAPS, WITH_GAPS[:1], [session(d, 5, 4) for d in range(400)]])
def test_the_drawing_is_legible_whatever_there_is_to_draw(sessions: list[SessionSummary]) -> None:
    svg = drawn(sessions)
    assert svg.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}" == "0 0 720 360"
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in numbers(svg))
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert texts[0] == "Pain before and after each session"
    assert {"pain, 0 to 10", "minutes", "before", "after", "0", "10"} <= set(texts)
    days = [text for text in svg.iter(f"{SVG}text") if re.fullmatch(r"\d{4}-\d\d-\d\d", text.text or "")]
    assert 1 <= len(days) <= 6
    at = [float(day.attrib["x"]) for day in days]
    assert all(later - earlier > 80 for earlier, later in pairwise(at))
    assert all(LEFT < x < RIGHT for x in at)


def test_what_is_told_of_a_session_is_there_for_a_pointer_and_escaped() -> None:
    titles = [title.text or "" for title in drawn(WITH_GAPS).iter(f"{SVG}title")]
    (told,) = (title for title in titles if title.startswith("2026-03-07"))
    name = LIBRARY["chin-tuck"].name
    assert told.splitlines() == [
        "2026-03-07 08:30, a<b>&c",
        "5.0 minutes held, pain 4 → -",
        f"{name} (neck): 4 of 10",
        "gone",
        "ended: completed",
    ]


def test_only_sessions_in_which_something_hurt_have_a_cross() -> None:
    crosses = list(drawn(WITH_GAPS).iter(f"{SVG}path"))
    assert len(crosses) == 1 + 2  # the legend's, and two


@pytest.mark.usefixtures("three_sessions")
def test_the_drawing_goes_to_the_file_that_was_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "pain.svg"
    result = run("history", "--svg", str(file))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"The chart is in {file}.\n")
    assert ElementTree.parse(file).getroot().tag == f"{SVG}svg"


@pytest.mark.usefixtures("three_sessions")
def test_a_file_that_cannot_be_written_is_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "pain.svg"
    result = run("history", "--svg", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"The chart cannot be written to {file}: No such file or directory.\n"


# What can be wrong with the file


@pytest.mark.parametrize("option", [[], ["--chart"], ["--json"], ["--csv"]])
def test_a_damaged_history_is_one_sentence(run: Run, option: list[str]) -> None:
    history_path().parent.mkdir(parents=True)
    history_path().write_bytes(b"no database" * 1000)
    result = run("history", *option)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"The history {history_path()} cannot be read: file is not a database.\n"


@pytest.mark.usefixtures("three_sessions")
def test_a_locked_history_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_reader, "BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(history_path(), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        result = run("history")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"The history {history_path()} cannot be read: database is locked.\n"
    assert len(read_sessions(history_path())) == 3


@pytest.mark.usefixtures("three_sessions")
def test_a_history_that_may_only_be_read_is_read(run: Run) -> None:
    with history_path().open("r+b") as file:
        file.seek(18)
        file.write(b"\x03")  # a format that SQLite reads but does not write, as a read-only disk would
    assert run("history").stdout.count("Whole spine") == 2
