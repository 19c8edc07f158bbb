"""Reads and writes the benchmark's files: figures as JSON and CSV, and the part of a page between two marks.

Used on the main thread.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.errors import StoreError
from scripts.measure.figures import Figure

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_FIGURES = TypeAdapter(list[Figure])


def as_json(found: Sequence[Figure]) -> str:
    """A list with one figure a line; a figure is the same wherever it was written."""
    lines = [json.dumps(_rounded(figure), ensure_ascii=False) for figure in found]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def read_figures(path: Path) -> list[Figure]:
    """Figures that `as_json` wrote. Raises StoreError."""
    try:
        return _FIGURES.validate_json(path.read_bytes())
    except OSError as error:
        raise StoreError("figures", f"The figures {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise StoreError("figures", f"{path} holds no figures: {place}: {first['msg']}.") from error


def as_csv(found: Sequence[Figure]) -> str:
    """A line of names, then a figure a line."""
    text = io.StringIO()
    out = csv.DictWriter(text, [field.name for field in fields(Figure)], lineterminator="\n")
    out.writeheader()
    out.writerows(_rounded(figure) for figure in found)
    return text.getvalue()


def make_folder(path: Path) -> None:
    """Make a folder to write into, unless it is there. Raises StoreError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise StoreError("out", f"The folder {path} cannot be written: {error.strerror}.") from error


def write(path: Path, text: str) -> None:
    """Write a file, with its folder. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError("out", f"{path} cannot be written: {error.strerror}.") from error


def read_page(path: Path) -> tuple[str, str]:
    """What a page has before its first mark and after its second. Raises StoreError where it has none."""
    try:
        page = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise StoreError("page", f"The page {path} cannot be read: {reason}.") from error
    before, first, rest = page.partition(BEGIN)
    _, second, after = rest.partition(END)
    if not (first and second):
        raise StoreError("page", f"The page {path} needs a line {BEGIN} and, after it, a line {END}.")
    return before, after


def write_between_marks(path: Path, text: str) -> None:
    """Put the text between the marks of a page. Raises StoreError where it has none."""
    before, after = read_page(path)
    write(path, f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def _rounded(figure: Figure) -> dict[str, object]:
    return {name: round(v, 5) if isinstance(v, float) else v for name, v in asdict(figure).items()}
