"""scripts/measure/run model: measures a speech model on recordings in the virtual room, prints the figures.

Runs on the main thread. What is heard, and how, is the same as for `hearing`.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output

if TYPE_CHECKING:
    from scripts.measure.figures import Figure

CONDITIONS = (
    "clean,kitchen*,babble*,2 m,4 m,"
    "others' reading,others' reading more,short phrases,single other*,twelve words"
)
"""Those of `hearing` that are about the model more than about what surrounds it."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("model")(model)


def model(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A Vosk model.")],
    audio: Annotated[
        list[Path], typer.Option(metavar="DIR", help="Recordings with a manifest.csv; see docs/model.md.")
    ],
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Take every N-th recording.")] = 1,
    processes: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Work with so many.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Measure how well a speech model hears commands, how often it makes them up, how late, at what cost."""
    from assistant.languages.packs import load_language
    from scripts.measure.figures import figures_of, of_recognizer
    from scripts.measure.processes import Run, measure
    from scripts.measure.saying import text
    from scripts.measure.trials import chosen

    loading = _loading(folder)
    run = Run(
        audio,
        chosen(CONDITIONS, quick=False),
        every=every,
        processes=processes,
        model=folder,
        own_voice=False,
    )
    outcomes = measure(run, output.note)
    found = [*figures_of(outcomes, load_language().table), *of_recognizer(outcomes), *loading]
    if as_json:
        output.emit_json([asdict(figure) for figure in found])
    else:
        for line in text(found):
            output.out.print(line)


def _loading(folder: Path) -> list[Figure]:
    """How long a model takes to load, and how much memory. Raises HearingError if it cannot be loaded."""
    from assistant.speech.engines import open_model
    from scripts.measure.figures import COST, Figure

    before, began = _resident_megabytes(), time.perf_counter()
    loaded = open_model(str(folder))
    seconds, megabytes = time.perf_counter() - began, _resident_megabytes() - before
    del loaded
    return [
        Figure(COST, "loading", seconds, seconds, seconds, "s", 0, 0.0, 0, 0, ""),
        Figure(COST, "memory by loading", megabytes, megabytes, megabytes, "MB", 0, 0.0, 0, 0, ""),
    ]


def _resident_megabytes() -> float:
    """Memory in use by this process; Linux only, 0 elsewhere."""
    status = Path("/proc/self/statm")
    pages = int(status.read_text().split()[1]) if status.exists() else 0
    return pages * 4096 / 1e6
