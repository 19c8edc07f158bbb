"""Files that others wrote are read bounded, once, and only when they are files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.reading import NotTextError, UnfitFileError, open_regular, parse_toml, read_bytes, read_text


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda folder: pipe(folder / "pipe"), id="a pipe without a writer"),
        pytest.param(lambda folder: Path("/dev/zero"), id="endless zeros"),
        pytest.param(lambda folder: Path("/dev/full"), id="a device"),
        pytest.param(lambda folder: folder, id="a folder"),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    with pytest.raises(UnfitFileError) as caught:
        open_regular(made(tmp_path))
    assert caught.value.strerror == "it is not a regular file"


def test_a_file_is_read_up_to_its_bound_and_not_beyond(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 2048)
    assert read_bytes(path, 2048) == b"x" * 2048
    with pytest.raises(UnfitFileError, match="it is larger than 1 KB"):
        read_bytes(path, 1024)


def test_text_is_utf8_with_or_without_a_mark_and_the_line_of_what_is_not_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("é", encoding="utf-8-sig")
    assert read_text(path, 100) == "é"
    path.write_bytes(b"one\ntw\xff\n")
    with pytest.raises(NotTextError) as caught:
        read_text(path, 100)
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = " + "[" * 3000, r"nested too deeply \(at line 1\)"),
        ("\na = " + "[" * 3000 + "]" * 3000, r"nested too deeply \(at line 2\)"),
        ("a = " + "{a = " * 3000, "nested too deeply"),
        ("a = " + "9" * 5000, "integer string conversion"),
        ("a = ", "Invalid value"),
    ],
)
def test_toml_that_cannot_be_understood_is_one_kind_of_error(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_toml(text)


def test_brackets_in_a_text_are_no_depth() -> None:
    assert parse_toml(f'a = "{"[" * 500}"') == {"a": "[" * 500}
