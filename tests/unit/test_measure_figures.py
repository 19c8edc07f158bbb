"""The hearing benchmark's figures: what they count, how they are compared, kept, told and drawn."""

from __future__ import annotations

import csv
import io
import json
import pickle
import random
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.core.intents import Intent
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.phrases import PhraseTable
from assistant.errors import HearingError, StoreError
from scripts.measure import curve, figures, files, plots
from scripts.measure.comparing import comparable, compare, got_worse
from scripts.measure.figures import Figure, figures_of, quantile
from scripts.measure.lines import curves
from scripts.measure.measuring import Outcome, Spoken
from scripts.measure.plots import plots_of
from scripts.measure.saying import in_words, markdown, text
from scripts.measure.trials import TRIALS, Kind

TABLE = PhraseTable({Intent.STOP: ("stop",), Intent.YES: ("yes",)}, {})


def stops(heard: int, missed: int, trial: str = "clean") -> list[Outcome]:
    """Two pieces of people saying "stop", one in four unconfirmed; decided within 0 to 1 s, evenly."""
    times = [0.01 * (101 * i // heard) for i in range(heard)]
    spoken = [
        Spoken("stop", f"speaker {i}", i % 4 != 0, at, at + 0.004, understood=True)
        for i, at in enumerate(times)
    ]
    spoken += [Spoken("stop", f"speaker {i}", i % 4 != 0) for i in range(missed)]
    half = len(spoken) // 2
    return [
        Outcome(trial, Kind.STOP, number, part, 100.0, busy_seconds=2.0, peak_megabytes=150.0)
        for number, part in enumerate((spoken[:half], spoken[half:]))
    ]


def by_key(found: list[Figure]) -> dict[tuple[str, str], Figure]:
    return {figure.key: figure for figure in found}


def test_missed_stops_are_counted_with_and_without_doubtful_labels() -> None:
    found = by_key(figures_of(stops(90, 10), TABLE))
    missed, sure = found[figures.MISSED, "clean"], found[figures.CONFIRMED, "clean"]
    assert (missed.count, missed.total, missed.recordings, missed.speakers) == (10, 100, 100, 90)
    assert missed.value == pytest.approx(0.10)
    assert (missed.low, missed.high) == pytest.approx((0.0552, 0.1744), abs=1e-3)
    assert (sure.count, sure.recordings) == (7, 74)
    assert found[figures.UNDERSTOOD, "stop"].value == pytest.approx(0.9)


def test_times_have_a_median_and_a_late_end() -> None:
    found = by_key(figures_of(stops(101, 5), TABLE))
    assert found[figures.DECIDED, "clean"].value == pytest.approx(0.50)
    assert found[figures.DECIDED_LATE, "clean"].value == pytest.approx(0.95)
    assert found[figures.SILENT, "clean"].value == pytest.approx(0.504)
    assert found[figures.DECIDED, "clean"].recordings == 101


def test_where_nothing_was_heard_there_are_no_times() -> None:
    found = by_key(figures_of(stops(0, 8), TABLE))
    assert found[figures.MISSED, "clean"].value == 1.0
    assert (figures.DECIDED, "clean") not in found


def test_false_pauses_are_counted_by_the_hour_of_sound() -> None:
    spoken = [Spoken("", "reader", True), Spoken("", "unknown", True)]
    pieces = [
        Outcome("others' reading", Kind.OTHERS, n, spoken, 900.0, ["stop"] * n, 4 * n, busy_seconds=9.0)
        for n in (0, 1)
    ]
    found = by_key(figures_of(pieces, TABLE))
    pauses = found[figures.PAUSES, "others' reading"]
    assert (pauses.count, pauses.total, pauses.value) == (1, 0.5, 2.0)
    assert (pauses.recordings, pauses.speakers) == (4, 1)
    assert pauses.low < 2.0 < pauses.high
    assert found[figures.DUCKS, "others' reading"].value == 8.0
    assert found[figures.COST, "real-time factor on one core"].value == pytest.approx(0.01)


def test_single_words_taken_for_a_safety_phrase_are_a_share() -> None:
    spoken = [Spoken("yes", "a", True, 0.1, understood=False), Spoken("yes", "b", True, understood=True)]
    found = by_key(figures_of([Outcome("single other commands", Kind.SINGLE, 0, spoken, 9.0)], TABLE))
    assert found[figures.TAKEN, "single other commands"].value == 0.5
    assert (figures.UNDERSTOOD, figures.ALL_COMMANDS) not in found
    both = by_key(
        figures_of([*stops(6, 2), Outcome("single other commands", Kind.SINGLE, 0, spoken, 9.0)], TABLE)
    )
    assert both[figures.UNDERSTOOD, figures.ALL_COMMANDS].count == 7
    assert (found[figures.UNDERSTOOD, "yes"].value, found[figures.UNDERSTOOD, "yes"].worse) == (0.5, "down")


def test_what_the_recognizer_said_itself_is_counted_whatever_was_believed() -> None:
    spoken = [
        Spoken("stop", "a", True, finals=["stop"], suspected=True),
        Spoken("stop", "b", True, finals=["stop", "go"], suspected=True),
        Spoken("stop", "c", False, finals=["go"], suspected=True),
        Spoken("stop", "d", True),
    ]
    reading = [Spoken("", "r", True, finals=["stop", "stop it", "stop"])]
    words = [Spoken("bed", "e", True, finals=["stop"]), Spoken("cat", "f", True)]
    found = by_key(
        figures.of_recognizer(
            [
                Outcome("clean", Kind.STOP, 0, spoken, 9.0),
                Outcome("others' reading", Kind.OTHERS, 0, reading, 3600.0),
                Outcome("single other words", Kind.SINGLE, 0, words, 9.0),
            ]
        )
    )
    assert (found[figures.EXACT, "clean"].count, found[figures.EXACT_CONFIRMED, "clean"].count) == (2, 1)
    assert (
        found[figures.UNSUSPECTED, "clean"].count == found[figures.UNSUSPECTED_CONFIRMED, "clean"].count == 1
    )
    assert found[figures.MADE_UP, "others' reading"].value == 2.0
    assert found[figures.TAKEN_FOR_STOP, "single other words"].value == 0.5
    closed = by_key(figures_of([Outcome("twelve words", Kind.SAID, 0, spoken, 9.0)], TABLE))
    assert closed[figures.RIGHT, figures.ALL_WORDS].value == 0.25  # nothing else may be heard either
    assert closed[figures.RIGHT, figures.ALL_CONFIRMED].total == 3
    assert closed[figures.RIGHT, "stop"].worse == "down"


def test_the_interval_of_a_quantile_holds_the_true_one_nineteen_times_in_twenty() -> None:
    chance = random.Random(1)
    held = 0
    for _ in range(400):
        _, low, high = quantile(sorted(chance.random() for _ in range(90)), 0.5)
        held += low <= 0.5 <= high
    assert 0.91 < held / 400 < 0.995
    assert quantile([3.0], 0.95) == (3.0, 3.0, 3.0)


def test_the_same_figures_are_no_worse_and_neither_is_chance() -> None:
    kept = figures_of(stops(90, 10), TABLE)
    assert compare(kept, kept).worse == ()
    assert compare(figures_of(stops(84, 16), TABLE), kept).worse == ()
    assert compare(figures_of(stops(100, 0), TABLE), kept).worse == ()


def test_a_planted_regression_is_found_and_named() -> None:
    kept = figures_of(stops(90, 10), TABLE)
    worse = compare(figures_of(stops(75, 25), TABLE), kept).worse
    assert any(line.startswith('"stop" missed, clean: 25.0 %') for line in worse)
    assert any(line.startswith("understood, stop: 75.0 %") for line in worse)


def test_one_of_a_few_recordings_may_be_missed() -> None:
    kept = figures_of(stops(8, 0), TABLE)
    assert comparable(kept) == []
    assert compare(figures_of(stops(4, 4), TABLE), kept).worse == ()


def test_later_decisions_are_found() -> None:
    kept = figures_of(stops(90, 10), TABLE)
    late = stops(90, 10)
    for piece in late:
        for one in piece.spoken:
            if one.decided_seconds is not None:
                one.decided_seconds += 0.3
    assert [line.split(":")[0] for line in compare(figures_of(late, TABLE), kept).worse] == [
        f"{figures.DECIDED}, clean",
        f"{figures.DECIDED_LATE}, clean",
    ]


def test_one_false_pause_where_there_was_none_may_be_chance_and_ten_are_not() -> None:
    def rate(count: int) -> Figure:
        return figures_of([Outcome("alone", Kind.ALONE, 0, [], 600.0, ["stop"] * count)], TABLE)[0]

    assert not got_worse(rate(0), rate(0))
    assert not got_worse(rate(0), rate(3))
    assert got_worse(rate(10), rate(0))


def test_what_depends_on_the_computer_is_not_compared() -> None:
    kept = figures_of(stops(90, 10), TABLE)
    slow = [replace(figure, value=99.0) if figure.what == figures.COST else figure for figure in kept]
    assert compare(slow, kept) == compare(kept, kept)


def test_a_figure_that_was_not_measured_is_named() -> None:
    kept = figures_of(stops(90, 1), TABLE) + figures_of(stops(90, 1, "2 m"), TABLE)
    assert f"{figures.MISSED}, 2 m" in compare(figures_of(stops(90, 1), TABLE), kept).missing


def test_figures_are_the_same_after_a_file(tmp_path: Path) -> None:
    found = figures_of(stops(90, 7), TABLE)
    path = tmp_path / "folder" / "figures.json"
    files.write(path, files.as_json(found))
    again = files.read_figures(path)
    assert [figure.key for figure in again] == [figure.key for figure in found]
    assert files.as_json(again) == path.read_text()
    assert compare(found, again).worse == ()


@pytest.mark.parametrize("content", ["", "{}", '[{"what": 1}]', "\x00", '["a"]'])
def test_a_file_without_figures_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "figures.json"
    path.write_text(content)
    with pytest.raises(StoreError, match=r"holds no figures: .+\.") as caught:
        files.read_figures(path)
    assert "\n" not in caught.value.message
    with pytest.raises(StoreError, match="cannot be read"):
        files.read_figures(tmp_path / "none.json")


def test_a_spreadsheet_reads_them() -> None:
    rows = list(csv.DictReader(io.StringIO(files.as_csv(figures_of(stops(90, 10), TABLE)))))
    assert (rows[0]["what"], rows[0]["condition"], rows[0]["value"]) == ('"stop" missed', "clean", "0.1")


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError, match=r"cannot be written: .+\.$"):
        files.write(tmp_path / "taken" / "figures.json", "")


def test_a_page_takes_the_tables_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before\n\n{files.BEGIN}\nold\n{files.END}\n\nAfter\n")
    tables = markdown(figures_of(stops(99, 1), TABLE))
    files.write_between_marks(page, tables)
    files.write_between_marks(page, tables)
    written = page.read_text()
    assert written.startswith("Before\n")
    assert written.endswith("\n\nAfter\n")
    assert written.count(tables) == 1
    assert "old" not in written
    page.write_text(f"{files.END}\n{files.BEGIN}\n")
    with pytest.raises(StoreError, match="needs a line"):
        files.read_page(page)


def test_the_targets_stand_beside_what_was_measured() -> None:
    lines = markdown(figures_of(stops(99, 1), TABLE)).splitlines()
    clean = next(line for line in lines if line.startswith('| "stop" missed, clean |'))
    assert "≤ 4.0 %" in clean
    assert clean.endswith("| 0.0 % (0.0 to 4.9 %) | 0 of 74 recordings, 74 speakers | so far |")
    missing = next(line for line in lines if line.startswith("| single other commands"))
    assert "not measured" in missing
    assert "| no |" in markdown(figures_of(stops(50, 50), TABLE))
    many = markdown(figures_of(stops(400, 0), TABLE)).splitlines()[2]
    assert many.endswith("0 of 300 recordings, 300 speakers | yes |")


def test_figures_in_words() -> None:
    missed, *_ = figures_of(stops(90, 10), TABLE)
    assert in_words(missed) == "10.0 % (5.5 to 17.4 %)"
    lines = text(figures_of(stops(90, 10) + stops(80, 20, "2 m"), TABLE))
    assert lines[0] == '"stop" missed'
    assert [line.split()[0] for line in lines[1:3]] == ["clean", "2"]


def test_drawings_are_well_formed_and_say_the_values() -> None:
    drawn = plots_of(figures_of(stops(90, 10), TABLE))
    assert set(drawn) == {"stop-missed", "delays", "decisions", "understood"}
    for drawing in drawn.values():
        ElementTree.fromstring(drawing)
    assert "10.0 % (5.5 to 17.4 %)" in drawn["stop-missed"]
    assert plots_of([]) == {}


def test_the_longest_name_has_room_beside_the_bars() -> None:
    names = (f"{trial.name}, confirmed" if trial.kind is Kind.STOP else trial.name for trial in TRIALS)
    longest = max(names, key=len)
    assert len(longest) * 6.8 < plots.LEFT - 8


def test_errors_get_from_one_process_to_another_whole() -> None:
    error = pickle.loads(pickle.dumps(HearingError("recording", "It cannot be read.")))
    assert (type(error), error.code, error.message) == (HearingError, "recording", "It cannot be read.")


def test_a_figure_is_a_line_of_its_own_so_that_changes_are_easy_to_see() -> None:
    found = figures_of(stops(90, 10), TABLE)
    lines = files.as_json(found).splitlines()
    assert len(lines) == len(found) + 2
    assert json.loads(lines[1].rstrip(","))["count"] == 10


def test_a_factor_asks_more_or_less_of_the_sound_and_changes_nothing_else() -> None:
    point = OperatingPoint(alone_plausibility=-2.0, again_plausibility=-3.0)
    strict = curve.asking(point, 0.5)
    assert (strict.alone_plausibility, strict.again_plausibility) == (-1.0, -1.5)
    assert strict.unrecorded_plausibility == point.unrecorded_plausibility / 2
    assert strict.among_stood_seconds == point.among_stood_seconds
    assert curve.asking(point, 1.0) == point


def curve_points() -> list[curve.Point]:
    """Two points: the second misses more and makes up less."""
    points = []
    for factor, missed, alarms in ((2.0, 3, 7), (1.0, 9, 1)):
        reading = Outcome("others' reading", Kind.OTHERS, 0, [], 3600.0, busy_seconds=1.0, peak_megabytes=1.0)
        reading = replace(reading, made_up=["stop"] * alarms)
        outcomes = [*stops(97, missed), *stops(90, 2 * missed, "kitchen 10 dB"), reading]
        points.append(curve.Point(factor, figures_of(outcomes, TABLE)))
    return points


def test_the_curve_has_a_line_of_its_own_for_each_way_of_hearing_stop() -> None:
    table = curve.text(curve_points())
    assert len(table) == 4
    assert "kitchen 10 dB" in table[0]
    assert "7.0 an hour" in table[2]
    assert "1.0 an hour" in table[3]
    drawing = ElementTree.fromstring(curve.drawing(curve_points()))
    lines = [e for e in drawing.iter() if e.tag.endswith("polyline") and e.get("stroke") != "black"]
    assert len(lines) == 2
    assert len({line.get("stroke-dasharray") for line in lines}) == 2
    fewer, more = ([float(p.split(",")[0]) for p in str(line.get("points")).split()] for line in lines)
    assert fewer == more == sorted(fewer)
    assert [row["factor"] for row in json.loads(curve.as_json(curve_points()))] == [2.0, 1.0]


@pytest.mark.parametrize("text", ["", "2,,1", "2;1", "-1", "strict"])
def test_what_is_no_list_of_factors_is_refused(text: str) -> None:
    with pytest.raises(HearingError, match="no list of factors"):
        curve.factors(text)


def test_a_curve_needs_both_of_its_ends() -> None:
    assert {trial.name for trial in curve.trials("", quick=False)} == set(curve.CONDITIONS.split(","))
    with pytest.raises(HearingError, match="needs"):
        curve.trials("clean", quick=False)


def test_a_line_goes_on_downward_and_its_axes_have_round_numbers() -> None:
    drawn = curves("x", "y", {"missed": [(2.0, 3.0), (0.0, 9.0), (2.0, 7.0), (26.0, 1.0)]})
    (line,) = [row for row in drawn.splitlines() if row.startswith("<polyline") and "dasharray" in row]
    heights = [float(place.split(",")[1]) for place in line.split('"')[1].split()]
    assert heights == sorted(heights)
    labels = [int(label) for label in re.findall(r">(\d+)</text>", drawn)]
    assert labels == [*range(0, 26, 5), *range(0, 11, 2)]
