"""YAML files read so that every problem in them has a file, a line and a field.

Pure functions on any thread. Must not know what a document is about: callers bring the pydantic model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from assistant.errors import ContentError, closest
from assistant.reading import NotTextError, UnfitFileError, as_text, read_bytes

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16  # libyaml's composer recurses in C and would overrun the stack
LARGEST_NUMBER = 2**53  # whole numbers up to here are the same for every program
LONGEST_SHOWN = 80
LONGEST_MESSAGE = 600
MAX_NODES = 20_000  # counted where anchors are used, so that a few of them cannot expand to gigabytes

_TAG_FAILURES = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError)
"""What PyYAML raises where a text does not fit its tag, as in `!!int ""`, `!!bool x` or `!!timestamp x`."""

Loc = tuple[str | int, ...]
"""Where a value is: keys and indexes from the top, as in pydantic's errors."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: `line` counts from 1, `field` is such as "stretches[2].feel", or empty."""

    path: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        parts = (f"{self.path}:{self.line}", self.field, shortened(self.message, LONGEST_MESSAGE))
        return ": ".join(part for part in parts if part)


class DocumentError(ContentError):
    """A file has `problems`, in the order of their lines, at least one; the message tells the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        others = len(self.problems) - 1
        more = f" (and {others} more problem{'s' if others > 1 else ''} in this file)" if others else ""
        super().__init__("document", f"{self.problems[0]}{more}")


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file's data with the line of every key and item. `problems` are those found on reading."""

    path: Path
    data: object
    lines: Mapping[Loc, int]
    problems: tuple[Problem, ...] = ()

    def problem(self, loc: Loc, message: str) -> Problem:
        """Place a message at the key or item, or at what should contain it."""
        line = next(self.lines[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in self.lines)
        return Problem(self.path, line, field_name(loc), message)


def field_name(loc: Loc) -> str:
    """Write a place as "stretches[2].feel"."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{shortened(part)}" for part in loc)
    return "".join(parts).removeprefix(".")


def read_document(path: Path) -> Document:
    """Read a YAML file. Raises DocumentError when it cannot be read at all."""
    return parse_document(path, _read_bytes(path))


def read_text(path: Path) -> str:
    """A file's text. Raises DocumentError for more than MAX_BYTES, and for what is not UTF-8."""
    return decode(path, _read_bytes(path))


def parse_document(path: Path, data: bytes) -> Document:
    """Make a document of a file's bytes; `path` is only named. Raises DocumentError when that cannot be."""
    text = decode(path, data)
    try:
        _check_depth(path, text)
        loader = _LOADER(text)
        node = loader.get_single_node()
        if node is None:
            raise DocumentError([Problem(path, 1, "", "is empty")])
        return _Reading(path, loader).document(node)
    except yaml.YAMLError as error:
        raise DocumentError([_yaml_problem(path, text, error)]) from error


def validate(document: Document, model: type[_Model], also: Iterable[Problem] = ()) -> _Model:
    """Make a model of the document. Raises DocumentError with all problems, those in `also` too."""
    problems = [*document.problems, *also]
    try:
        value = model.model_validate(document.data)
    except ValidationError as error:
        known = _known_keys(model)
        problems += [document.problem(_in_file(e["loc"]), _wording(dict(e), known)) for e in error.errors()]
    if problems:
        raise DocumentError(problems)
    return value


def schema_json(model: type[BaseModel]) -> str:
    """The JSON Schema of a kind of file, for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def shortened(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A text of a file as it may be quoted in a sentence."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def did_you_mean(key: str, known: Iterable[str]) -> str:
    """Say ", did you mean …?" when a known key is close, else nothing."""
    close = closest(key, known)
    return f", did you mean {close}?" if close and close != key else ""


def decode(path: Path, data: bytes) -> str:
    """A file's bytes as text. Raises DocumentError for more than MAX_BYTES, and for what is not UTF-8."""
    if len(data) > MAX_BYTES:
        raise DocumentError([Problem(path, 1, "", f"is larger than {MAX_BYTES // 1024} KB")])
    try:
        return as_text(path, data)
    except NotTextError as error:
        raise DocumentError([Problem(path, error.line, "", "is not UTF-8 text: save it as UTF-8")]) from error


def _read_bytes(path: Path) -> bytes:
    try:
        return read_bytes(path, MAX_BYTES)
    except UnfitFileError as error:
        message = f"is {str(error.strerror).removeprefix('it is ')}"
        raise DocumentError([Problem(path, error.line, "", message)]) from error
    except OSError as error:
        raise DocumentError([Problem(path, 1, "", f"cannot be read: {error.strerror}")]) from error


def _check_depth(path: Path, text: str) -> None:
    depth = line = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            line = event.start_mark.line + 1 if event.start_mark else line
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise DocumentError([Problem(path, line, "", "is nested too deeply")])


def _yaml_problem(path: Path, text: str, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        lines = text.rstrip().count("\n") + 1
        # At the end of a file the mark is on the line after the last one.
        line = min(error.problem_mark.line + 1, lines)
        # libyaml has a limit of its own, and may come to it before it gives us the first event.
        is_too_deep = "nesting depth" in (error.problem or "")
        message = "is nested too deeply" if is_too_deep else f"is not YAML: {error.problem}"
        return Problem(path, line, "", message)
    position = getattr(error, "position", 0)
    line = text.encode()[:position].count(b"\n") + 1
    return Problem(path, line, "", f"is not YAML: {getattr(error, 'reason', error)}")


class _Reading:
    """Builds plain data from YAML nodes and notes their lines."""

    def __init__(self, path: Path, loader: Any) -> None:
        self._path = path
        self._loader = loader
        self._nodes = 0
        self._lines: dict[Loc, int] = {}
        self._problems: list[Problem] = []

    def document(self, node: yaml.Node) -> Document:
        data = self._value(node, ())
        return Document(self._path, data, self._lines, tuple(self._problems))

    def _value(self, node: yaml.Node, loc: Loc) -> object:
        line = node.start_mark.line + 1
        self._lines.setdefault(loc, line)
        self._nodes += 1
        if self._nodes > MAX_NODES or len(loc) > MAX_DEPTH:
            problem = Problem(self._path, line, "", "is too large once its anchors are expanded")
            raise DocumentError([problem])
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, loc)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode):
                self._problems.append(Problem(self._path, line, field_name(loc), "has a key that is no word"))
            elif key in data:
                message = f"is given twice, first on line {self._lines[(*loc, key)]}"
                self._problems.append(Problem(self._path, line, field_name((*loc, key)), message))
            else:
                self._lines[(*loc, key)] = line
                data[key] = self._value(value_node, (*loc, key))
        return data

    def _scalar(self, node: yaml.Node, loc: Loc) -> object:
        try:
            value = self._loader.construct_object(node)
        except (yaml.YAMLError, *_TAG_FAILURES):
            value = None
            message = f'cannot be understood: "{shortened(node.value)}" (put text in quotes)'
        else:
            if not isinstance(value, int) or abs(value) <= LARGEST_NUMBER:
                return value
            message = f'is too large a number: "{shortened(node.value)}"'
        self._problems.append(Problem(self._path, node.start_mark.line + 1, field_name(loc), message))
        return node.value


def _in_file(loc: Loc) -> Loc:
    """A pydantic place without the tags of its unions, which models write as "<tag>"."""
    return tuple(part for part in loc if not str(part).startswith("<"))


def _wording(error: dict[str, Any], known: frozenset[str]) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"is not a known key{did_you_mean(str(error['loc'][-1]), known)}"
        case "string_type":
            return "should be text (put it in quotes)"
        case "string_pattern_mismatch":
            return f'"{shortened(error["input"])}" should match {error["ctx"]["pattern"]}'
        case "union_tag_not_found" | "union_tag_invalid":
            return "should be the id of a stretch of the library, or a stretch"
        case "model_type":
            return "should be a mapping of keys to values"
        case _:
            return re.sub(r"^(Input|String|List) should", "should", error["msg"])


def _known_keys(model: type[BaseModel]) -> frozenset[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return frozenset(key for part in parts for key in part.get("properties", ()))
