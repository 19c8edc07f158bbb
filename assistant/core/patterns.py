"""Many templates as one graph, to find which of them some words follow, from any place on. Pure.

Every template is walked word by word. Nothing is written out, so that a template with many choices costs no
more than its own length.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from assistant.core.intents import Slots, Words
from assistant.core.templates import Sequence, parse

Values = Mapping[str, Mapping[str, list[tuple[Words, int | str]]]]
"""Of each slot the values by their first word: their words and what they mean."""

NAMED = ("region", "routine", "position", "side")
"""Slots whose values are names; "last" is one of a routine. Any other without a number carries nothing."""

ANY, MOST_ANY = "any", 3
"""The slot of words that do not matter, and the most of them: a template neither begins nor ends with it."""

Bindings = tuple[tuple[str, int | str], ...]
"""The slots that were filled, and with what."""
Edges = tuple[str | None, str | None]
_NO_SLOTS, _NO_VALUES = Slots(), dict[str, list[tuple[Words, int | str]]]()
_NO_EDGES: Edges = (None, None)
_NOWHERE: dict[str, list[Any]] = {}

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Walked(Generic[_Kind]):
    """A template that the words from `start` to before `end` follow; `edges` are its outer slots, if any."""

    kind: _Kind
    start: int
    end: int
    slots: Slots
    edges: Edges


@dataclass(slots=True, eq=False)
class _Node(Generic[_Kind]):
    """A place in templates. What begins alike shares its places: `has_one_way` to each of these.

    There are tens of thousands, and most hold one of the three.
    """

    has_one_way: bool
    words: dict[str, list[_Node[_Kind]]] = field(default_factory=lambda: _NOWHERE)
    slots: dict[str, list[_Node[_Kind]]] = field(default_factory=lambda: _NOWHERE)
    kinds: tuple[_Kind, ...] = ()


class Patterns(Generic[_Kind]):
    """Templates, each of a kind. `tokens` gives the words of a piece of a template as they will be met.

    `barred` are words that `{any}` does not pass over.
    """

    def __init__(
        self, tokens: Callable[[str], Words], values: Values, barred: Collection[str] = frozenset()
    ) -> None:
        self._tokens = tokens
        self._values = values
        self._barred = barred
        self._root: _Node[_Kind] = _Node(has_one_way=True)

    def add(self, template: str, kind: _Kind) -> None:
        """Add one. Raises ValueError for a template that is not whole."""
        for node in self._grow([self._root], parse(template)):
            node.kinds += (kind,)

    def walk(self, tokens: Words, start: int) -> Iterator[Walked[_Kind]]:
        """All that the tokens follow from that place on."""
        for kind, end, bindings, edges in self._walk(self._root, tokens, start, (), None):
            yield Walked(kind, start, end, bound(bindings), edges or _NO_EDGES)

    def _grow(self, nodes: list[_Node[_Kind]], sequence: Sequence) -> list[_Node[_Kind]]:
        """Where the sequence leads to from these nodes."""
        for part in sequence:
            if isinstance(part, str):
                for token in self._tokens(part):
                    nodes = [self._follow(nodes, token)]
            else:
                ends = [node for one in part.of for node in self._grow(nodes, one)]
                nodes = list(dict.fromkeys([*nodes, *ends] if part.is_optional else ends))
        return nodes

    @staticmethod
    def _follow(nodes: list[_Node[_Kind]], token: str) -> _Node[_Kind]:
        name = slot_name(token)
        if len(nodes) == 1:
            for known in (nodes[0].slots if name else nodes[0].words).get(name or token, ()):
                if known.has_one_way:
                    return known
        following: _Node[_Kind] = _Node(has_one_way=len(nodes) == 1)
        for node in nodes:
            if name:
                node.slots = node.slots or {}
                node.slots.setdefault(name, []).append(following)
            else:
                node.words = node.words or {}
                node.words.setdefault(token, []).append(following)
        return following

    def _walk(
        self, node: _Node[_Kind], tokens: Words, at: int, bindings: Bindings, edges: Edges | None
    ) -> Iterator[tuple[_Kind, int, Bindings, Edges | None]]:
        """The templates that end beyond a node, reached before `at`; no edges where nothing was taken yet."""
        for kind in node.kinds:
            yield kind, at, bindings, edges
        if at == len(tokens):
            return
        token = tokens[at]
        if follows := node.words.get(token):
            outer = _NO_EDGES if edges is None else (edges[0], None)
            for following in follows:
                yield from self._walk(following, tokens, at + 1, bindings, outer)
        for following in node.slots.get(ANY, ()):
            for end in range(at, min(at + MOST_ANY, len(tokens)) + 1):
                if end > at and tokens[end - 1] in self._barred:
                    break
                yield from self._walk(following, tokens, end, bindings, edges and (edges[0], None))
        for name, nodes in node.slots.items():
            for words, value in self._values.get(name, _NO_VALUES).get(token, ()):
                end = at + len(words)
                if tokens[at:end] == words:
                    outer = (name if edges is None else edges[0]), name
                    for following in nodes:
                        yield from self._walk(following, tokens, end, (*bindings, (name, value)), outer)


def slot_name(token: str) -> str | None:
    """The name of a slot, None for a word."""
    return token[1:-1] if token.startswith("{") else None


def listed(pattern: Words, slots: Mapping[str, Mapping[str, int | str]]) -> Iterator[str]:
    """What may be said, the values of one slot varied at a time; nothing where a slot has no values."""
    names = [slot_name(token) for token in pattern]
    if not all(slots[name] for name in names if name):
        return  # such as the routines before any is known
    firsts = {name: next(iter(slots[name])) for name in names if name}
    slotted: list[str | None] = [name for name in names if name]
    for varied in slotted or [None]:
        for choice in slots[varied] if varied else [""]:
            yield " ".join(
                token if not name else choice if name == varied else firsts[name]
                for token, name in zip(pattern, names, strict=True)
            )


def bound(bindings: Bindings) -> Slots:
    """What slots carry together. Of two numbers the higher counts: "between two and three"."""
    if not bindings:
        return _NO_SLOTS
    numbers = [value for _, value in bindings if isinstance(value, int)]
    named = {"routine" if name == "last" else name: str(value) for name, value in bindings}
    return Slots(max(numbers, default=None), **{name: named[name] for name in NAMED if name in named})
