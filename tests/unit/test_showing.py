"""Whatever files and people say, a terminal only shows it."""

# ruff: noqa: RUF001
from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from assistant.showing import (
    ENCODING_ERRORS,
    PlainConsole,
    is_terminal,
    json_line,
    one_line,
    plain,
    speaks_unicode,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Dr. Åse O'Neil", "Dr. Åse O'Neil"),
        ("a\x1b[31mred\x1b[0m", "a\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}[0m"),
        ("two\nlines\r\nand\ttabs\N{LINE SEPARATOR}more", "two lines  and tabs more"),
        ("\x9b31m\x07\x00", "\N{REPLACEMENT CHARACTER}31m" + 2 * "\N{REPLACEMENT CHARACTER}"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b\udcff", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"),
        ("ne\N{SOFT HYPHEN}ck\N{NO-BREAK SPACE}x", "ne\N{SOFT HYPHEN}ck x"),
    ],
)
def test_a_text_is_one_line_without_anything_to_act_on(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text(st.characters(), max_size=30))
def test_no_text_at_all_has_more_than_one_line_or_an_escape(text: str) -> None:
    shown = one_line(text)
    assert len(shown) == len(text)
    assert not set(shown) & {"\x1b", "\n", "\r", "\x9b", "\x07", "\x08"}
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_said_in_ascii_and_written_as_json(text: str) -> None:
    assert plain(text).isascii()
    for is_ascii in (False, True):
        line = json_line({"a": text}, is_ascii=is_ascii)
        assert line.isprintable()
        assert json.loads(line) == json.loads(json.dumps({"a": text}))


def test_what_a_terminal_cannot_encode_is_said_otherwise() -> None:
    said = "Don’t go – “so far” … → Åse 肩".encode("ascii", ENCODING_ERRORS)
    assert said == b'Don\'t go - "so far" ... -> Ase ?'
    assert "Åse’s".encode("latin-1", ENCODING_ERRORS) == b"\xc5se's"


def test_a_console_prints_strings_as_lines_and_keeps_its_own_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr("sys.stdout", stdout)
    console = PlainConsole()
    table = Table("name", box=None, show_header=False)
    table.add_row("in a \x1b]0;title\x07 table")
    console.print("by Dr. \x1b[2JX\nLimber: all is well")
    console.print(Text("ours\nboth \x1b[1m"))
    console.print(table)
    first, *rest = stdout.getvalue().splitlines()
    assert first == "by Dr. \N{REPLACEMENT CHARACTER}[2JX Limber: all is well"
    assert rest[:2] == ["ours", "both \N{REPLACEMENT CHARACTER}[1m"]
    assert "\x1b" not in stdout.getvalue()


@pytest.mark.parametrize("columns", ["0", "1", "19"])
def test_a_width_that_no_line_fits_in_is_not_taken(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert PlainConsole().width == 80


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_notes_are_lost_in_silence_and_results_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Full())
    monkeypatch.setattr("sys.stdout", Full())
    PlainConsole(stderr=True, may_fail=True).print("a note")
    with pytest.raises(OSError, match="No space left"):
        PlainConsole().print("a result")


def test_a_stream_that_is_closed_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert not is_terminal(stream)
    assert not is_terminal(None)
    assert speaks_unicode(None)
    assert not speaks_unicode(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
