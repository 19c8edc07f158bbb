"""scripts/measure/run hearing: measures all of hearing in the virtual room, prints, saves, compares figures.

Runs on the main thread. Must not measure anything itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import HearingError

if TYPE_CHECKING:
    from assistant.core.listening.operating_point import OperatingPoint
    from scripts.measure.figures import Figure
    from scripts.measure.processes import Run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("hearing")(hearing)


def hearing(
    audio: Annotated[
        list[Path], typer.Option(metavar="DIR", help="Recordings with a manifest.csv; repeatable.")
    ],
    quick: Annotated[bool, typer.Option("--quick", help="A few conditions, and fewer recordings.")] = False,
    conditions: Annotated[
        str, typer.Option(metavar="NAMES", help='Only these, such as "clean,kitchen*".')
    ] = "",
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Take every N-th recording.")] = 1,
    half: Annotated[
        int | None, typer.Option(min=1, max=2, metavar="1|2", help="Only this half of the speakers.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A Vosk model; else the usual one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Save figures and plots here.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Put the tables into this page.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Fail if worse than these figures.")
    ] = None,
    commit: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Keep the figures here, to compare.")
    ] = None,
    curve: Annotated[
        str, typer.Option(metavar="FACTORS", help='The curve, with the judge\'s limits times "8,4,2,1,0.5".')
    ] = "",
    processes: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Work with so many.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Measure what hearing misses and makes up, how late, at what cost: in noise, far away, over us."""
    from assistant.languages.packs import load_language
    from scripts.measure.curve import factors
    from scripts.measure.curve import trials as curve_trials
    from scripts.measure.figures import figures_of
    from scripts.measure.files import make_folder, read_figures, read_page
    from scripts.measure.processes import Run, measure
    from scripts.measure.saying import made_up, text
    from scripts.measure.trials import chosen

    point = output.configuration().hearing.operating_point()
    if curve:
        if markdown or against or commit or as_json:
            raise HearingError("curve", "A curve is printed and, with --out, saved; leave the others out.")
        run = Run(audio, curve_trials(conditions, quick=quick), quick, every, half, processes, model)
        _draw_curve(factors(curve), run, point, out)
        return
    trials = chosen(conditions, quick=quick)
    kept = None if against is None else read_figures(against)
    if markdown is not None:
        read_page(markdown)  # what is wrong is told before the work, not after
    for folder in (out, commit and commit.parent):
        if folder is not None:
            make_folder(folder)
    run = Run(audio, trials, quick, every, half, processes, model, point)
    outcomes = measure(run, output.note)
    found = figures_of(outcomes, load_language().table)
    if as_json:
        from dataclasses import asdict

        output.emit_json([asdict(figure) for figure in found])
    else:
        for line in (*text(found), *made_up(outcomes)):
            output.out.print(line)
    _save(found, out, markdown, commit)
    if kept is not None:
        _compare(found, kept, whole=not conditions)


def _draw_curve(factors: list[float], run: Run, point: OperatingPoint, out: Path | None) -> None:
    """Measure at one operating point after the other, print the table and save it with its drawing."""
    from dataclasses import replace

    from assistant.languages.packs import load_language
    from scripts.measure import curve, files
    from scripts.measure.figures import figures_of
    from scripts.measure.processes import measure

    if out is not None:
        files.make_folder(out)
    table, points = load_language().table, []
    for factor in factors:
        output.note(f"The judge's limits times {factor:g}.")
        outcomes = measure(replace(run, point=curve.asking(point, factor)), output.note)
        points.append(curve.Point(factor, figures_of(outcomes, table)))
    for line in curve.text(points):
        output.out.print(line)
    if out is not None:
        files.write(out / "curve.json", curve.as_json(points))
        files.write(out / "curve.svg", curve.drawing(points))
        output.note(f"Saved in {out}.")


def _save(found: list[Figure], out: Path | None, markdown: Path | None, commit: Path | None) -> None:
    from scripts.measure import files, saying
    from scripts.measure.comparing import comparable
    from scripts.measure.plots import plots_of

    if out is not None:
        files.write(out / "figures.json", files.as_json(found))
        files.write(out / "figures.csv", files.as_csv(found))
        files.write(out / "figures.md", saying.markdown(found))
        for name, drawing in plots_of(found).items():
            files.write(out / f"{name}.svg", drawing)
        output.note(f"Saved in {out}.")
    if markdown is not None:
        files.write_between_marks(markdown, saying.markdown(found))
    if commit is not None:
        files.write(commit, files.as_json(comparable(found)))


def _compare(found: list[Figure], kept: list[Figure], *, whole: bool) -> None:
    """Say what got worse, and fail if anything did."""
    from scripts.measure.comparing import compare

    compared = compare(found, kept)
    if whole:
        for name in compared.missing:
            output.note(f"Not compared, for it was not measured: {name}.")
    if compared.worse:
        worse = " ".join(compared.worse)
        raise HearingError("worse", f"Hearing got worse beyond what chance explains. {worse}")
    output.note("No figure got worse beyond what chance explains.")
