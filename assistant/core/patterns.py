"""Many templates as one graph, to find which of them some words follow, from any place on. Pure.

Every template is walked word by word. Nothing is written out, so that a template with many choices costs no
more than its own length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Generic, TypeVar

from assistant.core.intents import Slots, Words
from assistant.core.templates import Sequence, parse

Values = Mapping[str, Mapping[str, list[tuple[Words, int | str]]]]
"""Of each slot the values by their first word: their words and what they mean."""

NAMED = ("region", "routine", "position", "side")
"""Slots whose values are names; "last" is one of a routine. Any other without a number carries nothing."""

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Walked(Generic[_Kind]):
    """A template that the words from `start` to before `end` follow; `edges` are its outer slots, if any."""

    kind: _Kind
    start: int
    end: int
    slots: Slots
    edges: tuple[str | None, str | None]


@dataclass(slots=True, eq=False)
class _Node(Generic[_Kind]):
    words: dict[str, list[_Node[_Kind]]] = field(default_factory=dict)
    slots: dict[str, list[_Node[_Kind]]] = field(default_factory=dict)
    kinds: list[_Kind] = field(default_factory=list)


class Patterns(Generic[_Kind]):
    """Templates, each of a kind. `tokens` gives the words of a piece of a template as they will be met."""

    def __init__(self, tokens: Callable[[str], Words], values: Values) -> None:
        self._tokens = tokens
        self._values = values
        self._root: _Node[_Kind] = _Node()

    def add(self, template: str, kind: _Kind) -> None:
        """Add one. Raises ValueError for a template that is not whole."""
        for node in self._grow([self._root], parse(template)):
            node.kinds.append(kind)

    def walk(self, tokens: Words, start: int) -> Iterator[Walked[_Kind]]:
        """All that the tokens follow from that place on."""
        yield from self._walk(self._root, tokens, Walked(None, start, start, Slots(), (None, None)))

    def _grow(self, nodes: list[_Node[_Kind]], sequence: Sequence) -> list[_Node[_Kind]]:
        """Where the sequence leads to from these nodes."""
        for part in sequence:
            if isinstance(part, str):
                for token in self._tokens(part):
                    nodes = [self._follow(nodes, token)]
            else:
                ends = [node for one in part.of for node in self._grow(nodes, one)]
                nodes = [*nodes, *ends] if part.is_optional else ends
        return nodes

    @staticmethod
    def _follow(nodes: list[_Node[_Kind]], token: str) -> _Node[_Kind]:
        following: _Node[_Kind] = _Node()
        name = slot_name(token)
        for node in nodes:
            (node.slots if name else node.words).setdefault(name or token, []).append(following)
        return following

    def _walk(self, node: _Node[_Kind], tokens: Words, way: Walked[None]) -> Iterator[Walked[_Kind]]:
        for kind in node.kinds:
            yield Walked(kind, way.start, way.end, way.slots, way.edges)
        if way.end == len(tokens):
            return
        is_first = way.end == way.start
        for following in node.words.get(tokens[way.end], ()):
            on = replace(way, end=way.end + 1, edges=(way.edges[0], None))
            yield from self._walk(following, tokens, on)
        for name, nodes in node.slots.items():
            for words, value in self._values.get(name, {}).get(tokens[way.end], ()):
                end = way.end + len(words)
                if tokens[way.end : end] == words:
                    edges = name if is_first else way.edges[0], name
                    on = replace(way, end=end, slots=bound(way.slots, name, value), edges=edges)
                    for following in nodes:
                        yield from self._walk(following, tokens, on)


def slot_name(token: str) -> str | None:
    """The name of a slot, None for a word."""
    return token[1:-1] if token.startswith("{") else None


def bound(slots: Slots, name: str, value: int | str) -> Slots:
    """The slots with a value more. Of two numbers the higher counts: "between two and three"."""
    if isinstance(value, int):
        return replace(slots, number=value if slots.number is None else max(value, slots.number))
    name = "routine" if name == "last" else name
    if name not in NAMED:
        return slots
    return Slots(**{**asdict(slots), name: value})
