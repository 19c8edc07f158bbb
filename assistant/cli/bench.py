"""limber bench: measure a speech model on recordings and print the figures; bench_hearing does the rest.

Runs on the main thread. Must not measure anything itself.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.cli.bench_hearing import hearing

if TYPE_CHECKING:
    from assistant.speech.benchmark import Figures

bench = typer.Typer(no_args_is_help=True, help="Measure a part of Limber on recordings.")


def register(app: typer.Typer) -> None:
    """Add `limber bench`."""
    app.add_typer(bench, name="bench")
    bench.callback()(_bench)
    bench.command("model")(model)
    bench.command("hearing")(hearing)


def _bench() -> None:
    """Measure a part of Limber on recordings."""


def model(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A Vosk model.")],
    audio: Annotated[
        Path, typer.Option(metavar="DIR", help="Recordings with a manifest.csv; see docs/model.md.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Measure how well a speech model hears commands, how often it makes them up, how late, at what cost."""
    from assistant.languages.packs import load_language
    from assistant.speech.bench_audio import read_recordings
    from assistant.speech.benchmark import measure

    recordings = read_recordings(audio)
    figures = measure(folder, recordings, load_language().table, output.note)
    if as_json:
        output.emit_json(asdict(figures))
    else:
        for line in _lines(figures):
            output.out.print(line)


def _lines(figures: Figures) -> list[str]:
    """The figures as text, a section after the other."""
    delays = sorted(figures.delays_seconds)
    lines = [
        f"Load {figures.load_seconds:.2f} s, memory {figures.memory_megabytes:.0f} MB, "
        f"real-time factor {figures.real_time_factor:.4f}",
        "",
        f"Twelve-word closed set, right: {figures.closed_set['']}",
        *(f"  {word:9} {share}" for word, share in figures.closed_set.items() if word and share.total),
    ]
    if delays:
        median, late = (delays[min(len(delays) - 1, round(q * (len(delays) - 1)))] for q in (0.5, 0.95))
        lines += [
            "",
            f'Delay of "stop" after the word\'s end: median {median:.2f} s, 95 % within {late:.2f} s',
        ]
    for row in figures.stop:
        lines += [
            "",
            f'"stop" missed, {row.condition}',
            f"  as Limber believes it:            {row.believed_confirmed}",
            f"    with unconfirmed labels:        {row.believed}",
            f"  in final texts, exactly:          {row.exact_confirmed}",
            f"    with unconfirmed labels:        {row.exact}",
            f"  not even suspected:               {row.suspected_confirmed}",
            f"    with unconfirmed labels:        {row.suspected}",
        ]
    for alarm in figures.alarms:
        lines += [
            "",
            f"False alarms in {alarm.kind}",
            f'  "stop", as Limber believes it:    {alarm.believed_stop}',
            f"  any safety phrase, believed:      {alarm.believed}",
            f'  exactly "stop", in final texts:   {alarm.exact_stop}',
            f"  any safety phrase, suspected:     {alarm.suspected}",
        ]
    lines += ["", "Single words understood exactly among all phrases"]
    return lines + [f"  {word:8} {share}" for word, share in figures.commands.items()]
